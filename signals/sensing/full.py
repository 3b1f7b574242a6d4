"""The estimator for a world that reports every vehicle near its junctions (a simulator, cameras, radar)."""

from __future__ import annotations

import numpy as np

from signals.kernels.sensing import SKIPPED, TOP_HANDLE, Beliefs, Memory, Seen, observe
from signals.model.feeders import feeders
from signals.model.network import Network
from signals.model.values import ByteArray, FloatArray, Readings, Snapshot
from signals.model.vehicle_classes import VehicleClass
from signals.sensing import rooms
from signals.sensing.clock import Clock
from signals.sensing.places import places_of
from signals.sensing.signal_heads import SignalHeads

__all__ = ["FullEstimator"]

LAST_CLASS = max(VehicleClass)


class FullEstimator:
    """Turns vehicles into the state of approaches, and learns where vehicles turn.

    Vehicles that cannot exist (lane, position, speed or handle out of range or not a number) are left out and counted.

    Parameters
    ----------
    network
        The network.
    range_m
        How far upstream of the stop line a vehicle counts, along the road and over uncontrolled junctions.
    tick_ds
        Length of a tick; only the first tick needs it, later ones are measured.
    """

    _seen: Seen
    _memory: Memory
    _beliefs: Beliefs

    def __init__(self, network: Network, *, range_m: float = 200.0, tick_ds: int = 10) -> None:
        self._network = network
        self._range_m = range_m
        self._tick_ds = tick_ds
        self._feeders = feeders(network, range_m)
        self._places = places_of(network, self._feeders)
        self._begin()
        self.update(rooms.silence(len(network.arrays.group_user)))
        self._begin()  # that tick was for the compiler

    @property
    def skipped(self) -> int:
        """Vehicles left out so far because they cannot exist."""
        return int(self._memory.counter[SKIPPED]) + self._unmatched

    @property
    def link_share(self) -> FloatArray:
        """float32 [nK] share of the vehicles of its approach that take each link, as learned so far."""
        return self._memory.link_share

    @property
    def link_count(self) -> FloatArray:
        """float32 [nK] vehicles seen to take each link, of the last few hundred of its approach."""
        return self._memory.link_count

    @property
    def feeder_probability(self) -> FloatArray:
        """float32 [n] probability of each row of `signals.model.feeders.feeders`, as learned so far."""
        return self._memory.row_weight

    def update(self, readings: Readings) -> Snapshot:
        """Take one tick of readings; the snapshot is valid until the next call."""
        elapsed_ds = self._clock.elapsed_ds(readings.time_s)
        n = self._take_vehicles(readings)
        needed = self._observe(n)
        if needed > len(self._beliefs.arrival_vehicle):
            self._beliefs = rooms.for_arrivals(self._beliefs, 2 * needed)
            self._observe(n)
        self._memory = rooms.for_handles(self._memory, int(self._memory.counter[TOP_HANDLE]))
        self._heads.update(readings, elapsed_ds)
        self._heads.join(self._beliefs.demand)
        return self._snapshot()

    def _observe(self, n: int) -> int:
        seen, places = tuple(self._seen), tuple(self._places)
        memory, beliefs = tuple(self._memory), tuple(self._beliefs)
        return observe(self._clock.time_s, n, self._range_m, seen, places, memory, beliefs)

    def _begin(self) -> None:
        """Start from nothing."""
        self._clock = Clock(self._tick_ds)
        self._heads = SignalHeads(self._network)
        self._unmatched = 0
        self._class: ByteArray | None = None
        self._seen = rooms.first_seen()
        self._memory = rooms.first_memory(self._network, self._places)
        self._beliefs = rooms.first_beliefs(self._network)

    def _take_vehicles(self, readings: Readings) -> int:
        """Copy the vehicles into arrays of known type, and return their number."""
        sizes = (
            len(readings.vehicle_lane),
            len(readings.vehicle_position_m),
            len(readings.vehicle_speed_mps),
            len(readings.vehicle_handle),
            len(readings.vehicle_lane if readings.vehicle_class is None else readings.vehicle_class),
        )
        n = min(sizes)
        self._unmatched += max(sizes) - n
        if n > len(self._seen.lane):
            self._seen, self._memory = rooms.for_vehicles(self._memory, 2 * n)
        # Copies: a kernel is compiled anew for every type and layout of array that it meets.
        self._seen.lane[:n] = readings.vehicle_lane[:n]
        self._seen.position_m[:n] = readings.vehicle_position_m[:n]
        self._seen.speed_mps[:n] = readings.vehicle_speed_mps[:n]
        self._seen.handle[:n] = readings.vehicle_handle[:n]
        self._class = None if readings.vehicle_class is None else _known_class(readings.vehicle_class[:n])
        return n

    def _snapshot(self) -> Snapshot:
        heads, beliefs = self._heads, self._beliefs
        n = int(beliefs.arrival_offset[-1])
        return Snapshot(
            self._clock.time_s,
            heads.aspect,
            heads.age_ds,
            heads.demand,
            beliefs.queue_veh,
            beliefs.count_veh,
            beliefs.wait_s,
            beliefs.gap_s,
            beliefs.lane_veh,
            beliefs.lane_free_m,
            beliefs.arrival_offset,
            beliefs.arrival_distance_m[:n],
            beliefs.arrival_speed_mps[:n],
            beliefs.arrival_weight[:n],
            beliefs.arrival_handle[:n],
            self._memory.link_share,
            None if self._class is None else self._class[beliefs.arrival_vehicle[:n]],
        )


def _known_class(vehicle_class: ByteArray) -> ByteArray:
    """Return classes of vehicles; what is none of them is unknown."""
    sure = (vehicle_class >= VehicleClass.UNKNOWN) & (vehicle_class <= LAST_CLASS)
    return np.where(sure, vehicle_class, VehicleClass.UNKNOWN).astype(np.int8)
