"""When the groups of an intersection are green in a cycle of a plan, as a controller shows it.

A plan says which groups are wanted; a controller ends those that are not, and lets the others start when the
intergreens allow. So a group starts late where its step begins with the end of a conflicting one.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np

from signals.model.intersections import Intersection, Plan
from signals.model.values import BoolArray

__all__ = ["plan_greens"]

ROUNDS: Final = 3
"""A green that starts late may end late, for its minimum, and make the next one late: so far that is followed."""


class _Green(NamedTuple):
    """A green of a group: when it is wanted, and when it is shown."""

    group: int
    from_ds: int
    until_ds: int
    begin_ds: int
    end_ds: int


def plan_greens(place: Intersection, plan: Plan, green_s: Sequence[int]) -> BoolArray:
    """Return what is green in each second of a cycle.

    Parameters
    ----------
    place
        The intersection.
    plan
        One of its plans.
    green_s
        The length of each of its steps.

    Returns
    -------
    BoolArray
        bool [cycle in seconds, nG]; second 0 is the first of the first step.
    """
    greens = _wanted(plan, green_s, len(place.groups))
    cycle_ds = 10 * sum(green_s)
    for _ in range(ROUNDS):
        greens = [shown for green in greens if (shown := _shown(place, green, greens, cycle_ds)) is not None]
    seconds = np.zeros((sum(green_s), len(place.groups)), np.bool_)
    for green in greens:
        # A second counts where most of it is green.
        lit = np.arange((green.begin_ds + 5) // 10, (green.end_ds + 5) // 10)
        seconds[lit % len(seconds), green.group] = True
    return seconds


def _wanted(plan: Plan, green_s: Sequence[int], groups: int) -> list[_Green]:
    """Return when greens are wanted; one that goes on round the end of the cycle is one."""
    count, ends_ds = len(green_s), [10 * end for end in accumulate(green_s)]
    found = []
    for group in range(groups):
        has = [group in step.groups for step in plan.steps]
        firsts = [step for step in range(count) if has[step] and not has[step - 1]] or [0] * all(has)
        for first in firsts:
            begin_ds = end_ds = ends_ds[first] - 10 * green_s[first]
            for step in range(first, first + count):
                if not has[step % count]:
                    break
                end_ds += 10 * green_s[step % count]
            found.append(_Green(group, begin_ds, end_ds, begin_ds, end_ds))
    return found


def _shown(place: Intersection, green: _Green, greens: Sequence[_Green], cycle_ds: int) -> _Green | None:
    """Return a green as it is shown where the others are as they are said to be; None where its wish ends before."""
    group = place.groups[green.group]
    if green.until_ds - green.from_ds == cycle_ds:
        return green
    begin_ds = green.from_ds + group.red_amber_ds
    for other in greens:
        between_ds = place.intergreen_ds[other.group][green.group]
        if between_ds is not None:
            ago_ds = (green.from_ds - other.until_ds) % cycle_ds
            begin_ds = max(begin_ds, green.from_ds - ago_ds + other.end_ds - other.until_ds + between_ds)
    if begin_ds >= green.until_ds:
        return None
    return green._replace(begin_ds=begin_ds, end_ds=max(green.until_ds, begin_ds + group.min_green_ds))
