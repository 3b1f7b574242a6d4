"""When to trust something again: rest after a fault, trial, return.

What is on trial may be the controller of an intersection, an adapter, a detector. A fault throws it down. It rests for
a back-off that grows with every fault in a row, and goes on resting for as long as a fault is seen; then it is tried,
and after a run of good ticks it returns. A long run of health clears the record. All times count ticks: no clock can
shorten them. The back-off is that of portable signals after a restart (TOPAS practice: 5 s, 1, 2, 5, 15, 30 min).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from signals.model.values import BoolArray

__all__ = ["BACK_OFF_DS", "HEALTH_DS", "TRIAL_DS", "Ladder"]

BACK_OFF_DS: Final = (50, 600, 1_200, 3_000, 9_000, 18_000)
TRIAL_DS: Final = 20
"""For how long all must be good before a return."""
HEALTH_DS: Final = 18_000
"""After how much health at the top old faults are forgotten."""


class Ladder:
    """Who is not to be followed, and for how much longer.

    Parameters
    ----------
    size
        How many there are.
    tick_ds
        Length of a tick, > 0.

    Attributes
    ----------
    fallen
        bool [size] not to be followed.
    since_ticks
        int64 [size] for how long that has been so.
    spotless
        Whether nobody is fallen and no fault is remembered.
    """

    def __init__(self, size: int, tick_ds: int) -> None:
        self.fallen: BoolArray = np.zeros(size, np.bool_)
        self.since_ticks = np.zeros(size, np.int64)
        self._faults = np.zeros(size, np.int64)
        self._rest_ticks = np.zeros(size, np.int64)
        self._good_ticks = np.zeros(size, np.int64)
        self._back_off_ticks = -(-np.array(BACK_OFF_DS) // tick_ds)
        self._trial_ticks, self._health_ticks = -(-TRIAL_DS // tick_ds), -(-HEALTH_DS // tick_ds)
        self.spotless = True

    @property
    def resting(self) -> BoolArray:
        """Who is not even to be tried, bool [size]."""
        return self._rest_ticks > 0

    @property
    def all_resting(self) -> bool:
        """Whether there is nobody to ask the controller for."""
        return not self.spotless and bool(self.resting.all())

    def advance(self, bad: BoolArray) -> None:
        """Take note of a tick.

        Parameters
        ----------
        bad
            bool [size] something was wrong.
        """
        resting = self.resting
        fault = bad & ~resting
        self._faults[fault] = np.minimum(self._faults[fault] + 1, len(BACK_OFF_DS))
        self.since_ticks[fault & ~self.fallen] = 0
        self.since_ticks += self.fallen
        self.fallen |= fault
        self._rest_ticks[resting] -= 1
        self._rest_ticks[bad] = self._back_off_ticks[self._faults[bad] - 1]
        self._good_ticks = np.where(bad | resting, 0, self._good_ticks + 1)
        self.fallen &= self._good_ticks < self._trial_ticks
        healthy = self._good_ticks >= self._health_ticks
        self._faults[healthy] = 0
        self.spotless = not (self.fallen.any() or self._faults.any())
