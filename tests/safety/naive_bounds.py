"""The naive twin of the bounds of waiting: one intersection, counted in ticks."""

from __future__ import annotations

from signals.model.intersections import Intersection


def kernel_bounds(place: Intersection, tick_ds: int) -> list[tuple[int, int]]:
    """Work out patience and guarantee of each group."""
    leads_ds = [ticks * tick_ds for ticks in _turns(place, tick_ds, early=True)]
    extra_ds = sum(leads_ds) + _ticks(_longest_ds(place), tick_ds) * tick_ds
    patience_ds = [max(group.max_red_ds - lead, tick_ds) for group, lead in zip(place.groups, leads_ds, strict=True)]
    return [(one, one + extra_ds) for one in patience_ds]


def monitor_bounds(place: Intersection, tick_ds: int) -> list[int]:
    """Work out the longest wait of each group that the monitor accepts."""
    turns_ds = [ticks * tick_ds for ticks in _turns(place, tick_ds, early=False)]
    startup_ds = _ticks(_longest_ds(place), tick_ds) * tick_ds
    return [
        max(group.max_red_ds, turn + tick_ds) + sum(turns_ds) - turn + startup_ds + tick_ds
        for group, turn in zip(place.groups, turns_ds, strict=True)
    ]


def _turns(place: Intersection, tick_ds: int, *, early: bool) -> list[int]:
    """Count the ticks from being first in the queue to green; `early` if red-amber may begin before its intergreen ends."""
    found = []
    for g, group in enumerate(place.groups):
        ways = [_ticks(group.amber_ds, tick_ds) + _ticks(group.clearance_ds, tick_ds) + 1]
        for j, rival in enumerate(place.groups):
            between_ds = place.intergreen_ds[j][g]
            if between_ds is not None:
                wait = _ticks(between_ds - (group.red_amber_ds if early else 0), tick_ds)
                red = _ticks(rival.amber_ds, tick_ds) + _ticks(rival.clearance_ds, tick_ds)
                green = _ticks(rival.red_amber_ds, tick_ds) + _ticks(rival.min_green_ds, tick_ds)
                ways.append(green + max(wait, red))
        found.append(max(ways) + _ticks(group.red_amber_ds, tick_ds) + 1)
    return found


def _ticks(time_ds: int, tick_ds: int) -> int:
    """Count the ticks that a time needs."""
    ticks = 0
    while ticks * tick_ds < time_ds:
        ticks += 1
    return ticks


def _longest_ds(place: Intersection) -> int:
    return max([cell for row in place.intergreen_ds for cell in row if cell is not None], default=0)
