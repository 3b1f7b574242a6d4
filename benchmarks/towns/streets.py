"""Streets and junctions on a plane, and the plain XML that ``netconvert`` makes a SUMO network of.

A cross-section is written from the kerb to the middle of the road, one word a lane: ``w`` a pavement, ``b`` a cycle
track, and a motor lane by the turns that it is for, such as ``sr``, ``s`` or ``l``; ``slr`` is all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import atan2, degrees
from typing import Final, NamedTuple

__all__ = ["Connection", "Junction", "Road", "Street", "Town", "connections_of", "roads_of"]

WIDTH_M: Final = {"w": 2.0, "b": 1.8}
MOTOR_M: Final = 3.0
CROSSING_M: Final = 3.0
ALLOWED: Final = {"w": 'allow="pedestrian"', "b": 'allow="bicycle"'}
NO_MOTOR: Final = 'disallow="pedestrian bicycle tram rail rail_urban rail_electric rail_fast ship"'
STRAIGHT_DEG: Final = 45.0
BACK_DEG: Final = 135.0


class Junction(NamedTuple):
    """A node.

    Attributes
    ----------
    id
        Its name.
    x_m, y_m
        Where it lies.
    kind
        SUMO's type: ``traffic_light``, ``priority`` or ``right_before_left``.
    crossed
        The neighbours whose arms have a pedestrian crossing.
    """

    id: str
    x_m: float
    y_m: float
    kind: str = "priority"
    crossed: tuple[str, ...] = ()


class Street(NamedTuple):
    """Both directions between two nodes.

    Attributes
    ----------
    start, end
        The nodes.
    there, back
        The cross-sections of the directions from `start` and from `end`.
    kmh
        Speed limit.
    priority
        Who has more goes first where no signal says otherwise.
    """

    start: str
    end: str
    there: str
    back: str
    kmh: int = 50
    priority: int = 2


class Road(NamedTuple):
    """One direction of a street; its id is ``start_end``."""

    id: str
    start: str
    end: str
    lanes: tuple[str, ...]
    kmh: int
    priority: int

    @property
    def motor(self) -> tuple[int, ...]:
        """The numbers of its motor lanes, from the kerb."""
        return tuple(number for number, lane in enumerate(self.lanes) if lane not in WIDTH_M)


class Connection(NamedTuple):
    """From a lane to a lane; `turn` is ``s``, ``l`` or ``r``."""

    start: str
    start_lane: int
    end: str
    end_lane: int
    turn: str


class Town(NamedTuple):
    """All of it."""

    junctions: tuple[Junction, ...]
    streets: tuple[Street, ...]

    def junction(self, name: str) -> Junction:
        """Return a node by its name."""
        return next(junction for junction in self.junctions if junction.id == name)

    def nodes(self) -> str:
        """Return the file ``.nod.xml``."""
        rows = (f'<node id="{j.id}" x="{j.x_m:g}" y="{j.y_m:g}" type="{j.kind}"/>' for j in self.junctions)
        return document("nodes", rows)

    def edges(self) -> str:
        """Return the file ``.edg.xml``."""
        return document("edges", (_edge(road) for road in roads_of(self)))

    def connections(self) -> str:
        """Return the file ``.con.xml``, with the crossings."""
        rows = [_connection(connection) for connection in connections_of(self)]
        for junction in self.junctions:
            first = ' priority="true"' if junction.kind != "traffic_light" else ""
            rows += [
                f'<crossing node="{junction.id}" edges="{junction.id}_{arm} {arm}_{junction.id}" '
                f'width="{CROSSING_M:g}"{first}/>'
                for arm in junction.crossed
            ]
        return document("connections", rows)


def document(root: str, rows: Iterator[str] | Sequence[str]) -> str:
    """Return an XML file with one element a row."""
    return f"<{root}>\n" + "".join(f"    {row}\n" for row in rows) + f"</{root}>\n"


def roads_of(town: Town) -> tuple[Road, ...]:
    """Return both directions of every street."""
    found = []
    for street in town.streets:
        for start, end, lanes in ((street.start, street.end, street.there), (street.end, street.start, street.back)):
            road = Road(f"{start}_{end}", start, end, tuple(lanes.split()), street.kmh, street.priority)
            found.append(road)
    return tuple(found)


def connections_of(town: Town) -> tuple[Connection, ...]:
    """Return who may drive from where to where; nobody turns round."""
    roads = roads_of(town)
    found: list[Connection] = []
    for road in roads:
        ways = {}
        for other in roads:
            if other.start == road.end and other.end != road.start:
                ways[turn_of(town, road, other)] = other
        junction = town.junction(road.end)
        if len(ways) == 1 and junction.kind != "traffic_light":
            found += _onward(road, ways["s"])
        elif ways:
            found += [*_by_bicycle(road, ways), *_by_motor(road, ways)]
    return tuple(found)


def turn_of(town: Town, road: Road, other: Road) -> str:
    """Return how one turns from a road into another one: ``s``, ``l`` or ``r``."""
    here, came, goes = (town.junction(name) for name in (road.end, road.start, other.end))
    before = atan2(here.y_m - came.y_m, here.x_m - came.x_m)
    after = atan2(goes.y_m - here.y_m, goes.x_m - here.x_m)
    left_deg = (degrees(after - before) + 180.0) % 360.0 - 180.0
    if abs(left_deg) > BACK_DEG:
        raise ValueError(f"{road.id} and {other.id} turn back on each other")
    return "s" if abs(left_deg) < STRAIGHT_DEG else "l" if left_deg > 0 else "r"


def _onward(road: Road, after: Road) -> Iterator[Connection]:
    """Go on where a street only changes its cross-section; the lane at the middle opens the turning lanes."""
    if "b" in road.lanes and "b" in after.lanes:
        yield Connection(road.id, road.lanes.index("b"), after.id, after.lanes.index("b"), "s")
    for number, lane in enumerate(road.motor):
        last = number == len(road.motor) - 1
        ahead = after.motor[number:] if last else after.motor[number : number + 1]
        yield from (Connection(road.id, lane, after.id, other, "s") for other in ahead)


def _by_bicycle(road: Road, ways: dict[str, Road]) -> Iterator[Connection]:
    """From the cycle track straight on and right; SUMO's left turn in two stages waits in the way of the cars."""
    if "b" in road.lanes:
        for turn, other in ways.items():
            if "b" in other.lanes and turn != "l":
                yield Connection(road.id, road.lanes.index("b"), other.id, other.lanes.index("b"), turn)


def _by_motor(road: Road, ways: dict[str, Road]) -> Iterator[Connection]:
    straight = [lane for lane in road.motor if "s" in road.lanes[lane]]
    for lane in road.motor:
        for turn in road.lanes[lane]:
            if turn in ways:
                to = ways[turn].motor
                place = {"s": min(straight.index(lane), len(to) - 1) if turn == "s" else 0, "r": 0, "l": -1}[turn]
                yield Connection(road.id, lane, ways[turn].id, to[place], turn)


def _edge(road: Road) -> str:
    lanes = "".join(
        f'<lane index="{number}" {ALLOWED.get(lane, NO_MOTOR)} width="{WIDTH_M.get(lane, MOTOR_M):g}"/>'
        for number, lane in enumerate(road.lanes)
    )
    return (
        f'<edge id="{road.id}" from="{road.start}" to="{road.end}" numLanes="{len(road.lanes)}" '
        f'speed="{road.kmh / 3.6:.2f}" priority="{road.priority}">{lanes}</edge>'
    )


def _connection(row: Connection) -> str:
    return f'<connection from="{row.start}" to="{row.end}" fromLane="{row.start_lane}" toLane="{row.end_lane}"/>'
