"""Who travels: flows from edge to edge with the shape of a morning peak, as a route file of SUMO.

Departures are Poisson processes, so that the seed of a run draws them; the routes are fixed, the shortest in time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heappop, heappush
from itertools import pairwise
from math import dist
from typing import Final, NamedTuple

from benchmarks.towns.streets import Road, Town, connections_of, document, roads_of

__all__ = ["BEGIN_S", "QUARTERS", "BusLine", "BusStop", "Demand", "Trips", "routes", "stops", "turning_veh_h", "way"]

BEGIN_S: Final = 7 * 3600 + 900
QUARTER_S: Final = 900
QUARTERS: Final = (0.80, 0.95, 1.10, 1.05, 0.90)
"""Flow in each quarter of an hour in relation to the hour's; the first one is for warming up, the peak is the third."""
TURN_S: Final = 5.0
"""What a turn costs when routes are chosen."""

TYPES: Final = (
    '<vTypeDistribution id="motor">',
    '    <vType id="car" vClass="passenger" length="4.6" probability="0.89"/>',
    '    <vType id="van" vClass="delivery" length="6.0" probability="0.07"/>',
    '    <vType id="truck" vClass="truck" length="10.0" probability="0.04"/>',
    "</vTypeDistribution>",
    '<vType id="bus" vClass="bus" length="12.0"/>',
    '<vType id="bicycle" vClass="bicycle" speedFactor="normc(1,0.15,0.6,1.5)"/>',
    '<vType id="pedestrian" vClass="pedestrian" speedFactor="normc(1,0.1,0.7,1.4)"/>',
)


class Trips(NamedTuple):
    """Travellers from the edge `start` to the edge `end`, how many in the hour that counts."""

    start: str
    end: str
    per_h: float


class BusStop(NamedTuple):
    """A stop on the rightmost motor lane of an edge, so many metres from its beginning."""

    id: str
    edge: str
    begin_m: float


class BusLine(NamedTuple):
    """A line in one direction over some edges: every `period_s` from `first_s` after the begin on, with its stops."""

    id: str
    start: str
    end: str
    period_s: int
    first_s: int
    stops: tuple[str, ...]
    via: tuple[str, ...] = ()
    stay_s: int = 20


class Demand(NamedTuple):
    """Everybody: motor traffic, cyclists, people on foot, and the bus lines with their stops."""

    motor: tuple[Trips, ...]
    bicycles: tuple[Trips, ...]
    on_foot: tuple[Trips, ...]
    lines: tuple[BusLine, ...]
    stops: tuple[BusStop, ...]


def routes(town: Town, demand: Demand) -> str:
    """Return the route file."""
    rows = sorted([*_lines(town, demand), *_flows(town, demand)], key=lambda row: row[0])  # SUMO wants them in order
    return document("routes", [*TYPES, *(text for _, text in rows)])


def stops(town: Town, demand: Demand) -> list[str]:
    """Return the bus stops, for an additional file."""
    roads = {road.id: road for road in roads_of(town)}
    return [
        f'<busStop id="{stop.id}" lane="{stop.edge}_{roads[stop.edge].motor[0]}" startPos="{stop.begin_m:g}" '
        f'endPos="{stop.begin_m + 14:g}"/>'
        for stop in demand.stops
    ]


def turning_veh_h(town: Town, demand: Demand) -> dict[tuple[str, str], float]:
    """Return how much motor traffic goes from each edge to the next in the hour that counts."""
    found: dict[tuple[str, str], float] = {}
    ways = [(way(town, row.start, row.end, motor=True), row.per_h) for row in demand.motor]
    ways += [(_course(town, line), 3600 / line.period_s) for line in demand.lines]
    for edges, per_h in ways:
        for pair in pairwise(edges):
            found[pair] = found.get(pair, 0.0) + per_h
    return found


def way(town: Town, start: str, end: str, *, motor: bool) -> tuple[str, ...]:
    """Return the edges of the quickest way on empty roads.

    Raises
    ------
    ValueError
        When there is none.
    """
    roads = {road.id: road for road in roads_of(town)}
    after = _after(town, roads, motor=motor)
    open_: list[tuple[float, tuple[str, ...]]] = [(0.0, (start,))]
    seen = set()
    while open_:
        cost_s, path = heappop(open_)
        if path[-1] == end:
            return path
        if path[-1] not in seen:
            seen.add(path[-1])
            for edge, turn in sorted(after.get(path[-1], {}).items()):
                more_s = _length_m(town, roads[edge]) / (roads[edge].kmh / 3.6) + (TURN_S if turn != "s" else 0.0)
                heappush(open_, (cost_s + more_s, (*path, edge)))
    raise ValueError(f"there is no way from {start} to {end}")


def _after(town: Town, roads: Mapping[str, Road], *, motor: bool) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for row in connections_of(town):
        if (row.start_lane in roads[row.start].motor) == motor:
            found.setdefault(row.start, {})[row.end] = row.turn
    return found


def _length_m(town: Town, road: Road) -> float:
    return dist(*((town.junction(name).x_m, town.junction(name).y_m) for name in (road.start, road.end)))


def _course(town: Town, line: BusLine) -> tuple[str, ...]:
    """Return the edges of a bus line."""
    edges: tuple[str, ...] = (line.start,)
    for edge in (*line.via, line.end):
        edges += way(town, edges[-1], edge, motor=True)[1:]
    return edges


def _lines(town: Town, demand: Demand) -> Iterator[tuple[int, str]]:
    """Yield the flow of every bus line, and when it begins."""
    end_s = BEGIN_S + QUARTER_S * len(QUARTERS)
    for line in demand.lines:
        edges = " ".join(_course(town, line))
        halts = "".join(f'<stop busStop="{stop}" duration="{line.stay_s}"/>' for stop in line.stops)
        begin_s = BEGIN_S + line.first_s
        times = f'begin="{begin_s}" end="{end_s}" period="{line.period_s}" departSpeed="max"'
        yield begin_s, f'<flow id="{line.id}" type="bus" {times}><route edges="{edges}"/>{halts}</flow>'


def _flows(town: Town, demand: Demand) -> Iterator[tuple[int, str]]:
    """Yield the flows of everybody else, quarter by quarter, and when they begin."""
    motor = [(row, " ".join(way(town, row.start, row.end, motor=True))) for row in demand.motor]
    cyclists = [(row, " ".join(way(town, row.start, row.end, motor=False))) for row in demand.bicycles]
    kinds = (("motor", ' departLane="best"', motor), ("bicycle", "", cyclists))
    for quarter, factor in enumerate(QUARTERS):
        begin_s = BEGIN_S + quarter * QUARTER_S
        for kind, lane, rows in kinds:
            for row, edges in rows:
                times = f'{_times(begin_s, row.per_h * factor)}{lane} departSpeed="max"'
                name = f"{kind}.{row.start}.{row.end}.{quarter}"
                yield begin_s, f'<flow id="{name}" type="{kind}" {times}><route edges="{edges}"/></flow>'
        for row in demand.on_foot:
            times, walk = _times(begin_s, row.per_h * factor), f'<walk from="{row.start}" to="{row.end}"/>'
            name = f"walk.{row.start}.{row.end}.{quarter}"
            yield begin_s, f'<personFlow id="{name}" type="pedestrian" {times}>{walk}</personFlow>'


def _times(begin_s: int, per_h: float) -> str:
    """Return the attributes of a flow that departs at random during a quarter of an hour."""
    return f'begin="{begin_s}" end="{begin_s + QUARTER_S}" period="exp({per_h / 3600:.6f})"'
