"""From vehicles seen to the state of every approach and lane, with a short memory of each vehicle.

The memory serves three ends: how long somebody has been standing, which link of its approach a vehicle took, and which
stop line the vehicles of a feeder lane went to. The last two correct the prior shares as counts come in:
share = (prior weight + count) / (sum of both).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel

__all__ = ["Beliefs", "Memory", "Places", "Seen", "observe"]

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Handles = npt.NDArray[np.int64]
Columns = tuple[Any, ...]
"""The arrays of a NamedTuple as a plain tuple, which costs a quarter of the time to hand to a compiled function."""

STANDING_MPS = 1.0
"""Slower than this is standing: creeping forward in a queue is not driving."""
NEAR_M = 30.0
"""A vehicle this near the stop line is present there."""
PROBABLE = 0.3
"""A vehicle makes a demand, waits or is present only on approaches it is this probably bound for."""
CUT_OFF = 0.02
VEHICLE_M = 5.0
FASTEST_MPS = 100.0
BEYOND_END_M = 1.0
NEVER_S = 3600.0
FEEDER_PRIOR = 4.0
"""Weight of the prior probability of a feeder, in vehicles."""
MEMORY_VEH = 200.0
"""Counts are halved when they reach this, so that shares follow the day."""

# Rows of `Memory.counter`.
TICK, PREVIOUS, SKIPPED, TOP_HANDLE = 0, 1, 2, 3


class Seen(NamedTuple):
    """One tick of vehicles: lane int32, position_m and speed_mps float32, handle int64, each with room for more."""

    lane: Ints
    position_m: Floats
    speed_mps: Floats
    handle: Handles


class Places(NamedTuple):
    """What does not change.

    Attributes
    ----------
    lane_length_m
        float32 [nL].
    watched_lanes
        int32 [nW] the lanes that are watched.
    lane_offset, row_approach, row_distance_m, row_prior
        int32 [nL + 1], int32, float32, float32 [nR]: the feeders (see `signals.model.feeders`).
    lane_approach
        int32 [nL] the approach that the lane is, -1 where it is none.
    lane_link
        int32 [nL] the link whose inside the lane is, -1 where it is none.
    link_offset, link_to_lane, link_approach, link_prior
        int32 [nA + 1], int32, int32, float32 [nK].
    """

    lane_length_m: Floats
    watched_lanes: Ints
    lane_offset: Ints
    row_approach: Ints
    row_distance_m: Floats
    row_prior: Floats
    lane_approach: Ints
    lane_link: Ints
    link_offset: Ints
    link_to_lane: Ints
    link_approach: Ints
    link_prior: Floats


class Memory(NamedTuple):
    """What is kept from tick to tick.

    Attributes
    ----------
    counter
        int64 [4] ticks, vehicles of the last tick, vehicles skipped in all, highest handle.
    row_weight, row_count
        float32 [nR] present probability of each feeder row, and vehicles that went there.
    lane_count
        float32 [nL] vehicles that left each feeder lane, wherever to.
    link_count, link_share
        float32 [nK].
    present_s
        float64 [nA] when somebody was last near the stop line.
    handle, tick, lane, since_s
        int64, int64, int32, float64 [2^p] of the vehicle with ``handle % 2^p``: its handle, when it was last seen, its
        lane (-1 none) and since when it has been standing (NaN: it moves).
    trail, trail_length
        int32 [2^p, m], int32 [2^p] feeder lanes that it used since its last stop line.
    slot, previous
        int64 [room] where the vehicles of this and of the last tick are kept; -1 = not a valid vehicle.
    cursor
        int32 [nA] scratch.
    """

    counter: Handles
    row_weight: Floats
    row_count: Floats
    lane_count: Floats
    link_count: Floats
    link_share: Floats
    present_s: Doubles
    handle: Handles
    tick: Handles
    lane: Ints
    since_s: Doubles
    trail: Ints
    trail_length: Ints
    slot: Handles
    previous: Handles
    cursor: Ints


class Beliefs(NamedTuple):
    """What comes out: fields of `signals.model.values.Snapshot`, and bool [nA] whether an approach is demanded."""

    demand: Bools
    queue_veh: Floats
    count_veh: Floats
    wait_s: Floats
    gap_s: Floats
    lane_veh: Floats
    lane_free_m: Floats
    arrival_offset: Ints
    arrival_distance_m: Floats
    arrival_speed_mps: Floats
    arrival_weight: Floats
    arrival_handle: Handles
    arrival_vehicle: Ints


@kernel
def _check(n: int, seen: Seen, places: Places, memory: Memory) -> int:
    """Find the slot of every vehicle that can exist, and an upper bound of the arrival rows."""
    mask = len(memory.handle) - 1
    bound = 0
    for i in range(n):
        lane, position, speed, handle = seen.lane[i], seen.position_m[i], seen.speed_mps[i], seen.handle[i]
        memory.slot[i] = -1
        possible = 0 <= lane < len(places.lane_length_m) and handle >= 0 and 0.0 <= speed < FASTEST_MPS
        if possible and 0.0 <= position <= places.lane_length_m[lane] + BEYOND_END_M:
            memory.slot[i] = handle & mask
            bound += places.lane_offset[lane + 1] - places.lane_offset[lane]
    return bound


@kernel
def _learn(slot: int, approach: int, places: Places, memory: Memory) -> None:
    """Count the lanes that a vehicle used before a stop line (-1: it was lost on the way), and forget them."""
    for j in range(memory.trail_length[slot]):
        lane = memory.trail[slot, j]
        first, last = places.lane_offset[lane], places.lane_offset[lane + 1]
        if memory.lane_count[lane] >= MEMORY_VEH:
            memory.lane_count[lane] *= 0.5
            for r in range(first, last):
                memory.row_count[r] *= 0.5
        memory.lane_count[lane] += 1.0
        for r in range(first, last):
            if places.row_approach[r] == approach:
                memory.row_count[r] += 1.0
            known = FEEDER_PRIOR * places.row_prior[r] + memory.row_count[r]
            memory.row_weight[r] = known / (FEEDER_PRIOR + memory.lane_count[lane])
    memory.trail_length[slot] = 0


@kernel
def _take_link(link: int, places: Places, memory: Memory) -> None:
    """Count a vehicle that took a link, and renew the shares of its approach."""
    approach = places.link_approach[link]
    first, last = places.link_offset[approach], places.link_offset[approach + 1]
    memory.link_count[link] += 1.0
    counted = total = 0.0
    for k in range(first, last):
        counted += memory.link_count[k]
        total += places.link_prior[k]
    fade = 0.5 if counted >= MEMORY_VEH else 1.0
    total += counted * fade
    for k in range(first, last):
        memory.link_count[k] *= fade
        memory.link_share[k] = (places.link_prior[k] + memory.link_count[k]) / total


@kernel
def _link_taken(before: int, lane: int, places: Places) -> int:
    """Return the link by which a vehicle came from one lane to another; -1 where it passed no stop line."""
    inside = places.lane_link[lane]
    if inside >= 0:
        return -1 if before >= 0 and places.lane_link[before] == inside else inside
    if before >= 0 and places.lane_approach[before] >= 0:
        approach = places.lane_approach[before]
        for k in range(places.link_offset[approach], places.link_offset[approach + 1]):
            if places.link_to_lane[k] == lane:
                return k
    return -1


@kernel
def _change_lane(slot: int, lane: int, time_s: float, places: Places, memory: Memory) -> None:
    """Follow a vehicle to another lane."""
    before = memory.lane[slot]
    link = _link_taken(before, lane, places)
    passed = before >= 0 and places.lane_approach[before] >= 0 and places.lane_approach[lane] < 0
    feeds = places.lane_offset[lane] < places.lane_offset[lane + 1]
    if link >= 0:
        _take_link(link, places, memory)
        memory.present_s[places.link_approach[link]] = time_s
        _learn(slot, places.link_approach[link], places, memory)
    elif passed:
        _learn(slot, places.lane_approach[before], places, memory)
    elif not feeds:
        _learn(slot, -1, places, memory)
    memory.lane[slot] = lane
    if feeds and places.lane_approach[lane] < 0:
        length = memory.trail_length[slot]
        for j in range(length):
            if memory.trail[slot, j] == lane:
                return
        if length < memory.trail.shape[1]:
            memory.trail[slot, length] = lane
            memory.trail_length[slot] = length + 1


@kernel
def _remember(time_s: float, n: int, seen: Seen, places: Places, memory: Memory) -> None:
    """Renew the memory of every vehicle, then close the account of those that are gone."""
    memory.counter[TICK] += 1
    tick = memory.counter[TICK]
    for i in range(n):
        slot = memory.slot[i]
        if slot < 0:
            memory.counter[SKIPPED] += 1
            continue
        handle = seen.handle[i]
        memory.counter[TOP_HANDLE] = max(memory.counter[TOP_HANDLE], handle)
        if memory.handle[slot] != handle:
            memory.handle[slot] = handle
            memory.lane[slot] = -1
            memory.since_s[slot] = np.nan
            memory.trail_length[slot] = 0
        memory.tick[slot] = tick
        if memory.lane[slot] != seen.lane[i]:
            _change_lane(slot, seen.lane[i], time_s, places, memory)
        if seen.speed_mps[i] >= STANDING_MPS:
            memory.since_s[slot] = np.nan
        elif np.isnan(memory.since_s[slot]):
            memory.since_s[slot] = time_s
    for i in range(memory.counter[PREVIOUS]):
        slot = memory.previous[i]
        if slot >= 0 and memory.tick[slot] != tick and memory.lane[slot] >= 0:
            _learn(slot, places.lane_approach[memory.lane[slot]], places, memory)
            memory.lane[slot] = -1
            memory.since_s[slot] = np.nan
    memory.counter[PREVIOUS] = n
    for i in range(n):  # a slice would take Numba two seconds more to compile
        memory.previous[i] = memory.slot[i]


@kernel
def _fill_lanes(n: int, seen: Seen, places: Places, memory: Memory, beliefs: Beliefs) -> None:
    """Fill the columns of the watched lanes; those of all others are NaN and stay so, whatever is added."""
    for lane in places.watched_lanes:
        beliefs.lane_veh[lane] = 0.0
        beliefs.lane_free_m[lane] = places.lane_length_m[lane]
    for i in range(n):
        if memory.slot[i] >= 0:
            lane = seen.lane[i]
            beliefs.lane_veh[lane] += 1.0
            behind = max(seen.position_m[i] - VEHICLE_M, 0.0)
            if seen.speed_mps[i] < STANDING_MPS and beliefs.lane_free_m[lane] > behind:
                beliefs.lane_free_m[lane] = behind


@kernel
def _count_arrivals(n: int, range_m: float, seen: Seen, places: Places, memory: Memory, beliefs: Beliefs) -> None:
    """Count the vehicles bound for each approach, and give each approach its rows."""
    memory.cursor[:] = 0
    for i in range(n):
        if memory.slot[i] < 0:
            continue
        lane = seen.lane[i]
        rest = max(places.lane_length_m[lane] - seen.position_m[i], np.float32(0.0))
        for r in range(places.lane_offset[lane], places.lane_offset[lane + 1]):
            if rest + places.row_distance_m[r] <= range_m and memory.row_weight[r] >= CUT_OFF:
                memory.cursor[places.row_approach[r]] += 1
    start = 0
    for a in range(len(memory.cursor)):
        beliefs.arrival_offset[a] = start
        start += memory.cursor[a]
        memory.cursor[a] = beliefs.arrival_offset[a]
    beliefs.arrival_offset[len(memory.cursor)] = start


@kernel
def _place_arrivals(n: int, range_m: float, seen: Seen, places: Places, memory: Memory, beliefs: Beliefs) -> None:
    """Put every arrival in its place: nearest first (insertion; worlds tend to list the nearest of a lane last)."""
    distance, weight, vehicle = beliefs.arrival_distance_m, beliefs.arrival_weight, beliefs.arrival_vehicle
    for i in range(n - 1, -1, -1):
        if memory.slot[i] < 0:
            continue
        lane = seen.lane[i]
        rest = max(places.lane_length_m[lane] - seen.position_m[i], np.float32(0.0))
        for r in range(places.lane_offset[lane], places.lane_offset[lane + 1]):
            away = rest + places.row_distance_m[r]
            if away > range_m or memory.row_weight[r] < CUT_OFF:
                continue
            approach = places.row_approach[r]
            first, j = beliefs.arrival_offset[approach], memory.cursor[approach]
            while j > first and distance[j - 1] > away:
                distance[j], weight[j], vehicle[j] = distance[j - 1], weight[j - 1], vehicle[j - 1]
                j -= 1
            distance[j], weight[j], vehicle[j] = away, memory.row_weight[r], i
            memory.cursor[approach] += 1


@kernel
def _sum_up(time_s: float, seen: Seen, memory: Memory, beliefs: Beliefs) -> None:
    """Fill the columns of every approach from its arrivals."""
    for a in range(len(beliefs.queue_veh)):
        queue = count = wait = 0.0
        demand = False
        for j in range(beliefs.arrival_offset[a], beliefs.arrival_offset[a + 1]):
            i, weight = beliefs.arrival_vehicle[j], beliefs.arrival_weight[j]
            beliefs.arrival_speed_mps[j] = seen.speed_mps[i]
            beliefs.arrival_handle[j] = seen.handle[i]
            count += weight
            if seen.speed_mps[i] < STANDING_MPS:
                queue += weight
            if weight >= PROBABLE:
                demand = True
                since = memory.since_s[memory.slot[i]]
                if not np.isnan(since):
                    wait = max(wait, time_s - since)
                if beliefs.arrival_distance_m[j] <= NEAR_M:
                    memory.present_s[a] = time_s
        beliefs.demand[a] = demand
        beliefs.queue_veh[a] = queue
        beliefs.count_veh[a] = count
        beliefs.wait_s[a] = wait
        beliefs.gap_s[a] = min(time_s - memory.present_s[a], NEVER_S)


@kernel
def observe(
    time_s: float, n: int, range_m: float, seen: Columns, places: Columns, memory: Columns, beliefs: Columns
) -> int:
    """Turn one tick of vehicles into the state of approaches and lanes.

    A vehicle that cannot exist (lane, position, speed or handle out of range or not a number) is skipped and counted.

    Parameters
    ----------
    time_s
        Now.
    n
        Vehicles seen: the first n rows of `seen`.
    range_m
        How far from the stop line vehicles count.
    seen, places
        Input: the arrays of a `Seen` and of a `Places`.
    memory
        In and out: the arrays of a `Memory`.
    beliefs
        Out: the arrays of a `Beliefs`.

    Returns
    -------
    int
        How many arrival rows may be needed. If there is room for fewer, nothing was done: make room, call again.
    """
    vehicles, streets, kept, out = Seen(*seen), Places(*places), Memory(*memory), Beliefs(*beliefs)
    needed = _check(n, vehicles, streets, kept)
    if needed <= len(out.arrival_vehicle):
        _remember(time_s, n, vehicles, streets, kept)
        _fill_lanes(n, vehicles, streets, kept, out)
        _count_arrivals(n, range_m, vehicles, streets, kept, out)
        _place_arrivals(n, range_m, vehicles, streets, kept, out)
        _sum_up(time_s, vehicles, kept, out)
    return needed
