"""Greedy: serve the stage with most vehicles near its stop lines, standing or approaching.

Source: J. Ault and G. Sharon, Reinforcement Learning Benchmarks for Traffic Signal Control, NeurIPS Datasets and
Benchmarks 2021, whose baseline "Greedy" (MAXWAVE in its code) looks 50 m far: the wave of a stage is the number of
vehicles that stand or approach on the lanes that it serves. There whole lanes are summed; here a vehicle counts for the
links of its approach by their shares, since stages are made of links.
"""

from __future__ import annotations

import numpy as np

from signals.control.stage_sums import DoubleArray, StageSums
from signals.control.timed_choice import TimedChoice
from signals.model.network import Network
from signals.model.values import Decision, Snapshot

__all__ = ["Greedy"]


class Greedy:
    """Acyclic, every intersection by itself; what waits beyond the exits is left out of account.

    When a stage has been green for `decision_s`, and after that every `decision_s`, the stage with most vehicles is
    chosen; of equal ones the running one, then the first. What is not known (NaN) counts as nothing.

    Parameters
    ----------
    network
        The network.
    decision_s
        Green between two choices; shorter loses more time in changes.
    near_m
        How far from the stop line a vehicle counts; the source's 50 m.
    pedestrian_weight
        How many vehicles a called pedestrian group counts for; the source has no people on foot.
    """

    def __init__(
        self, network: Network, *, decision_s: float = 10.0, near_m: float = 50.0, pedestrian_weight: float = 1.0
    ) -> None:
        arrays = network.arrays
        self._choice = TimedChoice(network, decision_s=decision_s)
        self._sum = StageSums(network, pedestrian_weight)
        self._near_m = near_m
        self._approaches = np.arange(len(arrays.approach_lane))
        self._link_approach = np.repeat(self._approaches, np.diff(arrays.link_offset))

    def decide(self, snapshot: Snapshot) -> Decision:
        """Choose where a choice is due."""
        return self._choice.decide(snapshot, self._wave)

    def _wave(self, snapshot: Snapshot) -> DoubleArray:
        """Return float64 [nS]: the vehicles near the stop lines of every stage."""
        approach = np.repeat(self._approaches, np.diff(snapshot.arrival_offset))
        near = np.where(snapshot.arrival_distance_m <= self._near_m, np.nan_to_num(snapshot.arrival_weight), 0.0)
        near_veh = np.bincount(approach, near, len(self._approaches)).astype(np.float64)
        links = near_veh[self._link_approach] * np.nan_to_num(snapshot.link_share)
        return self._sum.of_links(links, snapshot)
