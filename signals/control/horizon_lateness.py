"""When the rolling horizon has no time to plan, and when it has again: for whoever keeps what happened."""

from __future__ import annotations

from typing import Final

import numpy as np

from signals.model.values import Event, IntArray

__all__ = ["IN_TIME", "LATE", "Lateness"]

LATE: Final = "plan-late"
IN_TIME: Final = "plan-in-time"
"""Codes of its events."""

CALM_S: Final = 10.0
"""For so long everybody must have been planned in time before it is over: who is late takes turns."""


class Lateness:
    """Turns counts of decisions without a search into events: one when they begin, one when they have ended.

    Parameters
    ----------
    intersections
        How many there are.
    deadline_ms
        How long a decision may take.
    """

    def __init__(self, intersections: int, deadline_ms: float) -> None:
        self._deadline_ms = deadline_ms
        self._counted = np.zeros(intersections, np.int32)
        self._before = 0
        self._late, self._last_s = False, 0.0
        self._events: list[Event] = []

    def note(self, time_s: float, unsearched: IntArray) -> None:
        """Take the counts after a decision.

        Parameters
        ----------
        time_s
            When.
        unsearched
            int32 [nI] how many decisions of each were due and made without a search.
        """
        late = np.flatnonzero(unsearched != self._counted)
        if late.size:
            if not self._late:
                self._begin(time_s, late.tolist())
            self._late, self._last_s = True, time_s
            self._counted[:] = unsearched
        elif self._late and time_s - self._last_s >= CALM_S:
            self._late = False
            missed = int(self._counted.sum()) - self._before
            text = f"all are planned in time again, after {missed} decisions without a plan"
            self._events.append(Event(time_s, -1, IN_TIME, text))

    def take(self) -> tuple[Event, ...]:
        """Return what happened since the last call, and forget it."""
        taken = tuple(self._events)
        self._events.clear()
        return taken

    @property
    def summary(self) -> str:
        """What a user should know of this run; empty where everybody was planned in time."""
        missed = int(self._counted.sum())
        if not missed:
            return ""
        return f"{missed} decisions were due and made without a plan: deadline_ms = {self._deadline_ms:g} was too short"

    def _begin(self, time_s: float, late: list[int]) -> None:
        self._before = int(self._counted.sum())
        text = (
            f"{len(late)} of {len(self._counted)} intersections could not be planned within {self._deadline_ms:g} ms: "
            "each goes on with its last plan, or serves most of those who are there"
        )
        self._events.append(Event(time_s, late[0] if len(late) == 1 else -1, LATE, text))
