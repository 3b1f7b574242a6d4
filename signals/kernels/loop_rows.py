"""How probably who is counted in one place comes to another: learned from who came and who did not.

share = (prior weight + who came) / (prior weight + who came + a part of who was given up). Only a part, since errors do
not cost the same: who is believed in wrongly is given up within seconds, who is not believed in waits for a whole red.
"""

from __future__ import annotations

from signals.kernels.compile import kernel
from signals.kernels.loop_values import Counters, LoopPlaces

__all__ = ["excuse", "forgive", "settle"]

ROW_PRIOR_VEH = 8.0
"""Weight of the prior probability of a row, in vehicles."""
MEMORY_VEH = 200.0
"""Counts are halved when they reach this, so that shares follow the day."""
MISSED = 0.3
"""Each who was given up counts as so many: a way that a fifth takes is believed to be taken by not quite half."""
LATE_S = 12.0
"""Who was given up may come nevertheless, for about as long."""
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
    counts = 1.0 if came > 0.0 else MISSED
    kept.row_sent[row] += counts * weight / float(kept.row_weight[row])
    kept.row_count[row] += came
    kept.row_missed[row] += max(weight - came, 0.0)
    _weigh(row, places, kept)


@kernel
def excuse(a: int, vehicles: float, rows: int, places: LoopPlaces, kept: Counters) -> None:
    """Have vehicles that came to an approach though nobody was expected be those who were given up a while ago.

    Without that, a queue that starts later than it is believed to would teach that nobody comes that way.

    Parameters
    ----------
    a, vehicles
        The approach, and how many came.
    rows
        They came by one of the first so many rows.
    places, kept
        Input; in and out.
    """
    total = 0.0
    for row in range(rows):
        if places.row_approach[row] == a:
            total += kept.row_missed[row]
    part = min(vehicles / total, 1.0) if total > 0.0 else 0.0
    for row in range(rows):
        if part > 0.0 and places.row_approach[row] == a:
            came = part * kept.row_missed[row]
            kept.row_missed[row] -= came
            kept.row_count[row] += came
            _weigh(row, places, kept)


@kernel
def forgive(elapsed_s: float, kept: Counters) -> None:
    """Let time pass: who was given up long ago does not come any more."""
    fade = max(1.0 - elapsed_s / LATE_S, 0.0)
    for row in range(len(kept.row_missed)):
        kept.row_missed[row] *= fade


@kernel
def _weigh(row: int, places: LoopPlaces, kept: Counters) -> None:
    if kept.row_sent[row] >= MEMORY_VEH:
        kept.row_sent[row] *= 0.5
        kept.row_count[row] *= 0.5
    known = ROW_PRIOR_VEH * float(places.row_prior[row]) + kept.row_count[row]
    kept.row_weight[row] = min(max(known / (ROW_PRIOR_VEH + kept.row_sent[row]), LEAST), MOST)
