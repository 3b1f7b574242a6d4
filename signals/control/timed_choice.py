"""Acyclic choice now and then of the stage that is worth most: shared by max pressure and greedy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from signals.control.running_stages import RunningStages, tenths
from signals.control.wishes import NO_STAGE
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Decision, IntArray, Snapshot

__all__ = ["DoubleArray", "TimedChoice"]

DoubleArray = npt.NDArray[np.float64]


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
    pedestrian_weight
        What a called pedestrian group is worth, in vehicles.
    """

    def __init__(self, network: Network, *, decision_s: float, pedestrian_weight: float) -> None:
        arrays = network.arrays
        stages = np.diff(arrays.stage_offset)
        self._decision_ds = tenths(decision_s)
        self._chosen_ds = np.zeros(len(stages), np.int64)
        self._running = RunningStages(network, np.where(stages > 0, 0, NO_STAGE).astype(np.int32))
        self._first_stage = arrays.stage_offset
        self._call_weight = np.where(arrays.group_user == User.PEDESTRIAN, pedestrian_weight, 0.0)
        self._link_group = arrays.link_group
        self._green = _stage_groups(network)

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

    def of_stages(self, links: DoubleArray, snapshot: Snapshot) -> DoubleArray:
        """Return float64 [nS]: the sum over the links of every stage, and over its called pedestrian groups.

        Parameters
        ----------
        links
            float64 [nK] what every link is worth, in vehicles.
        snapshot
            Who calls.
        """
        groups = np.bincount(self._link_group, links, len(self._call_weight)) + self._call_weight * snapshot.demand
        stage, group = self._green
        return np.bincount(stage, groups[group], int(self._first_stage[-1])).astype(np.float64)

    def _choose(self, i: int, worth: DoubleArray, snapshot: Snapshot) -> None:
        mine = worth[self._first_stage[i] : self._first_stage[i + 1]]
        best = int(np.argmax(mine))
        if mine[best] > mine[self._running.stage[i]]:
            self._running.ask(i, best, snapshot)


def _stage_groups(network: Network) -> tuple[IntArray, IntArray]:
    """Return pairs (stage, group), both network-wide: who is green when."""
    arrays = network.arrays
    place = np.repeat(np.arange(len(network.intersections)), np.diff(arrays.stage_offset))
    stage, column = np.nonzero(arrays.stage_green)
    return stage.astype(np.int32), (arrays.group_offset[place[stage]] + column).astype(np.int32)
