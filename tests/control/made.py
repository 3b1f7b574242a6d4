"""What the tests of controllers show to them: snapshots made by hand, and a street of point queues behind the guard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from signals.model.network import Network
from signals.model.roles import Controller
from signals.model.values import Aspect, BoolArray, FloatArray, Readings, Snapshot
from signals.safety.guard import Guard
from signals.testing import random_snapshot

__all__ = ["Street", "demanded", "marked", "quiet", "shows"]

RATE_VEH_S = 0.5
"""What leaves a green lane."""


def quiet(network: Network, time_s: float = 0.0, **known: Any) -> Snapshot:
    """Nobody is there, everything has been red for a minute, unless told."""
    made = random_snapshot(network, np.random.default_rng(0), time_s, empty=True)
    long_ago = np.full(len(made.gap_s), 99.0, np.float32)
    return made._replace(gap_s=long_ago, lane_veh=np.zeros_like(made.lane_veh))._replace(**known)


def shows(snapshot: Snapshot, groups: Iterable[int], age_s: float = 60.0, aspect: Aspect = Aspect.GREEN) -> Snapshot:
    """The same, but some groups have been showing an aspect for a while."""
    shown, age_ds = snapshot.aspect.copy(), snapshot.age_ds.copy()
    shown[list(groups)] = aspect
    age_ds[list(groups)] = round(age_s * 10)
    return snapshot._replace(aspect=shown, age_ds=age_ds)


def demanded(snapshot: Snapshot, groups: Iterable[int]) -> Snapshot:
    """The same, but somebody waits for some groups."""
    demand = np.zeros_like(snapshot.demand)
    demand[list(groups)] = True
    return snapshot._replace(demand=demand)


def marked(groups: BoolArray) -> tuple[int, ...]:
    """The groups that are marked, such as those that are wanted."""
    return tuple(np.flatnonzero(groups).tolist())


class Street:
    """Point queues: who arrives waits at the stop line, and leaves one every two seconds while all links are green.

    Everything is seen at once. Nothing drives; it is enough to see whether a controller serves those who wait.
    """

    def __init__(self, network: Network, make: Callable[[Network], Controller], seed: int = 1) -> None:
        self.network = network
        self.controller = make(network)
        self.guard = Guard(network)
        self.rng = np.random.default_rng(seed)
        self.snapshot = quiet(network)
        approaches = len(network.arrays.approach_lane)
        self.queue = np.zeros(approaches)
        self.calls = np.zeros(len(network.arrays.group_user), np.bool_)
        self.waited_veh_s = self.served_veh = 0.0
        self.wait_s = np.zeros(len(self.calls))
        self.longest_wait_s = 0.0
        self.greens = np.zeros(len(self.calls), np.int64)

    def green_approach(self, aspect: Any) -> BoolArray:
        arrays = self.network.arrays
        green = aspect[arrays.link_group] == Aspect.GREEN
        found: BoolArray = np.logical_and.reduceat(green, arrays.link_offset[:-1])
        return found

    def run(self, ticks: int, veh_h: FloatArray, calls: Callable[[int], Iterable[int]] = lambda _: ()) -> None:
        """Let some seconds pass with arrivals per approach, and with people who call at certain times."""
        arrays = self.network.arrays
        for _ in range(ticks):
            tick = round(self.snapshot.time_s)
            came = self.rng.random(len(self.queue)) < veh_h / 3600.0
            self.queue += came
            self.calls[list(calls(tick))] = True
            demand = self.calls.copy()
            demand[arrays.link_group[np.repeat(self.queue > 0, np.diff(arrays.link_offset))]] = True
            gap_s = np.where((self.queue > 0) | came, 0.0, self.snapshot.gap_s + 1.0).astype(np.float32)
            queue = self.queue.astype(np.float32)
            self.snapshot = self.snapshot._replace(demand=demand, gap_s=gap_s, queue_veh=queue, count_veh=queue)
            self.arrive(came)
            self.show(demand)
            leaves = np.minimum(self.queue, RATE_VEH_S * self.green_approach(self.snapshot.aspect))
            self.queue -= leaves
            self.queue[self.queue < 1e-9] = 0.0
            self.served_veh += float(leaves.sum())
            self.waited_veh_s += float(self.queue.sum())

    def arrive(self, came: BoolArray) -> None:
        """Let those who came pass the line 20 m before the stop line."""
        count = int(came.sum())
        self.snapshot = self.snapshot._replace(
            arrival_offset=np.concatenate([[0], np.cumsum(came)]).astype(np.int32),
            arrival_distance_m=np.full(count, 15.0, np.float32),
            arrival_speed_mps=np.full(count, 10.0, np.float32),
            arrival_weight=np.ones(count, np.float32),
            arrival_handle=np.zeros(count, np.int64),
        )

    def show(self, demand: BoolArray) -> None:
        before = self.snapshot
        decision = self.controller.decide(before)
        empty = np.zeros(0)
        readings = Readings(
            before.time_s,
            before.aspect,
            self.calls,
            empty.astype(np.int32),
            empty.astype(np.float32),
            empty.astype(np.float32),
            empty.astype(np.int64),
            np.zeros(len(self.network.detectors), np.int32),
            np.zeros(len(self.network.detectors), np.float32),
        )
        verdict = self.guard.permit(decision, readings, demand)
        assert not verdict.violations, verdict.violations
        shown = verdict.command.aspect.copy()
        age_ds = np.where(shown == before.aspect, before.age_ds + 10, 10).astype(np.int32)
        began = (shown == Aspect.GREEN) & (before.aspect != Aspect.GREEN)
        self.greens += began
        self.calls &= shown != Aspect.GREEN
        waiting = demand & (shown != Aspect.GREEN)
        self.wait_s = np.where(waiting, self.wait_s + 1.0, 0.0)
        self.longest_wait_s = max(self.longest_wait_s, float(self.wait_s.max()))
        self.snapshot = before._replace(time_s=before.time_s + 1.0, aspect=shown, age_ds=age_ds)
