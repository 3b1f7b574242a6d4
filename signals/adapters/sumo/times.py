"""The times of signal groups and the intergreens between them: a profile's, or what the programs deploy."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import dist
from typing import NamedTuple

from signals.adapters.sumo.conflicts import Judgement
from signals.adapters.sumo.groups import Draft
from signals.adapters.sumo.observed import Observed
from signals.adapters.sumo.ways import Ways
from signals.model.lanes import Lane, Point, User
from signals.model.movements import Turn
from signals.model.timing import Path, TimingProfile, intergreen_ds

__all__ = ["Intergreens", "Times", "intergreens_of", "times_of"]

_SHORTEST_AMBER_DS = {User.VEHICLE: 30, User.TRANSIT: 30, User.BICYCLE: 20}
"""An amber below this is not taken over from a program."""
_RED_MARGIN_DS = 100
"""How much longer than its longest planned red a group may stay red."""
_LONGEST_RED_AMBER_DS = 20
"""No guideline shows red-amber for longer; programs made for games do."""
_AN_HOUR_DS = 36_000
"""Bounds are never wider: some programs write "no bound" as a large number."""
_LONGEST_WAY_M = 10_000.0
"""A way through a junction that is longer has no believable shape."""
_STRAIGHT_M = 3.0
"""Paths without a common point are laid end to end, the first at least this long."""


class Times(NamedTuple):
    """The times of a group, named as in `SignalGroup`, and what is doubtful about its ambers."""

    min_green_ds: int
    max_green_ds: int
    amber_ds: int
    red_amber_ds: int
    clearance_ds: int
    max_red_ds: int
    short_amber_ds: int | None = None
    missing_amber: bool = False


class Intergreens(NamedTuple):
    """An intergreen matrix and the pairs whose programs deploy less than the profile asks.

    Attributes
    ----------
    matrix
        As in `Intersection.intergreen_ds`.
    short
        Groups i and j, what is deployed between them, and what the profile asks.
    """

    matrix: tuple[tuple[int | None, ...], ...]
    short: tuple[tuple[int, int, int, int], ...]


def times_of(draft: Draft, ways: Ways, rules: TimingProfile, seen: Observed | None, foes: Sequence[int]) -> Times:
    """Return the times of one group.

    Parameters
    ----------
    draft
        The group.
    ways
        Lanes and movements.
    rules
        The profile.
    seen
        What its programs show; `None` to go by the profile alone.
    foes
        The groups it conflicts with.
    """
    released = [ways.movements[movement] for movement in draft.movements]
    crossing_m = max((m.length_m for m in released if m.turn is Turn.CROSSING), default=0.0)
    speed_mps = max(ways.lanes[m.from_lane].speed_mps for m in released)
    walking = draft.user is User.PEDESTRIAN
    times = Times(
        rules.min_green_ds(draft.user, crossing_m),
        rules.max_green_ds,
        rules.amber_ds(draft.user, speed_mps),
        rules.red_amber_ds(draft.user),
        rules.pedestrian_clearance_ds(crossing_m) if walking else 0,
        rules.max_red_ds,
    )
    if seen is None:
        return times
    cleared = [waited for foe in foes if (waited := seen.to_green_ds[foe]) is not None]
    ambers = [amber for amber in seen.amber_ds if amber]
    enough = [] if walking else [amber for amber in ambers if amber >= _SHORTEST_AMBER_DS[draft.user]]
    short = min(ambers) if ambers and not walking and len(enough) < len(ambers) else None
    return Times(
        min([times.min_green_ds, *seen.green_ds]),
        max([times.max_green_ds, *(min(green, _AN_HOUR_DS) for green in seen.long_green_ds)]),
        min(enough) if enough and short is None else times.amber_ds,
        0 if walking else _red_amber_ds(seen),
        min([times.clearance_ds, *cleared]),
        max([times.max_red_ds, *(min(red + _RED_MARGIN_DS, _AN_HOUR_DS) for red in seen.long_red_ds)]),
        short,
        not walking and 0 in seen.amber_ds,
    )


def _red_amber_ds(seen: Observed) -> int:
    shown = [red_amber for red_amber in seen.red_amber_ds if red_amber]
    return min([*shown, _LONGEST_RED_AMBER_DS]) if shown else 0


def intergreens_of(
    drafts: Sequence[Draft],
    ways: Ways,
    judgement: Judgement,
    rules: TimingProfile,
    times: Sequence[tuple[Times, Observed | None]],
) -> Intergreens:
    """Return the times that have to pass between the greens of conflicting groups.

    Parameters
    ----------
    drafts
        The groups.
    ways
        Lanes and movements.
    judgement
        Which of them conflict, and by which movements.
    rules
        The profile.
    times
        Of each group its times, and what its programs show or `None` to go by the profile alone.
    """
    size = len(drafts)
    matrix: list[list[int | None]] = [[None] * size for _ in range(size)]
    short = []
    released = [movement for draft in drafts for movement in draft.movements]
    starts = {ways.movements[movement].from_lane for movement in released}
    paths = {movement: _path(movement, ways, starts) for movement in released}
    for (first, second), pairs in judgement.met.items():
        for one, two, meetings in ((first, second, pairs), (second, first, [pair[::-1] for pair in pairs])):
            asked = max(_pair_ds(rules, paths[leaving], paths[entering]) for leaving, entering in meetings)
            own, seen = times[one]
            deployed = seen.to_green_ds[two] if seen else None
            if deployed is not None and deployed < asked:
                short.append((one, two, deployed, asked))
                asked = deployed
            matrix[one][two] = max(asked, own.amber_ds)
    return Intergreens(tuple(map(tuple, matrix)), tuple(short))


def _path(movement: int, ways: Ways, starts: set[int]) -> Path:
    """Return the way from the stop line to the end of the junction, or to where it waits inside."""
    way = ways.movements[movement]
    lanes = [ways.lanes[way.to_lane]] if way.turn is Turn.CROSSING else [ways.lanes[lane] for lane in way.via]
    stops = [number for number, lane in enumerate(way.via, 1) if lane in starts]
    if stops:
        lanes = lanes[: stops[0]]
    length_m = sum(lane.length_m for lane in lanes) if stops else way.length_m
    shape = _joined(lanes)
    if sum(dist(begin, end) for begin, end in pairwise(shape)) > _LONGEST_WAY_M:
        shape = ()
    return Path(shape, way.speed_mps, way.user, way.turn, length_m)


def _joined(lanes: Sequence[Lane]) -> tuple[Point, ...]:
    points: list[Point] = []
    for lane in lanes:
        points.extend(point for point in lane.shape if not points or point != points[-1])
    return tuple(points)


def _pair_ds(rules: TimingProfile, leaving: Path, entering: Path) -> int:
    """Return the intergreen of two movements that meet by the table.

    Where their shapes do not tell the place, it is taken to be the end of the first and the beginning of the second.
    """
    found = intergreen_ds(rules, leaving, entering)
    if found is None:
        end_m = max(leaving.length_m, _STRAIGHT_M)
        ahead = Path(((0.0, 0.0), (end_m, 0.0)), leaving.speed_mps, leaving.user, leaving.turn, leaving.length_m)
        across = Path(((end_m, 0.0), (end_m, _STRAIGHT_M)), entering.speed_mps, entering.user, entering.turn)
        found = intergreen_ds(rules, ahead, across)
    return found or 0
