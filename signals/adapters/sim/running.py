"""The running queue simulator: the arrays of a `Traffic`, advanced and read by compiled functions."""

from __future__ import annotations

import numpy as np

from signals.adapters.sim.heads import Heads
from signals.adapters.sim.layout import Traffic
from signals.kernels.traffic import advance
from signals.kernels.traffic_view import EMPTY, INSIDE, loops, see
from signals.kernels.walkers import calls, walk
from signals.model.network import Network
from signals.model.values import ByteArray, IntArray, Readings
from signals.model.vehicle_classes import VehicleClass

__all__ = ["TrafficRun"]

CAR_M = 5.0


class TrafficRun:
    """Traffic on its way.

    Parameters
    ----------
    network
        The network.
    traffic
        Where it begins; changed in place.
    """

    def __init__(self, network: Network, traffic: Traffic) -> None:
        self._roads, self._travellers, self._state, self._people = (tuple(part) for part in traffic[:4])
        self._via = np.array([move.via[0] if move.via else -1 for move in network.movements], np.int32)
        group_of = Heads(network).group_of
        self._group = np.array([group_of.get(move, -1) for move in range(len(network.movements))], np.int32)
        vehicles, detectors = len(traffic.travellers.row), len(network.detectors)
        self._lane = np.empty(vehicles, np.int32)
        self._position_m = np.empty(vehicles, np.float32)
        self._speed_mps = np.empty(vehicles, np.float32)
        self._handle = np.empty(vehicles, np.int64)
        self._detector = np.array([(d.position_m, d.length_m, CAR_M) for d in network.detectors]).reshape(-1, 3)
        self._lane_of = traffic.lane
        self._class_of = np.append(np.int8(VehicleClass.UNKNOWN), traffic.vehicle_class)  # by handle
        row_of = {lane: row for row, lane in enumerate(traffic.lane.tolist())}
        rows = [INSIDE if network.lanes[d.lane].internal else row_of.get(d.lane, EMPTY) for d in network.detectors]
        self._detector_row = np.array(rows, np.int32)
        self._detector_lane = np.array([d.lane for d in network.detectors], np.int32)
        self._passed = np.zeros(detectors, np.int32)
        self._count = np.zeros(detectors, np.int32)
        self._occupied = np.zeros(detectors, np.float32)
        self._call = np.zeros(len(network.arrays.group_user), np.bool_)

    def advance(self, start_s: float, end_s: float, changes: IntArray) -> None:
        """Show what changes and let time pass."""
        change_s = np.full(len(changes), start_s)
        advance(start_s, end_s, change_s, changes, self._roads, self._travellers, self._state)
        walk(end_s, self._roads, self._state, self._people)

    def read(self, time_s: float, duration_s: float, aspect: ByteArray, *, vehicles: bool) -> Readings:
        """Report what is on the road, on the loops and at the crossings; valid until the next call."""
        n = see(
            time_s, self._lane_of, self._via, self._roads, self._travellers, self._state,
            self._lane, self._position_m, self._speed_mps, self._handle,
        )  # fmt: skip
        loops(
            duration_s, n, self._lane, self._position_m, self._speed_mps, self._detector, self._detector_lane,
            self._detector_row, self._roads, self._state, self._passed, self._count, self._occupied,
        )  # fmt: skip
        calls(time_s, self._group, self._people, self._call)
        seen = n if vehicles else 0
        return Readings(
            time_s,
            aspect,
            self._call,
            self._lane[:seen],
            self._position_m[:seen],
            self._speed_mps[:seen],
            self._handle[:seen],
            self._count,
            self._occupied,
            vehicle_class=self._class_of[self._handle[:seen]],
        )
