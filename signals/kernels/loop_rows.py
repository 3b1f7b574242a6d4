"""How probably who is counted in one place comes to another: learned from who came and who did not.

share = (prior weight + who came) / (prior weight + who came or was given up), as the shares of full sight are.
"""

from __future__ import annotations

from signals.kernels.compile import kernel
from signals.kernels.loop_values import Counters, LoopPlaces

__all__ = ["settle"]

ROW_PRIOR_VEH = 8.0
"""Weight of the prior probability of a row, in vehicles."""
MEMORY_VEH = 200.0
"""Counts are halved when they reach this, so that shares follow the day."""
LEAST, MOST = 0.005, 3.0
"""A row may correct the turning shares of the junction before it up to this factor."""


@kernel
def settle(row: int, weight: float, came: float, places: LoopPlaces, kept: Counters) -> None:
    """Note what became of somebody who was expected.

    Parameters
    ----------
    row
        The row by which he was expected; negative = none, and nothing is learned.
    weight
        As how probable.
    came
        How certain it is that he came.
    places, kept
        The prior probabilities; in and out.
    """
    if row < 0:
        return
    kept.row_sent[row] += weight / float(kept.row_weight[row])
    kept.row_count[row] += came
    if kept.row_sent[row] >= MEMORY_VEH:
        kept.row_sent[row] *= 0.5
        kept.row_count[row] *= 0.5
    known = ROW_PRIOR_VEH * float(places.row_prior[row]) + kept.row_count[row]
    kept.row_weight[row] = min(max(known / (ROW_PRIOR_VEH + kept.row_sent[row]), LEAST), MOST)
