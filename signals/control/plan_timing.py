"""Cycle and splits for a given order of steps, from flows: what an engineer does with a deployed plan.

Source: the delay of lane groups after the Highway Capacity Manual (6th edition, chapter 19, uniform and incremental
delay with T = 0.25 h, k = 0.5, I = 1), minimised by changing the lengths of steps by a second at a time, as TRANSYT
does (D. I. Robertson, TRANSYT: a traffic network study tool, Road Research Laboratory report LR 253, 1969).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from signals.control.lane_groups import Demand, LaneGroups
from signals.control.plan_frames import PlanFrame, bounds_of, frames_of
from signals.control.stage_sums import DoubleArray
from signals.control.webster import Settings
from signals.model.intersections import Plan
from signals.model.network import Network
from signals.model.values import BoolArray, FloatArray

__all__ = ["PlanTiming", "TimedPlan"]

SECOND_DS = 10
MOST_MOVES = 300


class TimedPlan(NamedTuple):
    """A plan and the mean delay that the formulas expect of it, in seconds per vehicle."""

    plan: Plan
    delay_s: float


class PlanTiming:
    """Times the plans of one intersection, for whatever flows.

    Parameters
    ----------
    network, intersection
        Which intersection of which network.
    settings
        Saturation flow, and bounds of the cycle.
    """

    def __init__(self, network: Network, intersection: int, settings: Settings | None = None) -> None:
        self._settings = settings or Settings()
        self._frames = [_Frame(network, intersection, frame) for frame in frames_of(network, intersection)]

    def best(self, link_flow_veh_h: FloatArray) -> TimedPlan | None:
        """Return the plan of least delay; `None` where the intersection has no stages.

        Parameters
        ----------
        link_flow_veh_h
            float32 [nK] flow of every controlled movement of the network.
        """
        found = [frame.best(link_flow_veh_h.astype(np.float64), self._settings) for frame in self._frames]
        return min(found, key=lambda timed: timed.delay_s, default=None)


class _Frame:
    """A frame with what it has to keep, and the demand for it."""

    def __init__(self, network: Network, i: int, frame: PlanFrame) -> None:
        self.frame = frame
        self._free = np.flatnonzero(frame.stretches)
        self._rows = LaneGroups(network, i, frame)
        self._bounds = bounds_of(network.intersections[i], frame)

    def best(self, flow_veh_h: DoubleArray, settings: Settings) -> TimedPlan:
        """Climb down to the least delay, from the plan as it is."""
        demand = self._rows.demand(flow_veh_h, settings)
        length_ds = self._start(settings)
        cost = self.cost(length_ds[None, :], demand, settings)[0]
        for _ in range(MOST_MOVES):
            moves = self._moves(length_ds)
            costs = self.cost(moves, demand, settings)
            k = int(np.argmin(costs)) if len(costs) else -1
            if k < 0 or costs[k] >= cost - 1e-9:
                break
            length_ds, cost = moves[k], costs[k]
        total = max(float(demand.flow_veh_h.sum()), 1e-9)
        return TimedPlan(self.frame.plan(length_ds.astype(int).tolist()), float(cost / total))

    def cost(self, lengths_ds: DoubleArray, demand: Demand, settings: Settings) -> DoubleArray:
        """Return vehicles times seconds an hour for several lengths of the steps; infinite where not allowed."""
        cycle_ds = lengths_ds.sum(axis=1)
        cost = self._rows.delay_veh_s(lengths_ds, demand)
        wrong = (cycle_ds > settings.max_cycle_s * 10) | (cycle_ds < settings.min_cycle_s * 10)
        wrong |= (lengths_ds @ self._bounds.steps.T < self._bounds.least_ds - 1e-6).any(axis=1)
        return np.where(wrong, np.inf, cost)

    def _start(self, settings: Settings) -> DoubleArray:
        """Return the lengths to begin with: long enough for all bounds, within those of the cycle."""
        length_ds = np.array(self.frame.duration_ds, np.float64)
        for _ in range(MOST_MOVES):
            short = self._bounds.steps @ length_ds < self._bounds.least_ds - 1e-6
            grows: BoolArray = np.logical_or.reduce(self._bounds.steps[short] > 0, axis=0)[self._free]
            if not grows.any():
                break
            length_ds[self._free[grows]] += SECOND_DS
        while len(self._free) and length_ds.sum() < settings.min_cycle_s * 10:
            length_ds[self._free] += SECOND_DS
        return length_ds

    def _moves(self, length_ds: DoubleArray) -> DoubleArray:
        """Return all lengths a move away: a step 1 s or 5 s longer or shorter, or a second from one to another."""
        eye = np.zeros((len(self._free), len(length_ds)))
        eye[np.arange(len(self._free)), self._free] = SECOND_DS
        swaps = [a - b for a in eye for b in eye if a is not b]
        all_moves = np.array([*eye, *-eye, *5 * eye, *-5 * eye, *swaps]).reshape(-1, len(length_ds))
        moves: DoubleArray = length_ds + all_moves
        return moves[(moves >= 0).all(axis=1)]
