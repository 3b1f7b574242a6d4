"""What an application is told of detectors: edges counted, and for how long each was occupied."""

from __future__ import annotations

from math import nan

import numpy as np

from signals.model.values import FloatArray, IntArray

__all__ = ["Detectors"]


class Detectors:
    """Detectors that tell when they change.

    A change may be told late, even after a report; what the report before has missed, or counted too much, is made up
    for in the next.

    Parameters
    ----------
    count
        How many.
    now_s
        The time.
    """

    def __init__(self, count: int, now_s: float) -> None:
        self._on = np.zeros(count, np.bool_)
        self._valid = np.zeros(count, np.bool_)
        self._doubted = set(range(count))
        self._count: IntArray = np.zeros(count, np.int32)
        self._since_s = np.full(count, now_s)
        self._held_s = np.zeros(count)
        self._reported_s = now_s
        self._quiet: tuple[IntArray, FloatArray] | None = None

    def tell(self, detector: int, at_s: float, *, on: bool) -> None:
        """Note that a detector is occupied or free since a time."""
        if on == self._on[detector]:
            return
        self._on[detector], self._quiet = on, None
        if on:
            self._count[detector] += 1
            self._since_s[detector] = at_s
        else:
            self._held_s[detector] += at_s - self._since_s[detector]

    def begin(self, detector: int, at_s: float, *, on: bool) -> None:
        """Note how a detector is when it is first heard of; nobody is counted."""
        self._on[detector], self._quiet = on, None
        self._since_s[detector] = at_s

    def trust(self, detector: int, *, valid: bool) -> None:
        """Note whether what it tells is worth anything."""
        self._valid[detector], self._quiet = valid, None
        (self._doubted.discard if valid else self._doubted.add)(detector)

    @property
    def are_doubted(self) -> bool:
        """Whether some detectors are not to be trusted."""
        return bool(self._doubted)

    def doubted(self) -> list[int]:
        """Return the detectors that are not to be trusted."""
        return sorted(self._doubted)

    def report(self, now_s: float) -> tuple[IntArray, FloatArray]:
        """Return vehicles int32 [nD] and the share of time occupied float32 [nD] since the last report.

        Unknown are -1 and NaN. The arrays are the caller's.
        """
        if self._quiet is not None:
            self._reported_s = now_s
            count, occupied = self._quiet
            return count.copy(), occupied.copy()
        span_s = now_s - self._reported_s
        held_s = self._held_s + self._on * (now_s - self._since_s)
        share = np.minimum(np.maximum(held_s / span_s, 0.0), 1.0) if span_s > 0 else self._on
        occupied = np.where(self._valid, share, nan).astype(np.float32)
        count = np.where(self._valid, self._count, np.int32(-1))
        self._count.fill(0)
        self._held_s.fill(0.0)
        self._since_s.fill(now_s)
        self._reported_s = now_s
        if not self._on.any():  # then nothing changes until somebody says so
            nobody = np.where(self._valid, np.float32(0), np.float32(nan))
            self._quiet = np.where(self._valid, np.int32(0), np.int32(-1)), nobody
        return count, occupied
