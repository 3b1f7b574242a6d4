"""Walks through the steps of a timeline: how long something is shown at least, and how soon something else follows.

Most programs are one cycle; one that chooses its next step is a graph, and a record is a line. Whatever it is, the
shortest way counts, since that is what can happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import NamedTuple

from signals.model.timelines import Timeline

__all__ = ["Arrival", "Run", "changes", "onward", "runs"]


class Arrival(NamedTuple):
    """A step that can be reached, and after what time."""

    passed_ds: int
    step: int


class Run(NamedTuple):
    """Something shown without a break.

    Attributes
    ----------
    first
        The step in which it begins.
    before, after
        What is shown before and after it.
    duration_ds
        How long it lasts at its shortest.
    """

    first: int
    before: str
    after: str
    duration_ds: int


def changes(timeline: Timeline, column: str) -> Iterator[tuple[int, int]]:
    """Yield each step with every one that may follow it and shows something else."""
    for step, after in _pairs(timeline):
        if column[step] != column[after]:
            yield step, after


def runs(timeline: Timeline, column: str, letters: str) -> Iterator[Run]:
    """Yield where some letters begin, with the shortest time until they end.

    What lasts for ever, and in a record what begins before it or ends after it, is left out.

    Parameters
    ----------
    timeline
        The steps.
    column
        What is shown in each.
    letters
        The letters.
    """
    for before, first in _pairs(timeline):
        if column[before] not in letters and column[first] in letters:
            within = onward(timeline, first, lambda step: column[step] in letters)
            end = next((arrival for arrival in within if column[arrival.step] not in letters), None)
            if end is not None:
                yield Run(first, column[before], column[end.step], end.passed_ds)


def onward(timeline: Timeline, start: int, through: Callable[[int], bool]) -> Iterator[Arrival]:
    """Yield the steps that can be reached, soonest first.

    Parameters
    ----------
    timeline
        The steps.
    start
        Where to begin; it is the first to be yielded, after no time.
    through
        Whether to go on after a step.
    """
    ahead = [Arrival(0, start)]
    seen: set[int] = set()
    while ahead:
        here = heappop(ahead)
        if here.step in seen:
            continue
        seen.add(here.step)
        yield here
        if through(here.step):
            passed_ds = here.passed_ds + timeline.duration_ds[here.step]
            for after in timeline.follow[here.step]:
                heappush(ahead, Arrival(passed_ds, after))


def _pairs(timeline: Timeline) -> Iterator[tuple[int, int]]:
    for step, follow in enumerate(timeline.follow):
        for after in follow:
            yield step, after
