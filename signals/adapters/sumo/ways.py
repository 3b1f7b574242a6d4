"""Lanes and movements of a SUMO network, with who yields to whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import dist
from typing import NamedTuple

from signals.adapters.sumo.records import RawConnection, RawJunction, RawNet
from signals.errors import NetworkError
from signals.model.lanes import Lane, Point, User
from signals.model.movements import Movement, Turn

__all__ = ["Ways", "ways_of"]

_TURN = {"l": Turn.LEFT, "L": Turn.LEFT, "r": Turn.RIGHT, "R": Turn.RIGHT, "t": Turn.UTURN, "T": Turn.UTURN}
_LONGEST_CHAIN = 20
"""Lanes inside a junction that one movement can use; a longer chain is a circle."""


class Ways(NamedTuple):
    """Lanes and movements.

    Attributes
    ----------
    lanes, movements
        What exists, in file order.
    signal
        Of each movement the signal that controls it; empty where none does.
    junction
        Of each movement the junction it crosses; empty where the file does not tell.
    """

    lanes: tuple[Lane, ...]
    movements: tuple[Movement, ...]
    signal: tuple[str, ...]
    junction: tuple[str, ...]


class _Way(NamedTuple):
    """A connection that is a movement: the lanes inside the junction, and its row in the right-of-way table."""

    connection: RawConnection
    via: tuple[str, ...]
    crossing: bool
    junction: str
    row: int


def ways_of(raw: RawNet) -> Ways:
    """Build the lanes and movements.

    Every connection from a road is a movement, as is every crossing, and the second half of an indirect left turn,
    which waits inside the junction for a signal of its own.

    Parameters
    ----------
    raw
        What was read.

    Raises
    ------
    NetworkError
        When a connection refers to a lane that does not exist.
    """
    lanes = _lanes(raw)
    index = {lane.id: number for number, lane in enumerate(lanes)}
    ways = list(_ways(raw, index))
    yields, foes = _tables(raw.junctions, ways)
    _split_waiting(ways, (yields, foes), {lane.id: lane.shape for lane in lanes})
    taken: Counter[str] = Counter()
    movements = []
    for number, way in enumerate(ways):
        name = f"{way.connection.from_lane}>{way.connection.to_lane}"
        taken[name] += 1
        if taken[name] > 1:
            name = f"{name}#{taken[name]}"
        movements.append(_movement(name, way, (yields[number], foes[number]), lanes, index))
    return Ways(
        lanes, tuple(movements), tuple(way.connection.signal for way in ways), tuple(way.junction for way in ways)
    )


def _lanes(raw: RawNet) -> tuple[Lane, ...]:
    return tuple(
        Lane(
            lane.id,
            edge.id,
            lane.length_m,
            lane.speed_mps,
            lane.user,
            edge.function not in ("", "normal", "connector"),
            lane.shape,
            lane.width_m,
        )
        for edge in raw.edges
        for lane in edge.lanes
    )


def _ways(raw: RawNet, index: Mapping[str, int]) -> Iterator[_Way]:
    """Yield the connections that are movements, in file order."""
    crossings = {lane.id for edge in raw.edges if edge.function == "crossing" for lane in edge.lanes}
    internal = {
        lane.id for edge in raw.edges if edge.function not in ("", "normal", "connector") for lane in edge.lanes
    }
    onward = {connection.from_lane: connection for connection in raw.connections if connection.from_lane in internal}
    rows = _rows(raw)
    for number, connection in enumerate(raw.connections):
        crossing = connection.to_lane in crossings and connection.from_lane not in crossings
        road = connection.from_lane not in internal and connection.to_lane not in internal
        if not (crossing or road or (connection.link >= 0 and connection.to_lane not in internal)):
            continue
        via = _chain(connection, onward)
        for lane in (connection.from_lane, connection.to_lane, *via):
            if lane not in index:
                raise NetworkError(
                    f"{raw.path}: the connection from {connection.from_lane} to {connection.to_lane} uses the lane "
                    f'"{lane}", which does not exist; rebuild the network with netconvert'
                )
        found = (rows[key] for key in (*via, connection.to_lane, number) if key in rows)
        junction, row = next(found, ("", -1))
        yield _Way(connection, via, crossing, junction, row)


def _chain(connection: RawConnection, onward: Mapping[str, RawConnection]) -> tuple[str, ...]:
    """Return the lanes inside the junction, past its internal junctions."""
    via: list[str] = []
    lane = connection.via
    while lane and len(via) < _LONGEST_CHAIN:
        via.append(lane)
        lane = onward[lane].via if lane in onward else ""
    return tuple(via)


def _rows(raw: RawNet) -> dict[str | int, tuple[str, int]]:
    """Map lanes inside junctions to the junction and its row.

    Without lanes inside junctions, connections (by number) have rows in the order of the incoming lanes.
    """
    rows: dict[str | int, tuple[str, int]] = {}
    leaving: dict[str, list[int]] | None = None
    for junction in raw.junctions:
        if junction.type == "internal":
            continue
        for number, lane in enumerate(junction.internal_lanes):
            rows[lane] = (junction.id, number)
        if junction.foes and not junction.internal_lanes:
            if leaving is None:
                leaving = {}
                for number, connection in enumerate(raw.connections):
                    leaving.setdefault(connection.from_lane, []).append(number)
            ordered = (number for lane in junction.incoming_lanes for number in leaving.get(lane, ()))
            rows.update((number, (junction.id, row)) for row, number in enumerate(ordered))
    return rows


def _tables(junctions: Sequence[RawJunction], ways: Sequence[_Way]) -> tuple[list[list[int]], list[list[int]]]:
    """Return for each movement those it yields to and those it meets."""
    at: dict[str, dict[int, list[int]]] = {}
    for number, way in enumerate(ways):
        if way.row >= 0:
            at.setdefault(way.junction, {}).setdefault(way.row, []).append(number)
    yields: list[list[int]] = [[] for _ in ways]
    foes: list[list[int]] = [[] for _ in ways]
    for junction in junctions:
        if junction.type == "internal" or junction.id not in at:
            continue
        rows = at[junction.id]
        for row, mine in rows.items():
            for table, source in ((yields, junction.response), (foes, junction.foes)):
                bits = source[row] if row < len(source) else 0
                met = [other for foe, others in rows.items() if bits >> foe & 1 and foe != row for other in others]
                for number in mine:
                    table[number] = met
    return yields, foes


def _split_waiting(
    ways: Sequence[_Way], tables: Sequence[list[list[int]]], shapes: Mapping[str, tuple[Point, ...]]
) -> None:
    """Leave each half of a turn that waits inside the junction only those that it meets itself.

    The file has one row for both; without shapes each half keeps the whole row.
    """
    halves = {way.connection.from_lane: number for number, way in enumerate(ways) if way.connection.from_lane[0] == ":"}
    own = [(way.connection.to_lane,) if way.crossing else way.via for way in ways]
    split = set()
    for number, way in enumerate(ways):
        waiting = next((lane for lane in way.via if lane in halves), None)
        if waiting is not None:
            own[number] = way.via[: way.via.index(waiting) + 1]
            split |= {number, halves[waiting]}
    if not split:
        return
    for table in tables:
        for number, others in enumerate(table):
            table[number] = [
                other for other in others if not split & {number, other} or _meet(own[number], own[other], shapes)
            ]


def _meet(one: Sequence[str], two: Sequence[str], shapes: Mapping[str, tuple[Point, ...]]) -> bool:
    """Whether the centre lines of some lanes cross or touch."""
    paths = [[shapes[lane] for lane in lanes] for lanes in (one, two)]
    if not all(len(shape) > 1 for path in paths for shape in path):
        return True
    return any(
        _segments_meet(*a, *b)
        for first in paths[0]
        for second in paths[1]
        for a in pairwise(first)
        for b in pairwise(second)
    )


def _segments_meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the segments ab and cd have a point in common."""

    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    if min(a[0], b[0]) > max(c[0], d[0]) or min(c[0], d[0]) > max(a[0], b[0]):
        return False
    if min(a[1], b[1]) > max(c[1], d[1]) or min(c[1], d[1]) > max(a[1], b[1]):
        return False
    return side(a, b, c) * side(a, b, d) <= 0 and side(c, d, a) * side(c, d, b) <= 0


def _movement(
    name: str, way: _Way, relations: tuple[list[int], list[int]], lanes: Sequence[Lane], index: Mapping[str, int]
) -> Movement:
    start, end = lanes[index[way.connection.from_lane]], lanes[index[way.connection.to_lane]]
    inside = [lanes[index[lane]] for lane in way.via]
    if way.crossing:
        length, speed = end.length_m, end.speed_mps
    elif inside:
        length, speed = sum(lane.length_m for lane in inside), min(lane.speed_mps for lane in inside)
    else:
        length = dist(start.shape[-1], end.shape[0]) if start.shape and end.shape else 0.0
        speed = min(start.speed_mps, end.speed_mps)
    return Movement(
        name,
        index[start.id],
        index[end.id],
        tuple(index[lane] for lane in way.via),
        length,
        speed,
        Turn.CROSSING if way.crossing else _TURN.get(way.connection.direction, Turn.STRAIGHT),
        User.PEDESTRIAN if way.crossing else start.user,
        way.connection.link,
        tuple(relations[0]),
        tuple(relations[1]),
    )
