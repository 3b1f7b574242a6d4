"""Tests of paired differences: sign flips for one map, Holm's correction for many.

Where two controllers are equally good, every difference between them could as well have the other sign (Fisher 1935).
Of many tests one will look clear by chance; Holm (1979) corrects for that without supposing anything about how they
hang together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from signals.model.trips import DoubleArray

__all__ = ["holm", "sign_flip_p"]

_EXACT = 12
"""Up to so many pairs all sign patterns are counted."""
_FLIPS = 20_000


def sign_flip_p(differences: Sequence[float] | DoubleArray, seed: int = 0) -> float:
    """Return the two-sided probability of a mean difference as large as this where there is none.

    Parameters
    ----------
    differences
        float [n] one per pair.
    seed
        Of the sign patterns that are tried where there are too many to count.

    Returns
    -------
    float
        Never less than 2^(1-n), for few pairs prove nothing; NaN for no pair.
    """
    values = np.asarray(differences, np.float64)
    pairs = len(values)
    if not pairs:
        return float("nan")
    seen = abs(values.mean()) * (1 - 1e-9)
    if pairs <= _EXACT:
        signs = 1.0 - 2.0 * ((np.arange(2**pairs)[:, None] >> np.arange(pairs)) & 1)
        return float((np.abs(signs @ values / pairs) >= seen).mean())
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), (_FLIPS, pairs))
    return float((1 + np.count_nonzero(np.abs(signs @ values / pairs) >= seen)) / (1 + _FLIPS))


def holm(probabilities: Sequence[float]) -> tuple[float, ...]:
    """Return probabilities corrected for there being many, in the same order; NaN stays NaN and does not count."""
    values = np.asarray(probabilities, np.float64)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    steps = values[order] * (len(order) - np.arange(len(order)))
    corrected = np.full(len(values), np.nan)
    corrected[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return tuple(corrected.tolist())
