"""The time between two ticks, whatever time the world reports."""

from __future__ import annotations

from math import isfinite

__all__ = ["Clock"]

LONGEST_DS = 24 * 36000


class Clock:
    """Measures ticks.

    Parameters
    ----------
    tick_ds
        Taken for the first tick, and wherever time does not move forward.
    """

    def __init__(self, tick_ds: int) -> None:
        self._tick_ds = tick_ds
        self._started = False
        self.time_s = 0.0

    def elapsed_ds(self, time_s: float) -> int:
        """Move on to a time and return how long ago the last one was, a day at most.

        A time that is none counts as one tick on.
        """
        if not isfinite(time_s):
            time_s = self.time_s + self._tick_ds / 10.0
        elapsed = round((time_s - self.time_s) * 10.0) if self._started else 0
        self._started = True
        self.time_s = time_s
        return min(elapsed, LONGEST_DS) if elapsed > 0 else self._tick_ds
