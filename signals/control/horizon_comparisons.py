"""What the rolling horizon has weighed where it changed a stage: kept for whoever asks why."""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np

from signals.control.waiting import Waiting
from signals.kernels.rolling_horizon import INFINITE
from signals.model.network import Network
from signals.model.values import Comparison, IntArray, Snapshot

__all__ = ["Comparisons"]

MOST: Final = 4096
"""Kept for whoever asks; the oldest are forgotten where nobody does."""


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
    """

    def __init__(self, network: Network) -> None:
        stages = np.diff(network.arrays.stage_offset)
        self.cost_s = np.full((len(stages), max(int(stages.max(initial=1)), 1)), INFINITE, np.float32)
        self._waiting = Waiting(network)
        self._kept: deque[Comparison] = deque(maxlen=MOST)

    def forget(self, intersections: list[int]) -> None:
        """Say of some intersections that nothing is known, so that nothing is noted of those that are not compared."""
        self.cost_s[intersections] = INFINITE

    def note(self, intersections: list[int], chosen: IntArray, snapshot: Snapshot) -> None:
        """Keep what the stages of some intersections would have cost, and who waits for each.

        Parameters
        ----------
        intersections
            Where the stage has changed.
        chosen
            int32 [nI] the stage of each intersection.
        snapshot
            What is believed.
        """
        for i in intersections:
            for stage, found in enumerate(self._waiting.of(i, snapshot)):
                cost_s = float(self.cost_s[i, stage])
                if cost_s < INFINITE:
                    self._kept.append(Comparison(snapshot.time_s, i, stage, stage == int(chosen[i]), cost_s, *found))

    def take(self) -> tuple[Comparison, ...]:
        """Return what was noted since the last call, and forget it."""
        taken = tuple(self._kept)
        self._kept.clear()
        return taken
