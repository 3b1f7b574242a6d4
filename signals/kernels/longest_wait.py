"""A bound on waiting at signals: with which stages a plan may begin so that everybody is still served in time.

Every group that somebody waits for has a time by which its stage must be chosen, before the guard serves it by itself
at its maximum red. Where there is a bound besides, it has a time by which it must be green, too: so long after it was
first asked for at red, and early enough for every vehicle that already stands (`signals.kernels.queue_times`). A green
that has not served all of its queue must come back in time for the rest if it is left.

A stage may come next if all others are still in time when they follow it in the order of these times (earliest due date
first, Jackson 1955), each change as soon as the one before it allows: intergreens, minimum greens and the clearance of
people on foot included. One that may leads to another that may, so that the bound is kept while a round of such changes
fits into it. Where queues are too long for that, only reds are bounded, since short greens for everybody would make
queues longer still; where even that does not fit, the stage comes that makes somebody least late.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from signals.kernels.compile import kernel, part
from signals.kernels.horizon_values import Arrivals, Bytes, Floats, Ints, Rules, Site, Work

__all__ = ["BARRED", "FORCED", "FREE_TO", "NOBODY_S", "Deadlines", "permit"]

BARRED, FREE_TO, FORCED = 0, 1, 2
"""What `Work.allowed` says of a stage: not now; where it serves somebody; even where nobody has come yet."""
PEDESTRIAN = 1
NOBODY_S = np.float32(1e6)
"""By when somebody must be served for whom there is no bound."""
NOTICE_S = np.float32(2.0)
"""From a decision to the lamp and the first wheel that turns: a tick, and the reaction of who waits. As much is kept
before the guard steps in."""


class Deadlines(NamedTuple):
    """By when groups must be green, and what that is worked out from.

    Attributes
    ----------
    pressing_s, needed_s
        In, float32 [nA] of `queue_times.QueueTimes`; zero where nobody is followed.
    due_s
        float32 [Gmax] scratch: when each group has to be green at the latest, s from now.
    turn_s
        float32 [Gmax] scratch: when its stage has to be chosen at the latest, s from now.
    need_s
        float32 [Gmax] scratch: how long its green has to be.
    owed_s
        float32 [Gmax] scratch: as `due_s`, of those who are not served yet by a trial.
    allowed
        Out, int8 [nI, Smax]: with which stages a plan could begin when each intersection last decided.
    first
        Out, int32 [nI]: which of its groups had to be served first then; -1 = none.
    first_s
        Out, float32 [nI]: by when, s from then.
    """

    pressing_s: Floats
    needed_s: Floats
    due_s: Floats
    turn_s: Floats
    need_s: Floats
    owed_s: Floats
    allowed: Bytes
    first: Ints
    first_s: Floats


@kernel
def _start_s(i: int, a: int, b: int, g: int, site: Site, arrivals: Arrivals) -> np.float32:
    """How long a group waits for its green when stage a is left for b."""
    first, groups = site.group_offset[i], site.group_offset[i + 1] - site.group_offset[i]
    green_a, green_b = site.stage_green[site.stage_offset[i] + a], site.stage_green[site.stage_offset[i] + b]
    start = np.float32(0.0)
    for h in range(groups):
        if green_a[h] and not green_b[h] and (
            site.group_user[first + h] != PEDESTRIAN or arrivals.walking[first + h]
        ):  # fmt: skip
            start = max(start, site.intergreen_s[site.matrix_offset[i] + h * groups + g])
    return start


@kernel
def _serve(
    i: int, a: int, b: int, t: np.float32, site: Site, arrivals: Arrivals, by: Deadlines
) -> tuple[np.float32, np.float32]:  # fmt: skip
    """Tick off who is served by stage b after a change that is decided at a time.

    Returns how late somebody is, and until when stage b is needed.
    """
    first = site.group_offset[i]
    green_a, green_b = site.stage_green[site.stage_offset[i] + a], site.stage_green[site.stage_offset[i] + b]
    late, until = np.float32(0.0), t
    for g in range(site.group_offset[i + 1] - first):
        if not green_b[g] or by.owed_s[g] >= NOBODY_S:
            continue
        start = t if a == b else t + _start_s(i, a, b, g, site, arrivals)
        start = max(start, arrivals.earliest_s[first + g])  # for those who have ended already
        if t > 0.0 or not green_a[g] or arrivals.wait_s[first + g] > 0:  # else it is green, and stays so
            late = max(late, start - by.due_s[g], t - by.turn_s[g])
        until = max(until, start + by.need_s[g])
        by.owed_s[g] = NOBODY_S
    return late, until


@kernel
def _next(i: int, a: int, site: Site, work: Work, by: Deadlines) -> int:
    """Return the stage that serves whoever is due first, and most of the others; -1 where nobody is owed anything."""
    groups = site.group_offset[i + 1] - site.group_offset[i]
    urgent, due = -1, NOBODY_S
    for g in range(groups):
        if by.owed_s[g] < due:
            urgent, due = g, by.owed_s[g]
    found, most = -1, -1
    for b in range(site.stage_offset[i + 1] - site.stage_offset[i]):
        green = site.stage_green[site.stage_offset[i] + b]
        if urgent < 0 or b == a or not green[urgent]:
            continue
        served = 0
        for g in range(groups):
            served += int(green[g] and by.owed_s[g] < NOBODY_S)
        if served > most or (served == most and work.land_s[a, b] < work.land_s[a, found]):
            found, most = b, served
    if urgent >= 0 and found < 0:  # no other stage has it: nothing that is decided makes it green
        by.owed_s[urgent] = NOBODY_S
        return _next_of_rest(i, a, site, by)
    return found


@kernel
def _next_of_rest(i: int, a: int, site: Site, by: Deadlines) -> int:
    """Return any other stage that serves somebody to whom something is owed; -1 where there is none."""
    for b in range(site.stage_offset[i + 1] - site.stage_offset[i]):
        green = site.stage_green[site.stage_offset[i] + b]
        for g in range(site.group_offset[i + 1] - site.group_offset[i]):
            if b != a and green[g] and by.owed_s[g] < NOBODY_S:
                return b
    return -1


@kernel
def _late_s(
    i: int, running: int, begin: int, site: Site, arrivals: Arrivals, rules: Rules, work: Work, by: Deadlines
) -> np.float32:  # fmt: skip
    """How late somebody will be if a plan begins with a stage and then serves whoever is due first."""
    for g in range(site.group_offset[i + 1] - site.group_offset[i]):
        by.owed_s[g] = min(by.due_s[g], by.turn_s[g])
    now, stage = np.float32(rules.decision_s), begin
    if begin == running:  # whoever of it starts just now keeps the others waiting for the minimum
        first = site.group_offset[i]
        green = site.stage_green[site.stage_offset[i] + running]
        for g in range(site.group_offset[i + 1] - first):
            if green[g] and arrivals.wait_s[first + g] > 0:
                now = max(now, arrivals.earliest_s[first + g] + site.min_green_s[first + g])
    else:
        now = np.float32(max(work.land_s[running, begin], int(np.ceil(work.ready_s[begin, 0]))))
        now = np.float32(-(-int(now) // rules.decision_s) * rules.decision_s)
    late, until = _serve(i, running, begin, np.float32(0.0), site, arrivals, by)
    while True:
        b = _next(i, stage, site, work, by)
        if b < 0:
            return late
        now = max(now, until)
        later, until = _serve(i, stage, b, now, site, arrivals, by)
        late = max(late, later)
        now += np.float32(work.land_s[stage, b])
        stage = b


@kernel
def _due(i: int, site: Site, arrivals: Arrivals, bound_s: np.float32, beyond: int, by: Deadlines) -> None:
    """Say when each group must be green at the latest, and for how long: for its red, and where asked for its queue."""
    first = site.group_offset[i]
    for g in range(site.group_offset[i + 1] - first):
        waits = arrivals.wait_s[first + g]
        by.due_s[g] = bound_s - NOTICE_S - waits if waits > 0 else NOBODY_S
        by.turn_s[g] = site.red_bound_s[first + g] - NOTICE_S - waits if waits > 0 else NOBODY_S
        by.need_s[g] = 0.0
    for queue in range(site.queue_offset[i], beyond):
        for a in range(max(site.queue_approach[queue], 0), site.queue_beyond[queue]):
            if by.pressing_s[a] <= 0:
                continue
            for k in range(site.link_offset[a], site.link_offset[a + 1]):
                g = site.link_group[k] - first
                by.due_s[g] = min(by.due_s[g], bound_s - NOTICE_S - by.pressing_s[a])
                by.need_s[g] = max(by.need_s[g], by.needed_s[a])


@kernel
def _is_early(i: int, site: Site, rules: Rules, work: Work, by: Deadlines) -> bool:
    """Whether there is time for all stages, one after the other, whatever is done next."""
    stages, soonest = site.stage_offset[i + 1] - site.stage_offset[i], NOBODY_S
    longest, needed = np.float32(0.0), np.float32(0.0)
    for a in range(stages):
        for b in range(stages):
            longest = max(longest, np.float32(work.land_s[a, b]))
    for g in range(site.group_offset[i + 1] - site.group_offset[i]):
        soonest, needed = min(soonest, by.due_s[g], by.turn_s[g]), max(needed, by.need_s[g])
    return bool(soonest > (longest + needed) * np.float32(stages + 1) + np.float32(rules.decision_s))


@kernel
def _allow(
    i: int, running: int, site: Site, arrivals: Arrivals, rules: Rules, work: Work, by: Deadlines, allowed: Bytes
) -> np.float32:  # fmt: skip
    """Allow the stages with which everybody is in time, or else the one that makes somebody least late; return that."""
    stages = site.stage_offset[i + 1] - site.stage_offset[i]
    least, best = NOBODY_S, running
    for b in range(stages):
        late = _late_s(i, running, b, site, arrivals, rules, work, by)
        allowed[b] = BARRED if late > 0 else FREE_TO
        if late < least:
            least, best = late, b
    allowed[best] = FREE_TO
    if allowed[running] == BARRED:
        for b in range(stages):
            allowed[b] = FORCED if allowed[b] == FREE_TO else BARRED
    return max(least, np.float32(0.0))


@kernel
def _beyond_bound_s(
    i: int, running: int, site: Site, arrivals: Arrivals, rules: Rules, work: Work, by: Deadlines
) -> np.float32:  # fmt: skip
    """How late somebody will be by the bound alone, whatever is done; the times of the guard are forgotten."""
    for g in range(site.group_offset[i + 1] - site.group_offset[i]):
        by.turn_s[g] = NOBODY_S
    least = NOBODY_S
    for b in range(site.stage_offset[i + 1] - site.stage_offset[i]):
        least = min(least, _late_s(i, running, b, site, arrivals, rules, work, by))
    return max(least, np.float32(0.0))


@kernel
def _permit(
    i: int, running: int, site: Site, arrivals: Arrivals, rules: Rules, work: Work, by: Deadlines, allowed: Bytes
) -> np.float32:  # fmt: skip
    """Do what `permit` does, and keep nothing for the record."""
    for b in range(site.stage_offset[i + 1] - site.stage_offset[i]):
        allowed[b] = FREE_TO
    bound_s = np.float32(rules.longest_wait_s) if rules.longest_wait_s > 0 else NOBODY_S
    _due(i, site, arrivals, bound_s, site.queue_offset[i + 1], by)
    if _is_early(i, site, rules, work, by):
        return np.float32(0.0)
    late = _allow(i, running, site, arrivals, rules, work, by, allowed)
    if late <= 0 or rules.longest_wait_s <= 0:
        return np.float32(0.0)
    late = _beyond_bound_s(i, running, site, arrivals, rules, work, by)
    _due(i, site, arrivals, bound_s, site.queue_offset[i], by)
    _allow(i, running, site, arrivals, rules, work, by, allowed)
    return late


@part
def permit(
    i: int, running: int, site: Site, arrivals: Arrivals, rules: Rules, work: Work, by: Deadlines, allowed: Bytes
) -> np.float32:  # fmt: skip
    """Say with which stages a plan of an intersection may begin; return by how much the bound will be missed, s.

    Parameters
    ----------
    i, running
        The intersection and its stage.
    site, arrivals, rules
        What is there, when the guard steps in, what is believed, and the bound; 0 = none.
    work
        The interstage tables of the intersection.
    by
        How long queues have waited, scratch memory, and what is kept for the record.
    allowed
        Out, int8 [Smax].
    """
    late = _permit(i, running, site, arrivals, rules, work, by, allowed)
    for b in range(site.stage_offset[i + 1] - site.stage_offset[i]):
        by.allowed[i, b] = allowed[b]
    by.first[i], by.first_s[i] = -1, NOBODY_S
    for g in range(site.group_offset[i + 1] - site.group_offset[i]):
        due_s = min(by.due_s[g], by.turn_s[g])
        if due_s < by.first_s[i]:
            by.first[i], by.first_s[i] = g, due_s
    return late
