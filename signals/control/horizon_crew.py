"""Who plans which intersections: one thread or several, each a chunk of them at a time, until the time is used up.

What comes out does not depend on the number of threads: planning an intersection needs nothing of what another
one plans meanwhile. It does depend on the deadline, where there is one; simulations have none.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

__all__ = ["Crew", "hands"]

CHUNK = 16
"""Intersections that are planned in one call: they take a millisecond or so, far more than the call does."""
LEAST_EACH = 64
"""For so many intersections a thread pays."""

Plan = Callable[[int, int, int], None]
"""Called with the first intersection of a chunk, one more than its last, and the number of the thread from 0 on."""


def hands(intersections: int, threads: int) -> int:
    """Return how many threads plan.

    Parameters
    ----------
    intersections
        How many there are.
    threads
        How many at most; 0 = as many as there are processors, as far as they pay.
    """
    most = threads if threads > 0 else min(os.cpu_count() or 1, intersections // LEAST_EACH)
    return max(min(most, intersections), 1)


class Crew:
    """Plans all intersections of a network.

    Parameters
    ----------
    intersections
        How many there are.
    size
        How many threads, the one that calls included.
    clock
        Tells monotonic time in s.
    """

    def __init__(self, intersections: int, size: int, clock: Callable[[], float]) -> None:
        self._intersections, self._size, self._clock = intersections, size, clock
        self._begin = 0

    def plan(self, plan: Plan, instead: Plan, until_s: float | None) -> None:
        """Plan all intersections; those for which there was no time come first the next time.

        Parameters
        ----------
        plan
            Does it for a chunk of intersections.
        instead
            Does the least that is needed, for a chunk whose turn comes too late.
        until_s
            From when on it is too late, on the clock; None = never.

        Raises
        ------
        Exception
            Whatever `plan` and `instead` raise.
        """
        if self._size == 1 and until_s is None:
            plan(0, self._intersections, 0)
            return
        chunk = CHUNK if until_s is None else max(min(CHUNK, self._intersections // 8), 1)
        order = [*range(self._begin, self._intersections, chunk), *range(0, self._begin, chunk)]
        ahead, late = iter(order), set[int]()

        def work(number: int) -> None:
            for first in ahead:
                beyond = min(first + chunk, self._begin if first < self._begin else self._intersections)
                if until_s is not None and self._clock() >= until_s:
                    late.add(first)
                    instead(first, beyond, number)
                else:
                    plan(first, beyond, number)

        with ThreadPoolExecutor(max(self._size - 1, 1)) as others:
            started = [others.submit(work, number) for number in range(1, self._size)]
            work(0)
        for other in started:
            other.result()
        self._begin = next((first for first in order if first in late), self._begin)
