"""What the programs of a signal deploy: greens, ambers, red-ambers, and the times between greens.

A plan that runs on a street has been approved, so what it shows counts more than a rule of thumb.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby
from typing import NamedTuple

from signals.adapters.sumo.courses import Course

__all__ = ["Observed", "observe"]


class Observed(NamedTuple):
    """What is shown to one group in all courses; empty lists where it never happens.

    Attributes
    ----------
    green_ds, long_green_ds
        Lengths of green, at their shortest and at their longest.
    amber_ds
        Lengths of amber after green; 0 where red follows at once.
    red_amber_ds
        Lengths of red-amber before green; 0 where there is none.
    long_red_ds
        Times from the end of green to the next, at their longest.
    to_green_ds
        For each other group the shortest time from the end of green of this one to the start of green of that one,
        before this one is green again; `None` where that never happens.
    """

    green_ds: list[int]
    long_green_ds: list[int]
    amber_ds: list[int]
    red_amber_ds: list[int]
    long_red_ds: list[int]
    to_green_ds: list[int | None]


class _Greens(NamedTuple):
    """Greens of one group in one course: starts and ends from the start of the cycle, and what stands around them."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    ambers: tuple[int, ...]
    red_ambers: tuple[int, ...]


def observe(columns: Sequence[str], courses: Sequence[Course]) -> list[Observed]:
    """Look at all courses.

    Parameters
    ----------
    columns
        What each group shows, step by step through all courses (``G``, ``y``, ``r``, ``u``).
    courses
        The programs; NEMA programs are left out, as their steps do not follow one another.
    """
    found = [Observed([], [], [], [], [], [None] * len(columns)) for _ in columns]
    first = 0
    for course in courses:
        last = first + len(course.states)
        if course.type != "NEMA":
            parts = [column[first:last] for column in columns]
            _observe_course(parts, course, found)
        first = last
    return found


def _observe_course(columns: Sequence[str], course: Course, found: Sequence[Observed]) -> None:
    cycle_ds = sum(course.shortest_ds)
    greens = [_greens(column, course.shortest_ds) for column in columns]
    for mine, column, seen in zip(greens, columns, found, strict=True):
        seen.green_ds.extend(end - start for start, end in zip(mine.starts, mine.ends, strict=True))
        seen.amber_ds.extend(mine.ambers)
        seen.red_amber_ds.extend(mine.red_ambers)
        if not course.by_hand:
            longest = _greens(column, course.longest_ds)
            seen.long_green_ds.extend(end - start for start, end in zip(longest.starts, longest.ends, strict=True))
            seen.long_red_ds.extend(_gaps(longest, sum(course.longest_ds)))
        for other, theirs in enumerate(greens):
            for waited in _to_green(mine, theirs, cycle_ds):
                known = seen.to_green_ds[other]
                seen.to_green_ds[other] = waited if known is None else min(known, waited)


def _greens(column: str, durations: Sequence[int]) -> _Greens:
    """Find the greens of one cycle; one that lasts for ever is none."""
    starts, ends, ambers, red_ambers = [], [], [], []
    runs = _runs(column, durations)
    for index, (letter, start, end) in enumerate(runs):
        if letter == "G" and len(runs) > 1:
            before, after = runs[index - 1], runs[(index + 1) % len(runs)]
            starts.append(start)
            ends.append(end)
            ambers.append(after[2] - after[1] if after[0] == "y" else 0)
            red_ambers.append(before[2] - before[1] if before[0] == "u" else 0)
    return _Greens(tuple(starts), tuple(ends), tuple(ambers), tuple(red_ambers))


def _runs(column: str, durations: Sequence[int]) -> list[tuple[str, int, int]]:
    """Join steps that show the same, across the end of the cycle, too: letter, begin, end."""
    begins = [0, *accumulate(durations)]
    runs = []
    for letter, group in groupby(range(len(column)), column.__getitem__):
        steps = list(group)
        runs.append((letter, begins[steps[0]], begins[steps[-1] + 1]))
    if len(runs) > 1 and runs[0][0] == runs[-1][0]:
        letter, _, end = runs.pop(0)
        runs[-1] = (letter, runs[-1][1], end + begins[-1])
    return runs


def _gaps(greens: _Greens, cycle_ds: int) -> Iterator[int]:
    """Yield the times from each end of green to the next start."""
    for end in greens.ends:
        yield min((start - end) % cycle_ds for start in greens.starts)


def _to_green(mine: _Greens, theirs: _Greens, cycle_ds: int) -> Iterator[int]:
    """Yield the times from my ends of green to their next start, where I am not green again before."""
    for end, own in zip(mine.ends, _gaps(mine, cycle_ds), strict=True):
        waited = min(((start - end) % cycle_ds for start in theirs.starts), default=own)
        if waited < own:
            yield waited
