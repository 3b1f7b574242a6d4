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
Bools = npt.NDArray[np.bool_]

NEVER = np.inf

STANDING_MPS = 1.0
PROBABLE = 0.3


@inlined
def _count(
    approach: int, row: int, time_s: float, range_m: float, feeder: Doubles, feeder_lane: Ints,
    roads: Roads, state: State, sums: Floats,
) -> bool:  # fmt: skip
    """Add the vehicles of a lane to its approach; whether one of them is probably bound there."""
    lane, weight, seen = feeder_lane[row], feeder[row, 1], False
    count, first, size = state.lane_count[lane], roads.lane_ring[lane, 0], roads.lane_ring[lane, 1]
    length_m, limit_mps = roads.lane[lane, 0], roads.lane[lane, 1]
    ahead_m = length_m
    since_s = state.lane[lane, 2] if count[3] > 0 and state.wake[lane] != NEVER else NEVER
    for place in range(count[0]):
        number = first + (count[2] + place) % size
        arrival_s, entered_s = state.seat[number, 0], state.seat[number, 1]
        place_m, standing = 0.0, False
        if time_s >= entered_s:
            place_m = length_m * min((time_s - entered_s) / max(arrival_s - entered_s, 0.1), 1.0)
        if place_m >= ahead_m:
            place_m = max(ahead_m, 0.0)
            starts_s = since_s + WAVE_S * min(count[3] + place, NOBODY_STOPPED)
            standing = count[3] != NOBODY_STOPPED and time_s <= starts_s
            if count[3] != NOBODY_STOPPED and not standing:
                accel_mps2 = roads.kind[state.trip_row[state.ring[number], 3], 3]
                standing = accel_mps2 * (time_s - starts_s) < STANDING_MPS
        ahead_m = place_m - state.seat[number, 2]
        if length_m - place_m + feeder[row, 0] > range_m:
            return seen
        sums[1, approach] += weight
        if weight >= PROBABLE:
            seen = True
        if standing:
            sums[0, approach] += weight
            if weight >= PROBABLE:
                stood_s = time_s - max(arrival_s - (length_m - place_m) / limit_mps, 0.0)
                sums[2, approach] = max(sums[2, approach], stood_s)
    return seen


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
    sums
        Out, float32 [3, nA]: vehicles standing, vehicles within range, longest time for which one has stood in s.
    demand
        Out, bool [nA]: somebody is probably bound there.
    """
    fixed, now = Roads(*roads), State(*state)
    for approach in range(len(demand)):
        if whole:
            sums[0, approach] = sums[1, approach] = sums[2, approach] = 0.0
        seen = False
        for row in range(feeder_first[approach], feeder_first[approach + 1]):
            lane = feeder_lane[row]
            if now.lane_count[lane, 0] > 0 and whole:
                here = _count(approach, row, time_s, range_m, feeder, feeder_lane, fixed, now, sums)
                seen = seen or here
            elif now.lane_count[lane, 0] > 0 and feeder[row, 1] >= PROBABLE and not seen:
                head = fixed.lane_ring[lane, 0] + now.lane_count[lane, 2] % fixed.lane_ring[lane, 1]
                come, lasts = time_s - now.seat[head, 1], max(now.seat[head, 0] - now.seat[head, 1], 0.1)
                away_m = fixed.lane[lane, 0] * (1.0 - min(max(come, 0.0) / lasts, 1.0))
                seen = away_m + feeder[row, 0] <= range_m
        demand[approach] = seen
