"""Max pressure: serve the stage that relieves most, where vehicles wait and the exits are free.

Source: P. Varaiya, Max pressure control of a network of signalized intersections, Transportation Research Part C 36,
2013, with equal saturation flows: the weight of a movement is what wants to leave its approach by it, less what is
queued on the road that it leads to (a mean over that road's lanes; nothing where no stop line follows, as in the
paper); the pressure of a stage is the sum over its movements.
"""

from __future__ import annotations

import numpy as np

from signals.control.timed_choice import DoubleArray, TimedChoice
from signals.model.network import Network
from signals.model.values import Decision, IntArray, Snapshot

__all__ = ["MaxPressure"]


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
        self._choice = TimedChoice(network, decision_s=decision_s, pedestrian_weight=pedestrian_weight)
        self._link_approach = np.repeat(np.arange(len(arrays.approach_lane)), np.diff(arrays.link_offset))
        self._road_link, self._road_approach = _roads(network)
        self._road_lanes = np.maximum(np.bincount(self._road_link, minlength=len(arrays.link_group)), 1)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Choose where a choice is due."""
        return self._choice.decide(snapshot, self._pressure)

    def _pressure(self, snapshot: Snapshot) -> DoubleArray:
        """Return float64 [nS]: the pressure of every stage."""
        waiting = np.nan_to_num(snapshot.count_veh)[self._link_approach] * np.nan_to_num(snapshot.link_share)
        queued = np.nan_to_num(snapshot.queue_veh)[self._road_approach]
        weight = waiting - np.bincount(self._road_link, queued, len(self._link_approach)) / self._road_lanes
        return self._choice.of_stages(weight, snapshot)


def _roads(network: Network) -> tuple[IntArray, IntArray]:
    """Return pairs (link, approach): the stop lines at the end of the road that each link leads to."""
    arrays = network.arrays
    ends: dict[str, list[int]] = {}
    for approach, lane in enumerate(arrays.approach_lane):
        ends.setdefault(network.lanes[lane].edge, []).append(approach)
    pairs = [(k, a) for k, to in enumerate(arrays.link_to_lane) for a in ends.get(network.lanes[to].edge, ())]
    return np.array([k for k, _ in pairs], np.int32), np.array([a for _, a in pairs], np.int32)
