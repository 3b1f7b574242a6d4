"""How long vehicles wait at a fixed-time signal: formulas for checking a plan before anything runs."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

__all__ = ["UniformQueue", "uniform_queue", "webster_delay_s"]


class UniformQueue(NamedTuple):
    """One cycle of uniform arrivals and departures (D/D/1).

    Attributes
    ----------
    clear_s
        From the beginning of green until nobody waits.
    longest_veh
        Longest queue, at the end of red.
    stopped_share
        Share of the vehicles that stop.
    total_s
        Delay of all vehicles of a cycle together.
    mean_s
        Delay of one vehicle.
    """

    clear_s: float
    longest_veh: float
    stopped_share: float
    total_s: float
    mean_s: float


def uniform_queue(flow_veh_h: float, saturation_veh_h: float, green_s: float, cycle_s: float) -> UniformQueue:
    """Follow a queue with uniform arrivals through a cycle.

    With q the flow per second, y the flow ratio q/s and r the red: the queue clears y r / (1 - y) after the beginning
    of green, is q r at most, and costs q r² / (2 (1 - y)) in all.

    Parameters
    ----------
    flow_veh_h, saturation_veh_h
        Arrivals and departures at full green.
    green_s, cycle_s
        Effective green and cycle.

    Returns
    -------
    UniformQueue
        Everything infinite where the green does not suffice.
    """
    red_s, ratio = cycle_s - green_s, flow_veh_h / saturation_veh_h
    if flow_veh_h * cycle_s > saturation_veh_h * green_s:
        return UniformQueue(inf, inf, 1.0, inf, inf)
    clear_s = ratio * red_s / (1.0 - ratio)
    rate = flow_veh_h / 3600.0
    total_s = rate * red_s**2 / (2.0 * (1.0 - ratio))
    mean_s = total_s / (rate * cycle_s) if rate else 0.0
    return UniformQueue(clear_s, rate * red_s, (red_s + clear_s) / cycle_s, total_s, mean_s)


def webster_delay_s(flow_veh_h: float, saturation_veh_h: float, green_s: float, cycle_s: float) -> float:
    """Return the mean delay after Webster (1958) of random arrivals.

    ``d = C (1 - l)² / (2 (1 - l x)) + x² / (2 q (1 - x)) - 0.65 (C / q²)^(1/3) x^(2 + 5 l)`` with l = g/C, x = q/(l s).

    Parameters
    ----------
    flow_veh_h, saturation_veh_h
        Flow and saturation flow.
    green_s, cycle_s
        Effective green and cycle.

    Returns
    -------
    float
        Seconds; infinite from saturation on.
    """
    share = green_s / cycle_s
    used = flow_veh_h / (share * saturation_veh_h)
    if used >= 1.0:
        return inf
    rate = flow_veh_h / 3600.0
    uniform_s = cycle_s * (1.0 - share) ** 2 / (2.0 * (1.0 - share * used))
    if not rate:
        return uniform_s
    random_s = used**2 / (2.0 * rate * (1.0 - used))
    correction_s: float = 0.65 * (cycle_s / rate**2) ** (1 / 3) * used ** (2.0 + 5.0 * share)
    return uniform_s + random_s - correction_s
