"""Max pressure on delay: what counts is how long vehicles have been held up, not how many there are.

Source: H. Liu and V. V. Gayah, Total-delay-based max pressure: a max pressure algorithm considering delay equity,
Transportation Research Record, 2023, doi 10.1177/03611981221147051, after the same authors' A novel max pressure
algorithm based on traffic delay, arXiv 2202.03290. The weight of a movement is the delay that the vehicles on its
approach have gathered there, summed over them, less the same of the road that it leads to; the pressure of a stage is
the sum over its movements. A vehicle that few others keep company becomes heavier while it waits, so that nobody
starves.
"""

from __future__ import annotations

import numpy as np

from signals.control.downstream import Downstream
from signals.control.gathered_delay import GatheredDelay
from signals.control.stage_sums import DoubleArray, StageSums
from signals.control.timed_choice import TimedChoice
from signals.model.network import Network
from signals.model.values import Decision, Snapshot

__all__ = ["DelayPressure"]


class DelayPressure:
    """Acyclic max pressure on the delay that has been gathered, every intersection by itself.

    When a stage has been green for `decision_s`, and after that every `decision_s`, the stage of highest pressure is
    chosen; of equal ones the running one, then the first. What is not known (NaN) counts as nothing.

    Parameters
    ----------
    network
        The network.
    decision_s
        Green between two choices; as of `signals.control.max_pressure`, so that only the weights differ.
    pedestrian_weight
        A called pedestrian group counts like so many people who have waited since the call.
    """

    def __init__(self, network: Network, *, decision_s: float = 10.0, pedestrian_weight: float = 1.0) -> None:
        arrays = network.arrays
        self._choice = TimedChoice(network, decision_s=decision_s)
        self._sum = StageSums(network, pedestrian_weight)
        self._delay = GatheredDelay(network)
        self._downstream = Downstream(network)
        self._link_approach = np.repeat(np.arange(len(arrays.approach_lane)), np.diff(arrays.link_offset))
        self._pedestrian_weight = pedestrian_weight
        self._called_s = np.zeros(len(arrays.group_user))
        self._time_s = np.nan

    def decide(self, snapshot: Snapshot) -> Decision:
        """Choose where a choice is due."""
        self._delay.gather(snapshot)
        elapsed_s = max(snapshot.time_s - self._time_s, 0.0) if self._time_s == self._time_s else 0.0
        self._time_s = snapshot.time_s
        self._called_s = np.where(snapshot.demand, self._called_s + elapsed_s, 0.0)
        return self._choice.decide(snapshot, self._pressure)

    def _pressure(self, snapshot: Snapshot) -> DoubleArray:
        """Return float64 [nS]: the pressure of every stage."""
        delay_s = self._delay.of_approaches(snapshot)
        weight = delay_s[self._link_approach] * np.nan_to_num(snapshot.link_share) - self._downstream.mean(delay_s)
        return self._sum.of_links(weight, snapshot, self._pedestrian_weight * self._called_s)
