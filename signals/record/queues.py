"""Queues, summed up per interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.model.values import FloatArray

__all__ = ["QueueLog"]


class _Interval(NamedTuple):
    """One interval: when it began, its ticks, and sums and maxima [nA] over them."""

    time_s: float
    ticks: int
    queue_sum: FloatArray
    queue_max: FloatArray
    count_sum: FloatArray


class QueueLog:
    """Mean and largest queue of every approach per interval.

    Parameters
    ----------
    approaches
        How many there are, network-wide.
    tick_s
        Length of a tick.
    interval_s
        Length of an interval; rounded to whole ticks, at least one.
    """

    def __init__(self, approaches: int, tick_s: float, interval_s: float) -> None:
        self._tick_s = tick_s
        self._length = max(1, round(interval_s / tick_s))
        self._queue_sum = np.zeros(approaches, np.float32)
        self._queue_max = np.zeros(approaches, np.float32)
        self._count_sum = np.zeros(approaches, np.float32)
        self._ticks = 0
        self._begin_s = 0.0
        self._past: list[_Interval] = []

    def note(self, time_s: float, queue_veh: FloatArray, count_veh: FloatArray) -> None:
        """Keep one tick."""
        if self._ticks == self._length:
            self._past.append(self._current())
            self._ticks = 0
        if self._ticks == 0:
            self._begin_s = time_s
            self._queue_sum[:] = queue_veh
            self._queue_max[:] = queue_veh
            self._count_sum[:] = count_veh
        else:
            np.add(self._queue_sum, queue_veh, out=self._queue_sum)
            np.maximum(self._queue_max, queue_veh, out=self._queue_max)
            np.add(self._count_sum, count_veh, out=self._count_sum)
        self._ticks += 1

    def mean_veh(self, since_s: float) -> float:
        """Return the mean over time of all approaches together, from the intervals that begin at `since_s` or later.

        NaN where there is none.
        """
        chosen = [interval for interval in self._all() if interval.time_s >= since_s]
        ticks = sum(interval.ticks for interval in chosen)
        if not ticks:
            return float("nan")
        return float(sum(interval.queue_sum.sum(dtype=np.float64) for interval in chosen) / ticks)

    def columns(self, intersections: Sequence[str], approaches: Sequence[str]) -> dict[str, npt.ArrayLike]:
        """Return the table `queues`.

        Parameters
        ----------
        intersections, approaches
            [nA] ids of the intersection and of the lane of each approach.
        """
        intervals = self._all()
        ticks = np.array([interval.ticks for interval in intervals], np.float64)
        return {
            "time_s": np.repeat([interval.time_s for interval in intervals], len(approaches)),
            "duration_s": np.repeat(np.round(ticks * self._tick_s, 3), len(approaches)),
            "intersection": list(intersections) * len(intervals),
            "approach": list(approaches) * len(intervals),
            "queue_mean_veh": _means([interval.queue_sum for interval in intervals], ticks),
            "queue_max_veh": _means([interval.queue_max for interval in intervals], np.ones_like(ticks)),
            "count_mean_veh": _means([interval.count_sum for interval in intervals], ticks),
        }

    def _all(self) -> list[_Interval]:
        return [*self._past, self._current()] if self._ticks else self._past

    def _current(self) -> _Interval:
        sums = (self._queue_sum.copy(), self._queue_max.copy(), self._count_sum.copy())
        return _Interval(self._begin_s, self._ticks, *sums)


def _means(sums: Sequence[FloatArray], ticks: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return float64 [intervals x approaches]: sums per tick, to a thousandth."""
    if not sums:
        return np.empty(0)
    return np.round(np.stack(sums).astype(np.float64) / ticks[:, None], 3).ravel()
