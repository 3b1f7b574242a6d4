"""Counts who passes a line before every stop line: flows for controllers that plan ahead."""

from __future__ import annotations

import numpy as np

from signals.model.network import Network
from signals.model.values import FloatArray, Snapshot

__all__ = ["COUNT_LINE_M", "FlowMeter"]

COUNT_LINE_M = 20.0
"""Vehicles are counted this far before the stop line: near enough to be in their lane."""


class FlowMeter:
    """Flows of all controlled movements, from snapshots of any kind of sensing.

    A vehicle is counted in the tick in which it passes the line, whether it is known by a handle or only inferred; it
    counts for the movements of its approach in the shares that are believed. What an approach holds more than at the
    beginning wanted to pass as well: where green is short, demand is more than what passes.

    Parameters
    ----------
    network
        The network.
    """

    def __init__(self, network: Network) -> None:
        arrays = network.arrays
        self._approaches = len(arrays.approach_lane)
        self._links = np.diff(arrays.link_offset)
        self._count = np.zeros(len(arrays.link_group))
        self._held_veh = np.zeros(self._approaches)
        self._since_s = self._last_s = np.nan

    def count(self, snapshot: Snapshot) -> None:
        """Take one tick."""
        if np.isnan(self._since_s):
            self._begin(snapshot)
            self._last_s = snapshot.time_s
        moved_m = snapshot.arrival_speed_mps * np.float32(snapshot.time_s - self._last_s)
        self._last_s = snapshot.time_s
        distance_m = snapshot.arrival_distance_m
        passes = np.flatnonzero((distance_m <= COUNT_LINE_M) & (distance_m + moved_m > COUNT_LINE_M))
        if not len(passes):
            return
        approach = np.searchsorted(snapshot.arrival_offset, passes, side="right") - 1
        passed = np.bincount(approach, snapshot.arrival_weight[passes], self._approaches)
        self._count += np.repeat(passed, self._links) * snapshot.link_share

    def elapsed_s(self, time_s: float) -> float:
        """Return for how long it has been counting at a time; 0 before the first tick."""
        return 0.0 if np.isnan(self._since_s) else time_s - self._since_s

    def take(self, snapshot: Snapshot) -> FloatArray:
        """Return the mean flows since the last call, and begin anew.

        Parameters
        ----------
        snapshot
            The present.

        Returns
        -------
        FloatArray
            float32 [nK] vehicles per hour of each controlled movement.
        """
        more_veh = np.nan_to_num(snapshot.count_veh) - self._held_veh
        wanted = np.maximum(self._count + np.repeat(more_veh, self._links) * snapshot.link_share, 0.0)
        flow = wanted * (3600.0 / max(self.elapsed_s(snapshot.time_s), 1.0))
        self._begin(snapshot)
        return flow.astype(np.float32)

    def _begin(self, snapshot: Snapshot) -> None:
        self._count[:] = 0.0
        self._held_veh = np.nan_to_num(snapshot.count_veh).astype(np.float64)
        self._since_s = snapshot.time_s
