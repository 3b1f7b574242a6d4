"""A small traffic simulator: vehicles drive freely to the stop line and queue there as points.

A lane is served first in, first out. Its head crosses the stop line as soon as it has arrived, the headway to the
vehicle before has passed, its signal allows it, nobody with priority comes and the next lane has room. Every crossing
has a real-valued time; steps only bound how long a refused vehicle waits until it tries again. Nothing is random here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel
from signals.kernels.queue_state import Fleet, Signals, Streets, Traffic, Walkers

__all__ = ["advance", "report"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Handles = npt.NDArray[np.int64]
Columns = tuple[Any, ...]
"""The arrays of a NamedTuple as a plain tuple, which costs a quarter of the time to hand to a compiled function."""

GREEN, AMBER = 2, 3
HEADWAY_S = 2.0
"""Saturation headway of a lane: 1800 veh/h."""
START_UP_S = 2.0
"""Whoever waited at red crosses this long after the start of green at the earliest (HCM: start-up lost time 2 s)."""
GAP_S = 3.0
"""A yielding vehicle needs the conflict free of vehicles with priority for this long."""
CLEAR_S = 1.0
"""... and this long after one has passed."""
PATIENCE_S = 10.0
"""A vehicle with priority that has itself not moved for so long is no longer waited for."""
STOP_S = 1.0
"""A longer wait at a stop line counts as a stop."""
SPACE_M = 7.5
VEHICLE_M = 5.0
STEP_S = 1.0


@kernel
def _has_room(lane: int, at_s: float, streets: Streets, traffic: Traffic, fleet: Fleet) -> bool:
    """Whether a lane takes one more: there is a place to stand, or its vehicles move and there is place to drive."""
    if traffic.queued[lane] < streets.storage[lane]:
        return True
    first = streets.ring_offset[lane]
    head = traffic.ring[first + traffic.first[lane]]
    return bool(traffic.queued[lane] < streets.ring_offset[lane + 1] - first and fleet.ready_s[head] > at_s)


@kernel
def _push(lane: int, vehicle: int, ready_s: float, streets: Streets, traffic: Traffic, fleet: Fleet) -> None:
    """Let a vehicle enter a lane whose end it will reach at `ready_s`."""
    first = streets.ring_offset[lane]
    size = streets.ring_offset[lane + 1] - first
    traffic.ring[first + (traffic.first[lane] + traffic.queued[lane]) % size] = vehicle
    traffic.queued[lane] += 1
    fleet.ready_s[vehicle] = ready_s
    fleet.front_m[vehicle] = -1.0


@kernel
def _pop(lane: int, vehicle: int, streets: Streets, traffic: Traffic, fleet: Fleet) -> None:
    """Let the head of a lane leave it, over all detectors that were ahead."""
    size = streets.ring_offset[lane + 1] - streets.ring_offset[lane]
    traffic.first[lane] = (traffic.first[lane] + 1) % size
    traffic.queued[lane] -= 1
    _drive_over(lane, fleet.front_m[vehicle], streets.length_m[lane], streets, traffic)


@kernel
def _drive_over(lane: int, from_m: float, to_m: float, streets: Streets, traffic: Traffic) -> None:
    """Count a vehicle at every detector between two places on a lane."""
    for row in range(streets.detector_offset[lane], streets.detector_offset[lane + 1]):
        if from_m < streets.detector_from_m[row] <= to_m:
            traffic.detector_count[streets.detector[row]] += 1
            over_s = (streets.detector_length_m[row] + VEHICLE_M) / streets.speed_mps[lane]
            traffic.detector_occupied_s[streets.detector[row]] += over_s


@kernel
def _crossing_time(lane: int, vehicle: int, group: int, signals: Signals, traffic: Traffic, fleet: Fleet) -> float:
    """Return when the head of a lane could cross if nobody were in its way and its signal is green."""
    at_s = max(fleet.ready_s[vehicle], traffic.next_exit_s[lane])
    if group >= 0 and fleet.ready_s[vehicle] <= signals.green_s[group]:
        at_s = max(at_s, signals.green_s[group] + START_UP_S)
    return float(at_s)


@kernel
def _comes(foe: int, at_s: float, streets: Streets, signals: Signals, traffic: Traffic, fleet: Fleet) -> bool:
    """Whether somebody with priority is in the way of a vehicle that would cross at `at_s`."""
    if streets.crossing[foe]:
        return bool(at_s < traffic.busy_until_s[foe])
    if traffic.last_crossing_s[foe] > at_s - CLEAR_S:
        return True
    lane, group = streets.movement_lane[foe], streets.movement_group[foe]
    if traffic.queued[lane] == 0 or (group >= 0 and signals.aspect[group] != GREEN):
        return False
    head = traffic.ring[streets.ring_offset[lane] + traffic.first[lane]]
    step = fleet.step[head]
    if streets.step_movement[step] != foe:
        return False
    foe_s = _crossing_time(lane, head, group, signals, traffic, fleet)
    if foe_s >= at_s + GAP_S or not _has_room(streets.step_lane[step + 1], foe_s, streets, traffic, fleet):
        return False
    moved_s = max(fleet.ready_s[head], traffic.last_exit_s[lane])
    if group >= 0:
        moved_s = max(moved_s, signals.green_s[group])
    return bool(moved_s >= at_s - PATIENCE_S)


@kernel
def _must_yield(movement: int, at_s: float, streets: Streets, signals: Signals, traffic: Traffic, fleet: Fleet) -> bool:
    for row in range(streets.yield_offset[movement], streets.yield_offset[movement + 1]):
        if _comes(streets.yield_movement[row], at_s, streets, signals, traffic, fleet):
            return True
    return False


@kernel
def _serve(lane: int, end_s: float, streets: Streets, signals: Signals, traffic: Traffic, fleet: Fleet) -> None:
    """Let the vehicles of a lane cross that can do so before `end_s`."""
    while traffic.queued[lane] > 0:
        vehicle = traffic.ring[streets.ring_offset[lane] + traffic.first[lane]]
        ready_s, step = fleet.ready_s[vehicle], fleet.step[vehicle]
        movement = streets.step_movement[step]
        if ready_s >= end_s:
            return
        if movement < 0:
            fleet.left_s[vehicle] = ready_s
            _pop(lane, vehicle, streets, traffic, fleet)
            continue
        group = streets.movement_group[movement]
        at_s = _crossing_time(lane, vehicle, group, signals, traffic, fleet)
        sneaks = False
        if group >= 0 and signals.aspect[group] != GREEN:
            # Of those that yielded through the whole green, one goes when it ends.
            amber_s = signals.amber_s[group]
            sneaks = signals.aspect[group] == AMBER and traffic.yielding[lane] == vehicle
            if not sneaks or traffic.sneaked_s[lane] >= amber_s:
                return
            at_s = max(at_s, amber_s)
        if at_s >= end_s:
            return
        if not sneaks and _must_yield(movement, at_s, streets, signals, traffic, fleet):
            traffic.yielding[lane] = vehicle
            traffic.next_exit_s[lane] = end_s
            return
        target = streets.step_lane[step + 1]
        if not _has_room(target, at_s, streets, traffic, fleet):
            traffic.next_exit_s[lane] = end_s
            return
        wait_s = at_s - ready_s
        fleet.loss_s[vehicle] += wait_s
        fleet.longest_s[vehicle] = max(fleet.longest_s[vehicle], wait_s)
        fleet.stops[vehicle] += wait_s > STOP_S
        traffic.next_exit_s[lane] = at_s + HEADWAY_S
        traffic.last_exit_s[lane] = at_s
        if sneaks:
            traffic.sneaked_s[lane] = at_s
        traffic.last_crossing_s[movement] = at_s
        _pop(lane, vehicle, streets, traffic, fleet)
        fleet.step[vehicle] = step + 1
        drive_s = streets.movement_time_s[movement] + streets.length_m[target] / streets.speed_mps[target]
        _push(target, vehicle, at_s + drive_s, streets, traffic, fleet)


@kernel
def _enter(lane: int, start_s: float, end_s: float, streets: Streets, traffic: Traffic, fleet: Fleet) -> None:
    """Let vehicles begin their trip on a lane, as long as there is room."""
    while traffic.entry_next[lane] < traffic.entry_offset[lane + 1]:
        vehicle = traffic.entry_vehicle[traffic.entry_next[lane]]
        if fleet.scheduled_s[vehicle] >= end_s:
            return
        at_s = max(fleet.scheduled_s[vehicle], start_s)
        if not _has_room(lane, at_s, streets, traffic, fleet):
            return
        traffic.entry_next[lane] += 1
        fleet.entered_s[vehicle] = at_s
        _push(lane, vehicle, at_s + streets.length_m[lane] / streets.speed_mps[lane], streets, traffic, fleet)


@kernel
def _walk(end_s: float, streets: Streets, signals: Signals, traffic: Traffic, walkers: Walkers) -> None:
    """Let everybody who waits at a green crossing start."""
    for c in range(len(walkers.movement)):
        movement = walkers.movement[c]
        group = streets.movement_group[movement]
        if group >= 0 and signals.aspect[group] != GREEN:
            continue
        open_s = signals.green_s[group] if group >= 0 else -np.inf
        while walkers.next[c] < walkers.offset[c + 1] and walkers.scheduled_s[walkers.next[c]] < end_s:
            walker = walkers.next[c]
            walkers.next[c] += 1
            walkers.started_s[walker] = max(walkers.scheduled_s[walker], open_s)
            over_s = walkers.started_s[walker] + streets.movement_time_s[movement]
            traffic.busy_until_s[movement] = max(traffic.busy_until_s[movement], over_s)


@kernel
def advance(
    start_s: float,
    end_s: float,
    streets: Columns,
    signals: Columns,
    traffic: Columns,
    fleet: Columns,
    walkers: Columns,
) -> None:
    """Let time pass while the signals stay as they are.

    Parameters
    ----------
    start_s, end_s
        From when to when; divided into steps of `STEP_S` at most.
    streets, signals
        Input: the arrays of a `Streets` and of a `Signals`.
    traffic, fleet, walkers
        In and out: the arrays of a `Traffic`, a `Fleet` and a `Walkers`.
    """
    roads, lights, state = Streets(*streets), Signals(*signals), Traffic(*traffic)
    vehicles, people = Fleet(*fleet), Walkers(*walkers)
    lanes = len(roads.length_m)
    steps = max(int(np.ceil((end_s - start_s) / STEP_S)), 1)
    for number in range(steps):
        from_s = start_s + (end_s - start_s) * number / steps
        to_s = start_s + (end_s - start_s) * (number + 1) / steps
        _walk(to_s, roads, lights, state, people)
        # Handing over all the arrays takes longer than most of the work: only to lanes where there is some.
        for lane in range(lanes):
            row = state.entry_next[lane]
            if row < state.entry_offset[lane + 1] and vehicles.scheduled_s[state.entry_vehicle[row]] < to_s:
                _enter(lane, from_s, to_s, roads, state, vehicles)
        for place in range(lanes):
            # Another lane is the first each time, so that no lane always gets the last place in the next one.
            lane = (place + state.steps[0]) % lanes
            head = state.ring[roads.ring_offset[lane] + state.first[lane]]
            if state.queued[lane] > 0 and vehicles.ready_s[head] < to_s:
                _serve(lane, to_s, roads, lights, state, vehicles)
        state.steps[0] += 1


@kernel
def report(
    time_s: float,
    duration_s: float,
    streets: Columns,
    traffic: Columns,
    fleet: Columns,
    walkers: Columns,
    lane_out: Ints,
    position_m: Floats,
    speed_mps: Floats,
    handle: Handles,
    occupied: Floats,
    call: Bools,
) -> int:
    """Say where everybody is: in free flow as far as the time since entering allows, behind the queue at most.

    Parameters
    ----------
    time_s
        Now.
    duration_s
        Time since the last report.
    streets, traffic, fleet, walkers
        As in `advance`. The vehicles' places and what stands on the detectors are kept for the next report.
    lane_out, position_m, speed_mps, handle
        Out, int32, float32, float32, int64 [nV]: vehicles under way (the handle is the vehicle's number + 1; who is
        inside a junction is reported at the start of the next lane).
    occupied
        Out, float32 [nD]: share of the duration during which each detector was occupied. The counts are in
        `Traffic.detector_count`; whoever reads them sets them to 0.
    call
        Out, bool [nG]: somebody waits at a crossing of the group.

    Returns
    -------
    int
        Vehicles under way.
    """
    roads, state, vehicles, people = Streets(*streets), Traffic(*traffic), Fleet(*fleet), Walkers(*walkers)
    call[:] = False
    for c in range(len(people.movement)):
        group, walker = roads.movement_group[people.movement[c]], people.next[c]
        if group >= 0 and walker < people.offset[c + 1] and people.scheduled_s[walker] <= time_s:
            call[group] = True
    n = 0
    for lane in range(len(roads.length_m)):
        first, size = roads.ring_offset[lane], roads.ring_offset[lane + 1] - roads.ring_offset[lane]
        begin, behind_m, speed = n, 0.0, 0.0
        for place in range(state.queued[lane]):
            vehicle = state.ring[first + (state.first[lane] + place) % size]
            free_m = (vehicles.ready_s[vehicle] - time_s) * roads.speed_mps[lane]
            if free_m > behind_m:
                speed = roads.speed_mps[lane]
            away_m = max(free_m, behind_m)
            behind_m = away_m + SPACE_M
            position = max(roads.length_m[lane] - away_m, 0.0)
            _drive_over(lane, vehicles.front_m[vehicle], position, roads, state)
            vehicles.front_m[vehicle] = max(vehicles.front_m[vehicle], position)
            lane_out[n], position_m[n], speed_mps[n], handle[n] = lane, position, speed, vehicle + 1
            n += 1
        for row in range(roads.detector_offset[lane], roads.detector_offset[lane + 1]):
            detector, from_m = roads.detector[row], roads.detector_from_m[row]
            stands = 0
            for i in range(begin, n):
                covers = from_m <= position_m[i] <= from_m + roads.detector_length_m[row] + VEHICLE_M
                stands |= covers and speed_mps[i] == 0.0
            stood_s = 0.5 * duration_s * (stands + state.detector_stood[detector])
            total_s = state.detector_occupied_s[detector] + stood_s
            occupied[detector] = min(total_s / duration_s, 1.0)
            state.detector_stood[detector] = stands
            state.detector_occupied_s[detector] = 0.0
    return n
