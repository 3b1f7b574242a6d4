"""The naive twin of the prospects: one group at a time, written from what is promised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.values import Aspect

UNKNOWN = (-1, -1)


class Stand(NamedTuple):
    """How a group stands: what it shows, for how long, since when its green is over, how long it has waited."""

    aspect: int
    age_ds: int
    ended_ds: int
    wait_ds: int
    patience_ds: int
    demanded: bool


def prospects(place: Intersection, tick_ds: int, startup_ds: int, stands: Sequence[Stand]) -> list[tuple[int, int]]:
    """Return in how long each group of an intersection that is written changes: at the earliest, at the latest."""
    return [_of(place, tick_ds, startup_ds, stands, g) for g in range(len(stands))]


def _of(place: Intersection, tick_ds: int, startup_ds: int, stands: Sequence[Stand], g: int) -> tuple[int, int]:
    group, stand = place.groups[g], stands[g]
    rivals = [(j, place.intergreen_ds[j][g]) for j in range(len(stands)) if place.intergreen_ds[j][g] is not None]
    if stand.aspect == Aspect.RED:
        lead_ds = _ticks(group.red_amber_ds, tick_ds) * tick_ds
        waits_ds = [_closed_ds(place.groups[j], stands[j], tick_ds) for j, _ in rivals]
        waits_ds += [_over_ds(place.groups[j], stands[j], tick_ds) + (between or 0) - lead_ds for j, between in rivals]
        return max([0, startup_ds, *waits_ds]), -1
    if stand.aspect != Aspect.GREEN:
        left_ds = _left_ds(group, stand, tick_ds)
        return left_ds, left_ds
    earliest_ds = max(0, _least_ds(group) - stand.age_ds)
    if not any(stands[j].demanded or stands[j].wait_ds >= stands[j].patience_ds for j, _ in rivals):
        return earliest_ds, -1
    return earliest_ds, max(1, _ticks(group.max_green_ds - stand.age_ds, tick_ds)) * tick_ds


def _least_ds(group: SignalGroup) -> int:
    """Return how short a green may be: an emergency call may cut that of people on foot."""
    return 0 if group.user is User.PEDESTRIAN else group.min_green_ds


def _left_ds(group: SignalGroup, stand: Stand, tick_ds: int) -> int:
    """Return how much is left of what lasts exactly its time."""
    lasts_ds = {
        Aspect.RED_AMBER: _ticks(group.red_amber_ds, tick_ds) * tick_ds,
        Aspect.AMBER: group.amber_ds,
        Aspect.CLEARANCE: group.clearance_ds,
    }[Aspect(stand.aspect)]
    return max(1, _ticks(lasts_ds - stand.age_ds, tick_ds)) * tick_ds


def _over_ds(group: SignalGroup, stand: Stand, tick_ds: int) -> int:
    """Return in how long the green of a group is over at the earliest; negative = that long ago."""
    if stand.aspect == Aspect.GREEN:
        return max(0, _least_ds(group) - stand.age_ds)
    if stand.aspect == Aspect.RED_AMBER:
        return _left_ds(group, stand, tick_ds) + _least_ds(group)
    return -stand.ended_ds


def _closed_ds(group: SignalGroup, stand: Stand, tick_ds: int) -> int:
    """Return in how long a group is red at the earliest."""
    if stand.aspect == Aspect.RED:
        return 0
    if stand.aspect == Aspect.CLEARANCE:
        return _left_ds(group, stand, tick_ds)
    if stand.aspect == Aspect.AMBER:
        return _left_ds(group, stand, tick_ds) + group.clearance_ds
    return _over_ds(group, stand, tick_ds) + group.amber_ds + group.clearance_ds


def _ticks(time_ds: int, tick_ds: int) -> int:
    return -(-time_ds // tick_ds)
