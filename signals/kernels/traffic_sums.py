"""What is believed of the approaches with full sight, straight from the queue simulator: for many replicas at once.

The same numbers as `signals.kernels.traffic_view` and the full estimator give together, without a row for each vehicle.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import inlined, kernel
from signals.kernels.traffic_state import NOBODY_STOPPED, WAVE_S, Roads, State

__all__ = ["look"]

Columns = tuple[Any, ...]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NEVER = np.inf

STANDING_MPS = 1.0
PROBABLE = 0.3


@inlined
def _add(row: int, approach: int, vehicles: int, weight: float, sums: Floats) -> None:
    """Add vehicles to a sum, with the rounding of one addition each."""
    if weight == 1.0 and sums[row, approach] == np.floor(sums[row, approach]):  # exact
        sums[row, approach] += vehicles
    else:
        for _ in range(vehicles):
            sums[row, approach] += weight


@inlined
def _keep(
    row: int, left: int, vehicles: int, beyond: int, first_s: float, ahead_m: float, known: Longs, still: Doubles
) -> None:
    """Remember those at the head of a lane who stand until somebody leaves."""
    known[row, 0], known[row, 1], known[row, 2] = left, vehicles, beyond
    still[row, 0], still[row, 1] = first_s, ahead_m


@inlined
def _count(
    approach: int, row: int, time_s: float, range_m: float, slowest_mps2: float, feeder: Doubles, feeder_lane: Ints,
    roads: Roads, state: State, known: Longs, still: Doubles, sums: Floats,
) -> bool:  # fmt: skip
    """Add the vehicles of a lane to its approach; whether one of them is probably bound there."""
    lane, beyond_m, weight = feeder_lane[row], feeder[row, 0], feeder[row, 1]
    vehicles, left, served = state.lane_count[lane, 0], state.lane_count[lane, 2], state.lane_count[lane, 3]
    first, size = roads.lane_ring[lane, 0], roads.lane_ring[lane, 1]
    length_m, limit_mps = roads.lane[lane, 0], roads.lane[lane, 1]
    since_s = state.lane[lane, 2] if served > 0 and state.wake[lane] != NEVER else NEVER
    seen, stood, first_s, ahead_m, before_m, beyond = 0, 0, NEVER, length_m, length_m, False
    if served == 0 and known[row, 0] == left:  # nobody left: those who stood are still there
        seen, beyond = known[row, 1], known[row, 2] > 0
        stood, first_s, ahead_m = seen, still[row, 0], still[row, 1]
    settled = served == 0 and not beyond
    number, end = first + (left + seen) % size, first + size
    for place in range(vehicles if beyond else seen, vehicles):
        arrival_s, come_s = state.seat[number, 0], time_s - state.seat[number, 1]
        place_m, lasts_s = length_m, max(arrival_s - state.seat[number, 1], 0.1)
        if come_s < lasts_s:
            place_m = length_m * (max(come_s, 0.0) / lasts_s)
        standing = False
        if place_m >= ahead_m:
            place_m = max(ahead_m, 0.0)
            starts_s = since_s + WAVE_S * min(served + place, NOBODY_STOPPED)
            standing = served != NOBODY_STOPPED and time_s <= starts_s
            # Looking up who it is takes longer than all the rest, so only those are who may just have started.
            if served != NOBODY_STOPPED and not standing and slowest_mps2 * (time_s - starts_s) < STANDING_MPS:
                accel_mps2 = roads.kind[state.trip_row[state.ring[number], 3], 3]
                standing = accel_mps2 * (time_s - starts_s) < STANDING_MPS
        before_m, ahead_m = ahead_m, place_m - state.seat[number, 2]
        if settled and come_s < lasts_s:  # the first one that may still be elsewhere a moment later
            _keep(row, left, seen, 0, first_s, before_m, known, still)
            settled = False
        beyond = length_m - place_m + beyond_m > range_m
        if beyond:
            break
        seen += 1
        if standing:
            stood += 1
            first_s = min(first_s, max(arrival_s - (length_m - place_m) / limit_mps, 0.0))
        number += 1
        if number == end:
            number = first
    if settled:
        _keep(row, left, seen, int(beyond), first_s, before_m if beyond else ahead_m, known, still)
    _add(0, approach, stood, weight, sums)
    _add(1, approach, seen, weight, sums)
    if weight < PROBABLE:
        return False
    if stood > 0:
        sums[2, approach] = max(sums[2, approach], time_s - first_s)
    return bool(seen > 0)


@kernel
def look(
    time_s: float,
    range_m: float,
    feeder_first: Ints,
    feeder: Doubles,
    feeder_lane: Ints,
    roads: Columns,
    state: Columns,
    whole: int,
    known: Longs,
    still: Doubles,
    sums: Floats,
    demand: Bools,
) -> None:
    """Sum up the approaches.

    Parameters
    ----------
    time_s
        Now.
    range_m
        How far from the stop line vehicles are seen.
    feeder_first
        Input, int32 [nA + 1]: the rows of each approach in the next two.
    feeder
        Input, float64 [n, 2]: distance from the end of a lane to the stop line in m, probability to go there.
    feeder_lane
        Input, int32 [n]: the lane, a row of `Roads.lane`.
    roads, state
        Input: the arrays of a `Roads` and of a `State`.
    whole
        1 if `sums` are wanted, 0 for the demand only.
    known, still
        In and out, int64 [n, 3] and float64 [n, 2]: the head of each row's queue, which stands where it stood as
        long as nobody leaves: how many had left then (-1: it is not known), how many stand, whether the range ends with
        them; since when the first of them stands in s, and where the next one would in m.
    sums
        Out, float32 [3, nA]: vehicles standing, vehicles within range, longest time for which one has stood in s.
    demand
        Out, bool [nA]: somebody is probably bound there.
    """
    fixed, now = Roads(*roads), State(*state)
    slowest_mps2 = NEVER
    for kind in range(len(fixed.kind)):
        slowest_mps2 = min(slowest_mps2, fixed.kind[kind, 3])
    for approach in range(len(demand)):
        if whole:
            sums[0, approach] = sums[1, approach] = sums[2, approach] = 0.0
        seen = False
        for row in range(feeder_first[approach], feeder_first[approach + 1]):
            lane = feeder_lane[row]
            if now.lane_count[lane, 0] > 0 and whole:
                here = _count(
                    approach, row, time_s, range_m, slowest_mps2, feeder, feeder_lane, fixed, now, known, still, sums
                )
                seen = seen or here
            elif now.lane_count[lane, 0] > 0 and feeder[row, 1] >= PROBABLE and not seen:
                head = fixed.lane_ring[lane, 0] + now.lane_count[lane, 2] % fixed.lane_ring[lane, 1]
                come, lasts = time_s - now.seat[head, 1], max(now.seat[head, 0] - now.seat[head, 1], 0.1)
                away_m = fixed.lane[lane, 0] * (1.0 - min(max(come, 0.0) / lasts, 1.0))
                seen = away_m + feeder[row, 0] <= range_m
        demand[approach] = seen
