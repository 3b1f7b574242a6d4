"""What an adapter reports, taken with care: impossible values are rejected, counted, and never passed on.

A value that cannot be is replaced by "no valid reading". A detector that reported one is not listened to for a while
(`signals.safety.ladder`). A read-back that cannot be, a clock that is set, readings that repeat, or do not change
while vehicles move, make the whole tick doubtful, so that nobody decides by them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from signals.model.values import Aspect, BoolArray, ByteArray, FloatArray, HandleArray, IntArray, Readings
from signals.model.vehicle_classes import VehicleClass
from signals.safety.fallback import Trouble
from signals.safety.ladder import Ladder
from signals.safety.plausible import copied
from signals.safety.steady import STALE, STEPPED, SteadyTime

if TYPE_CHECKING:
    from signals.model.network import Network

__all__ = ["FROZEN_DS", "MALFORMED", "Intake", "Vehicles"]

MALFORMED: Final = "adapter-malformed"

FROZEN_DS: Final = 50
"""For how long nothing may change while a vehicle moves."""
STALE_TICKS: Final = 2
"""A reading may be repeated once: one message was late."""
MOVES_MPS: Final = 1.0
FASTEST_MPS: Final = 100.0
BEYOND_END_M: Final = 1.0
MOST_VEH_S: Final = 1.5
"""Three times saturation flow."""


class Vehicles(NamedTuple):
    """int32, float32, float32, int64, int8 [nV] as in `signals.model.values.Readings`; an untold class is unknown."""

    lane: IntArray
    position_m: FloatArray
    speed_mps: FloatArray
    handle: HandleArray
    vehicle_class: ByteArray

    def those(self, which: BoolArray) -> Vehicles:
        """Return some of them."""
        return Vehicles._make(column[which] for column in self)

    def same_as(self, other: Vehicles) -> bool:
        """Whether nothing in them differs."""
        return (
            np.array_equal(self.lane, other.lane)
            and np.array_equal(self.position_m, other.position_m)
            and np.array_equal(self.speed_mps, other.speed_mps)
            and np.array_equal(self.handle, other.handle)
        )


class Intake:
    """Takes the readings of one world.

    Parameters
    ----------
    network
        What they are readings of.
    tick_ds
        Length of a tick, > 0.

    Attributes
    ----------
    aspect, call, preempt, count, occupied, vehicles
        What can be passed on, as in `signals.model.values.Readings`; valid until the next call.
    strange
        bool [nI] intersections that showed something that is no aspect.
    rejected
        How many values were rejected so far.
    """

    def __init__(self, network: Network, tick_ds: int) -> None:
        arrays, detectors = network.arrays, len(network.detectors)
        groups, self._tick_ds = len(arrays.min_green_ds), tick_ds
        self._owner = np.repeat(np.arange(len(network.intersections)), np.diff(arrays.group_offset))
        self._lane_length_m = np.append(arrays.lane_length_m, np.float32(0))  # the last one is that of no lane
        self._most_veh = math.ceil(MOST_VEH_S * tick_ds / 10) + 1
        self._ladder = Ladder(detectors, tick_ds)
        self.aspect: ByteArray = np.full(groups, Aspect.UNKNOWN, np.int8)
        self.call: BoolArray = np.zeros(groups, np.bool_)
        self.preempt: ByteArray = np.zeros(groups, np.int8)
        self.count: IntArray = np.full(detectors, -1, np.int32)
        self.occupied: FloatArray = np.full(detectors, np.nan, np.float32)
        self.vehicles = _vehicles(0)
        self.strange: BoolArray = np.zeros(len(network.intersections), np.bool_)
        self.rejected = 0
        self.restart()

    @property
    def time_s(self) -> float:
        """The time of the world, or what it would be if its clock were steady."""
        return self._time.time_s

    @property
    def quarantined(self) -> BoolArray:
        """Detectors that are not listened to, bool [nD]."""
        return self._ladder.fallen

    def restart(self) -> None:
        """Expect another clock."""
        self._time, self._stale_ticks = SteadyTime(self._tick_ds), 0
        self._before, self._same_ds = (self.vehicles, self.count, self.occupied), 0

    def blank(self) -> None:
        """Know nothing."""
        self.aspect[:], self.call[:], self.preempt[:] = Aspect.UNKNOWN, False, 0
        self.count[:], self.occupied[:], self.vehicles = -1, np.nan, _vehicles(0)
        self.strange[:] = False

    def take(self, given: object) -> Trouble | None:
        """Take what was reported in a tick, and say what is wrong with all of it.

        Parameters
        ----------
        given
            Readings, or whatever it is.

        Raises
        ------
        Exception
            Any, if it is nothing like readings.
        """
        self._time.advance()
        self.strange[:] = False
        if not isinstance(given, Readings):
            return self._malformed(type(given).__name__)
        heard = self._time.hear(given.time_s)
        if heard == STALE:
            return self._stale()
        self._stale_ticks = 0
        if not self._copied(given):
            return self._malformed("arrays of other shapes or types")
        self._sift()
        frozen = self._frozen()
        if not (heard or frozen):
            return None
        self.aspect[:] = Aspect.UNKNOWN  # what was shown when, nobody knows
        if heard == STEPPED:
            return Trouble("clock-stepped", f"it says {given.time_s:.1f} s, expected were {self.time_s:.1f} s")
        return Trouble("readings-frozen", "nothing changes though vehicles move")

    def _malformed(self, what: str) -> Trouble:
        self.blank()
        return Trouble(MALFORMED, f"expected readings, got {what}")

    def _stale(self) -> Trouble | None:
        """Live on the last readings for a tick, and then on none."""
        self._stale_ticks += 1
        if self._stale_ticks >= STALE_TICKS:
            self.blank()
            return Trouble("readings-stale", f"nothing new for {self._stale_ticks} ticks")
        self.aspect[:] = Aspect.UNKNOWN
        np.minimum(self.count, 0, out=self.count)
        return None

    def _copied(self, given: Readings) -> bool:
        """Copy everything, and say whether it has the right shapes and types."""
        self.vehicles = _vehicles(len(given.vehicle_lane))
        if given.preempt is None:
            self.preempt[:] = 0
        return (
            copied(given.aspect, self.aspect)
            and copied(given.call, self.call)
            and (given.preempt is None or copied(given.preempt, self.preempt))
            and copied(given.detector_count, self.count)
            and copied(given.detector_occupied, self.occupied)
            and copied(given.vehicle_lane, self.vehicles.lane)
            and copied(given.vehicle_position_m, self.vehicles.position_m)
            and copied(given.vehicle_speed_mps, self.vehicles.speed_mps)
            and copied(given.vehicle_handle, self.vehicles.handle)
            and (given.vehicle_class is None or copied(given.vehicle_class, self.vehicles.vehicle_class))
        )

    def _sift(self) -> None:
        """Reject what cannot be."""
        odd = (self.aspect < Aspect.UNKNOWN) | (self.aspect > Aspect.CLEARANCE)
        self.aspect[odd] = Aspect.UNKNOWN
        self.strange[self._owner[odd]] = True
        nobody = self.preempt < 0
        self.preempt[nobody] = 0
        broken = (self.count < -1) | (self.count > self._most_veh) | (self.occupied < 0) | (self.occupied > 1)
        self._ladder.advance(broken)
        self.count[self.quarantined], self.occupied[self.quarantined] = -1, np.nan
        lane, position_m, speed_mps, handle, vehicle_class = self.vehicles
        no_class = (vehicle_class < VehicleClass.UNKNOWN) | (vehicle_class > max(VehicleClass))
        vehicle_class[no_class] = VehicleClass.UNKNOWN
        here = (lane >= 0) & (lane < len(self._lane_length_m) - 1)
        end_m = self._lane_length_m[np.where(here, lane, -1)] + BEYOND_END_M
        real = here & (position_m >= 0) & (position_m <= end_m)
        real &= (speed_mps >= 0) & (speed_mps < FASTEST_MPS) & (handle >= 0)
        self.vehicles = self.vehicles.those(real)
        self.rejected += int(odd.sum() + nobody.sum() + broken.sum() + (~real).sum() + no_class.sum())

    def _frozen(self) -> bool:
        """Whether nothing has changed for too long although a vehicle moves."""
        before, count, occupied = self._before
        same = (
            np.array_equal(count, self.count)
            and np.array_equal(occupied, self.occupied, equal_nan=True)
            and self.vehicles.same_as(before)
        )
        self._before = (self.vehicles, self.count.copy(), self.occupied.copy())
        moves = bool((self.vehicles.speed_mps > MOVES_MPS).any())
        self._same_ds = self._same_ds + self._tick_ds if moves and same else 0
        return self._same_ds >= FROZEN_DS


def _vehicles(count: int) -> Vehicles:
    rows = np.empty((2, count), np.float32)
    unknown = np.full(count, VehicleClass.UNKNOWN, np.int8)
    return Vehicles(np.empty(count, np.int32), rows[0], rows[1], np.empty(count, np.int64), unknown)
