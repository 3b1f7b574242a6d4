"""What was read of a network: for people as tables, for programs as one object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from signals.errors import InputError
from signals.model.intersections import Intersection, Plan, SignalGroup
from signals.model.network import Network
from signals.scenario import Changes, load, read_network_file
from signals.scenario_file import TimingPart
from signals.scenario_search import SCENARIO_FILE
from signals.screens import table

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["against_cards", "inspection", "inspection_tables", "network_of"]

_NET = (".net.xml", ".net.xml.gz")
_ALIKE = ""
"""In a matrix for people: the two may be green together. A conflict with an intergreen of 0 s is a 0."""


def network_of(
    source: str, additionals: Sequence[Path] = (), *, profile: str | None = None, respect_plans: bool | None = None
) -> Network:
    """Read the network of whatever has one.

    Parameters
    ----------
    source
        A ``.net.xml[.gz]``, a network in TOML, or anything that `signals.scenario.load` takes.
    additionals
        Files with more signal programs, for a ``.net.xml``.
    profile, respect_plans
        As in `signals.scenario_file.TimingPart`; `None` = as the scenario says, and as usual for a ``.net.xml``.

    Raises
    ------
    InputError
        When it cannot be read.
    """
    path, usual = Path(source), TimingPart()
    if path.name.endswith(_NET):
        from signals.adapters.sumo.network import read_network  # noqa: PLC0415  only SUMO's users pay for SUMO's reader

        kept = usual.respect_plans if respect_plans is None else respect_plans
        return read_network(path, additionals, profile=profile or usual.profile, respect_plans=kept)
    if additionals:
        raise InputError(f'"{source}" brings its own additional files; others can only be given for a .net.xml')
    if _is_network(path):
        return read_network_file(path)
    changes = {
        key: value for key, value in (("profile", profile), ("respect_plans", respect_plans)) if value is not None
    }
    return load(source, **cast("Changes", changes)).network


def against_cards(source: str, network: Network) -> Network:
    """Add in what a network differs from the site cards of its scenario, where it has any.

    Parameters
    ----------
    source
        As for `network_of`.
    network
        What `network_of` read of it.

    Raises
    ------
    InputError
        When a card cannot be read or was edited.
    """
    path = Path(source)
    if path.name.endswith(_NET) or _is_network(path):
        return network
    return replace(network, findings=(*network.findings, *load(source).card_findings(network)))


def _is_network(path: Path) -> bool:
    return path.name.endswith(".toml") and path.name != SCENARIO_FILE


def inspection(network: Network) -> dict[str, object]:
    """Return what was read as one object; in an intergreen matrix, null is no conflict and 0 a conflict with 0 s."""
    return {
        "network": network.name,
        "lanes": len(network.lanes),
        "movements": len(network.movements),
        "detectors": len(network.detectors),
        "intersections": [_object(network, place) for place in network.intersections],
        "findings": [
            {"level": f.level, "intersection": f.intersection, "code": f.code, "text": f.text} for f in network.findings
        ],
    }


def inspection_tables(network: Network) -> Iterator[Table]:
    """Return what was read as tables: of each intersection its groups, stages, intergreens and plans; then findings."""
    for place in network.intersections:
        yield _groups(network, place)
        yield _stages(place)
        yield _matrix(place)
        yield from (_plan(place, plan) for plan in place.plans)
    if network.findings:
        rows = [(f.level, f.intersection, f.code, f.text) for f in network.findings]
        yield table("Findings", ("level", "intersection", "code", "what"), rows)


def _object(network: Network, place: Intersection) -> dict[str, object]:
    return {
        "id": place.id,
        "junctions": list(place.junctions),
        "groups": [_group(network, group) for group in place.groups],
        "stages": [
            {"id": stage.id, "source": stage.source, "groups": [place.groups[group].id for group in stage.groups]}
            for stage in place.stages
        ],
        "conflict": [[cell is not None for cell in row] for row in place.intergreen_ds],
        "intergreen_s": [[None if cell is None else cell / 10 for cell in row] for row in place.intergreen_ds],
        "plans": [
            {
                "id": plan.id,
                "cycle_s": plan.cycle_ds / 10,
                "offset_s": plan.offset_ds / 10,
                "steps": [
                    {"duration_s": step.duration_ds / 10, "green": [place.groups[group].id for group in step.groups]}
                    for step in plan.steps
                ],
            }
            for plan in place.plans
        ],
    }


def _group(network: Network, group: SignalGroup) -> dict[str, object]:
    return {
        "id": group.id,
        "user": group.user.name.lower(),
        "movements": [network.movements[movement].id for movement in group.movements],
        "links": list(group.links),
        "min_green_s": group.min_green_ds / 10,
        "max_green_s": group.max_green_ds / 10,
        "amber_s": group.amber_ds / 10,
        "red_amber_s": group.red_amber_ds / 10,
        "clearance_s": group.clearance_ds / 10,
    }


def _groups(network: Network, place: Intersection) -> Table:
    headings = ("group", "user", "releases", "min green, s", "max green, s", "amber, s", "clearance, s")
    rows = [(*_names(network, group), *_times(group)) for group in place.groups]
    return table(f'Intersection "{place.id}": {len(place.groups)} signal groups', headings, rows, numbers=3)


def _names(network: Network, group: SignalGroup) -> tuple[str, str, str]:
    return group.id, group.user.name.lower(), ", ".join(network.movements[movement].id for movement in group.movements)


def _times(group: SignalGroup) -> tuple[str, ...]:
    times_ds = (group.min_green_ds, group.max_green_ds, group.amber_ds, group.clearance_ds)
    return tuple(f"{time_ds / 10:g}" for time_ds in times_ds)


def _stages(place: Intersection) -> Table:
    rows = [(s.id, s.source, ", ".join(place.groups[group].id for group in s.groups)) for s in place.stages]
    return table(f'Intersection "{place.id}": stages', ("stage", "source", "green"), rows)


def _matrix(place: Intersection) -> Table:
    """Rows end, columns begin."""
    names = [group.id for group in place.groups]
    rows = [
        (name, *(_ALIKE if cell is None else f"{cell / 10:g}" for cell in row))
        for name, row in zip(names, place.intergreen_ds, strict=True)
    ]
    title = f'Intersection "{place.id}": intergreens in s, from the row to the column; empty = may be green together'
    return table(title, ("", *names), rows, numbers=1)


def _plan(place: Intersection, plan: Plan) -> Table:
    rows = [
        (f"{step.duration_ds / 10:g}", ", ".join(place.groups[group].id for group in step.groups) or "none")
        for step in plan.steps
    ]
    title = (
        f'Intersection "{place.id}": plan "{plan.id}", cycle {plan.cycle_ds / 10:g} s, offset {plan.offset_ds / 10:g} s'
    )
    return table(title, ("s", "wanted green"), rows)
