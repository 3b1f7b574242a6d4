"""How fast a queue discharges, and what stopping and turning cost: measured in SUMO 1.28 with steps of one second.

X and the speed of the turn, start-up losses of the first six, hardly any use of amber, dawdling (Krauss 1998).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from signals.kernels.compile import inlined
from signals.kernels.traffic_state import GO, NOBODY_STOPPED, STOP, YIELD, Roads

__all__ = ["CAUTIOUS_MPS", "drive_s", "free_speed_mps", "headway_s", "lost_s"]

Doubles = npt.NDArray[np.float64]

FILL = 0.93
SLOW_MPS, CAUTIOUS_MPS = 7.0, 6.5
"""At a green that yields nobody is faster than the one, nor arrives faster than the other."""
FREE_HEADWAY_S, STOP_HEADWAY_S = 2.0, 4.0
START_MPS = 13.89
EXTRA_S = (1.2, 0.5, 0.25, 0.15, 0.1, 0.05)
"""Headway of the first six of a queue beyond saturation at `START_MPS`."""


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
