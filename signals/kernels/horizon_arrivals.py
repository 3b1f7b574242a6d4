"""Who will come to each queue, and when: lists for the search of the rolling horizon, of all queues of a network.

Vehicles that are seen come first, each with its own time. Behind them comes what is only expected, in clumps: what
neighbours have released or plan to release (`signals.kernels.outflow`), and the mean of those who come from elsewhere.
"""

from __future__ import annotations

import numpy as np

from signals.kernels.compile import kernel
from signals.kernels.horizon_values import Arrivals, Floats, Lists, Rules, Site

__all__ = ["gather"]

# Columns of `Lists.arrivals` and of `Lists.sums`.
TIME, WEIGHT, COST, MOVING, MOMENT = 0, 1, 2, 3, 3
VALUED = 0
UNKNOWN = 0
"""A class of vehicle."""
CLUMP_VEH = 0.5
CLUMP_S = 5
"""What is expected goes together until it is half a vehicle, or for 5 s."""
ACCELERATION_MPS2 = 2.6
HEAD_M = 1.0
"""A vehicle that may go to several approaches of a queue is at about the same distance from all of them."""


@kernel
def _insert(
    q: int, time_s: np.float32, weight: np.float32, moving: np.float32, worth: np.float32, lists: Lists
) -> None:  # fmt: skip
    """Put an arrival into its queue, sorted by time; what exceeds the memory is dropped (it is the farthest)."""
    n = lists.total[q]
    if n >= lists.arrivals.shape[1]:
        return
    while n > 0 and lists.arrivals[q, n - 1, TIME] > time_s:
        for column in (TIME, WEIGHT, COST, MOVING):
            lists.arrivals[q, n, column] = lists.arrivals[q, n - 1, column]
        n -= 1
    lists.arrivals[q, n, TIME], lists.arrivals[q, n, WEIGHT] = time_s, weight
    lists.arrivals[q, n, COST], lists.arrivals[q, n, MOVING] = worth, moving
    lists.total[q] += 1


@kernel
def _time_s(distance_m: np.float32, speed_mps: np.float32, limit_mps: np.float32) -> np.float32:
    """How long a vehicle takes that accelerates to the limit."""
    ramp_m = (limit_mps * limit_mps - speed_mps * speed_mps) / np.float32(2 * ACCELERATION_MPS2)
    if distance_m <= ramp_m:
        root = np.sqrt(speed_mps * speed_mps + np.float32(2 * ACCELERATION_MPS2) * distance_m)
        return np.float32((root - speed_mps) / np.float32(ACCELERATION_MPS2))
    return (limit_mps - speed_mps) / np.float32(ACCELERATION_MPS2) + (distance_m - ramp_m) / limit_mps


@kernel
def _seen(
    q: int, approach: int, arrivals: Arrivals, worth: np.float32, class_worth: Floats, rules: Rules, lists: Lists
) -> None:
    """List the vehicles that are seen, and those that stand behind them unseen."""
    limit, last = max(arrivals.limit_mps[approach], np.float32(1.0)), np.float32(0.0)
    for n in range(arrivals.offset[approach], arrivals.offset[approach + 1]):
        speed = min(arrivals.speed_mps[n], limit)
        time = _time_s(max(arrivals.distance_m[n], np.float32(0.0)), speed, limit)
        if time < rules.horizon_s and arrivals.weight[n] > 0.05:
            known = arrivals.vehicle_class[n] if n < len(arrivals.vehicle_class) else UNKNOWN
            own = class_worth[known] if UNKNOWN < known < len(class_worth) else worth
            _insert(q, time, arrivals.weight[n], speed / limit, own, lists)
            last = max(last, time)
    hidden = arrivals.hidden_veh[approach]
    while hidden > 0.1:
        _insert(q, last, min(hidden, np.float32(1.0)), np.float32(0.0), worth, lists)
        hidden -= np.float32(1.0)


@kernel
def _expected(q: int, inflow: Floats, horizon_s: int, worth: np.float32, lists: Lists) -> None:
    """List what is expected, float32 [H] vehicles in each second from now."""
    weight, moment, since = np.float32(0.0), np.float32(0.0), 0
    for second in range(horizon_s):
        weight += inflow[second]
        moment += inflow[second] * (np.float32(second) + np.float32(0.5))
        if weight >= CLUMP_VEH or second - since >= CLUMP_S - 1:
            if weight > 0.02:
                _insert(q, moment / weight, weight, np.float32(1.0), worth, lists)
            weight, moment, since = np.float32(0.0), np.float32(0.0), second + 1


@kernel
def _mix(first: int, beyond: int, arrivals: Arrivals, lists: Lists) -> None:
    """Say for which of its approaches the vehicles of a queue are bound, and its first vehicle."""
    if beyond == first + 1:
        lists.mix[first] = lists.head_mix[first] = 1.0
        return
    nearest_m, everybody, heads = np.float32(1e9), np.float32(0.0), np.float32(0.0)
    for a in range(first, beyond):
        lists.mix[a] = np.float32(0.1)
        for n in range(arrivals.offset[a], arrivals.offset[a + 1]):
            lists.mix[a] += arrivals.weight[n]
        everybody += lists.mix[a]
        if arrivals.offset[a] < arrivals.offset[a + 1]:
            nearest_m = min(nearest_m, arrivals.distance_m[arrivals.offset[a]])
    for a in range(first, beyond):
        lists.mix[a] /= everybody
        n, lists.head_mix[a] = arrivals.offset[a], 0.0
        if n < arrivals.offset[a + 1] and arrivals.distance_m[n] < nearest_m + HEAD_M:
            lists.head_mix[a] = arrivals.weight[n]
        heads += lists.head_mix[a]
    for a in range(first, beyond):
        lists.head_mix[a] = lists.head_mix[a] / heads if heads > 0 else lists.mix[a]


@kernel
def _pressing(i: int, q: int, site: Site, arrivals: Arrivals, rules: Rules) -> np.float32:
    """How many vehicles more the first of a queue counts for: the cube of its wait, so that nobody waits for ever."""
    wait = np.float32(0.0)
    approach = site.queue_approach[q]
    if approach < 0:
        wait = arrivals.wait_s[site.group_offset[i] + site.queue_group[q]]
    else:
        for k in range(site.link_offset[approach], site.link_offset[site.queue_beyond[q]]):
            wait = max(wait, arrivals.wait_s[site.link_group[k]])
    share = wait / np.float32(rules.fair_wait_s)
    return share * share * share


@kernel
def _sum_up(q: int, horizon_s: int, pressing: np.float32, lists: Lists) -> np.float32:
    """Costs and prefix sums of one queue; return its weight. What each is worth becomes what it counts for."""
    weight, cost, moment, valued = np.float32(0.0), np.float32(0.0), np.float32(0.0), np.float32(0.0)
    lists.sums[q, 0] = 0.0
    for n in range(lists.total[q]):
        worth = lists.arrivals[q, n, COST]
        lists.arrivals[q, n, COST] = lists.arrivals[q, n, WEIGHT] * (1 + pressing if n == 0 else 1) * worth
        valued += lists.arrivals[q, n, WEIGHT] * worth
        weight += lists.arrivals[q, n, WEIGHT]
        cost += lists.arrivals[q, n, COST]
        moment += lists.arrivals[q, n, COST] * lists.arrivals[q, n, TIME]
        lists.sums[q, n + 1, VALUED] = valued
        lists.sums[q, n + 1, WEIGHT] = weight
        lists.sums[q, n + 1, COST] = cost
        lists.sums[q, n + 1, MOMENT] = moment
    n = 0
    for second in range(horizon_s + 1):
        while n < lists.total[q] and lists.arrivals[q, n, TIME] <= second:
            n += 1
        lists.arrived[q, second] = n
    return weight


@kernel
def gather(
    first: int, beyond: int, site: Site, arrivals: Arrivals, inflow: Floats, worth: Floats, class_worth: Floats,
    rules: Rules, lists: Lists,
) -> None:  # fmt: skip
    """Build the lists of all queues of some intersections.

    Parameters
    ----------
    first, beyond
        The first intersection, and one more than the last.
    site, arrivals
        What is there, what is believed.
    inflow
        float32 [nA, H] vehicles expected in each second from now that are not seen yet.
    worth
        float32 [nQ] what a second of delay counts of one vehicle of a queue whose class is not known, or of all who
        wait at a called crossing.
    class_worth
        float32 [one per `signals.model.vehicle_classes.VehicleClass`] what it counts of one whose class is known,
        wherever it drives.
    rules
        How far, and what long waits count.
    lists
        Out, see `Lists`.
    """
    for i in range(first, beyond):
        lists.weight_veh[i] = 0.0
        for q in range(site.queue_offset[i], site.queue_offset[i + 1]):
            lists.total[q] = 0
            approach = site.queue_approach[q]
            if approach >= 0:
                for a in range(approach, site.queue_beyond[q]):
                    _seen(q, a, arrivals, worth[q], class_worth, rules, lists)
                    _expected(q, inflow[a], rules.horizon_s, worth[q], lists)
                _mix(approach, site.queue_beyond[q], arrivals, lists)
            elif arrivals.call[site.group_offset[i] + site.queue_group[q]]:
                _insert(q, np.float32(0.0), np.float32(1.0), np.float32(0.0), worth[q], lists)
            pressing = _pressing(i, q, site, arrivals, rules)
            lists.weight_veh[i] += _sum_up(q, rules.horizon_s, pressing, lists)
