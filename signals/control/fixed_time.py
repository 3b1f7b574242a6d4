"""Fixed-time control: the classical baseline, with given plans, or with plans made for given or measured flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from signals.control.flow_meter import FlowMeter
from signals.control.plan_clock import PlanClock
from signals.control.plan_file import read_plans
from signals.control.plan_timing import PlanTiming
from signals.errors import InputError, UnknownNameError
from signals.model.intersections import Plan, PlanStep
from signals.model.network import Network
from signals.model.values import Decision, FloatArray, Snapshot

__all__ = ["FixedTime", "link_flows"]

FIRST_VEH_H = 200.0
"""Flow of every approach lane until something was measured."""

NO_PLAN: Final = Plan("none", (PlanStep(300, ()),))
"""Of an intersection without stages."""

NEW_SHARE = 0.5
"""How much the latest interval counts against all before it."""


class FixedTime:
    """Plans run by the clock.

    With `plans`, or a file of them, those run. With `flows`, plans are made for them once. With neither, flows are
    measured: what is deployed runs first (or, where nothing is, a plan for equal flows), and every `replan_s` each
    intersection gets a plan for what was counted, from the end of its cycle on. That follows slow changes of demand,
    which fixed time in the strict sense does not, and makes it the stronger baseline. How plans are made:
    `signals.control.plan_timing`. Intersections are not coordinated, but by given plans.

    Parameters
    ----------
    network
        The network.
    plans
        Plans by intersection id; the others get one that is made.
    flows
        Flows in vehicles per hour by movement id; what is not named has none.
    replan_s
        How often plans are made anew from measured flows.
    plan_file
        A file of plans (`signals.control.plan_file`), such as one that was tuned.

    Raises
    ------
    UnknownNameError
        When an id does not exist.
    InputError
        When both plans and a file are given, or the file is wrong.
    """

    def __init__(
        self,
        network: Network,
        plans: Mapping[str, Plan] | None = None,
        flows: Mapping[str, float] | None = None,
        *,
        replan_s: float = 300.0,
        plan_file: str | Path | None = None,
    ) -> None:
        for name, table in (("plans", plans), ("flows", flows)):
            if table is not None and not isinstance(table, Mapping):
                raise InputError(f'setting "{name}": expected a table, got {table!r}; a file of plans is "plan_file"')
        given = _given(network, plans, plan_file)
        self._replan_s = replan_s
        self._timings = {
            i: PlanTiming(network, i) for i, place in enumerate(network.intersections) if place.id not in given
        }
        self._flow = _equal_flows(network) if flows is None else link_flows(network, flows)
        self._meter = FlowMeter(network) if flows is None and self._timings else None
        self._measured = False
        self._clock = PlanClock(
            network,
            [
                self._first(network, i, deployed=flows is None) if i in self._timings else given[place.id]
                for i, place in enumerate(network.intersections)
            ],
        )

    def decide(self, snapshot: Snapshot) -> Decision:
        """Want what the plans want at the snapshot's time."""
        if self._meter is not None:
            self._meter.count(snapshot)
            if self._meter.elapsed_s(snapshot.time_s) >= self._replan_s:
                self._replan(self._meter.take(snapshot))
        return self._clock.decide(snapshot.time_s)

    def _first(self, network: Network, i: int, *, deployed: bool) -> Plan:
        """Return the plan to begin with."""
        place = network.intersections[i]
        if deployed and place.plans:
            return place.plans[0]
        timed = self._timings[i].best(self._flow)
        return NO_PLAN if timed is None else timed.plan

    def _replan(self, flow: FloatArray) -> None:
        if self._measured:
            flow = NEW_SHARE * flow + (1 - NEW_SHARE) * self._flow
        self._measured, self._flow = True, flow
        for i, timing in self._timings.items():
            timed = timing.best(flow)
            if timed is not None:
                self._clock.adopt(i, timed.plan)


def _given(network: Network, plans: Mapping[str, Plan] | None, plan_file: str | Path | None) -> dict[str, Plan]:
    """Return the plans that were given, by intersection id."""
    if plans is not None and plan_file is not None:
        raise InputError("plans and plan_file exclude each other")
    found = dict(plans or {}) if plan_file is None else read_plans(plan_file, network)
    for name in found:
        if name not in network.intersection_index:
            raise UnknownNameError("intersection", name, network.intersection_index)
    return found


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
