"""A time that only moves on, whatever the clocks of the world do.

Nothing in the safety layer measures with the time that a world reports: intervals count ticks. Plans and controllers
need a time of day all the same, and a plan must not jump because somebody set a clock. So the reported time is followed
as long as it keeps up with the ticks, and not where it does not.
"""

from __future__ import annotations

import math
from typing import Final

__all__ = ["STALE", "STEPPED", "SteadyTime"]

STALE: Final = "stale"
STEPPED: Final = "stepped"

SLACK: Final = 0.05
"""How wrong a clock may run: by this share of a tick in every tick."""


class SteadyTime:
    """Follows a reported time that keeps up with the ticks; counts ticks where it does not.

    What comes early or late by a tick is nothing to speak of. A clock that is set by more is not followed: what it
    differs by from then on is left out of account. One that runs at another rate counts as set again and again.

    Parameters
    ----------
    tick_ds
        Length of a tick, > 0.

    Attributes
    ----------
    time_s
        The time: exactly what is reported as long as that is steady; counted from 0 before anything is.
    """

    def __init__(self, tick_ds: int) -> None:
        self.time_s = 0.0
        self._tick_s = tick_ds / 10
        self._told_s, self._apart_s = math.nan, 0.0

    def advance(self) -> None:
        """Move on by a tick."""
        self.time_s += self._tick_s

    def hear(self, told_s: float) -> str:
        """Take what is reported in this tick, and return `STALE`, `STEPPED`, or an empty string where it is steady."""
        if not math.isfinite(told_s) or told_s == self._told_s:
            return STALE
        first, self._told_s = math.isnan(self._told_s), told_s
        ahead_s = told_s - self._apart_s - self.time_s
        if first or abs(ahead_s) <= SLACK * self._tick_s:
            self.time_s = told_s - self._apart_s
        elif abs(ahead_s) <= (1 + SLACK) * self._tick_s:
            self._apart_s += math.copysign(SLACK * self._tick_s, ahead_s)
        else:
            self._apart_s = told_s - self.time_s
            return STEPPED
        return ""
