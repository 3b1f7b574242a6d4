"""The plans that came with the network: what runs there today."""

from __future__ import annotations

import numpy as np

from signals.control.plan_clock import PlanClock
from signals.control.webster import Designer
from signals.model.intersections import Plan
from signals.model.network import Network
from signals.model.values import Decision, Snapshot

__all__ = ["NetPlan"]


class NetPlan:
    """Each intersection's own first plan, by the clock; of a SUMO network, its program tick by tick.

    An intersection without a plan gets one for equal flows on all movements (`signals.control.webster`).

    Parameters
    ----------
    network
        The network.
    """

    def __init__(self, network: Network) -> None:
        self._clock = PlanClock(network, [_plan(network, i) for i in range(len(network.intersections))])

    def decide(self, snapshot: Snapshot) -> Decision:
        """Want what the plans want at the snapshot's time."""
        return self._clock.decide(snapshot.time_s)


def _plan(network: Network, intersection: int) -> Plan:
    plans = network.intersections[intersection].plans
    if plans:
        return plans[0]
    return Designer(network, intersection).design(np.zeros(len(network.arrays.link_group), np.float32)).plan
