"""Search over sequences of stages on predicted arrivals and queues, for every intersection of a network.

The plan of one intersection is found by dynamic programming over (second, stage): a label holds the cheapest known way
to have that stage running, mature, at that second, with the state of every queue. A label is extended by `EXTEND_S` or
switched to another stage; at the horizon the cheapest label wins, and only its first action is carried out.

A *queue* is an approach lane (vehicles in arrival order) or a pedestrian group that was called (one arrival, at once).
All times are seconds from now. Local numbering within an intersection: q queue, s stage, g group.

Source of the recursion: Sen and Head (1997). Discharge, yielding and blocking: see ARCHITECTURE.md, "The optimiser".
"""

from __future__ import annotations

import numpy as np

from signals.kernels.compile import kernel
from signals.kernels.horizon_values import Arrivals, Bits, Choice, Floats, Ints, Rules, Site, Work

__all__ = ["decide"]

PEDESTRIAN = 1
# Columns of `Work.arrivals`, of `Work.sums`, of `Work.factors`, of `Work.trial` and `Work.label`, of `Work.worth`.
TIME, WEIGHT, COST, MOVING, MOMENT = 0, 1, 2, 3, 3
FREE, BUSY, HEAD_FREE, HEAD_BUSY = 0, 1, 2, 3
READY, LAST = 0, 1
VALUE, SPENT = 0, 1
INFINITE = np.float32(1e18)
EXTEND_S = 2
NEVER = np.float32(-60.0)


@kernel
def _leave(i: int, site: Site, arrivals: Arrivals, start_s: Floats, land_s: Ints) -> None:
    """Fill the interstage tables of an intersection: who waits how long for green after a switch."""
    first_group, last_group = site.group_offset[i], site.group_offset[i + 1]
    groups = last_group - first_group
    first_stage, last_stage = site.stage_offset[i], site.stage_offset[i + 1]
    first_queue, last_queue = site.queue_offset[i], site.queue_offset[i + 1]
    matrix = site.matrix_offset[i]
    for a in range(last_stage - first_stage):
        for b in range(last_stage - first_stage):
            green_a, green_b = site.stage_green[first_stage + a], site.stage_green[first_stage + b]
            longest = np.float32(1.0)
            for q in range(last_queue - first_queue):
                start_s[a, b, q] = np.float32(-1.0)
            for g in range(groups):
                pedestrian = site.group_user[first_group + g] == PEDESTRIAN
                if not green_b[g] or green_a[g] or (pedestrian and not arrivals.call[first_group + g]):
                    continue
                wait = np.float32(0.0)
                for h in range(groups):
                    left = green_a[h] and not green_b[h]
                    if left and not (
                        site.group_user[first_group + h] == PEDESTRIAN and not arrivals.call[first_group + h]
                    ):
                        wait = max(wait, site.intergreen_s[matrix + h * groups + g])
                longest = max(longest, wait + site.min_green_s[first_group + g])
                for q in range(last_queue - first_queue):
                    approach = site.queue_approach[first_queue + q]
                    if approach < 0:
                        if site.queue_group[first_queue + q] == g:
                            start_s[a, b, q] = wait
                        continue
                    for k in range(site.link_offset[approach], site.link_offset[approach + 1]):
                        if site.link_group[k] == first_group + g:
                            start_s[a, b, q] = max(start_s[a, b, q], wait)
            land_s[a, b] = int(np.ceil(longest))


@kernel
def _factors(i: int, site: Site, arrivals: Arrivals, rules: Rules, work: Work) -> None:
    """How fast each queue is served in each stage: 1 = all its movements have a free green, 0 = not at all."""
    first_stage, first_queue, first_group = site.stage_offset[i], site.queue_offset[i], site.group_offset[i]
    for s in range(site.stage_offset[i + 1] - first_stage):
        for q in range(site.queue_offset[i + 1] - first_queue):
            approach = site.queue_approach[first_queue + q]
            if approach < 0:
                served = np.float32(site.stage_green[first_stage + s, site.queue_group[first_queue + q]])
                for column in range(4):
                    work.factors[s, q, column] = served
                continue
            for head in range(2):
                share = arrivals.head_share if head else arrivals.share
                red, protected, permitted = np.float32(0.0), np.float32(0.0), np.float32(0.0)
                for k in range(site.link_offset[approach], site.link_offset[approach + 1]):
                    if not site.stage_green[first_stage + s, site.link_group[k] - first_group]:
                        red += share[k]
                    elif site.link_permissive[k]:
                        permitted += share[k]
                    else:
                        protected += share[k]
                total = max(red + protected + permitted, np.float32(1e-6))
                flowing = (protected + permitted) / total
                free = flowing * flowing * flowing if flowing > 0.07 else np.float32(0.0)
                alone = protected / total
                busy = min(free, max(alone * alone * alone, np.float32(rules.sneak) * free * permitted / total))
                work.factors[s, q, HEAD_FREE if head else FREE] = free
                work.factors[s, q, HEAD_BUSY if head else BUSY] = busy


@kernel
def _insert(q: int, time_s: float, weight: float, moving: float, work: Work) -> None:
    """Put an arrival into its queue, sorted by time; what exceeds the memory is dropped (it is the farthest)."""
    n = work.total[q]
    if n >= work.arrivals.shape[1]:
        return
    while n > 0 and work.arrivals[q, n - 1, TIME] > time_s:
        for column in (TIME, WEIGHT, MOVING):
            work.arrivals[q, n, column] = work.arrivals[q, n - 1, column]
        n -= 1
    work.arrivals[q, n, TIME], work.arrivals[q, n, WEIGHT] = time_s, weight
    work.arrivals[q, n, MOVING] = moving
    work.total[q] += 1


@kernel
def _arrive(i: int, site: Site, arrivals: Arrivals, rules: Rules, work: Work) -> np.float32:
    """Build the arrival lists of an intersection and their prefix sums; return the weight of all arrivals."""
    first_queue, first_group = site.queue_offset[i], site.group_offset[i]
    everything = np.float32(0.0)
    for q in range(site.queue_offset[i + 1] - first_queue):
        work.total[q] = 0
        approach = site.queue_approach[first_queue + q]
        if approach < 0:
            if arrivals.call[first_group + site.queue_group[first_queue + q]]:
                _insert(q, 0.0, rules.pedestrian_weight, 0.0, work)
        else:
            limit = max(arrivals.limit_mps[approach], np.float32(1.0))
            for n in range(arrivals.offset[approach], arrivals.offset[approach + 1]):
                speed = min(arrivals.speed_mps[n], limit)
                distance = max(arrivals.distance_m[n], np.float32(0.0))
                ramp = (limit * limit - speed * speed) / np.float32(5.2)
                if distance <= ramp:
                    time = (np.sqrt(speed * speed + np.float32(5.2) * distance) - speed) / np.float32(2.6)
                else:
                    time = (limit - speed) / np.float32(2.6) + (distance - ramp) / limit
                if time < rules.horizon_s and arrivals.weight[n] > 0.05:
                    _insert(q, time, arrivals.weight[n], speed / limit, work)
            weight = arrivals.rate_veh_s[approach] * np.float32(5.0)
            if weight > 0.02:
                time = arrivals.sight_s[approach] + np.float32(2.5)
                while time < rules.horizon_s:
                    _insert(q, time, weight, 1.0, work)
                    time += np.float32(5.0)
        everything += _sum_up(q, rules.horizon_s, _pressing(i, first_queue + q, site, arrivals, rules), work)
    return everything


@kernel
def _pressing(i: int, queue: int, site: Site, arrivals: Arrivals, rules: Rules) -> np.float32:
    """How many vehicles more the first of a queue counts for: the cube of its wait, so that nobody waits for ever."""
    wait = np.float32(0.0)
    approach = site.queue_approach[queue]
    if approach < 0:
        wait = arrivals.wait_s[site.group_offset[i] + site.queue_group[queue]]
    else:
        for k in range(site.link_offset[approach], site.link_offset[approach + 1]):
            wait = max(wait, arrivals.wait_s[site.link_group[k]])
    share = wait / np.float32(rules.fair_wait_s)
    return share * share * share


@kernel
def _sum_up(q: int, horizon_s: int, pressing: np.float32, work: Work) -> np.float32:
    """Costs and prefix sums of one queue; return its weight."""
    weight, cost, moment = np.float32(0.0), np.float32(0.0), np.float32(0.0)
    work.sums[q, 0] = 0.0
    for n in range(work.total[q]):
        work.arrivals[q, n, COST] = work.arrivals[q, n, WEIGHT] * (1 + pressing if n == 0 else 1)
        weight += work.arrivals[q, n, WEIGHT]
        cost += work.arrivals[q, n, COST]
        moment += work.arrivals[q, n, COST] * work.arrivals[q, n, TIME]
        work.sums[q, n + 1, WEIGHT] = weight
        work.sums[q, n + 1, COST] = cost
        work.sums[q, n + 1, MOMENT] = moment
    n = 0
    for second in range(horizon_s + 1):
        while n < work.total[q] and work.arrivals[q, n, TIME] <= second:
            n += 1
        work.arrived[q, second] = n
    return weight


@kernel
def _serve(
    q: int,
    s: int,
    until_s: float,
    opposing: int,
    rules: Rules,
    arrivals: Floats,
    total: Ints,
    factors: Floats,
    position: Ints,
    trial: Floats,
) -> np.float32:
    """Let one queue depart until a time, in the trial state; return the delay of those who left (s)."""
    n, available, last = position[q], trial[q, READY], trial[q, LAST]
    cost = np.float32(0.0)
    while n < total[q]:
        arrival, weight = arrivals[q, n, TIME], arrivals[q, n, WEIGHT]
        departure = max(arrival, available)
        free = factors[s, q, HEAD_FREE] if n == 0 else factors[s, q, FREE]
        factor = free
        if opposing:
            busy = factors[s, q, HEAD_BUSY] if n == 0 else factors[s, q, BUSY]
            conflict = np.float32(0.0)
            p, bits = 0, opposing
            while bits:
                if bits & 1:
                    departure = max(departure, trial[p, LAST] + np.float32(1.0))
                    m = position[p]
                    if m < total[p]:
                        coming = max(arrivals[p, m, TIME], trial[p, READY])
                        if coming < departure + rules.gap_s:
                            conflict = max(conflict, min(arrivals[p, m, WEIGHT], np.float32(1.0)))
                bits >>= 1
                p += 1
            factor = free * (np.float32(1.0) - conflict) + busy * conflict
        if factor < 0.02 or departure >= until_s:
            break
        delay = departure - arrival
        stop = min(max((delay - np.float32(1.5)) / np.float32(2.5), np.float32(0.0)), np.float32(1.0))
        cost += arrivals[q, n, COST] * (delay + stop * arrivals[q, n, MOVING] * np.float32(rules.stop_cost_s))
        available = departure + np.float32(rules.headway_s) * weight / factor
        if weight > 0.3:
            last = departure
        n += 1
    position[q], trial[q, READY], trial[q, LAST] = n, available, last
    return cost


@kernel
def _advance(queues: int, s: int, t: int, until: int, opposing: Bits, rules: Rules, work: Work) -> np.float32:
    """Serve every queue of the trial state from t to until in a stage; those that yield come last."""
    # The inner loop gets only what it needs: a call that hands over all of `work` costs more than the work itself.
    lists, total, factors, position, trial = work.arrivals, work.total, work.factors, work.trial_position, work.trial
    cost = np.float32(0.0)
    yielding = False
    for q in range(queues):
        yielding = yielding or (opposing[q] != 0 and factors[s, q, FREE] > 0)
    step = min(until - t, EXTEND_S) if yielding else until - t
    now = t
    while now < until:
        now = min(now + step, until)
        for q in range(queues):
            if opposing[q] == 0 and factors[s, q, FREE] + factors[s, q, HEAD_FREE] > 0:
                cost += _serve(q, s, now, 0, rules, lists, total, factors, position, trial)
        for q in range(queues):
            if opposing[q] != 0 and factors[s, q, FREE] + factors[s, q, HEAD_FREE] > 0:
                cost += _serve(q, s, now, int(opposing[q]), rules, lists, total, factors, position, trial)
    return cost


@kernel
def _outlook(queues: int, s: int, t: int, rules: Rules, work: Work) -> np.float32:
    """Delay so far of those who still wait at t, and what serving them will cost (s)."""
    value = np.float32(0.0)
    headway = np.float32(rules.headway_s)
    for q in range(queues):
        n, m = work.trial_position[q], work.arrived[q, t]
        if m <= n:
            continue
        waiting = work.sums[q, m, WEIGHT] - work.sums[q, n, WEIGHT]
        value += np.float32(t) * (work.sums[q, m, COST] - work.sums[q, n, COST])
        value -= work.sums[q, m, MOMENT] - work.sums[q, n, MOMENT]
        value += np.float32(0.5) * waiting * waiting * headway
        if work.factors[s, q, FREE] < 0.02:
            value += np.float32(rules.red_queue_cost_s) * (work.sums[q, m, COST] - work.sums[q, n, COST])
    return value


@kernel
def _keep(queues: int, t: int, s: int, value: float, cost: float, first: int, work: Work) -> None:
    """Store the trial state as the label (t, s) where it is better than what is there."""
    if value >= work.worth[t, s, VALUE] - np.float32(1e-4):
        return
    work.worth[t, s, VALUE] = value
    work.worth[t, s, SPENT] = cost
    work.first[t, s] = first
    for q in range(queues):
        work.position[t, s, q] = work.trial_position[q]
        work.label[t, s, q, READY] = work.trial[q, READY]
        work.label[t, s, q, LAST] = work.trial[q, LAST]


@kernel
def _recall(queues: int, t: int, s: int, work: Work) -> None:
    """Take the label (t, s) as the trial state."""
    for q in range(queues):
        work.trial_position[q] = work.position[t, s, q]
        work.trial[q, READY] = work.label[t, s, q, READY]
        work.trial[q, LAST] = work.label[t, s, q, LAST]


@kernel
def _begin(i: int, running: int, site: Site, arrivals: Arrivals, rules: Rules, choice: Choice, work: Work) -> None:
    """Set the root label: the running stage, now."""
    first_queue = site.queue_offset[i]
    queues = site.queue_offset[i + 1] - first_queue
    for t in range(rules.horizon_s + 1):
        for s in range(site.stage_offset[i + 1] - site.stage_offset[i]):
            work.worth[t, s, VALUE] = INFINITE
    for q in range(queues):
        approach = site.queue_approach[first_queue + q]
        age = choice.age_s[first_queue + q]
        work.trial_position[q] = 0
        work.trial[q, READY] = max(np.float32(rules.start_up_s) - age, np.float32(0.0)) if age >= 0 else np.float32(0.0)
        if approach >= 0:
            work.trial[q, READY] = max(work.trial[q, READY], arrivals.blocked_s[approach])
        work.trial[q, LAST] = NEVER
    _keep(queues, 0, running, 0.0, 0.0, -1, work)


@kernel
def _search(i: int, running: int, site: Site, rules: Rules, choice: Choice, work: Work) -> int:
    """Expand all labels in order of time; return the stage wanted now."""
    first_stage = site.stage_offset[i]
    stages, queues = site.stage_offset[i + 1] - first_stage, site.queue_offset[i + 1] - site.queue_offset[i]
    horizon = rules.horizon_s
    for t in range(horizon):
        best = INFINITE
        for s in range(stages):
            best = min(best, work.worth[t, s, VALUE])
        for s in range(stages):
            if work.worth[t, s, VALUE] > best + np.float32(rules.prune_s) or work.worth[t, s, VALUE] >= INFINITE:
                continue
            for b in range(stages):
                if b != s and not _useful(queues, t, s, b, work):
                    continue
                _recall(queues, t, s, work)
                until = min(t + EXTEND_S, horizon)
                first = work.first[t, s]
                if b != s:
                    until = min(t + work.land_s[s, b], horizon)
                    for q in range(queues):
                        if work.start_s[s, b, q] >= 0:
                            ready = np.float32(t) + work.start_s[s, b, q] + np.float32(rules.start_up_s)
                            work.trial[q, READY] = max(work.trial[q, READY], ready)
                    if t == 0:
                        first = b
                cost = work.worth[t, s, SPENT] + _advance(
                    queues, b, t, until, site.opposing[first_stage + b], rules, work
                )
                value = cost + _outlook(queues, b, until, rules, work)
                _keep(queues, until, b, value, cost, first, work)
    return _conclude(i, stages, running, horizon, choice, work)


@kernel
def _useful(queues: int, t: int, s: int, b: int, work: Work) -> bool:
    """Whether stage b serves somebody, there by the time it could be green, better than stage s does."""
    by = min(t + work.land_s[s, b], work.arrived.shape[1] - 1)
    for q in range(queues):
        if (
            work.factors[b, q, FREE] > work.factors[s, q, FREE] + np.float32(0.02)
            and work.arrived[q, by] > work.position[t, s, q]
        ):
            return True
    return False


@kernel
def _conclude(i: int, stages: int, running: int, horizon: int, choice: Choice, work: Work) -> int:
    """Read the cheapest label at the horizon."""
    wanted, best, stay = running, INFINITE, INFINITE
    for s in range(stages):
        value = work.worth[horizon, s, VALUE]
        if value < best:
            best = value
            wanted = running if work.first[horizon, s] < 0 else work.first[horizon, s]
        if work.first[horizon, s] < 0:
            stay = min(stay, value)
    choice.value_best[i] = best
    choice.value_stay[i] = stay
    return wanted


@kernel
def decide(site: Site, arrivals: Arrivals, rules: Rules, work: Work, choice: Choice) -> None:
    """Choose the stage of every intersection that may decide now; the others keep theirs.

    Parameters
    ----------
    site, arrivals, rules
        What is there, what is believed, how to weigh it.
    work
        Scratch memory.
    choice
        In and out, see `Choice`.
    """
    for i in range(len(choice.stage)):
        if not choice.mature[i] or _arrive(i, site, arrivals, rules, work) <= 0.0:
            continue
        _leave(i, site, arrivals, work.start_s, work.land_s)
        _factors(i, site, arrivals, rules, work)
        running = choice.stage[i]
        _begin(i, running, site, arrivals, rules, choice, work)
        choice.stage[i] = _search(i, running, site, rules, choice, work)
