"""Who meets whom at a signal, who yields, and how long one has to wait for the other: for a check.

It looks at the right-of-way table and at the shapes alone, never at what a program permits: that is what is checked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from math import dist, hypot
from typing import Final, NamedTuple

from signals.adapters.sumo.ways import Ways
from signals.model.conflict_points import conflict_point
from signals.model.lanes import User
from signals.model.movements import Turn
from signals.model.timelines import Relation
from signals.model.timing import Path, TimingProfile, intergreen_ds

__all__ = ["Encounter", "encounters_of", "relation_of"]

_TURNING: Final = (Turn.LEFT, Turn.RIGHT, Turn.UTURN)
_FLOOR_DS: Final = {User.VEHICLE: 30, User.TRANSIT: 30, User.BICYCLE: 20, User.PEDESTRIAN: 0}
"""The shortest amber of anybody: who ends green now may still pass the stop line for so long."""
_BRISK_MPS: Final = 1.5
"""The fastest that any guideline lets people be counted on to walk (RiLSA: 1.2 m/s, at most 1.5 m/s)."""
_LONGEST_WAY_M: Final = 10_000.0
"""A way through a junction that is longer has no believable shape."""
_ALONG: Final = 0.5
"""Directions whose cosine is more are along each other, less than minus this opposite; else they cross."""


class Encounter(NamedTuple):
    """Two movements that meet.

    Attributes
    ----------
    first, second
        The movements, by number.
    yields
        Whether the first has to yield to the second by the right-of-way table, and the second to the first.
    needed_ds, floor_ds
        The intergreen there and back that the profile asks, and that below which somebody is surely still there.
    """

    first: int
    second: int
    yields: tuple[bool, bool]
    needed_ds: tuple[int, int]
    floor_ds: tuple[int, int]


def encounters_of(movements: Sequence[int], ways: Ways, rules: TimingProfile) -> tuple[Encounter, ...]:
    """Find the movements of one signal that meet.

    Those of one approach sort it out among themselves and do not count, unless two of its lanes lead into one. Nor do
    two that lead into different lanes of one road and never come near each other; the table has them because a driver
    might change lanes.

    Parameters
    ----------
    movements
        Those of the signal.
    ways
        Lanes and movements.
    rules
        The timing profile.
    """
    paths = _paths(movements, ways)
    return tuple(
        _encounter(pair, ways, paths, rules)
        for pair in combinations(movements, 2)
        if _in_table(*pair, ways) and (_merge(*pair, ways) if not _apart(*pair, ways) else _near(pair, ways, paths))
    )


def _encounter(pair: tuple[int, int], ways: Ways, paths: Mapping[int, Path], rules: TimingProfile) -> Encounter:
    one, two = pair
    yields = two in ways.movements[one].yields_to, one in ways.movements[two].yields_to
    if not _apart(one, two, ways):
        return Encounter(one, two, yields, (0, 0), (0, 0))
    brisk = replace(rules, method="rilsa", rounding_ds=1, walking_mps=_BRISK_MPS)  # the least that any one asks
    needed, floor = [], []
    for leaving, entering in (pair, pair[::-1]):
        amber_ds = rules.amber_ds(paths[leaving].user, ways.lanes[ways.movements[leaving].from_lane].speed_mps)
        needed.append(max(_between_ds(rules, paths[leaving], paths[entering]), amber_ds))
        on_foot = paths[leaving].user is User.PEDESTRIAN
        least_ds = _between_ds(brisk, paths[leaving], paths[entering]) if on_foot else _FLOOR_DS[paths[leaving].user]
        floor.append(least_ds)
    return Encounter(one, two, yields, (needed[0], needed[1]), (floor[0], floor[1]))


def _between_ds(rules: TimingProfile, leaving: Path, entering: Path) -> int:
    """Return the intergreen; where the shapes do not tell the place, people have to leave the whole crossing."""
    found = intergreen_ds(rules, leaving, entering)
    if found is None:
        whole_ds = rules.pedestrian_clearance_ds(leaving.length_m) if leaving.user is User.PEDESTRIAN else 0
        return -(-whole_ds // rules.rounding_ds) * rules.rounding_ds
    return found


def _in_table(one: int, two: int, ways: Ways) -> bool:
    return two in ways.movements[one].foes or one in ways.movements[two].foes


def _near(pair: tuple[int, int], ways: Ways, paths: Mapping[int, Path]) -> bool:
    """Whether two come near each other, or nobody can tell that they do not."""
    first, second = (ways.lanes[ways.movements[movement].to_lane] for movement in pair)
    if first == second or first.edge != second.edge or not all(paths[movement].shape for movement in pair):
        return True
    return conflict_point(paths[pair[0]].shape, paths[pair[1]].shape) is not None


def _apart(one: int, two: int, ways: Ways) -> bool:
    """Whether two are strangers: not of one approach, nor bicycles of which one has waited inside the junction."""
    first, second = ways.movements[one], ways.movements[two]
    if first.user is not second.user:
        return True
    starts = ways.lanes[first.from_lane], ways.lanes[second.from_lane]
    waited = first.user is User.BICYCLE and (starts[0].internal or starts[1].internal)
    return not waited and starts[0].edge != starts[1].edge


def _merge(one: int, two: int, ways: Ways) -> bool:
    """Whether two lanes of one approach lead into one lane."""
    first, second = ways.movements[one], ways.movements[two]
    lanes = ways.lanes[first.from_lane], ways.lanes[second.from_lane]
    return lanes[0] != lanes[1] and lanes[0].edge == lanes[1].edge and first.to_lane == second.to_lane


def _paths(movements: Sequence[int], ways: Ways) -> dict[int, Path]:
    """Return the way of each movement from its stop line to the end of the junction, or to where it waits inside."""
    starts = {ways.movements[movement].from_lane for movement in movements}
    return {movement: _path(movement, ways, starts) for movement in movements}


def _path(movement: int, ways: Ways, starts: Collection[int]) -> Path:
    way = ways.movements[movement]
    inside = list(way.via)
    waits = next((number for number, lane in enumerate(inside, 1) if lane in starts), len(inside))
    lanes = [way.to_lane] if way.turn is Turn.CROSSING else inside[:waits]
    points = [point for lane in lanes for point in ways.lanes[lane].shape]
    shape = tuple(point for number, point in enumerate(points) if not number or point != points[number - 1])
    if sum(dist(begin, end) for begin, end in pairwise(shape)) > _LONGEST_WAY_M:
        shape = ()
    length_m = sum(ways.lanes[lane].length_m for lane in lanes) if waits < len(inside) else way.length_m
    return Path(shape, way.speed_mps, way.user, way.turn, length_m)


def relation_of(
    encounter: Encounter, ways: Ways, crossed: Mapping[str, Collection[str]], shared: Collection[int]
) -> Relation:
    """Say how two movements meet.

    Who turns yields by law to people and bicycles that go along beside it, to others of its own approach, and to
    oncoming traffic if it shares its lamp with those who go straight on; where two turn into one road, one of them
    does. The crossing that lies before the own stop line is not beside it.

    Parameters
    ----------
    encounter
        The two.
    ways
        Lanes and movements.
    crossed
        Edge of each crossing → the edges that it crosses.
    shared
        Movements whose lamp also lets somebody go straight on.
    """
    pair = (encounter.first, encounter.second)
    if not _apart(*pair, ways):
        return Relation.MERGE
    if any(_turns_aside(turn, other, ways, crossed) for turn, other in (pair, pair[::-1])):
        return Relation.ASIDE
    oncoming = any(turn in shared and _turns_before(turn, other, ways) for turn, other in (pair, pair[::-1]))
    return Relation.ONCOMING if oncoming else Relation.CONFLICT


def _turns_aside(number: int, other: int, ways: Ways, crossed: Mapping[str, Collection[str]]) -> bool:
    """Whether the first turns and the second goes along beside it, or turns into the same road."""
    turn, priority = ways.movements[number], ways.movements[other]
    if turn.turn not in _TURNING:
        return False
    if priority.turn is Turn.CROSSING:
        return ways.lanes[turn.from_lane].edge not in crossed.get(ways.lanes[priority.to_lane].edge, ())
    if ways.lanes[turn.from_lane].edge == ways.lanes[priority.from_lane].edge:
        return True
    if priority.turn in _TURNING and ways.lanes[turn.to_lane].edge == ways.lanes[priority.to_lane].edge:
        return True
    return priority.user is User.BICYCLE and abs(_cosine(turn.from_lane, priority.from_lane, ways)) > _ALONG


def _turns_before(number: int, other: int, ways: Ways) -> bool:
    """Whether the first turns before the second, which comes towards it and goes straight on."""
    turn, priority = ways.movements[number], ways.movements[other]
    if turn.turn not in _TURNING or priority.turn is not Turn.STRAIGHT:
        return False
    return _cosine(turn.from_lane, priority.from_lane, ways) < -_ALONG


def _cosine(one: int, two: int, ways: Ways) -> float:
    """Return the cosine between the directions in which two lanes end; 0 where a shape is missing."""
    (ax, ay), (bx, by) = (_direction(ways.lanes[lane].shape) for lane in (one, two))
    length = hypot(ax, ay) * hypot(bx, by)
    return (ax * bx + ay * by) / length if length else 0.0


def _direction(shape: Sequence[tuple[float, float]]) -> tuple[float, float]:
    if len(shape) < 2:
        return 0.0, 0.0
    (x0, y0), (x1, y1) = shape[-2:]
    return x1 - x0, y1 - y0
