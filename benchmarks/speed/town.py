"""A town of any size, made without files: a grid of crossroads with two lanes each way, and trips through it.

Every crossing has two stages; left turns yield to the oncoming traffic and wait inside the junction. On lane 0 one
drives straight on or right, on lane 1 straight on or left. Trips begin and end anywhere and turn twice at most.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from signals.model.intersections import Intersection, Plan, PlanStep, SignalGroup, Stage
from signals.model.lanes import Lane
from signals.model.movements import Movement, Turn
from signals.model.network import Network
from signals.model.travel import Travel

__all__ = ["Town", "network_of", "travel_of"]

NORTH, EAST, SOUTH, WEST = range(4)
STEP: Final = ((0, 1), (1, 0), (0, -1), (-1, 0))
LENGTH_M, SPEED_MPS = 200.0, 13.89
TURNS: Final = ((0, Turn.STRAIGHT), (0, Turn.RIGHT), (1, Turn.STRAIGHT), (1, Turn.LEFT))
"""The movements of an arm: from which lane, where to."""
HEADING: Final = {Turn.STRAIGHT: 0, Turn.RIGHT: 1, Turn.LEFT: 3}
WAY_M: Final = {Turn.STRAIGHT: 20.0, Turn.RIGHT: 9.0, Turn.LEFT: 18.0}
WAY_MPS: Final = {Turn.STRAIGHT: 13.89, Turn.RIGHT: 6.5, Turn.LEFT: 8.0}
GREEN_DS, BETWEEN_DS = 350, 50


class Town(NamedTuple):
    """How large it is, and who drives in it.

    Attributes
    ----------
    side
        Crossings along each side.
    vehicles
        How many depart, evenly at random.
    end_s
        Until when.
    mean_hops
        Mean length of a trip in roads, before it is cut at the border.
    seed
        Of the trips.
    """

    side: int
    vehicles: int
    end_s: float = 3600.0
    mean_hops: float = 16.0
    seed: int = 1


def network_of(side: int) -> Network:
    """Build the network: `side` x `side` crossings; edge 4 * crossing + heading leads *to* the crossing.

    Parameters
    ----------
    side
        Crossings along each side, >= 2.
    """
    lanes = [
        Lane(f"{edge}_{lane}", str(edge), LENGTH_M, SPEED_MPS) for edge in range(4 * side * side) for lane in range(2)
    ]
    movements: list[Movement] = []
    places = []
    for crossing in range(side * side):
        ways = _ways(side, crossing, len(movements), len(lanes))
        lanes += _inside(crossing, ways)
        movements += ways
        places.append(_intersection(crossing, ways, len(movements) - len(ways)))
    return Network("town", tuple(lanes), tuple(movements), tuple(places))


def travel_of(town: Town) -> Travel:
    """Draw trips: some way along one axis, all the way along the other, the rest along the first.

    Parameters
    ----------
    town
        Size and number.
    """
    stream = np.random.default_rng(town.seed)
    count, side = town.vehicles, town.side
    at = stream.integers(side, size=(count, 2))
    reach = stream.geometric(2.0 / town.mean_hops, size=(count, 2)) * stream.choice((-1, 1), size=(count, 2))
    to = np.clip(at + reach, 0, side - 1)
    first, split = stream.integers(2, size=count), stream.random(count)
    heading = stream.integers(4, size=count)
    routes = tuple(
        _route(side, start, end, axis, share, facing)
        for start, end, axis, share, facing in zip(
            at.tolist(), to.tolist(), first.tolist(), split.tolist(), heading.tolist(), strict=True
        )
    )
    return Travel(
        routes=routes,
        depart_s=np.sort(stream.uniform(0.0, town.end_s, count)),
        kind=np.zeros(count, np.int32),
        route=np.arange(count, dtype=np.int32),
        speed_factor=np.clip(stream.normal(1.0, 0.1, count), 0.2, 2.0).astype(np.float32),
    )


def _ways(side: int, crossing: int, first: int, inside: int) -> list[Movement]:
    """Return the movements of a crossing, of each heading those of `TURNS` that lead somewhere.

    Left turns use two lanes inside the junction, numbered from `inside` on: where the first ends one waits.
    """
    rows = [
        (heading, lane, turn, edge)
        for heading in range(4)
        for lane, turn in TURNS
        if (edge := _edge_from(side, crossing, (heading + HEADING[turn]) % 4)) >= 0
    ]
    found = []
    for heading, lane, turn, edge in rows:
        yields = (
            first + number
            for number, (other, _, facing, _) in enumerate(rows)
            if turn is Turn.LEFT and other == (heading + 2) % 4 and facing is not Turn.LEFT
        )
        start, end = 2 * (4 * crossing + heading) + lane, 2 * edge + lane
        via = (inside, inside + 1) if turn is Turn.LEFT else ()
        inside += len(via)
        found.append(
            Movement(
                f"{start}>{end}", start, end, via, WAY_M[turn], WAY_MPS[turn], turn,
                link=len(found), yields_to=tuple(yields),
            )
        )  # fmt: skip
    return found


def _inside(crossing: int, ways: list[Movement]) -> list[Lane]:
    """Return the lanes inside a crossing that its movements use."""
    half = [(way.length_m / 2.0, way.speed_mps) for way in ways for _ in way.via]
    return [
        Lane(f":{crossing}_{number}", f":{crossing}_{number}", length_m, speed_mps, internal=True)
        for number, (length_m, speed_mps) in enumerate(half)
    ]


def _edge_from(side: int, crossing: int, heading: int) -> int:
    """Return the edge that leaves a crossing in a direction, -1 at the border."""
    column, row = crossing % side + STEP[heading][0], crossing // side + STEP[heading][1]
    return 4 * (row * side + column) + heading if 0 <= column < side and 0 <= row < side else -1


def _intersection(crossing: int, ways: list[Movement], first: int) -> Intersection:
    """Return two groups, one for each axis, and a plan of one stage for each; the next crossing is 11 s later."""
    groups = []
    for axis in range(2):
        own = [number for number, way in enumerate(ways) if (way.from_lane // 2) % 2 == axis]
        left = tuple(number for number in own if ways[number].turn is Turn.LEFT)
        moves = tuple(first + number for number in own)
        groups.append(SignalGroup(str(axis), ways[own[0]].user, tuple(own), moves, permissive_links=left))
    steps = [step for axis in range(2) for step in (PlanStep(GREEN_DS, (axis,)), PlanStep(BETWEEN_DS, ()))]
    matrix = ((None, BETWEEN_DS), (BETWEEN_DS, None))
    plan = Plan("fixed", tuple(steps), offset_ds=crossing * 110 % (2 * (GREEN_DS + BETWEEN_DS)))
    stages = (Stage("0", (0,)), Stage("1", (1,)))
    return Intersection(str(crossing), tuple(groups), matrix, stages, (plan,), (str(crossing),), len(ways))


def _route(side: int, start: list[int], end: list[int], axis: int, share: float, facing: int) -> tuple[int, ...]:
    """Return the edges from one crossing to another."""
    ways = [end[0] - start[0], end[1] - start[1]]
    before = round(share * ways[axis])
    legs = ((axis, before), (1 - axis, ways[1 - axis]), (axis, ways[axis] - before))
    at, edges = list(start), []
    for along, hops in legs:
        for _ in range(abs(hops)):
            at[along] += 1 if hops > 0 else -1
            heading = ((WEST, EAST) if along == 0 else (SOUTH, NORTH))[hops > 0]
            edges.append(4 * (at[1] * side + at[0]) + heading)
    if edges:
        return tuple(edges)
    return (4 * (at[1] * side + at[0]) + facing,)
