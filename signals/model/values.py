"""The values that go round once a tick: Readings → Snapshot → Decision → Command, and the Violations beside them.

All arrays are network-wide, in the numbering of `arrays.NetworkArrays`: nI intersections, nG signal groups, nA
approaches (lanes that end at a controlled stop line), nL lanes, nV vehicles, nD detectors. A value may share its arrays
with the part that made it and is valid until that part makes the next one: who keeps it, copies it.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "Aspect",
    "BoolArray",
    "ByteArray",
    "Command",
    "Comparison",
    "Decision",
    "Event",
    "FloatArray",
    "HandleArray",
    "IntArray",
    "Readings",
    "Snapshot",
    "Verdict",
    "Violation",
]

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int32]
ByteArray = npt.NDArray[np.int8]
FloatArray = npt.NDArray[np.float32]
HandleArray = npt.NDArray[np.int64]


class Aspect(IntEnum):
    """What a signal group shows. Everything but red counts as occupied for conflicting groups."""

    RED = 0
    RED_AMBER = 1
    GREEN = 2
    AMBER = 3
    CLEARANCE = 4
    """Pedestrians: no longer green, still on the crossing. Shown red (or flashing), guarded like green."""
    UNKNOWN = -1


class Readings(NamedTuple):
    """What was reported since the last tick.

    Attributes
    ----------
    time_s
        The world's time.
    aspect
        int8 [nG] what each group was really shown during the last tick (`Aspect`); -1 where it cannot be read back.
    call
        bool [nG] a push button or a waiting person asks for this group (pedestrian groups; False elsewhere).
    vehicle_lane, vehicle_position_m, vehicle_speed_mps
        int32, float32, float32 [nV] vehicles seen: lane index, distance of the front bumper from the lane's start,
        speed. Empty at the sensing level ``detectors``.
    vehicle_handle
        int64 [nV] a number that stays with a vehicle for as long as it is seen; means nothing outside the run.
    detector_count
        int32 [nD] vehicles that entered the detector since the last tick; -1 = no valid reading.
    detector_occupied
        float32 [nD] share of the tick during which it was occupied, 0 to 1; NaN = no valid reading.
    preempt
        int8 [nG] the number with which an emergency vehicle calls a group: 1 goes first, 0 = nobody calls it. None =
        nobody calls any.
    vehicle_class
        int8 [nV] what each vehicle is (`signals.model.vehicle_classes.VehicleClass`), 0 = unknown. None = of none it is
        known.
    """

    time_s: float
    aspect: ByteArray
    call: BoolArray
    vehicle_lane: IntArray
    vehicle_position_m: FloatArray
    vehicle_speed_mps: FloatArray
    vehicle_handle: HandleArray
    detector_count: IntArray
    detector_occupied: FloatArray
    preempt: ByteArray | None = None
    vehicle_class: ByteArray | None = None


class Snapshot(NamedTuple):
    """What we believe: the same whatever the sensors are.

    Attributes
    ----------
    time_s
        The world's time.
    aspect
        int8 [nG] what each group shows.
    age_ds
        int32 [nG] for how long it has been showing it.
    demand
        bool [nG] somebody waits for or approaches this group.
    queue_veh
        float32 [nA] vehicles standing on the approach.
    count_veh
        float32 [nA] vehicles on the approach within range, moving or not.
    wait_s
        float32 [nA] how long the longest-waiting vehicle there has been standing without pause.
    gap_s
        float32 [nA] time since a vehicle was last near the stop line.
    lane_veh
        float32 [nL] vehicles on each lane that is watched (approaches and exits), NaN elsewhere.
    lane_free_m
        float32 [nL] free length behind the last standing vehicle, counted from the start of the lane; the lane's
        length where nobody stands; NaN where the lane is not watched.
    arrival_offset
        int32 [nA + 1] rows of approach a are ``arrival_offset[a] : arrival_offset[a + 1]``, nearest first.
    arrival_distance_m, arrival_speed_mps, arrival_weight
        float32 [n] vehicles on their way to an approach: distance to its stop line along the road, speed, and
        the probability that it goes there.
    arrival_handle
        int64 [n] the vehicle; 0 where it is only inferred.
    link_share
        float32 [nK] share of the approach's vehicles that take each link.
    arrival_class
        int8 [n] what each arrival is (`signals.model.vehicle_classes.VehicleClass`), 0 = unknown. None = of none it is
        known.
    """

    time_s: float
    aspect: ByteArray
    age_ds: IntArray
    demand: BoolArray
    queue_veh: FloatArray
    count_veh: FloatArray
    wait_s: FloatArray
    gap_s: FloatArray
    lane_veh: FloatArray
    lane_free_m: FloatArray
    arrival_offset: IntArray
    arrival_distance_m: FloatArray
    arrival_speed_mps: FloatArray
    arrival_weight: FloatArray
    arrival_handle: HandleArray
    link_share: FloatArray
    arrival_class: ByteArray | None = None


class Decision(NamedTuple):
    """What we want.

    Attributes
    ----------
    want
        bool [nG] groups wanted green.
    stage
        int32 [nI] the stage that this is (index within its intersection); -1 where groups are chosen freely;
        -2: do not write this intersection, which only `signals.safety.fallback` says.
    """

    want: BoolArray
    stage: IntArray


class Command(NamedTuple):
    """What is allowed, and therefore shown. Only `signals.safety` builds one.

    Attributes
    ----------
    time_s
        The tick it was made for.
    aspect
        int8 [nG] what each group shall show until the next tick.
    write
        bool [nI] False: send nothing to this intersection, so that its own program takes over.
    """

    time_s: float
    aspect: ByteArray
    write: BoolArray


class Violation(NamedTuple):
    """Something that must never be seen, as the monitor saw it.

    Attributes
    ----------
    time_s
        When.
    intersection
        Index of the intersection.
    rule
        Short name of the rule (see `signals.safety.monitor`).
    group, other
        Network-wide indices of the groups involved; `other` is -1 where only one is.
    detail
        One sentence.
    """

    time_s: float
    intersection: int
    rule: str
    group: int
    other: int
    detail: str


class Verdict(NamedTuple):
    """What the guard answers to a decision.

    Attributes
    ----------
    command
        What is shown.
    violations
        What the monitor saw this tick; empty in a healthy world.
    reason
        int8 [nG] why a group does not show what was wanted; 0 where it does. The numbers are the constants of
        `signals.safety.interstage`.
    """

    command: Command
    violations: tuple[Violation, ...]
    reason: ByteArray


class Comparison(NamedTuple):
    """A stage that an intersection could have been asked for when it changed, and what that would have cost.

    Attributes
    ----------
    time_s
        When, in the world's time.
    intersection
        Index of the intersection.
    stage
        The stage; that which ran means to stay for now.
    chosen
        Whether it was asked for.
    cost_s
        What the best plan costs that begins with it, in the controller's own measure, seconds of delay.
    waiting_veh
        Vehicles standing that it would serve, and people who called it.
    longest_wait_s
        How long the first of them has waited.
    in_time
        Whether it could be asked for at all: a bound on red or on waiting leaves no time for the others.
    due_group
        Which group of the intersection has to be served first because of such a bound; -1 = none.
    due_s
        By when, seconds from then.
    """

    time_s: float
    intersection: int
    stage: int
    chosen: bool
    cost_s: float
    waiting_veh: float
    longest_wait_s: float
    in_time: bool = True
    due_group: int = -1
    due_s: float = float("nan")


class Event(NamedTuple):
    """Something that happened to the control itself, logged once when it changes.

    Attributes
    ----------
    time_s
        When, in the world's time.
    intersection
        Index of the intersection; -1 for all.
    code
        A short stable name, such as ``controller-raised`` or ``level-0``.
    detail
        One sentence for people.
    """

    time_s: float
    intersection: int
    code: str
    detail: str
