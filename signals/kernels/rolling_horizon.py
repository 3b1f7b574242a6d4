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
from signals.kernels.horizon_stages import BUSY, FREE, HEAD_BUSY, HEAD_FREE, factors, leave
from signals.kernels.horizon_values import Arrivals, Bits, Bytes, Choice, Floats, Ints, Lists, Rules, Site, Work
from signals.kernels.longest_wait import BARRED, FORCED, FREE_TO, Deadlines, permit

__all__ = ["INFINITE", "compare", "decide"]

# Columns of `Lists.arrivals`, of `Lists.sums`, of `Work.factors`, of `Work.trial` and `Work.label`, of `Work.worth`.
TIME, WEIGHT, COST, MOVING, MOMENT = 0, 1, 2, 3, 3
VALUED = 0
READY, LAST = 0, 1
VALUE, SPENT = 0, 1
INFINITE = np.float32(1e18)
EXTEND_S = 2
SOON_S = 5
NEVER = np.float32(-60.0)


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
                    coming = trial[p, READY]
                    while m < total[p] and conflict < 1.0:
                        coming = max(coming, arrivals[p, m, TIME])
                        if coming >= departure + rules.gap_s:
                            break
                        conflict += arrivals[p, m, WEIGHT]
                        m += 1
                bits >>= 1
                p += 1
            conflict = min(conflict, np.float32(1.0))
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
def _advance(
    queues: int, s: int, t: int, until: int, opposing: Bits, rules: Rules, lists: Lists, work: Work
) -> np.float32:
    """Serve every queue of the trial state from t to until in a stage; those that yield come last."""
    # The inner loop gets only what it needs: a call that hands over all of `work` costs more than the work itself.
    arrivals, total, factors, position, trial = (
        lists.arrivals,
        lists.total,
        work.factors,
        work.trial_position,
        work.trial,
    )
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
                cost += _serve(q, s, now, 0, rules, arrivals, total, factors, position, trial)
        for q in range(queues):
            if opposing[q] != 0 and factors[s, q, FREE] + factors[s, q, HEAD_FREE] > 0:
                cost += _serve(q, s, now, int(opposing[q]), rules, arrivals, total, factors, position, trial)
    return cost


@kernel
def _outlook(queues: int, s: int, t: int, rules: Rules, lists: Lists, work: Work) -> np.float32:
    """Delay so far of those who still wait at t, and what serving them will cost (s)."""
    value = np.float32(0.0)
    headway = np.float32(rules.headway_s)
    for q in range(queues):
        n, m = work.trial_position[q], lists.arrived[q, t]
        if m <= n:
            continue
        waiting = lists.sums[q, m, WEIGHT] - lists.sums[q, n, WEIGHT]
        value += np.float32(t) * (lists.sums[q, m, COST] - lists.sums[q, n, COST])
        value -= lists.sums[q, m, MOMENT] - lists.sums[q, n, MOMENT]
        value += np.float32(0.5) * (lists.sums[q, m, VALUED] - lists.sums[q, n, VALUED]) * waiting * headway
        if work.factors[s, q, FREE] < 0.02:
            value += (
                np.float32(rules.red_queue_share) * work.change_s[0] * (lists.sums[q, m, COST] - lists.sums[q, n, COST])
            )
    return value


@kernel
def _keep(
    queues: int, t: int, s: int, value: float, cost: float, first: int, parent: tuple[int, int], work: Work
) -> None:
    """Store the trial state as the label (t, s) where it is better than what is there."""
    if value >= work.worth[t, s, VALUE] - np.float32(1e-4):
        return
    work.worth[t, s, VALUE] = value
    work.worth[t, s, SPENT] = cost
    work.first[t, s] = first
    work.parent[t, s, 0], work.parent[t, s, 1] = parent
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
def _earliest_s(queue: int, first_group: int, site: Site, arrivals: Arrivals) -> np.float32:
    """How long the groups of a queue have to wait for those that have ended already."""
    approach = site.queue_approach[queue]
    if approach < 0:
        return np.float32(arrivals.earliest_s[first_group + site.queue_group[queue]])
    earliest = np.float32(0.0)
    for k in range(site.link_offset[approach], site.link_offset[site.queue_beyond[queue]]):
        earliest = max(earliest, arrivals.earliest_s[site.link_group[k]])
    return earliest


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
            blocked = arrivals.blocked_s[approach]
            for a in range(approach + 1, site.queue_beyond[first_queue + q]):
                blocked = min(blocked, arrivals.blocked_s[a])
            work.trial[q, READY] = max(work.trial[q, READY], blocked)
        if age < 0:
            earliest = _earliest_s(first_queue + q, site.group_offset[i], site, arrivals)
            if earliest > 0:
                work.trial[q, READY] = max(work.trial[q, READY], earliest + np.float32(rules.start_up_s))
        work.trial[q, LAST] = NEVER
    _keep(queues, 0, running, 0.0, 0.0, -1, (-1, -1), work)


@kernel
def _search(i: int, allowed: Bytes, site: Site, rules: Rules, lists: Lists, work: Work) -> int:
    """Expand all labels in order of time; return the stage of the cheapest one at the horizon.

    Plans begin with one of the stages that are allowed: with a switch to it at once, or staying where it runs.
    """
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
                if t == 0 and allowed[b] == BARRED:
                    continue
                forced = t == 0 and allowed[b] == FORCED
                if b != s and not forced and not _useful(queues, t, s, b, lists, work):
                    continue
                _recall(queues, t, s, work)
                until = min(t + max(EXTEND_S, rules.decision_s), horizon)
                first = work.first[t, s]
                stay = 0
                if b != s:
                    until = max(t + work.land_s[s, b], int(np.ceil(work.ready_s[b, 0])))
                    until = min(-(-until // rules.decision_s) * rules.decision_s, horizon)
                    spare = max(work.stay_s[s, b, 0], work.ready_s[b, 1] - np.float32(t) - work.stay_s[s, b, 1])
                    stay = min(int(max(spare, np.float32(0.0))), until - t)
                    for q in range(queues):
                        if work.start_s[s, b, q] >= 0:
                            ready = np.float32(t) + work.start_s[s, b, q] + np.float32(rules.start_up_s)
                            work.trial[q, READY] = max(work.trial[q, READY], ready)
                    if t == 0:
                        first = b
                cost = work.worth[t, s, SPENT]
                if stay > 0:  # people walk, and the others need not end before they have
                    cost += _advance(queues, s, t, t + stay, site.opposing[first_stage + s], rules, lists, work)
                opposing = site.opposing[first_stage + b]
                cost += _advance(queues, b, t + stay, until, opposing, rules, lists, work)
                value = cost + _outlook(queues, b, until, rules, lists, work)
                _keep(queues, until, b, value, cost, first, (t, s), work)
    last, best = 0, INFINITE
    for s in range(stages):
        if work.worth[horizon, s, VALUE] < best:
            last, best = s, work.worth[horizon, s, VALUE]
    return last


@kernel
def _useful(queues: int, t: int, s: int, b: int, lists: Lists, work: Work) -> bool:
    """Whether stage b serves somebody, there by the time it could be green or soon, better than stage s does."""
    by = min(t + max(work.land_s[s, b], SOON_S), lists.arrived.shape[1] - 1)
    for q in range(queues):
        better = max(
            work.factors[b, q, FREE] - work.factors[s, q, FREE], work.factors[b, q, BUSY] - work.factors[s, q, BUSY]
        )
        if better > 0.02 and lists.arrived[q, by] > work.position[t, s, q]:
            return True
    return False


@kernel
def _release(i: int, last: int, site: Site, rules: Rules, lists: Lists, planned: Floats, work: Work) -> None:
    """Write down what the plan of an intersection releases, second by second, walking it backwards."""
    first_queue = site.queue_offset[i]
    queues = site.queue_offset[i + 1] - first_queue
    for q in range(queues):
        for a in range(max(site.queue_approach[first_queue + q], 0), site.queue_beyond[first_queue + q]):
            for second in range(rules.horizon_s):
                planned[a, second] = 0.0
    t, s = rules.horizon_s, last
    while t > 0:
        before, origin = work.parent[t, s, 0], work.parent[t, s, 1]
        for q in range(queues):
            approach = site.queue_approach[first_queue + q]
            there, then = work.position[before, origin, q], work.position[t, s, q]
            weight = lists.sums[q, then, WEIGHT] - lists.sums[q, there, WEIGHT]
            if approach < 0 or weight <= 0:
                continue
            begin = before
            if origin != s and work.start_s[origin, s, q] >= 0:
                begin = min(before + int(work.start_s[origin, s, q] + rules.start_up_s), t - 1)
            for a in range(approach, site.queue_beyond[first_queue + q]):
                for second in range(begin, t):
                    planned[a, second] += lists.mix[a] * weight / np.float32(t - begin)
        t, s = before, origin


@kernel
def _own(i: int, site: Site, lists: Lists) -> Lists:
    """Return the part of the lists that is an intersection's own."""
    first, beyond = site.queue_offset[i], site.queue_offset[i + 1]
    return Lists(
        lists.arrivals[first:beyond],
        lists.total[first:beyond],
        lists.sums[first:beyond],
        lists.arrived[first:beyond],
        lists.weight_veh,
        lists.mix,
        lists.head_mix,
    )


@kernel
def decide(
    site: Site, arrivals: Arrivals, rules: Rules, lists: Lists, work: Work, choice: Choice, by: Deadlines,
    planned: Floats,
) -> None:  # fmt: skip
    """Choose the stage of every intersection that may decide now; the others keep theirs.

    Parameters
    ----------
    site, arrivals, rules, lists
        What is there, what is believed, how to weigh it, who comes to each queue.
    work
        Scratch memory.
    choice
        In and out, see `Choice`.
    by
        By when groups must be green where waiting has a bound.
    planned
        In and out, float32 [nA, H]: what the plans release, vehicles in each second from now; written where a plan was
        made.
    """
    for i in range(len(choice.stage)):
        choice.planned[i], choice.late_s[i] = False, 0.0
        if not choice.mature[i] or lists.weight_veh[i] <= 0.0:
            continue
        leave(i, site, arrivals, work)
        factors(i, site, arrivals, rules, lists, work)
        own = _own(i, site, lists)
        _begin(i, choice.stage[i], site, arrivals, rules, choice, work)
        choice.late_s[i] = permit(i, choice.stage[i], site, arrivals, rules, work, by, choice.allowed)
        last = _search(i, choice.allowed, site, rules, own, work)
        _release(i, last, site, rules, own, planned, work)
        choice.planned[i], choice.cost_s[i] = True, work.worth[rules.horizon_s, last, VALUE]
        if work.first[rules.horizon_s, last] >= 0:
            choice.stage[i] = work.first[rules.horizon_s, last]


@kernel
def compare(
    i: int, running: int, site: Site, arrivals: Arrivals, rules: Rules, lists: Lists, work: Work, choice: Choice,
    cost_s: Floats,
) -> None:  # fmt: skip
    """Say what the best plan costs that begins with each stage: the running one, or a switch to another at once.

    Parameters
    ----------
    i, running
        The intersection, and its stage before it decided.
    site, arrivals, rules, lists, work, choice
        As `decide` had them.
    cost_s
        Out, float32 [Smax]: delay in s until the horizon and its outlook; `INFINITE` where nobody would be served.
    """
    leave(i, site, arrivals, work)
    factors(i, site, arrivals, rules, lists, work)
    own = _own(i, site, lists)
    stages = site.stage_offset[i + 1] - site.stage_offset[i]
    for b in range(stages):
        for other in range(stages):
            choice.allowed[other] = FREE_TO if other == b else BARRED
        _begin(i, running, site, arrivals, rules, choice, work)
        last = _search(i, choice.allowed, site, rules, own, work)
        cost_s[b] = work.worth[rules.horizon_s, last, VALUE]
