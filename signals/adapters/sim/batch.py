"""Many replicas of one network at once: as one town, in one call of a compiled function per tick."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from signals.adapters.sim.copied_heads import CopiedHeads
from signals.adapters.sim.layout import Traffic, traffic
from signals.kernels.traffic import advance
from signals.kernels.traffic_sums import look
from signals.kernels.walkers import calls, walk
from signals.model.copies import copies, together
from signals.model.feeders import feeders
from signals.model.network import Network
from signals.model.travel import Travel
from signals.model.trips import DoubleArray
from signals.model.values import BoolArray, ByteArray, FloatArray, IntArray

__all__ = ["Batch", "Sight"]


class Sight(NamedTuple):
    """What is believed of all approaches with full sight; valid until the next look.

    Attributes
    ----------
    queue_veh, count_veh, wait_s
        float32 [nA] as in `signals.model.values.Snapshot`.
    demand
        bool [nA] whether somebody is probably bound for it.
    call
        bool [nG] a waiting person asks for this group.
    """

    queue_veh: FloatArray
    count_veh: FloatArray
    wait_s: FloatArray
    demand: BoolArray
    call: BoolArray


class Batch:
    """Replicas of a network that share nothing but the time.

    Parameters
    ----------
    network
        One of them.
    count
        How many.
    range_m
        How far from the stop line vehicles are seen.

    Attributes
    ----------
    network
        All of them as one network (`signals.model.copies`): replica k has the k-th part of every array.
    """

    def __init__(self, network: Network, count: int, range_m: float = 200.0) -> None:
        self.network = copies(network, count)
        self._one, self._count, self._range_m = network, count, range_m
        self._heads = CopiedHeads(network, count)
        self._feeds = _feeds(network, count, range_m)
        self._group_of = self._heads.group_of()
        approaches = len(self.network.arrays.approach_lane)
        self._sums = np.zeros((3, approaches), np.float32)
        self._demand = np.zeros(approaches, np.bool_)
        self._call = np.zeros(len(self.network.arrays.group_user), np.bool_)

    def begin(self, travels: list[Travel], begin_s: float = 0.0) -> None:
        """Begin with empty roads.

        Parameters
        ----------
        travels
            Who travels in each replica.
        begin_s
            The time of the travellers at which it begins; all other times here count from it.

        Raises
        ------
        ScenarioError
            When a route cannot be driven.
        """
        self._traffic: Traffic = traffic(self.network, together(self._one, travels), begin_s)
        self._roads, self._travellers, self._state, self._people = (tuple(part) for part in self._traffic[:4])
        self._has_people = len(self._traffic.people.walk) > 0
        self._heads.forget()
        row_of = np.full(len(self.network.lanes) + 1, -1, np.int32)
        row_of[self._traffic.lane] = np.arange(len(self._traffic.lane))
        first, feeder, lane = self._feeds
        driven = row_of[lane] >= 0
        self._feeder = feeder[driven]
        self._feeder_lane = row_of[lane[driven]]
        rows = len(self._feeder)
        self._heads_of_queues = np.full((rows, 3), -1, np.int64), np.zeros((rows, 2))
        self._feeder_first = np.concatenate([[0], np.cumsum(driven)])[first].astype(np.int32)

    def columns(self, aspect: ByteArray) -> tuple[tuple[Any, ...], ...]:
        """Return the arrays that this episode works on, for a kernel that does the same for many ticks; not copies.

        Parameters
        ----------
        aspect
            int8 [nG] where the aspects stand that are shown.

        Returns
        -------
        tuple
            Lamps; roads, travellers, state, people; feeders (range, first row, distance and probability, lane); sight
            (heads of queues in two arrays, sums, demand, calls, group of each movement).
        """
        return (
            self._heads.columns(aspect),
            self._roads, self._travellers, self._state, self._people,
            (self._range_m, self._feeder_first, self._feeder, self._feeder_lane),
            (*self._heads_of_queues, self._sums, self._demand, self._call, self._group_of),
        )  # fmt: skip

    def advance(self, start_s: float, end_s: float, aspect: ByteArray) -> None:
        """Show aspects, int8 [nG], from one time to another."""
        change = self._heads.show(aspect)
        since = np.full(len(change), start_s)
        advance(start_s, end_s, since, change, self._roads, self._travellers, self._state)
        if self._has_people:
            walk(end_s, self._roads, self._state, self._people)

    def look(self, time_s: float, *, whole: bool = True) -> Sight:
        """Return what can be seen now; without `whole` only demand and calls are renewed."""
        look(
            time_s, self._range_m, self._feeder_first, self._feeder, self._feeder_lane,
            self._roads, self._state, int(whole), *self._heads_of_queues, self._sums, self._demand,
        )  # fmt: skip
        if self._has_people:
            calls(time_s, self._group_of, self._people, self._call)
        return Sight(self._sums[0], self._sums[1], self._sums[2], self._demand, self._call)

    def delay_s(self, end_s: float) -> DoubleArray:
        """Return float64 [count]: mean delay of the vehicles scheduled in each replica, those under way included."""
        travellers, trip = self._traffic.travellers, self._traffic.state.trip
        depart_s = travellers.depart[:, 0]
        entered, left = ~np.isnan(trip[:, 3]), trip[:, 4] < end_s
        lost_s = np.where(left, trip[:, 4] - trip[:, 2], np.maximum(end_s - trip[:, 2], 0.0))
        late_s = np.where(entered, trip[:, 3], end_s) - depart_s
        delay_s = late_s + np.where(entered, np.maximum(lost_s, 0.0), 0.0)
        due = depart_s < end_s
        replica = travellers.row[:, 2] // len(self._one.edges)
        total_s = np.bincount(replica[due], delay_s[due], self._count)
        return total_s / np.maximum(np.bincount(replica[due], minlength=self._count), 1)


def _feeds(network: Network, count: int, range_m: float) -> tuple[IntArray, DoubleArray, IntArray]:
    """Return for each approach of all replicas its first row, then per row distance and probability, and the lane."""
    found = feeders(network, range_m)
    lane = np.repeat(np.arange(len(network.lanes)), np.diff(found.lane_offset))
    order = np.argsort(found.approach, kind="stable")
    approaches, lanes = len(network.arrays.approach_lane), len(network.lanes)
    rows = np.bincount(found.approach, minlength=approaches)
    first = np.concatenate([[0], np.cumsum(np.tile(rows, count))]).astype(np.int32)
    one = np.column_stack([found.distance_m, found.probability]).astype(np.float64)[order]
    shifted = np.concatenate([lane[order] + k * lanes for k in range(count)])
    return first, np.tile(one, (count, 1)), shifted.astype(np.int32)
