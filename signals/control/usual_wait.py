"""How long vehicles usually wait at each intersection, learned from who stands and who leaves."""

from __future__ import annotations

import numpy as np

from signals.model.network import Network
from signals.model.values import FloatArray, Snapshot

__all__ = ["UsualWait"]

MEMORY_S = 300.0
"""Over how long means are taken: a few cycles, and short beside the rise of a rush hour."""
SLOW = 0.5
"""Who is slower than this share of the speed limit waits."""
LEAST_VEH_S = 0.02
"""Where hardly anybody leaves, waits are not overrated."""


class UsualWait:
    """Learns the mean wait at each intersection: vehicles that wait over vehicles that leave a second (Little 1961).

    Parameters
    ----------
    network
        What is seen.
    limit_mps
        float32 [nA] speed limit of each approach.

    Attributes
    ----------
    wait_s
        float32 [nI] mean wait of a vehicle over the last minutes, s; 0 at first.
    """

    def __init__(self, network: Network, limit_mps: FloatArray) -> None:
        self._first, self._limit_mps = network.arrays.approach_offset, limit_mps
        count = len(network.intersections)
        self._waiting_veh, self._leaving_veh_s = np.zeros((2, count))
        self.wait_s = np.zeros(count, np.float32)

    def note(self, snapshot: Snapshot, left_veh: FloatArray, tick_s: float) -> None:
        """Take note of a tick and of float32 [nA] vehicles that have crossed each stop line in it."""
        offset = snapshot.arrival_offset
        limit_mps = np.repeat(self._limit_mps, np.diff(offset))
        waits = snapshot.arrival_weight * (snapshot.arrival_speed_mps < SLOW * limit_mps)
        share = min(tick_s / MEMORY_S, 1.0)
        self._waiting_veh += share * (_sums(waits, offset[self._first]) - self._waiting_veh)
        self._leaving_veh_s += share * (_sums(left_veh, self._first) / max(tick_s, 0.1) - self._leaving_veh_s)
        self.wait_s[:] = self._waiting_veh / np.maximum(self._leaving_veh_s, LEAST_VEH_S)

    def forget(self) -> None:
        """Forget all that was learned."""
        for learned in (self._waiting_veh, self._leaving_veh_s, self.wait_s):
            learned[:] = 0.0


def _sums(values: FloatArray, offset: np.ndarray) -> np.ndarray:
    """Sum consecutive parts of values; parts may be empty."""
    return np.diff(np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])[offset])
