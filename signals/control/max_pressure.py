"""Max pressure: serve the stage that relieves most, where vehicles wait and the exits are free.

Source: P. Varaiya, Max pressure control of a network of signalized intersections, Transportation Research Part C 36,
2013, with equal saturation flows: the weight of a movement is what wants to leave its approach by it, less what is
queued on the road that it leads to (a mean over that road's lanes; nothing where no stop line follows, as in the
paper); the pressure of a stage is the sum over its movements.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from signals.control.running_stages import RunningStages, tenths
from signals.control.wishes import NO_STAGE
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Decision, IntArray, Snapshot

__all__ = ["MaxPressure"]

DoubleArray = npt.NDArray[np.float64]


class MaxPressure:
    """Acyclic max pressure, every intersection by itself.

    When a stage has been green for `decision_s`, and after that every `decision_s`, the stage of highest pressure is
    chosen; of equal ones the running one, then the first. A called pedestrian group counts like `pedestrian_weight`
    vehicles. What is not known (NaN) counts as nothing.

    Parameters
    ----------
    network
        The network.
    decision_s
        Green between two choices; shorter loses more time in changes.
    pedestrian_weight
        Pressure of a called pedestrian group.
    """

    def __init__(self, network: Network, *, decision_s: float = 10.0, pedestrian_weight: float = 1.0) -> None:
        arrays = network.arrays
        stages = np.diff(arrays.stage_offset)
        self._decision_ds = tenths(decision_s)
        self._chosen_ds = np.zeros(len(stages), np.int64)
        self._running = RunningStages(network, np.where(stages > 0, 0, NO_STAGE).astype(np.int32))
        self._first_stage = arrays.stage_offset
        self._call_weight = np.where(arrays.group_user == User.PEDESTRIAN, pedestrian_weight, 0.0)
        self._link_group = arrays.link_group
        self._link_approach = np.repeat(np.arange(len(arrays.approach_lane)), np.diff(arrays.link_offset))
        self._road_link, self._road_approach = _roads(network)
        self._road_lanes = np.maximum(np.bincount(self._road_link, minlength=len(arrays.link_group)), 1)
        self._green = _stage_groups(network)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Choose where a choice is due."""
        running, now_ds = self._running, tenths(snapshot.time_s)
        running.watch(snapshot)
        self._chosen_ds[~running.shown] = now_ds
        due = np.flatnonzero(running.mature & (now_ds - self._chosen_ds >= self._decision_ds))
        if len(due):
            pressure = self._pressure(snapshot)
            for i in due:
                self._choose(int(i), pressure, snapshot)
            self._chosen_ds[due] = now_ds
        return running.decide(snapshot)

    def _choose(self, i: int, pressure: DoubleArray, snapshot: Snapshot) -> None:
        mine = pressure[self._first_stage[i] : self._first_stage[i + 1]]
        best = int(np.argmax(mine))
        if mine[best] > mine[self._running.stage[i]]:
            self._running.ask(i, best, snapshot)

    def _pressure(self, snapshot: Snapshot) -> DoubleArray:
        """Return float64 [nS]: the pressure of every stage."""
        waiting = np.nan_to_num(snapshot.count_veh)[self._link_approach] * np.nan_to_num(snapshot.link_share)
        queued = np.nan_to_num(snapshot.queue_veh)[self._road_approach]
        weight = waiting - np.bincount(self._road_link, queued, len(self._link_group)) / self._road_lanes
        groups = np.bincount(self._link_group, weight, len(self._call_weight)) + self._call_weight * snapshot.demand
        stage, group = self._green
        return np.bincount(stage, groups[group], int(self._first_stage[-1])).astype(np.float64)


def _roads(network: Network) -> tuple[IntArray, IntArray]:
    """Return pairs (link, approach): the stop lines at the end of the road that each link leads to."""
    arrays = network.arrays
    ends: dict[str, list[int]] = {}
    for approach, lane in enumerate(arrays.approach_lane):
        ends.setdefault(network.lanes[lane].edge, []).append(approach)
    pairs = [(k, a) for k, to in enumerate(arrays.link_to_lane) for a in ends.get(network.lanes[to].edge, ())]
    return np.array([k for k, _ in pairs], np.int32), np.array([a for _, a in pairs], np.int32)


def _stage_groups(network: Network) -> tuple[IntArray, IntArray]:
    """Return pairs (stage, group), both network-wide: who is green when."""
    arrays = network.arrays
    place = np.repeat(np.arange(len(network.intersections)), np.diff(arrays.stage_offset))
    stage, column = np.nonzero(arrays.stage_green)
    return stage.astype(np.int32), (arrays.group_offset[place[stage]] + column).astype(np.int32)
