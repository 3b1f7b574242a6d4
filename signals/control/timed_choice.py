"""Acyclic choice now and then of the stage that is worth most: shared by greedy and the acyclic max pressures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from signals.control.running_stages import RunningStages, tenths
from signals.control.stage_sums import DoubleArray
from signals.control.wishes import NO_STAGE
from signals.model.network import Network
from signals.model.values import Decision, IntArray, Snapshot

__all__ = ["TimedChoice"]


class TimedChoice:
    """Every intersection by itself chooses the stage that is worth most.

    When a stage has been green for `decision_s`, and after that every `decision_s`, a choice is made; of equal stages
    the running one is taken, then the first.

    Parameters
    ----------
    network
        The network.
    decision_s
        Green between two choices; shorter loses more time in changes.
    """

    def __init__(self, network: Network, *, decision_s: float) -> None:
        arrays = network.arrays
        stages = np.diff(arrays.stage_offset)
        self._decision_ds = tenths(decision_s)
        self._chosen_ds = np.zeros(len(stages), np.int64)
        self._running = RunningStages(network, np.where(stages > 0, 0, NO_STAGE).astype(np.int32))
        self._first_stage = arrays.stage_offset

    @property
    def stage(self) -> IntArray:
        """int32 [nI] the running stages, or those that were asked for last; `NO_STAGE` where there is none."""
        return self._running.stage

    def decide(self, snapshot: Snapshot, worth: Callable[[Snapshot], DoubleArray]) -> Decision:
        """Choose where a choice is due.

        Parameters
        ----------
        snapshot
            What we believe.
        worth
            Returns float64 [nS], what every stage is worth; it is asked only when a choice is due.
        """
        running, now_ds = self._running, tenths(snapshot.time_s)
        running.watch(snapshot)
        self._chosen_ds[~running.shown] = now_ds
        due = np.flatnonzero(running.mature & (now_ds - self._chosen_ds >= self._decision_ds))
        if len(due):
            found = worth(snapshot)
            for i in due:
                self._choose(int(i), found, snapshot)
            self._chosen_ds[due] = now_ds
        return running.decide(snapshot)

    def _choose(self, i: int, worth: DoubleArray, snapshot: Snapshot) -> None:
        mine = worth[self._first_stage[i] : self._first_stage[i + 1]]
        best = int(np.argmax(mine))
        if mine[best] > mine[self._running.stage[i]]:
            self._running.ask(i, best, snapshot)
