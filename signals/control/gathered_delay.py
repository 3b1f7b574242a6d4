"""How long everybody on the way to a stop line has been held up since coming into sight."""

from __future__ import annotations

import numpy as np

from signals.control.stage_sums import DoubleArray
from signals.model.network import Network
from signals.model.values import BoolArray, HandleArray, IntArray, Snapshot

__all__ = ["GatheredDelay"]


class GatheredDelay:
    """The delay of every vehicle in sight: each second costs it the share of the speed limit that it does not drive.

    It begins anew where a vehicle comes into sight of another intersection. Vehicles that are only inferred have no
    number to be followed by; there everybody who stands is taken to have come at an even pace since the first did.

    Parameters
    ----------
    network
        The network.

    Attributes
    ----------
    row_s
        float64 [n] delay of every row of `Snapshot.arrival_handle`; 0 of who is inferred.
    """

    def __init__(self, network: Network) -> None:
        arrays = network.arrays
        self._limit_mps = arrays.lane_speed_mps[arrays.approach_lane].astype(np.float64)
        count = len(network.intersections)
        self._place = np.repeat(np.arange(count), np.diff(arrays.approach_offset))
        self._handle: HandleArray = np.zeros(0, np.int64)
        self._where: IntArray = np.zeros(0, np.int32)
        self._delay_s: DoubleArray = np.zeros(0)
        self._time_s = np.nan
        self.row_s: DoubleArray = np.zeros(0)

    def gather(self, snapshot: Snapshot) -> None:
        """Take the time that has passed since the last call; to be called every tick."""
        rows = np.diff(snapshot.arrival_offset)
        approach = np.repeat(np.arange(len(rows), dtype=np.int32), rows)
        handle, first, back = np.unique(snapshot.arrival_handle, return_index=True, return_inverse=True)
        where = self._place[approach[first]].astype(np.int32)
        delay_s = self._before(handle, where)
        delay_s += self._held_up_s(snapshot, approach)[first]
        delay_s[handle == 0] = 0.0
        self._handle, self._where, self._delay_s, self._time_s = handle, where, delay_s, snapshot.time_s
        self.row_s = delay_s[back]

    def of_approaches(self, snapshot: Snapshot) -> DoubleArray:
        """Return float64 [nA]: the delay of all vehicles of each approach together, by the snapshot last gathered.

        A vehicle counts for an approach by the probability that it goes there.
        """
        count = len(self._limit_mps)
        approach = np.repeat(np.arange(count, dtype=np.int32), np.diff(snapshot.arrival_offset))
        weight = np.nan_to_num(snapshot.arrival_weight)
        followed = np.bincount(approach, weight * self.row_s, count)
        inferred = np.nan_to_num(snapshot.queue_veh) * np.nan_to_num(snapshot.wait_s) / 2.0
        return np.where(self._followed(snapshot, approach), followed, inferred)

    def _followed(self, snapshot: Snapshot, approach: IntArray) -> BoolArray:
        """Return bool [nA]: whether a vehicle there has a number."""
        found = np.zeros(len(self._limit_mps), np.bool_)
        found[approach[snapshot.arrival_handle != 0]] = True
        return found

    def _before(self, handle: HandleArray, where: IntArray) -> DoubleArray:
        """Return what vehicles had gathered before, 0 of those who are new at their intersection."""
        if not len(self._handle):
            return np.zeros(len(handle))
        position = np.minimum(np.searchsorted(self._handle, handle), len(self._handle) - 1)
        same = (self._handle[position] == handle) & (self._where[position] == where)
        return np.where(same, self._delay_s[position], 0.0)

    def _held_up_s(self, snapshot: Snapshot, approach: IntArray) -> DoubleArray:
        """Return float64 [n]: what the time since the last call cost every vehicle."""
        elapsed_s = 0.0 if np.isnan(self._time_s) else max(snapshot.time_s - self._time_s, 0.0)
        speed_mps = np.nan_to_num(snapshot.arrival_speed_mps).astype(np.float64)
        lost: DoubleArray = elapsed_s * np.clip(1.0 - speed_mps / self._limit_mps[approach], 0.0, 1.0)
        return lost
