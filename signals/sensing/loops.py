"""The estimator for junctions that see nothing but induction loops."""

from __future__ import annotations

import numpy as np

from signals.kernels.loop_connected import penetration
from signals.kernels.loop_health import FAILED
from signals.kernels.loop_values import Reported
from signals.kernels.loops import believe
from signals.model.network import Network
from signals.model.values import Readings, Snapshot
from signals.sensing import loop_rooms
from signals.sensing.clock import Clock
from signals.sensing.full import FullEstimator
from signals.sensing.loop_places import loop_places
from signals.sensing.rooms import silence
from signals.sensing.signal_heads import SignalHeads

__all__ = ["LoopEstimator"]


class LoopEstimator:
    """Follows vehicles from loop to loop, and believes them to be where drivers would be by now.

    A vehicle counted on the approach lane, at a stop line before it, or on a lane that leads to it is expected at the
    next loop, where it is recognised by its time; who is only expected on average comes in between. What is not
    counted where it should be is given up, and a loop that contradicts others is not trusted. An approach none of
    whose loops work has the traffic that is usual there, and one who waits whenever it is red.

    Parameters
    ----------
    network
        The network with its detectors (see `signals.sensing.loop_places` for which counts where).
    range_m
        How far before a stop line vehicles are of interest, and loops on feeding lanes are looked for.
    tick_ds
        Length of a tick; only the first tick needs it, later ones are measured.
    connected
        Whether the vehicles in the readings are some of all, who say where they are. Otherwise there are none.
    """

    def __init__(self, network: Network, *, range_m: float = 200.0, tick_ds: int = 10, connected: bool = False) -> None:
        self._network = network
        self._tick_ds = tick_ds
        self._connected: FullEstimator | None = None
        self._places = loop_places(network, range_m)
        self._begin()
        self.update(silence(len(network.arrays.group_user)))
        self._begin()  # that tick was for the compiler
        if connected:
            self._connected = FullEstimator(network, range_m=range_m, tick_ds=tick_ds)

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the loops that are not trusted now."""
        return tuple(
            loop.id for loop, state in zip(self._network.detectors, self._health.state, strict=True) if state == FAILED
        )

    def update(self, readings: Readings) -> Snapshot:
        """Take one tick of readings; the snapshot is valid until the next call."""
        elapsed_ds = self._clock.elapsed_ds(readings.time_s)
        # Too few readings are missing ones.
        self._count[:] = -1
        n = min(len(self._count), len(readings.detector_count), len(readings.detector_occupied))
        self._count[:n] = readings.detector_count[:n]
        self._occupied[:n] = readings.detector_occupied[:n]
        self._heads.update(readings, elapsed_ds)
        seen = None if self._connected is None else self._take_reports(self._connected, readings)
        self._believe(elapsed_ds / 10.0)
        self._heads.join(self._beliefs.demand)
        if seen is not None:
            self._see_lanes(seen)
        return self._snapshot()

    @property
    def penetration(self) -> float:
        """The share of the vehicles that are connected, as learned so far."""
        return penetration(self._counters)

    def _take_reports(self, connected: FullEstimator, readings: Readings) -> Snapshot:
        """Have the connected vehicles followed; of them, too, it is learned where they go."""
        seen = connected.update(readings)
        n = int(seen.arrival_offset[-1])
        self._reported = Reported(
            np.ones(1, np.bool_),
            seen.arrival_offset,
            seen.arrival_distance_m[:n],
            seen.arrival_speed_mps[:n],
            seen.arrival_weight[:n],
            seen.arrival_handle[:n],
            np.zeros(0, np.int8) if seen.arrival_class is None else seen.arrival_class,
        )
        self._turns.known_veh[:] = connected.link_count
        return seen

    def _see_lanes(self, seen: Snapshot) -> None:
        """Where a connected vehicle stands a lane is no more than free behind it, whatever else is known of it."""
        stands = seen.lane_free_m < self._network.arrays.lane_length_m
        free = self._beliefs.lane_free_m
        free[:] = np.where(stands, np.fmin(free, seen.lane_free_m), np.where(self._counted_lane, free, np.nan))

    def _begin(self) -> None:
        """Start from nothing."""
        arrays = self._network.arrays
        detectors = len(self._network.detectors)
        self._clock = Clock(self._tick_ds)
        self._heads = SignalHeads(self._network)
        self._count = np.full(detectors, -1, np.int32)
        self._occupied = np.full(detectors, np.nan, np.float32)
        self._health = loop_rooms.healthy(detectors)
        self._counters = loop_rooms.first_counters(self._places)
        self._turns = loop_rooms.first_turns(self._network)
        self._reported = loop_rooms.nobody_reported(len(arrays.approach_lane))
        self._tracks = loop_rooms.no_tracks(len(arrays.approach_lane))
        self._counted_lane = np.zeros(len(self._network.lanes), np.bool_)
        self._counted_lane[arrays.approach_lane] = True
        self._beliefs = loop_rooms.first_beliefs(self._network)

    def _believe(self, elapsed_s: float = 0.0) -> None:
        believe(
            self._clock.time_s,
            elapsed_s,
            self._heads.aspect,
            self._count,
            self._occupied,
            tuple(self._places),
            tuple(self._health),
            tuple(self._counters),
            tuple(self._turns),
            tuple(self._reported),
            tuple(self._tracks),
            tuple(self._beliefs),
        )

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
            self._turns.share,
            beliefs.arrival_class[:n],
        )
