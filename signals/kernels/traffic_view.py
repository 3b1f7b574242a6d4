"""What can be seen of the traffic of the queue simulator: where everybody is, and what loops report."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel
from signals.kernels.traffic_state import NOBODY_STOPPED, WAVE_S, Roads, State, Travellers

__all__ = ["EMPTY", "INSIDE", "loops", "see"]

Columns = tuple[Any, ...]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

NEVER = np.inf
EMPTY, INSIDE = -1, -2
"""Rows of loops on lanes that have none: nobody drives there; it lies inside a junction, where nobody is followed."""


@kernel
def _free_mps(limit_mps: float, factor: float, kind: Doubles) -> float:
    """Return the speed at which a driver really drives where the limit is given."""
    return float(max(min(limit_mps * factor, kind[2]) - kind[4], 0.3 * limit_mps * factor))


@kernel
def see(
    time_s: float,
    lane_of: Ints,
    via: Ints,
    roads: Columns,
    travellers: Columns,
    state: Columns,
    lane_out: Ints,
    position_m: Floats,
    speed_mps: Floats,
    handle: Longs,
) -> int:
    """Say where everybody is: as far as free flow has taken them, behind the one ahead at most.

    One that stands in a queue moves again when the wave of those who leave has come to it.

    Parameters
    ----------
    time_s
        Now.
    lane_of
        Input, int32 [nL]: the lane of the network that each is.
    via
        Input, int32 [nM]: the first lane inside the junction of each movement, -1 = none.
    roads, travellers, state
        Input: the arrays of a `Roads`, a `Travellers` and a `State`.
    lane_out, position_m, speed_mps, handle
        Out, int32, float32, float32, int64 [nV]: vehicles on their way, lane by lane, the first one first. The handle
        is the number of the vehicle + 1. Who waits inside a junction stands at the start of its lane there.

    Returns
    -------
    int
        How many there are.
    """
    fixed, people, now = Roads(*roads), Travellers(*travellers), State(*state)
    n = 0
    for lane in range(len(now.wake)):
        count, first, size = now.lane_count[lane], fixed.lane_ring[lane, 0], fixed.lane_ring[lane, 1]
        length_m, limit_mps = fixed.lane[lane, 0], fixed.lane[lane, 1]
        ahead_m = length_m
        moving_since_s = now.lane[lane, 2] if count[3] > 0 and now.wake[lane] != NEVER else NEVER
        for place in range(count[0]):
            vehicle = now.ring[first + (count[2] + place) % size]
            kind, factor = fixed.kind[now.trip_row[vehicle, 3]], people.depart[vehicle, 1]
            free_mps = _free_mps(limit_mps, factor, kind)
            since_s, arrival_s = now.trip[vehicle, 1], now.trip[vehicle, 0]
            if time_s < since_s:
                place_m = 0.0
            else:
                place_m = length_m * min((time_s - since_s) / max(arrival_s - since_s, 0.1), 1.0)
            speed = free_mps
            if place_m >= ahead_m:
                place_m, speed = max(ahead_m, 0.0), 0.0
                start_s = moving_since_s + WAVE_S * min(count[3] + place, NOBODY_STOPPED)
                if count[3] == NOBODY_STOPPED:
                    speed = 0.5 * free_mps
                elif time_s > start_s:
                    speed = min(free_mps, kind[3] * (time_s - start_s))
            ahead_m = place_m - kind[0]
            lane_out[n], position_m[n], speed_mps[n], handle[n] = lane_of[lane], place_m, speed, vehicle + 1
            n += 1
    for row in range(1, now.waiting[0] + 1):
        move = now.waiting[row]
        if via[move] >= 0:
            for place in range(1, now.slot[move, 0] + 1):
                lane_out[n], position_m[n], speed_mps[n] = via[move], 0.0, 0.0
                handle[n] = now.slot[move, place] + 1
                n += 1
    return n


@kernel
def loops(
    duration_s: float,
    seen: int,
    lane_of: Ints,
    position_m: Floats,
    speed_mps: Floats,
    detector: Doubles,
    detector_lane: Ints,
    detector_row: Ints,
    roads: Columns,
    state: Columns,
    passed: Ints,
    count_out: Ints,
    occupied: Floats,
) -> None:
    """Read induction loops: how many passed since the last time, and for how long something was over them.

    Parameters
    ----------
    duration_s
        Time since the last reading.
    seen
        Vehicles in the next three.
    lane_of, position_m, speed_mps
        Input: what `see` said; vehicles of one lane are together.
    detector
        Input, float64 [nD, 3]: upstream edge in m, length in m, length of a vehicle in m.
    detector_lane
        Input, int32 [nD]: the lane of the network.
    detector_row
        Input, int32 [nD]: the same in `State`, `EMPTY` where nobody drives; `INSIDE` where nothing is known.
    roads, state
        Input: the arrays of a `Roads` and of a `State`.
    passed
        In and out, int32 [nD]: how many passed each detector since the beginning.
    count_out
        Out, int32 [nD]; -1 where nothing is known.
    occupied
        Out, float32 [nD]: share of the time; NaN where nothing is known.
    """
    fixed, now = Roads(*roads), State(*state)
    for row in range(len(detector_lane)):
        count_out[row], occupied[row] = 0, 0.0
        if detector_row[row] < 0:
            if detector_row[row] == INSIDE:
                count_out[row], occupied[row] = -1, np.nan
            continue
        lane, from_m, length_m = detector_lane[row], detector[row, 0], detector[row, 1]
        total, stands = now.lane_count[detector_row[row], 2], False
        for number in range(seen):
            if lane_of[number] == lane and position_m[number] > from_m:
                total += 1
                behind_m = position_m[number] - detector[row, 2]
                stands = stands or (speed_mps[number] == 0.0 and behind_m < from_m + length_m)
        new = max(total - passed[row], 0)
        passed[row] = max(total, passed[row])
        count_out[row] = new
        over_s = new * (length_m + detector[row, 2]) / fixed.lane[detector_row[row], 1]
        occupied[row] = 1.0 if stands else min(over_s / duration_s, 1.0)
