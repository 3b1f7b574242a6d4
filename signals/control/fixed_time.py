"""Fixed-time control after Webster: the classical baseline, with given or with measured flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from signals.control.flow_meter import FlowMeter
from signals.control.plan_clock import PlanClock
from signals.control.webster import Designer
from signals.errors import UnknownNameError
from signals.model.intersections import Plan
from signals.model.network import Network
from signals.model.values import Decision, FloatArray, Snapshot

__all__ = ["FixedTime", "link_flows"]

FIRST_VEH_H = 200.0
"""Flow of every approach lane until something was measured."""

NEW_SHARE = 0.5
"""How much the latest interval counts against all before it."""


class FixedTime:
    """Plans after Webster, run by the clock.

    With `plans`, those run. With `flows`, plans are designed for them once. With neither, flows are measured: plans for
    equal flows on all lanes run first, and every `replan_s` each intersection gets a plan for what was counted, from
    the end of its cycle on. That is Webster with measured flows, not fixed time in the strict sense: it follows slow
    changes of demand, which makes it the stronger baseline. Intersections are not coordinated.

    Parameters
    ----------
    network
        The network.
    plans
        Plans by intersection id; the others get one of Webster's.
    flows
        Flows in vehicles per hour by movement id; what is not named has none.
    replan_s
        How often plans are made anew from measured flows.

    Raises
    ------
    UnknownNameError
        When an id does not exist.
    """

    def __init__(
        self,
        network: Network,
        plans: Mapping[str, Plan] | None = None,
        flows: Mapping[str, float] | None = None,
        *,
        replan_s: float = 300.0,
    ) -> None:
        given = dict(plans or {})
        for name in given:
            if name not in network.intersection_index:
                raise UnknownNameError("intersection", name, network.intersection_index)
        self._replan_s = replan_s
        self._designers = {
            i: Designer(network, i) for i, place in enumerate(network.intersections) if place.id not in given
        }
        self._flow = _equal_flows(network) if flows is None else link_flows(network, flows)
        self._meter = FlowMeter(network) if flows is None and self._designers else None
        self._measured = False
        first = {i: designer.design(self._flow).plan for i, designer in self._designers.items()}
        self._clock = PlanClock(
            network, [first[i] if i in first else given[place.id] for i, place in enumerate(network.intersections)]
        )

    def decide(self, snapshot: Snapshot) -> Decision:
        """Want what the plans want at the snapshot's time."""
        if self._meter is not None:
            self._meter.count(snapshot)
            if self._meter.elapsed_s(snapshot.time_s) >= self._replan_s:
                self._replan(self._meter.take(snapshot))
        return self._clock.decide(snapshot.time_s)

    def _replan(self, flow: FloatArray) -> None:
        if self._measured:
            flow = NEW_SHARE * flow + (1 - NEW_SHARE) * self._flow
        self._measured, self._flow = True, flow
        for i, designer in self._designers.items():
            self._clock.adopt(i, designer.design(flow).plan)


def link_flows(network: Network, flows: Mapping[str, float]) -> FloatArray:
    """Return flows of all controlled movements as an array.

    Parameters
    ----------
    network
        The network.
    flows
        Vehicles per hour by movement id; what is not named has none.

    Returns
    -------
    FloatArray
        float32 [nK].

    Raises
    ------
    UnknownNameError
        When no signal controls a movement of that id.
    """
    link_of = {network.movements[m].id: k for k, m in enumerate(network.arrays.link_movement)}
    found = np.zeros(len(link_of), np.float32)
    for name, flow in flows.items():
        if name not in link_of:
            raise UnknownNameError("controlled movement", name, link_of)
        found[link_of[name]] = flow
    return found


def _equal_flows(network: Network) -> FloatArray:
    links: Sequence[int] = np.diff(network.arrays.link_offset).tolist()
    return np.array([FIRST_VEH_H / count for count in links for _ in range(count)], np.float32)
