"""What the rolling horizon has weighed where it changed a stage: kept for whoever asks why."""

from __future__ import annotations

import math
from collections import deque
from typing import Final

import numpy as np

from signals.control.waiting import Waiting
from signals.kernels.horizon_values import Choice
from signals.kernels.longest_wait import BARRED, Deadlines
from signals.kernels.rolling_horizon import INFINITE
from signals.model.network import Network
from signals.model.values import Comparison, Snapshot

__all__ = ["Comparisons"]

MOST: Final = 4096
"""Kept for whoever asks; the oldest are forgotten where nobody does."""
NOBODY: Final = -1, math.nan
"""Who has to be served first, and by when, where no bound has barred a stage."""


class Comparisons:
    """Keeps what was compared.

    Parameters
    ----------
    network
        Whose stages.

    Attributes
    ----------
    cost_s
        float32 [nI, Smax] what the best plan with each first stage costs; in for `note`.
    asked
        Whether anybody has asked what was compared; before that nothing need be.
    """

    def __init__(self, network: Network) -> None:
        self._stages = stages = np.diff(network.arrays.stage_offset)
        self.cost_s = np.full((len(stages), max(int(stages.max(initial=1)), 1)), INFINITE, np.float32)
        self._waiting = Waiting(network)
        self._kept: deque[Comparison] = deque(maxlen=MOST)
        self.asked = False

    def forget(self, intersections: list[int]) -> None:
        """Say of some intersections that nothing is known, so that nothing is noted of those that are not compared."""
        self.cost_s[intersections] = INFINITE

    def note(self, intersections: list[int], choice: Choice, by: Deadlines, snapshot: Snapshot) -> None:
        """Keep what the stages of some intersections would have cost, and who waits for each.

        Parameters
        ----------
        intersections
            Where the stage has changed.
        choice
            What was decided.
        by
            What bounds on red and on waiting had to do with it.
        snapshot
            What is believed.
        """
        for i in intersections:
            bound = int(by.first[i]), float(by.first_s[i])
            if not choice.planned[i] or by.allowed[i, : self._stages[i]].all():
                bound = NOBODY
            for stage, found in enumerate(self._waiting.of(i, snapshot)):
                cost_s = float(self.cost_s[i, stage])
                if cost_s < INFINITE:
                    chosen, in_time = stage == int(choice.stage[i]), bound[0] < 0 or by.allowed[i, stage] != BARRED
                    row = snapshot.time_s, i, stage, chosen, cost_s, *found, in_time, *bound
                    self._kept.append(Comparison(*row))

    def take(self) -> tuple[Comparison, ...]:
        """Return what was noted since the last call, and forget it."""
        self.asked = True
        taken = tuple(self._kept)
        self._kept.clear()
        return taken
