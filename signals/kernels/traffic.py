"""The queue simulator: vehicles with routes on lanes of finite length.

A lane is served first in, first out. Every event has a real-valued time; a step of one second only bounds how long a
refused vehicle waits until it tries again. Only the first of a lane is looked at, and only when something can happen to
it: a vehicle costs nothing between entering a lane and becoming the first.

The constants were measured in SUMO 1.28 (step 1 s) on single junctions (`benchmarks/validation/junctions.py`): headway
from the length of the vehicle and the speed of the turn, start-up losses of the first six, dawdling (Krauss
1998), the wave that runs back through a queue (Newell 2002), gaps. A driver thinks to be on a crossing for as long as
the way takes at the mean of the first and the last speed, and goes if that is over before the next one with priority
comes; who joins a lane needs more, until the speeds are equal. Nothing here is random.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import inlined, kernel
from signals.kernels.traffic_state import (
    AMBER,
    GO,
    NOBODY_STOPPED,
    RED,
    STOP,
    WAITING,
    WAVE_S,
    YIELD,
    Roads,
    State,
    Travellers,
)  # fmt: skip

__all__ = ["advance", "drive_s", "free_speed_mps", "headway_s", "lost_s", "must_yield", "over_s"]

Columns = tuple[Any, ...]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

STEP_S = 1.0
NEVER = np.inf
START_S = 0.56
"""From the start of green to the first one over the stop line."""
AMBER_FREE_S, AMBER_QUEUE_S = 1.0, 0.4
"""So long into amber those cross who arrive without having stopped, and those of a queue."""
INSERTION_S = 2.2
FILL = 0.93
SLOW_MPS, CAUTIOUS_MPS = 7.0, 6.5
"""At a green that yields nobody is faster than the one, nor arrives faster than the other."""
FREE_HEADWAY_S, STOP_HEADWAY_S = 2.0, 4.0
START_MPS = 13.89
EXTRA_S = (1.2, 0.5, 0.25, 0.15, 0.1, 0.05)
"""Headway of the first six of a queue beyond saturation at `START_MPS`."""
SOFT_S = 4.0
"""Who stood for less has not wholly stopped, and loses accordingly less."""
GAP_S, MERGE_S, MERGE_AFTER_S, CATCH_UP = 0.1, 1.2, 1.0, 0.7
"""Beyond the time on the crossing: always; where one joins a lane, before and behind the other; and the share of the
time lost until the speeds are equal."""
LENGTH_M = 5.0
"""Of a vehicle that clears a crossing."""
PATIENCE_S = 90.0
STOPPED_S = 2.0
"""Who is so much later at the stop line than in free flow stopped once."""
FOLLOW_S = 2.3
"""Between two who leave a place to wait inside a junction."""


@inlined
def free_speed_mps(limit_mps: float, factor: float, kind: Doubles) -> float:
    """Return the speed at which a driver really drives where the limit is given."""
    return float(max(min(limit_mps * factor, kind[2]) - kind[4], 0.3 * limit_mps * factor))


@inlined
def drive_s(way_m: float, speed_mps: float, limit_mps: float, accel_mps2: float) -> float:
    """Return how long a vehicle takes for a way if it speeds up from one speed to another."""
    rise_m = (limit_mps**2 - speed_mps**2) / (2.0 * accel_mps2)
    if way_m < rise_m:
        return float((np.sqrt(speed_mps**2 + 2.0 * accel_mps2 * way_m) - speed_mps) / accel_mps2)
    return float((limit_mps - speed_mps) / accel_mps2 + (way_m - rise_m) / limit_mps)


@inlined
def lost_s(
    lane: int, move: int, place: int, soft: float, shown: int, factor: float, kind: Doubles, roads: Roads
) -> float:
    """Return the time lost behind the stop line: speeding up after a stop, or slowing down for the turn."""
    free_mps = free_speed_mps(roads.lane[lane, 1], factor, kind)
    started_s = 0.0
    if place < 7 and kind[7 + place] < free_mps:
        started_s = soft * (free_mps - kind[7 + place]) ** 2 / (2.0 * kind[3] * free_mps)
    turn_mps = roads.move[move, 2]
    if place == NOBODY_STOPPED and shown == YIELD:
        turn_mps = min(turn_mps, CAUTIOUS_MPS)
    elif place == NOBODY_STOPPED and shown == STOP:
        turn_mps = 0.0
    if turn_mps >= free_mps:
        return started_s
    turned_s = (free_mps - turn_mps) ** 2 / (2.0 * free_mps) * (1.0 / kind[3] + 1.0 / kind[5])
    return float(max(started_s, turned_s))


@inlined
def headway_s(lane: int, move: int, place: int, soft: float, shown: int, kind: Doubles, roads: Roads) -> float:
    """Return the time until the next can cross the stop line."""
    speed_mps = min(roads.lane[lane, 1], roads.move[move, 2], kind[2])
    if shown != GO:
        speed_mps = min(speed_mps, SLOW_MPS)
    next_s = kind[1] + kind[0] / (FILL * speed_mps)
    if place < 6:
        next_s = max(next_s, kind[1] + kind[0] / (FILL * START_MPS) + EXTRA_S[place] * soft)
    elif place == NOBODY_STOPPED and speed_mps > SLOW_MPS:
        next_s = min(next_s, FREE_HEADWAY_S)
    if shown == STOP:
        next_s = max(next_s, STOP_HEADWAY_S)
    return float(next_s)


@inlined
def over_s(way_m: float, space_m: float, speed_mps: float, limit_mps: float, accel_mps2: float) -> float:
    """Return how long a vehicle thinks that it will be on a way: at the mean of its first speed and its last."""
    last_mps = min(np.sqrt(speed_mps**2 + 2.0 * accel_mps2 * way_m), limit_mps)
    return float((way_m + space_m) / (0.5 * (min(speed_mps, limit_mps) + last_mps)))


@inlined
def must_yield(
    move: int, vehicle: int, at_s: float, way_m: float, speed_mps: float, roads: Roads, state: State
) -> bool:
    """Whether somebody with priority comes too soon; who has stopped (speed 0) needs a longer gap."""
    kind, limit_mps = roads.kind[state.trip_row[vehicle, 3]], roads.move[move, 2]
    cross_s = GAP_S + over_s(way_m, kind[0], max(min(speed_mps, CAUTIOUS_MPS), kind[6]), limit_mps, kind[6])
    patient = at_s - state.trip[vehicle, 0] < PATIENCE_S
    for row in range(roads.move_row[move, 2], roads.move_row[move, 3]):
        foe = roads.yield_move[row]
        if roads.move_row[foe, 5]:
            if state.move[foe, 0] > at_s:
                return True
            continue
        if state.lit[foe] < YIELD:
            continue
        foe_mps, gap_s = roads.move[foe, 2], cross_s
        after_s = 0.0
        if roads.move_row[foe, 1] == roads.move_row[move, 1]:
            gap_s += MERGE_S + CATCH_UP * max(foe_mps - limit_mps, 0.0) ** 2 / (2.0 * kind[3] * foe_mps)
            after_s = MERGE_AFTER_S
        if state.move[foe, 2] + after_s > at_s:
            return True
        lane = roads.move_row[foe, 0]
        count = state.lane_count[lane]
        if lane >= 0 and count[0] > 0 and count[4] == 0 and state.wake[lane] < at_s + gap_s:
            head = state.ring[roads.lane_ring[lane, 0] + count[2] % roads.lane_ring[lane, 1]]
            if state.trip_row[head, 1] == foe and (patient or state.trip[head, 0] > at_s - STOPPED_S):
                return True
    return False


@inlined
def _room_s(lane: int, at_s: float, space_m: float, roads: Roads, state: State) -> float:
    """Return when a vehicle can enter a lane: as soon as the gap has come to its tail; NEVER while it stands there."""
    first, size, places = roads.lane_ring[lane, 0], roads.lane_ring[lane, 1], roads.lane_ring[lane, 2]
    count = state.lane_count[lane]
    if count[0] >= size or count[5]:
        return NEVER
    if count[0] > 0 and state.lane[lane, 3] + space_m > roads.lane[lane, 2]:
        head = state.ring[first + count[2] % size]
        if count[3] == 0 and state.trip[head, 0] < at_s:
            return NEVER
    ahead = count[1] - places
    if 0 <= ahead < count[2]:
        return float(max(state.exit_s[first + ahead % size] + WAVE_S * places, at_s))
    return at_s


@inlined
def _choose(hop: int, at_s: float, space_m: float, roads: Roads, state: State) -> tuple[int, float]:
    """Return the row of `Roads.option` with the fewest vehicles that takes one more, or -1 and when one will."""
    best, fewest, soonest_s = -1, 2**30, NEVER
    for row in range(roads.hop_first[hop], roads.hop_first[hop + 1]):
        lane = roads.option[row, 0]
        if state.lane_count[lane, 0] < fewest:
            room_s = _room_s(lane, at_s, space_m, roads, state)
            soonest_s = min(soonest_s, room_s)
            if room_s <= at_s:
                best, fewest = row, state.lane_count[lane, 0]
    return best, soonest_s


@inlined
def _push(row: int, vehicle: int, entered_s: float, loss_s: float, factor: float, roads: Roads, state: State) -> None:
    """Let a vehicle come onto a lane."""
    lane, kind = roads.option[row, 0], roads.kind[state.trip_row[vehicle, 3]]
    first, size = roads.lane_ring[lane, 0], roads.lane_ring[lane, 1]
    length_m, limit_mps = roads.lane[lane, 0], roads.lane[lane, 1]
    count, trip = state.lane_count[lane], state.trip[vehicle]
    trip[0] = entered_s + loss_s + length_m / free_speed_mps(limit_mps, factor, kind)
    trip[1] = entered_s
    trip[2] += length_m / min(limit_mps * factor, kind[2])
    state.trip_row[vehicle, 1] = roads.option[row, 1]
    seat = first + count[1] % size
    state.ring[seat] = vehicle
    state.seat[seat, 0], state.seat[seat, 1], state.seat[seat, 2] = trip[0], entered_s, kind[0]
    if count[0] == 0:
        state.wake[lane] = max(trip[0], state.lane[lane, 0])
    count[0] += 1
    count[1] += 1
    state.lane[lane, 3] += kind[0]


@inlined
def _pop(lane: int, vehicle: int, at_s: float, roads: Roads, state: State) -> None:
    """Let the first vehicle leave a lane, and note what it waited."""
    first, size = roads.lane_ring[lane, 0], roads.lane_ring[lane, 1]
    count = state.lane_count[lane]
    state.exit_s[first + count[2] % size] = at_s
    count[0] -= 1
    count[2] += 1
    count[4] = 0
    state.lane[lane, 3] -= roads.kind[state.trip_row[vehicle, 3], 0]
    trip = state.trip[vehicle]
    waited_s = at_s - trip[0]
    if waited_s > STOPPED_S:
        trip[5] += waited_s
        trip[6] = max(trip[6], waited_s)
        state.trip_row[vehicle, 2] += 1


@inlined
def _cross(
    row: int, vehicle: int, move: int, at_s: float, left: float, place: int, loss_s: float, factor: float,
    roads: Roads, state: State,
) -> None:  # fmt: skip
    """Let a vehicle drive the rest of a movement and come onto the lane of an option."""
    kind = roads.kind[state.trip_row[vehicle, 3]]
    way_m, limit_mps = roads.move[move, 0], roads.move[move, 2]
    state.move[move, 0] = at_s
    first_mps = min(kind[7 + place], limit_mps) if place < 7 else limit_mps
    state.move[move, 2] = at_s + drive_s(left * way_m + LENGTH_M, first_mps, limit_mps, kind[3])
    state.trip[vehicle, 2] += way_m / min(limit_mps * factor, kind[2])
    state.trip_row[vehicle, 0] += 1
    _push(row, vehicle, at_s + left * way_m / free_speed_mps(limit_mps, factor, kind), loss_s, factor, roads, state)


@inlined
def _serve(lane: int, from_s: float, to_s: float, roads: Roads, travellers: Travellers, state: State) -> bool:
    """Let the first vehicle of a lane cross if it can before `to_s`; whether to look at the next one."""
    count, times = state.lane_count[lane], state.lane[lane]
    if count[0] == 0:
        state.wake[lane] = NEVER
        return False
    vehicle = state.ring[roads.lane_ring[lane, 0] + count[2] % roads.lane_ring[lane, 1]]
    arrival_s, move = state.trip[vehicle, 0], state.trip_row[vehicle, 1]
    free = arrival_s >= times[0]
    at_s = max(arrival_s, times[0], from_s)
    if at_s >= to_s:
        state.wake[lane] = at_s
        return False
    if move < 0:
        state.trip[vehicle, 4] = arrival_s
        _pop(lane, vehicle, arrival_s, roads, state)
        _look(lane, roads, state)
        return True
    shown = state.lit[move]
    if shown == RED or (shown == AMBER and at_s > state.move[move, 1] + (AMBER_FREE_S if free else AMBER_QUEUE_S)):
        count[3] = 0
        state.wake[lane] = NEVER
        return False
    place = NOBODY_STOPPED if free else count[3]
    factor, kind = travellers.depart[vehicle, 1], roads.kind[state.trip_row[vehicle, 3]]
    soft = min(max(at_s - arrival_s, 0.0) / SOFT_S, 1.0)
    speed_mps = roads.move[move, 2] if free else 0.0
    kept = count[6] > 0  # by the tail of one who waits inside the junction
    yields = not kept and (
        state.slot[move, 0] > 0
        or (shown in (STOP, YIELD) and must_yield(move, vehicle, at_s, roads.move[move, 0], speed_mps, roads, state))
    )
    row, room_s = -1, NEVER
    if not (kept or yields):
        row, room_s = _choose(roads.step_hop[state.trip_row[vehicle, 0] + 1], at_s, kind[0], roads, state)
    inside = yields and shown != STOP and _fits(move, vehicle, roads, state)
    if row < 0 and not inside:  # it rolls on with the others, or stops and tries again with the next step
        if room_s == NEVER:
            room_s, count[3] = to_s, 0
        times[0], state.wake[lane], count[4] = room_s, room_s, not yields
        return bool(room_s < to_s)
    if inside:
        _wait(lane, move, vehicle, roads, state)
    _pop(lane, vehicle, at_s, roads, state)
    if inside:
        state.trip[vehicle, 0] = at_s + roads.move[move, 3] / min(roads.move[move, 2], CAUTIOUS_MPS)
    else:
        loss_s = lost_s(roads.option[row, 0], move, place, soft, shown, factor, kind, roads)
        _cross(row, vehicle, move, at_s, 1.0, place, loss_s, factor, roads, state)
    times[0] = at_s + headway_s(lane, move, place, soft, shown, kind, roads)
    if place == 0:
        times[2] = at_s
    count[3] = place if place == NOBODY_STOPPED else place + 1
    _look(lane, roads, state)
    return True


@inlined
def _look(lane: int, roads: Roads, state: State) -> None:
    """Note when the vehicle that is now the first of a lane can cross."""
    state.wake[lane] = NEVER
    if state.lane_count[lane, 0] > 0:
        head = state.ring[roads.lane_ring[lane, 0] + state.lane_count[lane, 2] % roads.lane_ring[lane, 1]]
        state.wake[lane] = max(state.trip[head, 0], state.lane[lane, 0])


@inlined
def _fits(move: int, vehicle: int, roads: Roads, state: State) -> bool:
    """Whether one more can wait inside the junction; the first always can where there is a place at all."""
    waiting, space_m = state.slot[move, 0], roads.kind[state.trip_row[vehicle, 3], 0]
    if waiting == 0:
        return bool(roads.move_row[move, 4])
    return bool(waiting < WAITING and (waiting + 1) * space_m <= roads.move[move, 3])


@inlined
def _wait(lane: int, move: int, vehicle: int, roads: Roads, state: State) -> None:
    """Let a vehicle wait inside a junction; where there is little room its tail keeps the lane closed."""
    slot = state.slot[move]
    slot[0] += 1
    slot[slot[0]] = vehicle
    if slot[0] == 1:
        state.waiting[0] += 1
        state.waiting[state.waiting[0]] = move
        if roads.kind[state.trip_row[vehicle, 3], 0] > roads.move[move, 3]:
            state.lane_count[lane, 6] += 1


@inlined
def _inside(from_s: float, roads: Roads, travellers: Travellers, state: State) -> None:
    """Let those go on that wait inside a junction, whatever their signal shows."""
    kept = 0
    for number in range(1, state.waiting[0] + 1):
        move = state.waiting[number]
        slot, left_m = state.slot[move], roads.move[move, 0] - roads.move[move, 3]
        vehicle = slot[1]
        kind, hop = roads.kind[state.trip_row[vehicle, 3]], roads.step_hop[state.trip_row[vehicle, 0] + 1]
        arrival_s, row = state.trip[vehicle, 0], -1
        if from_s >= max(arrival_s, state.move[move, 0] + FOLLOW_S) and not must_yield(
            move, vehicle, from_s, left_m, 0.0, roads, state
        ):
            row, _ = _choose(hop, from_s, kind[0], roads, state)
        if row >= 0:
            lane = roads.move_row[move, 0]
            if kind[0] > roads.move[move, 3]:
                state.lane_count[lane, 6] -= 1
            state.lane[lane, 0] = max(state.lane[lane, 0], from_s + WAVE_S)
            if state.wake[lane] != NEVER:
                state.wake[lane] = max(state.wake[lane], state.lane[lane, 0])
            slot[0] -= 1
            for place in range(1, slot[0] + 1):
                slot[place] = slot[place + 1]
            state.trip[vehicle, 5] += from_s - arrival_s
            state.trip[vehicle, 6] = max(state.trip[vehicle, 6], from_s - arrival_s)
            factor = travellers.depart[vehicle, 1]
            loss_s = lost_s(roads.option[row, 0], move, 0, 1.0, GO, factor, kind, roads)
            _cross(row, vehicle, move, from_s, left_m / roads.move[move, 0], 0, loss_s, factor, roads, state)
        if slot[0] > 0:
            kept += 1
            state.waiting[kept] = move
    state.waiting[0] = kept


@inlined
def _insert(origin: int, from_s: float, to_s: float, roads: Roads, travellers: Travellers, state: State) -> bool:
    """Let vehicles begin their trip on an edge; whether somebody still waits to."""
    while state.origin_next[origin] < travellers.origin_end[origin]:
        vehicle = travellers.by_origin[state.origin_next[origin]]
        depart_s, factor = travellers.depart[vehicle, 0], travellers.depart[vehicle, 1]
        if depart_s > from_s:
            return False
        at_s = from_s
        space_m = roads.kind[state.trip_row[vehicle, 3], 0]
        hop = roads.step_hop[state.trip_row[vehicle, 0]]
        best, fewest, best_s = -1, 2**30, to_s
        for row in range(roads.hop_first[hop], roads.hop_first[hop + 1]):
            lane = roads.option[row, 0]
            lane_s = max(at_s, state.lane[lane, 1])
            if (
                lane_s < to_s
                and state.lane_count[lane, 0] < fewest
                and _room_s(lane, lane_s, space_m, roads, state) <= lane_s
            ):
                best, fewest, best_s = row, state.lane_count[lane, 0], lane_s
        if best < 0:
            return True
        state.origin_next[origin] += 1
        state.lane[roads.option[best, 0], 1] = best_s + INSERTION_S
        state.trip[vehicle, 3] = best_s
        state.trip[vehicle, 2] = best_s
        _push(best, vehicle, best_s, 0.0, factor, roads, state)
    return False


@inlined
def _light(move: int, shown: int, time_s: float, roads: Roads, state: State) -> None:
    """Have a movement show something else; who stands at its red is woken when it opens."""
    was = state.lit[move]
    state.lit[move] = shown
    state.move[move, 1] = time_s
    lane = roads.move_row[move, 0]
    opened = was in (RED, AMBER) and shown not in (RED, AMBER)
    if opened and lane >= 0 and state.lane_count[lane, 0] > 0 and state.wake[lane] == NEVER:
        state.lane[lane, 0] = max(state.lane[lane, 0], time_s + START_S)
        state.wake[lane] = state.lane[lane, 0]


@inlined
def _enter(from_s: float, to_s: float, roads: Roads, travellers: Travellers, state: State) -> None:
    """Let those begin their trip who are due, where there is room."""
    opened, edges = state.open_origin, len(travellers.origin_end)
    while state.counter[0] < len(travellers.row) and travellers.depart[state.counter[0], 0] <= from_s:
        origin = travellers.row[state.counter[0], 2]
        state.counter[0] += 1
        if opened[1 + edges + origin] == 0:
            opened[1 + edges + origin] = 1
            opened[0] += 1
            opened[opened[0]] = origin
    kept = 0
    for place in range(1, opened[0] + 1):
        origin = opened[place]
        opened[1 + edges + origin] = _insert(origin, from_s, to_s, roads, travellers, state)
        if opened[1 + edges + origin]:
            kept += 1
            opened[kept] = origin
    opened[0] = kept


@kernel
def advance(
    start_s: float,
    end_s: float,
    change_s: Doubles,
    change: Ints,
    roads: Columns,
    travellers: Columns,
    state: Columns,
) -> None:
    """Let time pass.

    Parameters
    ----------
    start_s, end_s
        From when to when; divided into steps of `STEP_S` at most.
    change_s
        Input, float64 [n], ascending: when a movement shows something else; heeded with the next step.
    change
        Input, int32 [n, 2]: which movement, and what it shows then (`State.lit`).
    roads, travellers
        Input: the arrays of a `Roads` and of a `Travellers`.
    state
        In and out: the arrays of a `State`.
    """
    fixed, people, now = Roads(*roads), Travellers(*travellers), State(*state)
    steps = max(int(np.ceil((end_s - start_s) / STEP_S - 1e-9)), 1)
    lanes, row = len(now.wake), 0
    for number in range(steps):
        from_s = start_s + (end_s - start_s) * number / steps
        to_s = start_s + (end_s - start_s) * (number + 1) / steps
        while row < len(change_s) and change_s[row] <= from_s:
            _light(change[row, 0], change[row, 1], change_s[row], fixed, now)
            row += 1
        _enter(from_s, to_s, fixed, people, now)
        _inside(from_s, fixed, people, now)
        # Another lane is the first each time, so that no lane always gets the last place in the next one.
        shift = now.counter[1] % max(lanes, 1)
        for begin, end in ((shift, lanes), (0, shift)):
            for lane in range(begin, end):
                if now.wake[lane] < to_s and _serve(lane, from_s, to_s, fixed, people, now):
                    _serve(lane, from_s, to_s, fixed, people, now)
        now.counter[1] += 1
