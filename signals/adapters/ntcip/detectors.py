"""What detectors report between two reports: counted by the controller where it counts, else seen by asking. Pure."""

from __future__ import annotations

import numpy as np

from signals.model.values import FloatArray, IntArray

__all__ = ["DetectorWatch"]

OVERFLOW = 255
SEQUENCES = 256
HALF_PERCENTS = 200


class DetectorWatch:
    """Vehicles and occupancy of each detector since the last report.

    The controller's own count comes once a counting period, whole. Where it has none, a vehicle is a rising edge
    between two sweeps: whoever passes between them is missed.

    Parameters
    ----------
    numbers
        Number of each detector at the controller [nD].
    counts
        Whether the controller counts.
    """

    def __init__(self, numbers: tuple[int, ...], *, counts: bool) -> None:
        self.counts = counts
        self._shifts = [number - 1 for number in numbers]
        self._sequence = -1
        self._on = [0] * len(numbers)
        self._failed = [0] * len(numbers)
        self._vehicles, self._seen_on, self._sweeps = self._on.copy(), self._on.copy(), 0
        self._unknown = [False] * len(numbers)
        self._share = [-1.0] * len(numbers)

    def see(self, active: int, failed: int) -> None:
        """Take what a sweep saw: sets of detectors."""
        on = [active >> shift & 1 for shift in self._shifts]
        self._failed = [failed >> shift & 1 for shift in self._shifts]
        if not self.counts:
            self._vehicles = [n + (now & ~was) for n, now, was in zip(self._vehicles, on, self._on, strict=True)]
        self._seen_on = [n + now for n, now in zip(self._seen_on, on, strict=True)]
        self._on, self._sweeps = on, self._sweeps + 1

    def is_new(self, sequence: int) -> bool:
        """Whether a counting period has ended that was not counted yet. The first one that is met began before us."""
        if not self.counts or sequence < 0 or sequence == self._sequence:
            return False
        before, self._sequence = self._sequence, sequence
        if before < 0:
            return False
        if (sequence - before) % SEQUENCES != 1:
            self._unknown = [True] * len(self._shifts)
        return True

    def count(self, volumes: list[int | None], occupancies: list[int | None]) -> None:
        """Take vehicles and occupancies (in half per cent) of a counting period [nD]; `None` or more = not known."""
        for k, volume in enumerate(volumes):
            if volume is None or volume >= OVERFLOW:
                self._unknown[k] = True
            else:
                self._vehicles[k] += volume
        known = [value is not None and value <= HALF_PERCENTS for value in occupancies]
        self._share = [
            (value or 0) / HALF_PERCENTS if ok else -1.0 for value, ok in zip(occupancies, known, strict=True)
        ]

    def report(self) -> tuple[IntArray, FloatArray]:
        """Return vehicles int32 [nD] and occupancy float32 [nD] since the last time, and begin anew."""
        size, sweeps = len(self._shifts), self._sweeps
        if not sweeps:
            return np.full(size, -1, np.int32), np.full(size, np.nan, np.float32)
        vehicles = np.array([-1 if u else n for n, u in zip(self._vehicles, self._unknown, strict=True)], np.int32)
        occupied = np.array([n / sweeps for n in self._seen_on], np.float32)
        if self.counts:  # what the controller measured is better than what we happen to see
            told = np.array(self._share, np.float32)
            occupied = np.where(told >= 0, told, occupied)
        if any(self._failed):
            failed = np.array(self._failed, np.bool_)
            vehicles[failed], occupied[failed] = -1, np.nan
        self._clear()
        return vehicles, occupied

    def _clear(self) -> None:
        size = len(self._shifts)
        self._vehicles, self._seen_on, self._sweeps = [0] * size, [0] * size, 0
        self._unknown = [False] * size
