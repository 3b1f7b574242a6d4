"""The estimator for junctions that see nothing but induction loops."""

from __future__ import annotations

import numpy as np

from signals.kernels.loops import NEVER_S, Expected, LoopBeliefs, believe
from signals.model.feeders import feeders
from signals.model.network import Network
from signals.model.values import Readings, Snapshot
from signals.sensing.clock import Clock
from signals.sensing.loop_places import loop_places
from signals.sensing.places import first_shares
from signals.sensing.rooms import silence
from signals.sensing.signal_heads import SignalHeads

__all__ = ["LoopEstimator"]

MOST_EXPECTED = 64
"""Per approach: 64 vehicles are a queue of more than 400 m."""


class LoopEstimator:
    """Counts vehicles in at loops upstream and out at the stop line, and believes the difference to be on its way.

    A loop without a valid reading is ignored as long as that lasts. An approach none of whose loops work is believed to
    be demanded all the time. What lies behind the stop line is not watched.

    Parameters
    ----------
    network
        The network with its detectors (see `signals.sensing.loop_places` for which counts where).
    range_m
        How far upstream of the stop line loops are looked for where the approach lane has only one.
    tick_ds
        Length of a tick; only the first tick needs it, later ones are measured.
    """

    def __init__(self, network: Network, *, range_m: float = 200.0, tick_ds: int = 10) -> None:
        self._network = network
        self._tick_ds = tick_ds
        self._places = loop_places(network, feeders(network, range_m))
        self._link_share = first_shares(network)
        self._begin()
        self.update(silence(len(network.arrays.group_user)))
        self._begin()  # that tick was for the compiler

    def update(self, readings: Readings) -> Snapshot:
        """Take one tick of readings; the snapshot is valid until the next call."""
        elapsed_ds = self._clock.elapsed_ds(readings.time_s)
        # Too few readings are missing ones.
        self._count[:] = -1
        n = min(len(self._count), len(readings.detector_count), len(readings.detector_occupied))
        self._count[:n] = readings.detector_count[:n]
        self._occupied[:n] = readings.detector_occupied[:n]
        self._heads.update(readings, elapsed_ds)
        self._believe(elapsed_ds / 10.0)
        self._heads.join(self._beliefs.demand)
        return self._snapshot()

    def _begin(self) -> None:
        """Start from nothing."""
        arrays = self._network.arrays
        detectors = len(self._network.detectors)
        self._clock = Clock(self._tick_ds)
        self._heads = SignalHeads(self._network)
        self._count = np.full(detectors, -1, np.int32)
        self._occupied = np.full(detectors, np.nan, np.float32)
        self._green = np.zeros(len(arrays.approach_lane), np.bool_)
        self._expected = _nobody(len(arrays.approach_lane), len(self._places.loop))
        self._beliefs = _nothing(len(arrays.approach_lane), len(arrays.lane_length_m))
        self._handle = np.zeros(len(self._beliefs.arrival_weight), np.int64)

    def _believe(self, elapsed_s: float = 0.0) -> None:
        places, expected, beliefs = tuple(self._places), tuple(self._expected), tuple(self._beliefs)
        self._heads.note_green(self._green)
        believe(self._clock.time_s, elapsed_s, self._green, self._count, self._occupied, places, expected, beliefs)

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
            self._handle[:n],
            self._link_share,
        )


def _nobody(approaches: int, loops: int) -> Expected:
    return Expected(
        number=np.zeros(approaches, np.int32),
        due_s=np.zeros((approaches, MOST_EXPECTED)),
        weight=np.zeros((approaches, MOST_EXPECTED), np.float32),
        waiting=np.zeros(approaches, np.bool_),
        vacant_s=np.full(approaches, NEVER_S),
        red_s=np.zeros(approaches),
        credit_veh=np.zeros(approaches),
        covered_s=np.zeros(loops),
    )


def _nothing(approaches: int, lanes: int) -> LoopBeliefs:
    room = approaches * MOST_EXPECTED
    return LoopBeliefs(
        demand=np.zeros(approaches, np.bool_),
        queue_veh=np.zeros(approaches, np.float32),
        count_veh=np.zeros(approaches, np.float32),
        wait_s=np.zeros(approaches, np.float32),
        gap_s=np.zeros(approaches, np.float32),
        lane_veh=np.full(lanes, np.nan, np.float32),
        lane_free_m=np.full(lanes, np.nan, np.float32),
        arrival_offset=np.zeros(approaches + 1, np.int32),
        arrival_distance_m=np.zeros(room, np.float32),
        arrival_speed_mps=np.zeros(room, np.float32),
        arrival_weight=np.zeros(room, np.float32),
    )
