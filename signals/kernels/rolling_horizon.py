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

from signals.kernels.compile import inlined, kernel
from signals.kernels.horizon_choice import here_bits, outdone, useful
from signals.kernels.horizon_service import EXTEND_S, LAST, NEVER, NEXT, READY, advance
from signals.kernels.horizon_stages import FREE, factors, leave
from signals.kernels.horizon_tables import ARRIVED, BITS, COST, MOMENT, SERVED, VALUED, WEIGHT, tabulate
from signals.kernels.horizon_values import (
    Arrivals,
    Bits,
    Changes,
    Choice,
    Courses,
    Floats,
    Ints,
    Lists,
    Rules,
    Site,
    Work,
)
from signals.kernels.longest_wait import BARRED, FORCED, FREE_TO, Deadlines, permit

__all__ = ["INFINITE", "compare", "decide"]

# Columns of `Work.worth`.
VALUE, SPENT = 0, 1
INFINITE = np.float32(1e18)
LONG_AGO = np.float32(-30.0)
"""When somebody has last left a queue that is green already."""
MARGIN, MARGIN_S = np.float32(1e-4), np.float32(0.05)
"""A bound has to miss by more than rounding before it is believed: so nothing is left out that would have been kept."""


@inlined
def _stay(queues: int, until: int, rules: Rules, work: Work) -> np.float32:
    """Fill `Work.still` with what each queue of a label costs if nobody leaves it until then; return the sum."""
    until_s, headway = np.float32(until), np.float32(rules.headway_s)
    red, total = work.left_s[0], np.float32(0.0)
    for q in range(queues):
        come, gone, still = work.come[until, q], work.gone[q], work.still[q]
        waiting, counts = come[WEIGHT] - gone[WEIGHT], come[COST] - gone[COST]
        still[0], still[1] = until_s * counts, come[MOMENT] - gone[MOMENT]
        still[2] = np.float32(0.5) * (come[VALUED] - gone[VALUED]) * waiting * headway
        still[3] = red * counts
        total += (still[0] - still[1]) + (still[2] + still[3])
    return total


@inlined
def _spared(t: int, s: int, b: int, until: int, rules: Rules, work: Work) -> np.float32:
    """Return how much less than `_stay` has summed up it can cost at most if the label (t, s) goes on with stage b.

    Whoever is served has waited at least until his queue may begin to leave.
    """
    spared = np.float32(0.0)
    for place in range(work.tally[b, SERVED]):
        q = work.served[b, place]
        gone, still = work.gone[q], work.still[q]
        since_s = min(_ready_s(t, s, b, q, rules, work), np.float32(until))
        come = work.come[int(since_s), q]
        spared += (still[0] - still[1]) + (still[2] + still[3])
        if come[ARRIVED] > work.label[t, s, q, NEXT]:
            spared -= since_s * (come[COST] - gone[COST]) - (come[MOMENT] - gone[MOMENT])
    return spared


@inlined
def _outlook(queues: int, s: int, before: int, t: int, rules: Rules, lists: Lists, work: Work) -> np.float32:
    """Delay so far of those who still wait at t, after stages `before` and s, and what serving them will cost (s)."""
    value, headway = np.float32(0.0), np.float32(rules.headway_s)
    red = work.left_s[0]
    for q in range(queues):
        if not (work.moves[s, q] or work.moves[before, q]):
            still = work.still[q]
            value = ((value + still[0]) - still[1]) + still[2] + still[3]
            continue
        come, gone = work.come[t, q], lists.sums[q, int(work.trial[q, NEXT])]
        waiting, counts = come[WEIGHT] - gone[WEIGHT], come[COST] - gone[COST]
        value = ((value + np.float32(t) * counts) - (come[MOMENT] - gone[MOMENT])) + (
            np.float32(0.5) * (come[VALUED] - gone[VALUED]) * waiting * headway
        )
        if work.factors[s, q, FREE] < 0.02:
            value += red * counts
    return value


@inlined
def _keep(
    queues: int, t: int, s: int, value: float, cost: float, first: int, before: int, origin: int, work: Work
) -> None:
    """Store the trial state as the label (t, s) where it is better than what is there."""
    if value >= work.worth[t, s, VALUE] - np.float32(1e-4):
        return
    work.worth[t, s, VALUE] = value
    work.worth[t, s, SPENT] = cost
    work.best[t] = min(work.best[t], np.float32(value))
    work.first[t, s] = first
    work.parent[t, s, 0], work.parent[t, s, 1] = before, origin
    for q in range(queues):
        for column in (NEXT, READY, LAST):
            work.label[t, s, q, column] = work.trial[q, column]


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
    usual_s = np.float32(rules.left_wait_share) * arrivals.usual_wait_s[i]
    work.left_s[0] = max(np.float32(rules.red_queue_share) * work.change_s[0], usual_s)
    for t in range(rules.horizon_s + 1):
        work.best[t] = INFINITE
        for s in range(site.stage_offset[i + 1] - site.stage_offset[i]):
            work.worth[t, s, VALUE] = INFINITE
    for q in range(queues):
        approach = site.queue_approach[first_queue + q]
        age = choice.age_s[first_queue + q]
        work.trial[q, NEXT] = 0
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
        work.trial[q, LAST] = NEVER if age <= rules.start_up_s else LONG_AGO
    _keep(queues, 0, running, 0.0, 0.0, -1, -1, -1, work)


@inlined
def _ready_s(t: int, s: int, b: int, q: int, rules: Rules, work: Work) -> np.float32:
    """When somebody can leave a queue of the label (t, s) in stage b."""
    ready: np.float32 = work.label[t, s, q, READY]
    if b != s and work.start_s[s, b, q] >= 0:
        ready = max(ready, np.float32(t) + work.start_s[s, b, q] + np.float32(rules.start_up_s))
    return ready


@inlined
def _recall(queues: int, t: int, s: int, b: int, rules: Rules, work: Work) -> None:
    """Take the label (t, s) as the trial state, as it is when it goes on with stage b."""
    for q in range(queues):
        begins = b != s and work.start_s[s, b, q] >= 0
        work.trial[q, NEXT] = work.label[t, s, q, NEXT]
        work.trial[q, LAST] = NEVER if begins else work.label[t, s, q, LAST]
        work.trial[q, READY] = _ready_s(t, s, b, q, rules, work)


@inlined
def _until(t: int, s: int, b: int, rules: Rules, work: Work) -> int:
    """Until when the label (t, s) goes on with stage b before it can change again."""
    until: int = t + EXTEND_S if b == s else max(t + work.land_s[s, b], int(np.ceil(work.ready_s[b, 0])))
    return min(-(-until // rules.decision_s) * rules.decision_s, rules.horizon_s)


@inlined
def _stay_s(t: int, s: int, b: int, until: int, work: Work) -> int:
    """How long stage s lasts on when b follows: people walk, and the others need not end before they have."""
    if b == s:
        return 0
    spare: np.float32 = max(work.stay_s[s, b, 0], work.ready_s[b, 1] - np.float32(t) - work.stay_s[s, b, 1])
    return min(int(max(spare, np.float32(0.0))), until - t)


@inlined
def _expand(
    row: int,
    among: int,
    queues: int,
    t: int,
    s: int,
    opposing: Bits,
    rules: Rules,
    lists: Lists,
    work: Work,
) -> None:
    """Continue the label (t, s) with its own stage and the first ones, and keep what is better than what is known."""
    for q in range(queues):
        gone = lists.sums[q, int(work.label[t, s, q, NEXT])]
        for column in (VALUED, WEIGHT, COST, MOMENT):
            work.gone[q, column] = gone[column]
    here, known, total = here_bits(queues, t, s, rules, work), -1, np.float32(0.0)
    for b in range(max(among, s + 1)):
        if among <= b < s or (t == 0 and work.allowed[b] == BARRED):
            continue
        forced = t == 0 and work.allowed[b] == FORCED
        if b != s and not forced and not useful(t, s, b, rules.horizon_s, work):
            continue
        if b != s and not forced and queues <= BITS and outdone(t, s, b, among, here, work):
            continue
        until, cost = _until(t, s, b, rules, work), work.worth[t, s, SPENT]
        if until != known:
            known, total = until, _stay(queues, until, rules, work)
        stay = _stay_s(t, s, b, until, work)
        if stay == 0:
            least = cost + total - _spared(t, s, b, until, rules, work)
            bar = min(work.worth[until, b, VALUE], work.best[until] + np.float32(rules.prune_s))
            if least - (MARGIN * (cost + total) + MARGIN_S) > bar:
                continue
        _recall(queues, t, s, b, rules, work)
        if stay > 0:
            cost += advance(s, row + s, t, t + stay, opposing, rules, lists, work)
        cost += advance(b, row + b, t + stay, until, opposing, rules, lists, work)
        value = cost + _outlook(queues, b, s if stay > 0 else b, until, rules, lists, work)
        _keep(queues, until, b, value, cost, b if t == 0 and b != s else work.first[t, s], t, s, work)


@kernel
def _search(i: int, site: Site, rules: Rules, lists: Lists, work: Work) -> int:
    """Expand all labels in order of time; return the stage of the cheapest one at the horizon.

    Plans begin with one of the stages that are allowed: with a switch to it at once, or staying where it runs.
    """
    row = site.stage_offset[i]
    stages, queues = site.stage_offset[i + 1] - row, site.queue_offset[i + 1] - site.queue_offset[i]
    for t in range(rules.horizon_s):
        bar = work.best[t] + np.float32(rules.prune_s)
        among = stages if t < rules.derived_s else site.own_stages[i]
        for s in range(stages):
            if work.worth[t, s, VALUE] <= bar and work.worth[t, s, VALUE] < INFINITE:
                _expand(row, among, queues, t, s, site.opposing, rules, lists, work)
    last, best = 0, INFINITE
    for s in range(stages):
        if work.worth[rules.horizon_s, s, VALUE] < best:
            last, best = s, work.worth[rules.horizon_s, s, VALUE]
    return last


@kernel
def _release(
    i: int, last: int, site: Site, rules: Rules, lists: Lists, course: Courses, planned: Floats, work: Work
) -> None:
    """Write down which stage the plan of an intersection wants and what it releases, second by second, backwards."""
    first_queue = site.queue_offset[i]
    queues = site.queue_offset[i + 1] - first_queue
    for q in range(queues):
        for a in range(max(site.queue_approach[first_queue + q], 0), site.queue_beyond[first_queue + q]):
            for second in range(rules.horizon_s):
                planned[a, second] = 0.0
    t, s = rules.horizon_s, last
    while t > 0:
        before, origin = work.parent[t, s, 0], work.parent[t, s, 1]
        for second in range(before, t):
            course[second] = s
        for q in range(queues):
            approach = site.queue_approach[first_queue + q]
            there, then = int(work.label[before, origin, q, NEXT]), int(work.label[t, s, q, NEXT])
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
    first: int, beyond: int, site: Site, arrivals: Arrivals, rules: Rules, lists: Lists, changes: Changes, work: Work,
    choice: Choice, by: Deadlines, planned: Floats,
) -> None:  # fmt: skip
    """Choose the stage of every intersection that may decide now; the others keep theirs.

    Intersections do not depend on each other here: others may be decided at the same time, each with its own `work`.

    Parameters
    ----------
    first, beyond
        The first intersection, and one more than the last.
    site, arrivals, rules, lists
        What is there, what is believed, how to weigh it, who comes to each queue.
    changes
        In and out: what the changes between stages take.
    work
        Scratch memory.
    choice
        In and out, see `Choice`.
    by
        By when groups must be green where waiting has a bound, with scratch memory as `work` has.
    planned
        In and out, float32 [nA, H]: what the plans release, vehicles in each second from now; written where a plan was
        made.
    """
    for i in range(first, beyond):
        choice.planned[i], choice.late_s[i] = False, 0.0
        if not choice.mature[i] or lists.weight_veh[i] <= 0.0:
            continue
        leave(i, site, arrivals, changes, work)
        factors(i, site, arrivals, rules, lists, work)
        own = _own(i, site, lists)
        row = site.stage_offset[i]
        tabulate(row, site.stage_offset[i + 1] - row, len(own.total), site.opposing, own, work)
        running = int(np.int64(choice.stage[i]))  # one type, compiled once
        _begin(i, running, site, arrivals, rules, choice, work)
        choice.late_s[i] = permit(i, running, site, arrivals, rules, work, by, work.allowed)
        last = _search(i, site, rules, own, work)
        _release(i, last, site, rules, own, choice.course[i], planned, work)
        choice.planned[i], choice.cost_s[i] = True, work.worth[rules.horizon_s, last, VALUE]
        if work.first[rules.horizon_s, last] >= 0:
            choice.stage[i] = work.first[rules.horizon_s, last]


@kernel
def _shortlist(i: int, running: int, site: Site, arrivals: Arrivals, rules: Rules, choice: Choice, work: Work) -> None:
    """Say in row 0 of `Work.first` which stages a plan could begin with, unbarred: 1 = it would serve somebody best."""
    stages = site.stage_offset[i + 1] - site.stage_offset[i]
    queues = site.queue_offset[i + 1] - site.queue_offset[i]
    _begin(i, running, site, arrivals, rules, choice, work)
    work.allowed[:stages] = FREE_TO
    here = here_bits(queues, 0, running, rules, work)
    for b in range(stages):
        more = useful(0, running, b, rules.horizon_s, work)
        work.first[0, b] = int(more and not (queues <= BITS and outdone(0, running, b, stages, here, work)))


@kernel
def compare(
    first: int, beyond: int, running: Ints, site: Site, arrivals: Arrivals, rules: Rules, lists: Lists,
    changes: Changes, work: Work, choice: Choice, cost_s: Floats,
) -> None:  # fmt: skip
    """Say what the best plan costs that begins with each stage, wherever the stage has changed.

    A plan begins with the stage that ran, or with a switch to another at once.

    Parameters
    ----------
    first, beyond
        The first intersection, and one more than the last.
    running
        int32 [nI] the stage of each before it decided.
    site, arrivals, rules, lists, changes, work, choice
        As `decide` left them.
    cost_s
        Out, float32 [nI, Smax]: delay in s until the horizon and its outlook; `INFINITE` where nobody would be served.
        Left as it is where another stage outdoes it.
    """
    for i in range(first, beyond):
        if choice.stage[i] == running[i]:
            continue
        leave(i, site, arrivals, changes, work)
        factors(i, site, arrivals, rules, lists, work)
        own = _own(i, site, lists)
        row, stages = site.stage_offset[i], site.stage_offset[i + 1] - site.stage_offset[i]
        tabulate(row, stages, len(own.total), site.opposing, own, work)
        _shortlist(i, int(np.int64(running[i])), site, arrivals, rules, choice, work)
        for b in range(stages):
            if work.first[0, b] == 0 and b != running[i] and b != choice.stage[i]:
                continue
            for other in range(stages):
                work.allowed[other] = FREE_TO if other == b else BARRED
            _begin(i, int(np.int64(running[i])), site, arrivals, rules, choice, work)
            last = _search(i, site, rules, own, work)
            cost_s[i, b] = work.worth[rules.horizon_s, last, VALUE]
