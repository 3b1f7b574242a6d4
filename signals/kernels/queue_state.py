"""The arrays of the point-queue simulator: roads, signals, traffic, vehicles and people on foot."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Fleet", "Signals", "Streets", "Traffic", "Walkers"]

Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bytes = npt.NDArray[np.int8]
Handles = npt.NDArray[np.int64]


class Streets(NamedTuple):
    """What does not change.

    Attributes
    ----------
    length_m, speed_mps
        float64 [nL].
    storage
        int32 [nL] vehicles that can stand on a lane.
    ring_offset
        int32 [nL + 1] where the places of a lane begin; there are more than can stand, for lanes shorter than what
        flows through them.
    step_lane, step_movement
        int32 [n] the routes, one after the other: a lane and the movement by which it is left, -1 at the end.
    movement_lane, movement_group, movement_time_s, crossing
        int32, int32 (-1 no signal), float64, int8 [nM].
    yield_offset, yield_movement
        int32 [nM + 1], int32: who has priority over each movement.
    detector_offset, detector, detector_from_m, detector_length_m
        int32 [nL + 1], int32, float64, float64 [nD]: the detectors lane by lane, with their number and place.
    """

    length_m: Doubles
    speed_mps: Doubles
    storage: Ints
    ring_offset: Ints
    step_lane: Ints
    step_movement: Ints
    movement_lane: Ints
    movement_group: Ints
    movement_time_s: Doubles
    crossing: Bytes
    yield_offset: Ints
    yield_movement: Ints
    detector_offset: Ints
    detector: Ints
    detector_from_m: Doubles
    detector_length_m: Doubles


class Signals(NamedTuple):
    """The signals.

    Attributes
    ----------
    aspect
        int8 [nG] what each group shows (`signals.model.values.Aspect`).
    green_s, amber_s
        float64 [nG] when it last became green, and amber.
    """

    aspect: Bytes
    green_s: Doubles
    amber_s: Doubles


class Traffic(NamedTuple):
    """The state of the lanes and movements.

    Attributes
    ----------
    steps
        int64 [1] steps so far.
    ring, first, queued
        int32 [places], int32, int32 [nL] the vehicles of each lane, in a ring: place of the head, and their number.
    entry_offset, entry_vehicle, entry_next
        int32 [nL + 1], int32, int32 [nL] the vehicles that enter the network on each lane by time; who is next.
    next_exit_s, last_exit_s, sneaked_s
        float64 [nL] when the next vehicle may cross, when the last one did, and when one last used the amber.
    yielding
        int32 [nL] the head that yielded; -1 none.
    last_crossing_s, busy_until_s
        float64 [nM] when somebody last drove it, and until when somebody walks on it.
    detector_count, detector_occupied_s, detector_stood
        int32, float64, int8 [nD] since the last report; whether somebody stood on it then.
    """

    steps: Handles
    ring: Ints
    first: Ints
    queued: Ints
    entry_offset: Ints
    entry_vehicle: Ints
    entry_next: Ints
    next_exit_s: Doubles
    last_exit_s: Doubles
    sneaked_s: Doubles
    yielding: Ints
    last_crossing_s: Doubles
    busy_until_s: Doubles
    detector_count: Ints
    detector_occupied_s: Doubles
    detector_stood: Bytes


class Fleet(NamedTuple):
    """The vehicles.

    Attributes
    ----------
    scheduled_s, entered_s, left_s
        float64 [nV] NaN where it has not happened.
    step
        int32 [nV] where it is on its route (a row of `Streets.step_lane`).
    ready_s
        float64 [nV] when it reaches, or reached, the end of its lane.
    front_m
        float64 [nV] how far on its lane it was when last reported; -1 = not yet reported there.
    loss_s, longest_s
        float64 [nV] time lost at stop lines so far, and the longest loss at one.
    stops
        int32 [nV].
    """

    scheduled_s: Doubles
    entered_s: Doubles
    left_s: Doubles
    step: Ints
    ready_s: Doubles
    front_m: Doubles
    loss_s: Doubles
    longest_s: Doubles
    stops: Ints


class Walkers(NamedTuple):
    """The people at crossings.

    Attributes
    ----------
    offset, movement
        int32 [nC + 1], int32 [nC] the rows of each crossing, and its movement.
    scheduled_s, started_s
        float64 [nP] by time within a crossing; NaN where it has not happened.
    next
        int32 [nC] the first who has not started.
    """

    offset: Ints
    movement: Ints
    scheduled_s: Doubles
    started_s: Doubles
    next: Ints
