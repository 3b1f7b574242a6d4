"""A network as nested plain tables, as TOML and JSON have them, and back without loss.

What a person reads is named by ids, not by indices. A key whose value is the usual one is left out. A group's
``intergreen_ds`` names every group that conflicts with it: one that is not named does not, which is not the same as 0.
The format itself is `document_rows`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass, replace
from difflib import get_close_matches
from math import isfinite
from typing import Literal, cast

from signals.errors import NetworkError, ScenarioError
from signals.model.document_rows import (
    DetectorRow,
    FindingRow,
    GroupRow,
    IntersectionRow,
    LaneRow,
    MovementRow,
    NetworkRow,
    OffLinkRow,
    PlanRow,
    StageRow,
    StepRow,
    TurnName,
    UserName,
)
from signals.model.intersections import Intersection, Plan, PlanStep, SignalGroup, Stage
from signals.model.lanes import Lane, Point, User
from signals.model.movements import Movement, Turn
from signals.model.network import Detector, Finding, Network
from signals.schema import from_table

__all__ = ["FORMAT", "content_hash", "from_document", "to_document"]

FORMAT = "signals-network/1"
"""Name and version of the format; the version changes when an old document would be read wrongly."""

_Table = dict[str, object]


def to_document(network: Network) -> _Table:
    """Write a network as nested tables.

    Parameters
    ----------
    network
        The network.

    Returns
    -------
    dict
        Texts, numbers, truth values, lists and dicts of these; nothing is None.

    Raises
    ------
    NetworkError
        When two movements have one id, so that nobody could say which is meant.
    """
    movements = [movement.id for movement in network.movements]
    _numbers(movements, "movement")
    row = NetworkRow(
        format=FORMAT,
        name=network.name,
        lanes=tuple(_lane_row(lane) for lane in network.lanes),
        movements=tuple(_movement_row(movement, network, movements) for movement in network.movements),
        intersections=tuple(_intersection_row(place, movements) for place in network.intersections),
        detectors=tuple(
            DetectorRow(id=d.id, lane=network.lanes[d.lane].id, position_m=d.position_m, length_m=d.length_m)
            for d in network.detectors
        ),
        findings=tuple(
            FindingRow(level=f.level, intersection=f.intersection, code=f.code, text=f.text) for f in network.findings
        ),
    )
    return _plain_row(row)


def from_document(document: Mapping[str, object], where: str = "network") -> Network:
    """Read what `to_document` wrote, or what a person did.

    Parameters
    ----------
    document
        The outermost table.
    where
        Its file, for messages.

    Raises
    ------
    NetworkError, UnknownNameError
        When a key or a value is wrong: names the file and the key's path, such as
        ``intersections[0].groups[2].min_green_ds``. `UnsafePlanError` when a stage or a plan is.
    """
    try:
        row = from_table(NetworkRow, document, where)
    except ScenarioError as error:
        raise NetworkError(str(error)) from error
    if row.format != FORMAT:
        raise NetworkError(f'"{where}": format must be "{FORMAT}", got "{row.format}"')
    reader = _Reader(row, where)
    try:
        return reader.network()
    except NetworkError as error:
        raise type(error)(f'"{where}": {error}') from error


def content_hash(network: Network) -> str:
    """Return the SHA-256 of everything that the guard relies on, in hexadecimal.

    That is, of every intersection: its signal groups with their outputs, movements and times, the intergreens, the
    outputs without a signal, and who yields to whom. Geometry, stages, plans, findings and the network's name do not
    count: none of them can make an unsafe command pass.

    Parameters
    ----------
    network
        The network.
    """
    movements = [movement.id for movement in network.movements]
    rows = [replace(_intersection_row(place, movements), stages=(), plans=()) for place in network.intersections]
    yields = {
        movements[m]: sorted(_pick(movements, network.movements[m].yields_to))
        for place in network.intersections
        for group in place.groups
        for m in group.movements
    }
    canonical = json.dumps([[_plain_row(row) for row in rows], yields], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain_row(row: object) -> _Table:
    """Turn a row into a table, without the keys that have their usual value."""
    found: _Table = {}
    for key in fields(row):  # type: ignore[arg-type]  # rows only
        value = getattr(row, key.name)
        usual = key.default if key.default_factory is MISSING else key.default_factory()
        if value != usual:
            found[key.name] = _plain(value)
    return found


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return _plain_row(value) if is_dataclass(value) else value


def _lane_row(lane: Lane) -> LaneRow:
    return LaneRow(
        id=lane.id,
        edge=lane.edge,
        length_m=lane.length_m,
        speed_mps=lane.speed_mps,
        user=_user_name(lane.user),
        internal=lane.internal,
        shape=" ".join(f"{float(x)!r},{float(y)!r}" for x, y in lane.shape),
        width_m=lane.width_m,
    )


def _movement_row(movement: Movement, network: Network, movements: Sequence[str]) -> MovementRow:
    return MovementRow(
        id=movement.id,
        from_lane=network.lanes[movement.from_lane].id,
        to_lane=network.lanes[movement.to_lane].id,
        via=tuple(network.lanes[lane].id for lane in movement.via),
        length_m=movement.length_m,
        speed_mps=movement.speed_mps,
        turn=cast("TurnName", movement.turn.name.lower()),
        user=_user_name(movement.user),
        link=movement.link,
        yields_to=_pick(movements, movement.yields_to),
        foes=_pick(movements, movement.foes),
    )


def _intersection_row(place: Intersection, movements: Sequence[str]) -> IntersectionRow:
    names = [group.id for group in place.groups]
    groups = tuple(
        _group_row(group, movements, {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None})
        for group, cells in zip(place.groups, place.intergreen_ds, strict=True)
    )
    return IntersectionRow(
        id=place.id,
        junctions=place.junctions,
        link_count=place.link_count,
        off_links=tuple(OffLinkRow(link=link, shows=shows) for link, shows in place.off_links),
        groups=groups,
        stages=tuple(_stage_row(stage, names) for stage in place.stages),
        plans=tuple(_plan_row(plan, names) for plan in place.plans),
    )


def _stage_row(stage: Stage, names: Sequence[str]) -> StageRow:
    return StageRow(
        id=stage.id,
        groups=_pick(names, stage.groups),
        source=_source(stage.source),
        late_start_ds=stage.late_start_ds,
        early_cutoff_ds=stage.early_cutoff_ds,
    )


def _group_row(group: SignalGroup, movements: Sequence[str], intergreen_ds: Mapping[str, object]) -> GroupRow:
    return GroupRow(
        id=group.id,
        user=_user_name(group.user),
        links=group.links,
        movements=_pick(movements, group.movements),
        min_green_ds=group.min_green_ds,
        max_green_ds=group.max_green_ds,
        amber_ds=group.amber_ds,
        red_amber_ds=group.red_amber_ds,
        clearance_ds=group.clearance_ds,
        max_red_ds=group.max_red_ds,
        permissive_links=group.permissive_links,
        turn_on_red_links=group.turn_on_red_links,
        intergreen_ds=intergreen_ds,
    )


def _plan_row(plan: Plan, names: Sequence[str]) -> PlanRow:
    steps = tuple(
        StepRow(duration_ds=s.duration_ds, groups=_pick(names, s.groups), min_ds=s.min_ds, max_ds=s.max_ds)
        for s in plan.steps
    )
    return PlanRow(id=plan.id, offset_ds=plan.offset_ds, steps=steps)


def _user_name(user: User) -> UserName:
    return cast("UserName", user.name.lower())


def _source(source: str) -> Literal["file", "derived"]:
    return "derived" if source == "derived" else "file"


def _pick(names: Sequence[str], indices: Iterable[int]) -> tuple[str, ...]:
    return tuple(names[index] for index in indices)


def _numbers(names: Iterable[str], what: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for name in names:
        if name in found:
            raise NetworkError(f'{what} "{name}" is defined twice')
        found[name] = len(found)
    return found


def _index(known: Mapping[str, int], name: str, what: str, path: str) -> int:
    if name not in known:
        near = get_close_matches(name, known, n=1)
        raise NetworkError(f'{path}: there is no {what} "{name}"' + (f'; did you mean "{near[0]}"?' if near else ""))
    return known[name]


def _indices(known: Mapping[str, int], names: Iterable[str], what: str, path: str) -> tuple[int, ...]:
    return tuple(_index(known, name, what, f"{path}[{number}]") for number, name in enumerate(names))


class _Reader:
    """Builds the model from rows, ids replaced by indices."""

    def __init__(self, row: NetworkRow, where: str) -> None:
        self._row = row
        self._where = where
        self._lanes: dict[str, int] = {}
        self._movements: dict[str, int] = {}

    def network(self) -> Network:
        row = self._row
        self._lanes = _numbers((lane.id for lane in row.lanes), "lane")
        self._movements = _numbers((movement.id for movement in row.movements), "movement")
        return Network(
            row.name,
            tuple(_lane(lane, f"lanes[{n}]") for n, lane in enumerate(row.lanes)),
            tuple(self._movement(movement, f"movements[{n}]") for n, movement in enumerate(row.movements)),
            tuple(self._intersection(place, f"intersections[{n}]") for n, place in enumerate(row.intersections)),
            tuple(
                Detector(d.id, _index(self._lanes, d.lane, "lane", f"detectors[{n}].lane"), d.position_m, d.length_m)
                for n, d in enumerate(row.detectors)
            ),
            tuple(Finding(f.level, f.intersection, f.code, f.text) for f in row.findings),
        )

    def _movement(self, row: MovementRow, path: str) -> Movement:
        return Movement(
            row.id,
            _index(self._lanes, row.from_lane, "lane", f"{path}.from_lane"),
            _index(self._lanes, row.to_lane, "lane", f"{path}.to_lane"),
            _indices(self._lanes, row.via, "lane", f"{path}.via"),
            row.length_m,
            row.speed_mps,
            Turn[row.turn.upper()],
            User[row.user.upper()],
            row.link,
            _indices(self._movements, row.yields_to, "movement", f"{path}.yields_to"),
            _indices(self._movements, row.foes, "movement", f"{path}.foes"),
        )

    def _intersection(self, row: IntersectionRow, path: str) -> Intersection:
        known = _numbers((group.id for group in row.groups), f'intersection "{row.id}": signal group')
        stages = tuple(
            Stage(
                s.id,
                _indices(known, s.groups, "signal group", f"{path}.stages[{n}].groups"),
                s.source,
                s.late_start_ds,
                s.early_cutoff_ds,
            )
            for n, s in enumerate(row.stages)
        )
        return Intersection(
            row.id,
            tuple(self._group(group, f"{path}.groups[{n}]") for n, group in enumerate(row.groups)),
            tuple(
                _cells(group.intergreen_ds, known, f"{path}.groups[{n}].intergreen_ds")
                for n, group in enumerate(row.groups)
            ),
            stages,
            tuple(_plan(plan, known, f"{path}.plans[{n}]") for n, plan in enumerate(row.plans)),
            row.junctions,
            row.link_count,
            tuple((off.link, off.shows) for off in row.off_links),
        )

    def _group(self, row: GroupRow, path: str) -> SignalGroup:
        return SignalGroup(
            row.id,
            User[row.user.upper()],
            row.links,
            _indices(self._movements, row.movements, "movement", f"{path}.movements"),
            row.min_green_ds,
            row.max_green_ds,
            row.amber_ds,
            row.red_amber_ds,
            row.clearance_ds,
            row.max_red_ds,
            row.permissive_links,
            row.turn_on_red_links,
        )


def _lane(row: LaneRow, path: str) -> Lane:
    shape = tuple(_place(place, f"{path}.shape") for place in row.shape.split())
    user = User[row.user.upper()]
    return Lane(row.id, row.edge, row.length_m, row.speed_mps, user, row.internal, shape, row.width_m)


def _place(text: str, path: str) -> Point:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError as error:
        raise NetworkError(f'{path}: expected places as "x,y x,y", got "{text}"') from error
    if not (isfinite(x) and isfinite(y)):
        raise NetworkError(f'{path}: "{text}" is no place')
    return x, y


def _cells(given: Mapping[str, object], known: Mapping[str, int], path: str) -> tuple[int | None, ...]:
    """Make one row of the matrix; a group that is not named does not conflict."""
    cells: list[int | None] = [None] * len(known)
    for name, cell in given.items():
        if type(cell) is not int or cell < 0:
            raise NetworkError(f"{path}.{name}: expected a whole number >= 0, got {cell!r}")
        cells[_index(known, name, "signal group", f"{path}.{name}")] = cell
    return tuple(cells)


def _plan(row: PlanRow, known: Mapping[str, int], path: str) -> Plan:
    steps = tuple(
        PlanStep(
            step.duration_ds,
            _indices(known, step.groups, "signal group", f"{path}.steps[{n}].groups"),
            step.min_ds,
            step.max_ds,
        )
        for n, step in enumerate(row.steps)
    )
    return Plan(row.id, steps, row.offset_ds)
