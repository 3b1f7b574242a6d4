"""Who gives way to whom, and how long a gap is enough: after SUMO 1.28, measured on single junctions.

A driver thinks to be on the crossing for as long as the way takes at the mean of the first and the last speed, and goes
if that is over before the next one with priority comes. Who joins a lane needs more: until the speeds are equal.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import inlined
from signals.kernels.headways import CAUTIOUS_MPS
from signals.kernels.traffic_state import YIELD, Roads, State

__all__ = ["LENGTH_M", "STOPPED_S", "must_yield"]

Doubles = npt.NDArray[np.float64]

GAP_S, MERGE_S, MERGE_AFTER_S, CATCH_UP = 0.1, 1.2, 1.0, 0.7
"""Beyond the time on the crossing: always; where one joins a lane, before and behind the other; and the share of the
time lost until the speeds are equal."""
LENGTH_M = 5.0
"""Of a vehicle that clears a crossing."""
PATIENCE_S = 90.0
STOPPED_S = 2.0
"""Who is so much later at the stop line than in free flow stopped once."""


@inlined
def _over_s(way_m: float, space_m: float, speed_mps: float, limit_mps: float, accel_mps2: float) -> float:
    """Return how long a vehicle thinks that it will be on a way: at the mean of its first speed and its last."""
    last_mps = min(np.sqrt(speed_mps**2 + 2.0 * accel_mps2 * way_m), limit_mps)
    return float((way_m + space_m) / (0.5 * (min(speed_mps, limit_mps) + last_mps)))


@inlined
def must_yield(
    move: int, vehicle: int, at_s: float, way_m: float, speed_mps: float, roads: Roads, state: State
) -> bool:
    """Whether somebody with priority comes too soon; who has stopped (speed 0) needs a longer gap."""
    kind, limit_mps = roads.kind[state.trip_row[vehicle, 3]], roads.move[move, 2]
    cross_s = GAP_S + _over_s(way_m, kind[0], max(min(speed_mps, CAUTIOUS_MPS), kind[6]), limit_mps, kind[6])
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
