"""A third opinion, slow and obvious: reads the whole history of one intersection at the end and lists what is wrong.

Shares no idea with the kernel or the monitor: no clocks and no states, only runs of equal aspects.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, groupby, pairwise

from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.values import Aspect

RED, RED_AMBER, GREEN, AMBER, CLEARANCE = (Aspect(number) for number in range(5))

EMERGENCY_DS = 1_800
"""The longest call; what calls longer is stuck."""


def faults(
    intersection: Intersection,
    tick_ds: int,
    aspects: Sequence[Sequence[int]],
    demands: Sequence[Sequence[bool]],
    longest_ds: Sequence[int] = (),
    calls: Sequence[Sequence[int]] = (),
) -> list[str]:
    """List what is wrong with a history: aspects and demands by tick and group, nothing left out in between.

    `longest_ds` is the longest wait that is promised to each group where nobody calls; `calls` are the numbers with
    which emergency vehicles do.
    """
    columns = [[Aspect(row[g]) for row in aspects] for g in range(len(intersection.groups))]
    heard = _heard(calls or [[0] * len(columns)] * len(aspects), tick_ds)
    found = []
    for i, (group, column) in enumerate(zip(intersection.groups, columns, strict=True)):
        rivals = [j for j in range(len(columns)) if intersection.intergreen_ds[i][j] is not None]
        hurry = [group.user == User.PEDESTRIAN and any(row[j] for j in rivals) for row in heard]
        found += _cycle_faults(group, column, hurry, tick_ds)
    for i, j in combinations(range(len(columns)), 2):
        if intersection.intergreen_ds[i][j] is not None:
            both = [t for t, (a, b) in enumerate(zip(columns[i], columns[j], strict=True)) if RED not in (a, b)]
            found += [f"groups {i} and {j} together at tick {t}" for t in both[:1]]
    for i in range(len(columns)):
        for j in range(len(columns)):
            needed = intersection.intergreen_ds[i][j]
            if needed is not None:
                found += _intergreen_faults(i, columns[i], j, columns[j], needed / tick_ds)
    found += _long_green_faults(intersection, tick_ds, columns, demands, heard)
    for g, usual in enumerate(longest_ds):
        wait, longest = 0, usual
        for t, aspect in enumerate(columns[g]):
            wait = 0 if aspect == GREEN else wait + tick_ds * bool(demands[t][g])
            longest = usual if aspect == GREEN else max(longest, usual + EMERGENCY_DS * any(heard[t]))
            if wait > longest:
                found.append(f"group {g} waits for {wait} ds at tick {t}, promised are {longest} ds")
                break
    return found


def _heard(calls: Sequence[Sequence[int]], tick_ds: int) -> list[list[bool]]:
    """Tell who calls and has not been calling for too long, by tick and group."""
    heard: list[list[bool]] = []
    for t, row in enumerate(calls):
        heard.append([])
        for g, number in enumerate(row):
            began = t
            while began >= 0 and calls[began][g] > 0:
                began -= 1
            heard[t].append(number > 0 and (t - began) * tick_ds <= EMERGENCY_DS + tick_ds)
    return heard


def _cycle_faults(group: SignalGroup, column: list[Aspect], hurry: list[bool], tick_ds: int) -> list[str]:
    times = {AMBER: group.amber_ds, CLEARANCE: group.clearance_ds, RED_AMBER: group.red_amber_ds}
    cycle = [a for a in (GREEN, AMBER, CLEARANCE, RED, RED_AMBER) if times.get(a, 1) > 0]
    runs = [(aspect, len(list(same))) for aspect, same in groupby(column)]
    found = []
    for (aspect, _), (following, _) in pairwise(runs):
        if following != cycle[(cycle.index(aspect) + 1) % len(cycle)]:
            found.append(f"{group.id}: {aspect.name} is followed by {following.name}")
    end = 0
    for aspect, ticks in runs[:-1]:
        end += ticks
        if aspect == GREEN and ticks * tick_ds < group.min_green_ds and not hurry[end]:
            found.append(f"{group.id}: green for {ticks} ticks")
        if aspect in times and not times[aspect] <= ticks * tick_ds < times[aspect] + tick_ds:
            found.append(f"{group.id}: {aspect.name} for {ticks} ticks")
    return found


def _intergreen_faults(i: int, one: list[Aspect], j: int, other: list[Aspect], ticks: float) -> list[str]:
    ended = None if one[0] in (GREEN, RED, RED_AMBER) else 0
    found = []
    for t in range(1, len(one)):
        if one[t] != GREEN and one[t - 1] == GREEN:
            ended = t
        starts = other[t] == GREEN and other[t - 1] != GREEN
        if starts and ended is not None and t - ended < ticks:
            found.append(f"group {j} turns green {t - ended} ticks after the end of {i}")
    return found


def _long_green_faults(
    intersection: Intersection,
    tick_ds: int,
    columns: list[list[Aspect]],
    demands: Sequence[Sequence[bool]],
    heard: Sequence[Sequence[bool]],
) -> list[str]:
    found = []
    for g, column in enumerate(columns):
        rivals = [j for j in range(len(columns)) if intersection.intergreen_ds[g][j] is not None]
        for t in range(len(column)):
            ticks = 0
            while ticks < t and column[t - ticks - 1] == GREEN:
                ticks += 1
            over = column[t] == GREEN and ticks * tick_ds >= intersection.groups[g].max_green_ds
            if over and not heard[t][g] and any(demands[t][j] for j in rivals):
                found.append(f"group {g} is green for more than {ticks} ticks at tick {t}")
                break
    return found
