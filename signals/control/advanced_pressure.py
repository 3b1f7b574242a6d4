"""Advanced max pressure: keep a stage while vehicles still run up to it in time, else serve the highest pressure.

Source: L. Zhang, Q. Wu, J. Shen, L. Lü, B. Du and J. Wu, Expression might be enough: representing pressure and demand
for reinforcement learning based traffic signal control, ICML 2022 (Advanced-MP). Two numbers are compared. The
*efficient pressure* of a movement is the queue on its approach less the mean queue of the lanes that it leads to. Its
*effective running vehicles* are those that move and can reach the stop line before the next decision at the speed
limit. The running stage is kept while it has at least as many running vehicles, times `running_weight`, as the
highest pressure of all.
"""

from __future__ import annotations

import numpy as np

from signals.control.downstream import Downstream
from signals.control.stage_sums import DoubleArray, StageSums
from signals.control.timed_choice import TimedChoice
from signals.model.network import Network
from signals.model.values import Decision, Snapshot

__all__ = ["AdvancedPressure"]

MOVING_MPS = 0.1
"""Who is slower stands, and is part of the queue."""


class AdvancedPressure:
    """Acyclic, every intersection by itself.

    A choice is made when a stage has been green for `decision_s`, and after that every `decision_s`. What is not known
    (NaN) counts as nothing.

    Parameters
    ----------
    network
        The network.
    decision_s
        Green between two choices: the source decides every 15 s, of which the first 5 s of a change are amber.
    running_weight
        What a running vehicle counts against one that stands; the source's 1.
    pedestrian_weight
        Pressure of a called pedestrian group; the source has no people on foot.
    """

    def __init__(
        self,
        network: Network,
        *,
        decision_s: float = 10.0,
        running_weight: float = 1.0,
        pedestrian_weight: float = 1.0,
    ) -> None:
        arrays = network.arrays
        self._choice = TimedChoice(network, decision_s=decision_s)
        self._sum = StageSums(network, pedestrian_weight)
        self._downstream = Downstream(network)
        self._running_weight = running_weight
        self._approaches = np.arange(len(arrays.approach_lane))
        self._reach_m = arrays.lane_speed_mps[arrays.approach_lane].astype(np.float64) * decision_s
        self._link_approach = np.repeat(self._approaches, np.diff(arrays.link_offset))
        self._silent = np.zeros(len(arrays.group_user))
        self._first_stage = arrays.stage_offset

    def decide(self, snapshot: Snapshot) -> Decision:
        """Choose where a choice is due."""
        return self._choice.decide(snapshot, self._worth)

    def _worth(self, snapshot: Snapshot) -> DoubleArray:
        """Return float64 [nS]: the efficient pressure of every stage; of a running one that is kept, the highest."""
        share = np.nan_to_num(snapshot.link_share)
        queued = np.nan_to_num(snapshot.queue_veh)[self._link_approach] * share
        found = self._sum.of_links(queued - self._downstream.mean(snapshot.queue_veh), snapshot)
        running = self._sum.of_links(self._running(snapshot)[self._link_approach] * share, snapshot, self._silent)
        for i, stage in enumerate(self._choice.stage):
            first, last = self._first_stage[i], self._first_stage[i + 1]
            if first == last:
                continue
            highest = found[first:last].max()
            if self._running_weight * running[first + stage] >= max(highest, np.nextafter(0.0, 1.0)):
                found[first + stage] = highest
        return found

    def _running(self, snapshot: Snapshot) -> DoubleArray:
        """Return float64 [nA]: the vehicles that move and can reach the stop line before the next choice."""
        approach = np.repeat(self._approaches, np.diff(snapshot.arrival_offset))
        in_time = (snapshot.arrival_distance_m <= self._reach_m[approach]) & (snapshot.arrival_speed_mps > MOVING_MPS)
        weight = np.where(in_time, np.nan_to_num(snapshot.arrival_weight), 0.0)
        return np.bincount(approach, weight, len(self._approaches)).astype(np.float64)
