"""Delay of all lanes of an intersection under a plan, from flows.

Source: Highway Capacity Manual, 6th edition, chapter 19: uniform and incremental delay with T = 0.25 h, k = 0.5, I = 1.
Permissive turns (chapter 31): while the queue that they yield to discharges nobody turns, then those who find a gap do,
and two a cycle as the green ends.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from signals.control.plan_frames import PlanFrame
from signals.control.stage_sums import DoubleArray
from signals.control.webster import Settings
from signals.model.network import Network
from signals.model.values import IntArray

__all__ = ["Demand", "LaneGroups", "delay_s"]

ANALYSIS_H = 0.25
CRITICAL_GAP_S, FOLLOW_UP_S = 4.5, 2.5
"""HCM: permissive left turns."""
SNEAKERS_VEH = 2.0


class Demand(NamedTuple):
    """What the rows of `LaneGroups` need.

    Attributes
    ----------
    flow_veh_h
        float64 [rows].
    rate_veh_h
        float64 [rows, steps] what can be discharged in each step by those who need not yield there.
    yielding_veh_h
        float64 [rows, steps] the same by those who yield, once the queue that they yield to is gone.
    opposing
        float64 [rows] flow ratio of the busiest lane that is yielded to.
    lost_veh
        float64 [rows] what is lost a cycle by starting up.
    """

    flow_veh_h: DoubleArray
    rate_veh_h: DoubleArray
    yielding_veh_h: DoubleArray
    opposing: DoubleArray
    lost_veh: DoubleArray


class LaneGroups:
    """The vehicles of one lane that go by one signal group are a row.

    Parameters
    ----------
    network, intersection
        Which intersection of which network.
    frame
        The steps of the plan.
    """

    def __init__(self, network: Network, intersection: int, frame: PlanFrame) -> None:
        arrays = network.arrays
        first = int(arrays.group_offset[intersection])
        approaches = arrays.approach_offset[intersection : intersection + 2]
        self._links = np.arange(arrays.link_offset[approaches[0]], arrays.link_offset[approaches[1]])
        self._group = arrays.link_group[self._links] - first
        self._lane_of_link = np.repeat(np.arange(len(arrays.approach_lane)), np.diff(arrays.link_offset))
        pairs = np.column_stack([self._lane_of_link[self._links], self._group])
        self.rows, row = np.unique(pairs, axis=0, return_inverse=True)
        self._row = row.reshape(-1)
        self._permissive = arrays.link_permissive[self._links] > 0
        self._foes = [arrays.yield_link[arrays.yield_offset[k] : arrays.yield_offset[k + 1]] for k in self._links]
        count = len(network.intersections[intersection].groups)
        self._shown = np.array([[g in groups for groups in frame.groups] for g in range(count)], np.bool_)
        foe_groups = [np.unique(arrays.link_group[foes] - first) for foes in self._foes]
        self._yields = np.array(
            [may & self._shown[groups].any(axis=0) for may, groups in zip(self._permissive, foe_groups, strict=True)]
        )
        self._opposed = self._opposing_green(foe_groups)
        lanes = self.rows[:, 0]
        self._shared = [np.flatnonzero(lanes == lane) for lane in np.unique(lanes) if (lanes == lane).sum() > 1]

    def demand(self, flow_veh_h: DoubleArray, settings: Settings) -> Demand:
        """Return what the rows need of a plan.

        Parameters
        ----------
        flow_veh_h
            float64 [nK] flow of every controlled movement of the network.
        settings
            Saturation flow, and what a vehicle that yields to people on foot counts for.
        """
        count, most = len(self.rows), settings.saturation_veh_h
        weight = np.maximum(flow_veh_h[self._links], 1e-3)
        share = weight / np.bincount(self._row, weight, count)[self._row]
        rate, gaps = np.zeros((count, self._shown.shape[1])), np.zeros((count, self._shown.shape[1]))
        opposing = np.zeros(count)
        for n, row in enumerate(self._row):
            shown, slow = self._shown[self._group[n]], self._permissive[n] and not len(self._foes[n])
            full = most / settings.yielding_equivalent if slow else most
            rate[row] += share[n] * full * (shown & ~self._yields[n])
            if self._yields[n].any():
                opposing_veh_h = flow_veh_h[self._foes[n]]
                gaps[row] += (
                    share[n] * min(gap_flow_veh_h(float(opposing_veh_h.sum())), most) * (shown & self._yields[n])
                )
                lanes = np.bincount(self._lane_of_link[self._foes[n]], opposing_veh_h)
                opposing[row] = max(opposing[row], min(float(lanes.max()) / most, 0.99))
        flow = np.bincount(self._row, flow_veh_h[self._links], count).astype(np.float64)
        begins = (
            np.diff((rate + gaps > 0).astype(np.int8), axis=1, prepend=(rate + gaps > 0)[:, -1:].astype(np.int8)) > 0
        )
        lost_veh = (np.where(begins, rate, 0.0)).sum(axis=1) * settings.lost_s / 3600.0
        return Demand(flow, rate, gaps, opposing, lost_veh)

    def delay_veh_s(self, lengths_ds: DoubleArray, demand: Demand) -> DoubleArray:
        """Return vehicles times seconds an hour for several plans.

        Parameters
        ----------
        lengths_ds
            float64 [plans, steps] length of the steps.
        demand
            Of `demand`.
        """
        cycle_ds = np.maximum(lengths_ds.sum(axis=1), 1.0)[:, None]
        blocked_ds = demand.opposing * (cycle_ds - lengths_ds @ self._opposed.T) / (1.0 - demand.opposing)
        yielding_ds = np.maximum(lengths_ds @ (demand.yielding_veh_h > 0).T, 1.0)
        free = np.clip(1.0 - blocked_ds / yielding_ds, 0.0, 1.0)
        capacity = (lengths_ds @ demand.rate_veh_h.T + free * (lengths_ds @ demand.yielding_veh_h.T)) / cycle_ds
        capacity = np.maximum(capacity - demand.lost_veh * 36000.0 / cycle_ds, 1.0)
        capacity += np.where(demand.yielding_veh_h.any(axis=1), SNEAKERS_VEH * 36000.0 / cycle_ds, 0.0)
        for rows in self._shared:  # none has the room that the others of its lane take
            used = (demand.flow_veh_h[rows] / np.maximum(capacity[:, rows], 1.0)).sum(axis=1, keepdims=True)
            capacity[:, rows] = np.where(used > 0, demand.flow_veh_h[rows] / np.maximum(used, 1e-9), capacity[:, rows])
        green_s = lengths_ds @ ((demand.rate_veh_h + demand.yielding_veh_h) > 0).T / 10.0
        found: DoubleArray = (demand.flow_veh_h * delay_s(demand.flow_veh_h, capacity, green_s, cycle_ds / 10.0)).sum(
            axis=1
        )
        return found

    def _opposing_green(self, foe_groups: list[IntArray]) -> DoubleArray:
        """Return float64 [rows, steps]: 1 where those whom a row yields to have green."""
        found = np.zeros((len(self.rows), self._shown.shape[1]))
        for n, row in enumerate(self._row):
            if self._yields[n].any():
                found[row] = np.maximum(found[row], self._shown[foe_groups[n]].any(axis=0))
        return found


def delay_s(
    flow_veh_h: DoubleArray, capacity_veh_h: DoubleArray, green_s: DoubleArray, cycle_s: DoubleArray
) -> DoubleArray:
    """Return the mean control delay of each lane group: uniform and incremental delay of the HCM.

    Parameters
    ----------
    flow_veh_h, capacity_veh_h
        Flow, and capacity within the cycle.
    green_s, cycle_s
        Effective green and cycle.
    """
    capacity = np.maximum(capacity_veh_h, 1.0)
    used, share = flow_veh_h / capacity, np.clip(green_s / cycle_s, 0.0, 1.0)
    uniform = 0.5 * cycle_s * (1.0 - share) ** 2 / np.maximum(1.0 - np.minimum(used, 1.0) * share, 1e-3)
    over = used - 1.0
    random = 900.0 * ANALYSIS_H * (over + np.sqrt(over**2 + 4.0 * used / (capacity * ANALYSIS_H)))
    found: DoubleArray = uniform + random
    return found


def gap_flow_veh_h(opposing_veh_h: float) -> float:
    """Return how many find a gap in an opposing flow without a queue (HCM, permissive left turns).

    Parameters
    ----------
    opposing_veh_h
        That flow.
    """
    per_s = max(opposing_veh_h, 1.0) / 3600.0
    return float(3600.0 * per_s * np.exp(-per_s * CRITICAL_GAP_S) / (1.0 - np.exp(-per_s * FOLLOW_UP_S)))
