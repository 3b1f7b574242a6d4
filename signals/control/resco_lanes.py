"""Which lanes RESCO's rules count for a stage: read from its own table, or found the way it was made.

Source: RESCO (J. Ault and G. Sharon, NeurIPS Datasets and Benchmarks 2021), ``config/signal_config.py``: every lane
belongs to some of twelve directions (from where, to where), a stage is a pair of directions, and a direction leads to
the lanes of the next signal that go on the same way. The table was made by hand; its licence keeps it out of this
package, so that whoever has it names the file.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from signals.control.downstream import stop_lines_downstream
from signals.errors import FileError
from signals.input_files import check_regular
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.values import IntArray

__all__ = ["SHORT_M", "StageLanes", "find_lanes", "read_lanes"]

SHORT_M = 10.0
"""A last lane that is shorter is looked through: whoever is on the one before is on it as well."""

_TABLE, _PAIRS = "signal_configs", "_pairs"
_DIRECTIONS = tuple(f"{came}-{leaves}" for came, turns in zip("SWNE", ("WSE", "NWS", "ENW", "SEN"), strict=True)
                    for leaves in turns)  # fmt: skip
"""RESCO's numbering: the heading of the traffic, and the one that it takes; ``S-S`` goes on to the south."""


class StageLanes(NamedTuple):
    """Pairs of a stage (network-wide) and an approach; one that stands twice counts twice.

    Attributes
    ----------
    served
        int32 [n, 2] the lanes that the directions of the stage come from.
    beyond
        int32 [m, 2] the lanes before the next signal that they lead to.
    """

    served: IntArray
    beyond: IntArray


def find_lanes(network: Network) -> StageLanes:
    """Find the lanes of every stage in the network itself.

    Counted are the directions (road, and turn) that the stage serves without having to yield in it: those straight on
    and to the left; where it serves but the left turn of one road, the other turns of that road, too, and right turns
    where there is nothing else. A lane counts once for each direction.

    Parameters
    ----------
    network
        The network.
    """
    arrays = network.arrays
    behind: dict[int, set[int]] = {}
    for link, approach in zip(*(column.tolist() for column in stop_lines_downstream(network)), strict=True):
        behind.setdefault(link, set()).add(approach)
    owner = np.repeat(np.arange(len(arrays.approach_lane)), np.diff(arrays.link_offset))
    served, beyond = [], []
    for stage, green in _stages(network):
        for links in _main(network, green):
            served += [(stage, approach) for approach in sorted({int(owner[link]) for link in links})]
            beyond += [(stage, approach) for approach in sorted(set().union(*(behind.get(k, ()) for k in links)))]
    return StageLanes(_pairs(served), _pairs(beyond))


def _stages(network: Network) -> Iterator[tuple[int, list[int]]]:
    """Yield every stage, network-wide, with the links that it shows green to."""
    arrays = network.arrays
    for i, place in enumerate(network.intersections):
        for number, stage in enumerate(place.stages):
            groups = arrays.group_offset[i] + np.array(stage.groups, np.int32)
            yield int(arrays.stage_offset[i]) + number, np.flatnonzero(np.isin(arrays.link_group, groups)).tolist()


def _main(network: Network, green: list[int]) -> Iterable[list[int]]:
    """Return the links of the directions that count, direction by direction."""
    arrays, shown = network.arrays, set(green)
    directions: dict[tuple[str, Turn], list[int]] = {}
    for link in green:
        priority = arrays.yield_link[arrays.yield_offset[link] : arrays.yield_offset[link + 1]].tolist()
        if arrays.link_permissive[link] and not shown.isdisjoint(priority):
            continue
        movement = network.movements[int(arrays.link_movement[link])]
        turn = Turn.LEFT if movement.turn is Turn.UTURN else movement.turn
        directions.setdefault((network.lanes[movement.from_lane].edge, turn), []).append(link)
    main = [name for name in directions if name[1] in (Turn.STRAIGHT, Turn.LEFT)]
    roads = {road for road, _ in main}
    if not main:
        main = list(directions)
    elif len(roads) == 1 and all(turn is Turn.LEFT for _, turn in main):
        main = [name for name in directions if name[0] in roads]
    return [directions[name] for name in main]


def read_lanes(path: str | Path, network: Network) -> StageLanes:
    """Read RESCO's own table; its Python is parsed, never run.

    A lane before a short last one stands for that; other lanes that end at no stop line are left out. Where the network
    has more or fewer stages than the table, each gets the directions with which it has most lanes in common.

    Parameters
    ----------
    path
        RESCO's ``signal_config.py``.
    network
        One of its maps, named as there.

    Raises
    ------
    FileError
        When it cannot be read, or has no such map, signal or direction.
    """
    table = _tables(path).get(network.name)
    if table is None:
        raise FileError(f'"{path}" says nothing about the network "{network.name}"')
    stop_lines, found = _stop_lines(network), find_lanes(network).served.tolist()
    served: list[tuple[int, str]] = []
    beyond: list[tuple[int, str]] = []
    try:
        pairs: Any = next((value for key, value in table.items() if key.endswith(_PAIRS)), [])
        for i, place in enumerate(network.intersections):
            mine, first = table[place.id], int(network.arrays.stage_offset[i])
            acts = (table["valid_acts"] or {}).get(place.id) or {n: n for n in range(len(pairs))}
            sets = {act: [_DIRECTIONS[one] for one in pairs[act]] for act in acts}
            wanted = [{a for s, a in found if s == first + number} for number in range(len(place.stages))]
            for act, number in _matched(acts, sets, mine["lane_sets"], wanted, stop_lines):
                for direction in sets[act]:
                    served += [(first + number, lane) for lane in mine["lane_sets"][direction]]
                    beyond += [(first + number, lane) for lane in _beyond(table, mine, direction)]
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise FileError(
            f'"{path}" is no table of RESCO, or not of this version of "{network.name}": {error!r}'
        ) from error
    return StageLanes(*(
        _pairs((stage, stop_lines[lane]) for stage, lane in rows if lane in stop_lines) for rows in (served, beyond)
    ))  # fmt: skip


def _matched(
    acts: Mapping[int, int],
    sets: Mapping[int, list[str]],
    lane_sets: Mapping[str, list[str]],
    wanted: list[set[int]],
    stop_lines: Mapping[str, int],
) -> list[tuple[int, int]]:
    """Return pairs (act, stage): by number, or where the network has more or fewer stages by the lanes in common."""
    if len(acts) == len(wanted):
        return list(acts.items())
    lanes = {
        act: {stop_lines[lane] for name in sets[act] for lane in lane_sets[name] if lane in stop_lines} for act in acts
    }
    matched = []
    for number, want in enumerate(wanted):
        shares = {act: len(mine & want) / max(len(mine | want), 1) for act, mine in lanes.items()}
        best = max(shares, key=lambda act: shares[act])
        if shares[best] > 0:
            matched.append((best, number))
    return matched


def _stop_lines(network: Network) -> dict[str, int]:
    """Return lane → approach, by the id of the last lane, or of the one before a short last one."""
    arrays = network.arrays
    last = {lane: number for number, lane in enumerate(arrays.approach_lane.tolist())}
    short = {lane for lane in last if arrays.lane_length_m[lane] < SHORT_M}
    before = {m.from_lane: last[m.to_lane] for m in network.movements if m.to_lane in short and m.from_lane not in last}
    return {network.lanes[lane].id: approach for lane, approach in {**before, **last}.items()}


def _tables(path: str | Path) -> Mapping[str, Any]:
    """Return the one literal of the file that matters."""
    try:
        check_regular(Path(path))
        tree = ast.parse(Path(path).read_text("utf-8"))
        for node in tree.body:
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == _TABLE for t in node.targets):
                found = ast.literal_eval(node.value)
                if isinstance(found, dict):
                    return found
    except (OSError, SyntaxError, ValueError) as error:
        raise FileError(f'cannot read "{path}": {error}') from error
    raise FileError(f'"{path}" has no table {_TABLE}; expected RESCO\'s config/signal_config.py')


def _beyond(table: Mapping[str, Any], mine: Mapping[str, Any], direction: str) -> list[str]:
    """Return the lanes before the next signal that go on as the direction leaves, each once."""
    leaves = direction.partition("-")[2]
    name = mine["downstream"][leaves]
    sets: Mapping[str, list[str]] = {} if name is None else table[name]["lane_sets"]
    return sorted({lane for key, lanes in sets.items() if key.partition("-")[0] == leaves for lane in lanes})


def _pairs(rows: Iterable[tuple[int, int]]) -> IntArray:
    return np.array(list(rows), np.int32).reshape(-1, 2)
