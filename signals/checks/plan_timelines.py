"""Plans of our own as timelines: what every group shows if the plan is followed to the letter, with no guard between.

A group is wanted from its red-amber on; green, amber and red follow by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, combinations
from typing import NamedTuple

from signals.model.intersections import Intersection, SignalGroup
from signals.model.timelines import Lamp, Layout, Meeting, Relation, Timeline, Way

__all__ = ["Wishes", "plan_timeline"]


class Wishes(NamedTuple):
    """A plan, unchecked: its id, and for each step its shortest length and the groups that are wanted."""

    id: str
    duration_ds: tuple[int, ...]
    wanted: tuple[frozenset[int], ...]


def plan_timeline(place: Intersection, plan: Wishes, movements: Sequence[tuple[str, ...]], source: str) -> Timeline:
    """Return a plan as a timeline.

    Parameters
    ----------
    place
        Whose plan it is.
    plan
        The plan; at least one step, all of them longer than nothing.
    movements
        The ids of the movements that each group releases.
    source
        Where the times of the intersection come from.
    """
    begins = [0, *accumulate(plan.duration_ds)]
    cycle_ds = begins[-1]
    spans = [_spans(plan, begins, group) for group in range(len(place.groups))]
    moments = {begin % cycle_ds for begin in begins}
    for group, wanted in zip(place.groups, spans, strict=True):
        for begin, end in wanted:
            moments |= {time % cycle_ds for time in (begin + group.red_amber_ds, end + group.amber_ds)}
    times = sorted(moments)
    columns = [
        "".join(_letter(group, wanted, time, cycle_ds) for time in times)
        for group, wanted in zip(place.groups, spans, strict=True)
    ]
    steps = [max(step for step, begin in enumerate(begins[:-1]) if begin <= time) for time in times]
    return Timeline(
        place.id,
        plan.id,
        tuple(times),
        tuple(end - begin for begin, end in zip(times, (*times[1:], cycle_ds), strict=True)),
        tuple(((step + 1) % len(times),) for step in range(len(times))),
        tuple(steps),
        (0,) * len(times),
        _layout(place, columns, movements, source),
    )


def _spans(plan: Wishes, begins: Sequence[int], group: int) -> list[tuple[int, int]]:
    """Return when a group is wanted: begin and end, the end behind the cycle's where it goes over it."""
    on = [group in wanted for wanted in plan.wanted]
    if all(on):
        return [(0, begins[-1])]
    spans = []
    for step, wanted in enumerate(on):
        if wanted and not on[step - 1]:
            length_ds, at = 0, step
            while on[at]:
                length_ds += plan.duration_ds[at]
                at = (at + 1) % len(on)
            spans.append((begins[step], begins[step] + length_ds))
    return spans


def _letter(group: SignalGroup, spans: Sequence[tuple[int, int]], time_ds: int, cycle_ds: int) -> str:
    """Say what a group shows at a time of the cycle."""
    if spans and spans[0][1] - spans[0][0] == cycle_ds:
        return "G"
    shown = "r"
    for begin, end in spans:
        passed_ds = (time_ds - begin) % cycle_ds
        if passed_ds < end - begin:
            return "u" if passed_ds < group.red_amber_ds else "G"
        if passed_ds < end - begin + group.amber_ds:
            shown = "y"
    return shown


def _layout(place: Intersection, columns: Sequence[str], movements: Sequence[tuple[str, ...]], source: str) -> Layout:
    groups = list(zip(place.groups, columns, movements, strict=True))
    lamps = tuple(
        Lamp(group.id, group.user, group.links, names, column, group.min_green_ds, group.amber_ds)
        for group, column, names in groups
    )
    ways = tuple(
        Way(", ".join(names), group.user, number, group.links[0] if group.links else -1, column)
        for number, (group, column, names) in enumerate(groups)
    )
    meetings = []
    for one, two in combinations(range(len(groups)), 2):
        there, back = place.intergreen_ds[one][two], place.intergreen_ds[two][one]
        if there is not None and back is not None:
            needed = max(there, place.groups[one].clearance_ds), max(back, place.groups[two].clearance_ds)
            meetings.append(Meeting(one, two, (False, False), Relation.CONFLICT, needed, needed))
    return Layout(lamps, ways, tuple(meetings), source, own=True)
