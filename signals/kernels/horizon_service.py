"""How queues leave while a stage runs: what the labels of the search are made with.

One trial state at a time, in `Work.trial`. Queues that yield to nobody do not depend on each other; where somebody
yields, all go on by `EXTEND_S` and look at each other again.
"""

from __future__ import annotations

import numpy as np

from signals.kernels.compile import inlined
from signals.kernels.horizon_stages import BUSY, FREE, HEAD_BUSY, HEAD_FREE
from signals.kernels.horizon_tables import FLOWING, SERVED, STEPPED
from signals.kernels.horizon_values import Bits, Lists, Rules, Work

__all__ = ["EXTEND_S", "LAST", "NEVER", "NEXT", "READY", "advance"]

TIME, WEIGHT, COST, MOVING = 0, 1, 2, 3
"""Columns of `Lists.arrivals`."""
NEXT, READY, LAST = 0, 1, 2
"""Columns of `Work.label` and `Work.trial`."""
EXTEND_S = 2
"""A label goes on with its own stage for so long, and those who yield look again as often."""
NEVER = np.float32(-60.0)
"""`LAST` of a queue of which nobody has left since it got green."""
STOOD_S = np.float32(1.5)
"""Who leaves later than he came by more than this had stopped."""
CRAWLS = np.float32(0.1)
"""As a share of the speed limit: who is slower stands already."""


@inlined
def _cost(delay_s: np.float32, counts: np.float32, moving: np.float32, rules: Rules) -> np.float32:
    """Return what one arrival costs: its delay, and a stop if it was one."""
    if delay_s <= np.float32(1.5):
        return counts * delay_s
    stop = np.float32(1.0) if delay_s >= np.float32(4.0) else (delay_s - np.float32(1.5)) / np.float32(2.5)
    return counts * (delay_s + stop * moving * np.float32(rules.stop_cost_s))


@inlined
def _flow(q: int, s: int, until_s: np.float32, rules: Rules, lists: Lists, work: Work) -> np.float32:
    """Let a queue that yields to nobody leave until a time; return the delay of those who left (s)."""
    arrivals, total = lists.arrivals[q], lists.total[q]
    trial = work.trial[q]
    n, ready = int(trial[NEXT]), trial[READY]
    cost = np.float32(0.0)
    while n < total:
        arrival, weight = arrivals[n, TIME], arrivals[n, WEIGHT]
        departure = max(arrival, ready)
        if departure >= until_s:
            break
        factor = work.factors[s, q, HEAD_FREE] if n == 0 else work.factors[s, q, FREE]
        if factor < 0.02:
            break
        cost += _cost(departure - arrival, arrivals[n, COST], arrivals[n, MOVING], rules)
        ready = departure + np.float32(rules.headway_s) * weight / factor
        if weight > 0.3:
            if trial[LAST] <= NEVER and (departure > arrival + STOOD_S or arrivals[n, MOVING] < CRAWLS):
                ready += np.float32(rules.follow_up_s)
            trial[LAST] = departure
        n += 1
    trial[NEXT], trial[READY] = n, ready
    return cost


@inlined
def _filter_in(
    q: int, s: int, until_s: np.float32, opposing: int, rules: Rules, lists: Lists, work: Work
) -> np.float32:
    """Let a queue that yields leave through the gaps of those that have priority."""
    arrivals, total = lists.arrivals[q], lists.total[q]
    trial = work.trial[q]
    n, ready = int(trial[NEXT]), trial[READY]
    cost = np.float32(0.0)
    while n < total:
        arrival, weight = arrivals[n, TIME], arrivals[n, WEIGHT]
        departure = max(arrival, ready)
        if departure >= until_s:
            break
        conflict = np.float32(0.0)
        p, bits = 0, opposing
        while bits:
            if bits & 1:
                departure = max(departure, work.trial[p, LAST] + np.float32(1.0))
                m, others = int(work.trial[p, NEXT]), lists.total[p]
                coming = work.trial[p, READY]
                while m < others and conflict < 1.0:
                    coming = max(coming, lists.arrivals[p, m, TIME])
                    if coming >= departure + rules.gap_s:
                        break
                    conflict += lists.arrivals[p, m, WEIGHT]
                    m += 1
            bits >>= 1
            p += 1
        conflict = min(conflict, np.float32(1.0))
        free = work.factors[s, q, HEAD_FREE] if n == 0 else work.factors[s, q, FREE]
        busy = work.factors[s, q, HEAD_BUSY] if n == 0 else work.factors[s, q, BUSY]
        factor = free * (np.float32(1.0) - conflict) + busy * conflict
        if factor < 0.02 or departure >= until_s:
            break
        cost += _cost(departure - arrival, arrivals[n, COST], arrivals[n, MOVING], rules)
        ready = departure + np.float32(rules.headway_s) * weight / factor
        if weight > 0.3:
            if trial[LAST] <= NEVER and (departure > arrival + STOOD_S or arrivals[n, MOVING] < CRAWLS):
                ready += np.float32(rules.follow_up_s)
            trial[LAST] = departure
        n += 1
    trial[NEXT], trial[READY] = n, ready
    return cost


@inlined
def advance(s: int, row: int, t: int, until: int, opposing: Bits, rules: Rules, lists: Lists, work: Work) -> np.float32:
    """Serve every queue of the trial state in a stage; those that yield come last.

    Parameters
    ----------
    s, row
        The stage, and its row in `opposing`.
    t, until
        From when, until when (s from now).
    opposing
        See `Site`.
    rules, lists, work
        As in `signals.kernels.rolling_horizon`.

    Returns
    -------
    float32
        The delay of those who left (s).
    """
    flowing, served = work.tally[s, FLOWING], work.tally[s, SERVED]
    step = min(until - t, EXTEND_S) if work.tally[s, STEPPED] else until - t
    cost, now, ready = np.float32(0.0), t, np.float32(until)
    for place in range(served):
        ready = min(ready, work.trial[work.served[s, place], READY])
    while now < until and now + step <= ready:  # nobody can leave yet
        now += step
    while now < until:
        now = min(now + step, until)
        for place in range(flowing):
            cost += _flow(work.served[s, place], s, np.float32(now), rules, lists, work)
        for place in range(flowing, served):
            q = work.served[s, place]
            cost += _filter_in(q, s, np.float32(now), int(opposing[row, q]), rules, lists, work)
    return cost
