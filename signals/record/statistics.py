"""Intervals over seeds: the percentile bootstrap of a mean and of a paired difference.

Runs of two controllers with the same seed see the same travellers (common random numbers), so that their difference
varies less than either of them: differences are taken seed by seed first and resampled then.

Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13 (percentile interval). With few runs
it is too narrow: of normal values it covers the truth in 75 of 100 cases at 3 runs, 84 at 5, 91 at 10, 94 at 30.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["FEW_RUNS", "NO_RUN", "Interval", "mean_interval", "paired_difference"]

FEW_RUNS = 3
"""With fewer runs than this an interval says next to nothing."""

_RESAMPLES = 10_000
_LEVEL_PERCENT = 95.0

DoubleArray = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """A mean and its 95 % interval.

    Attributes
    ----------
    mean
        NaN where there is no run.
    low, high
        Bounds of the interval; NaN with fewer than two runs.
    runs
        How many values went in.
    """

    mean: float
    low: float
    high: float
    runs: int

    @property
    def caution(self) -> str:
        """Return what the reader must know about it, or nothing."""
        if self.runs >= FEW_RUNS:
            return ""
        return {0: "no run", 1: "one run: no interval"}.get(self.runs, "two runs: the interval is not reliable")


NO_RUN = Interval(np.nan, np.nan, np.nan, 0)
"""What there is to say about nothing."""


def mean_interval(values: Sequence[float] | DoubleArray, seed: int = 0) -> Interval:
    """Return the mean of some runs and its 95 % percentile-bootstrap interval (10,000 resamples).

    Parameters
    ----------
    values
        float [n] one value per run; NaN (undefined in that run) is left out.
    seed
        Of the resampling; the same seed gives the same interval.
    """
    given = np.asarray(values, np.float64)
    known = given[~np.isnan(given)]
    runs = len(known)
    if runs == 0:
        return NO_RUN
    mean = float(known.mean())
    if runs == 1:
        return Interval(mean, np.nan, np.nan, 1)
    means = _weights(runs, seed) @ known
    tail = (100.0 - _LEVEL_PERCENT) / 2
    low, high = np.percentile(means, [tail, 100.0 - tail])
    return Interval(mean, float(low), float(high), runs)


def paired_difference(
    first: Sequence[float] | DoubleArray, second: Sequence[float] | DoubleArray, seed: int = 0
) -> Interval:
    """Return the mean of ``first - second`` and its 95 % interval.

    Parameters
    ----------
    first, second
        float [n] values of the same metric; position k of both comes from the same seed.
    seed
        Of the resampling.

    Raises
    ------
    ValueError
        When the two are not equally long, and therefore not paired.
    """
    one, two = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if one.shape != two.shape:
        raise ValueError(f"paired runs are needed, got {one.size} and {two.size} values")
    return mean_interval(one - two, seed)


@lru_cache(maxsize=8)
def _weights(runs: int, seed: int) -> DoubleArray:
    """Return float64 [resamples, runs]: the share of each run in each resample."""
    draws = np.random.default_rng(seed).integers(0, runs, (_RESAMPLES, runs))
    rows = np.arange(_RESAMPLES)[:, None] * runs
    counts = np.bincount((draws + rows).ravel(), minlength=_RESAMPLES * runs)
    weights = counts.reshape(_RESAMPLES, runs) / runs
    weights.setflags(write=False)
    return weights
