"""Max pressure: serve the stage that relieves most, where vehicles wait and the exits are free.

Source: P. Varaiya, Max pressure control of a network of signalized intersections, Transportation Research Part C 36,
2013, with equal saturation flows: the weight of a movement is what wants to leave its approach by it, less what is
queued on the road that it leads to (a mean over that road's lanes; nothing where no stop line follows, as in the
paper); the pressure of a stage is the sum over its movements.
"""

from __future__ import annotations

import numpy as np

from signals.control.downstream import Downstream
from signals.control.stage_sums import DoubleArray, StageSums
from signals.control.timed_choice import TimedChoice
from signals.model.network import Network
from signals.model.values import Decision, Snapshot

__all__ = ["MaxPressure", "Pressure"]


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
        self._choice = TimedChoice(network, decision_s=decision_s)
        self._pressure = Pressure(network, pedestrian_weight)

    def decide(self, snapshot: Snapshot) -> Decision:
        """Choose where a choice is due."""
        return self._choice.decide(snapshot, self._pressure.of_stages)


class Pressure:
    """The pressure of every stage.

    Parameters
    ----------
    network
        The network.
    pedestrian_weight
        Pressure of a called pedestrian group.
    """

    def __init__(self, network: Network, pedestrian_weight: float) -> None:
        arrays = network.arrays
        self._sum = StageSums(network, pedestrian_weight)
        self._downstream = Downstream(network)
        self._link_approach = np.repeat(np.arange(len(arrays.approach_lane)), np.diff(arrays.link_offset))

    def of_stages(self, snapshot: Snapshot) -> DoubleArray:
        """Return float64 [nS]: the pressure of every stage; what is not known (NaN) counts as nothing."""
        waiting = np.nan_to_num(snapshot.count_veh)[self._link_approach] * np.nan_to_num(snapshot.link_share)
        return self._sum.of_links(waiting - self._downstream.mean(snapshot.queue_veh), snapshot)
