"""From a wish to what may be shown: the interstage kernel.

Pure, total, integers only (tenths of a second), no allocation, no I/O. The same source runs compiled and as plain
Python. Whatever is wished, and by whom, the sequence of aspects that leaves `step` keeps the rules below.

Theory of operation
-------------------
Once a tick, for every intersection, in this order:

1.  *Who is in charge.* An intersection that must not be written is left alone and forgotten. One that is written again
    is taken over: a complete display without conflict is adopted, every interval in it starting anew; anything else
    is answered by all-red for the longest intergreen (start-up). Only the first tick of a simulated run (`COLD`) may
    assume that whatever is red, or unknown, has been red for ever.
2.  *Clocks.* Each group has four: time in its aspect (`age_ds`), time since its last end of green (`ended_ds`), time
    without green while it was demanded (`wait_ds`), and time for which an emergency vehicle has called it
    (`called_ds`). They saturate. `wait_ds` starts anew only with green, so that demand which comes and goes is not
    forgotten.
3.  *Maximum green.* A wanted green ends at its maximum if a conflicting group waits. The one that waited longest
    becomes urgent; otherwise a wish that never changes would get its green straight back.
4.  *Emergencies and maximum red.* A group is pressing while an emergency vehicle calls it, and from when its wait has
    reached its patience until it is green. First come the groups that have been urgent for `emergency_ds`, the first
    to become so first; then calls, the lowest number first; then whoever else is urgent, the first to become so
    first. In that order groups are chosen, leaving out what conflicts with one chosen before. The chosen are wished
    whatever was wanted, and groups that conflict with them are not: their greens end, and they do not start. A call
    that lasts longer than `emergency_ds` is a stuck input and not heard until it ends.
5.  *Ends.* GREEN, no longer wished, minimum over → AMBER → CLEARANCE → RED, leaving out what has no length. AMBER and
    CLEARANCE last exactly their time; RED_AMBER lasts exactly its time and always goes on to GREEN. A conflicting
    call cuts the minimum of a green down to `least_green_ds`, and nothing else.
6.  *Starts.* RED for a tick at least, and wished → RED_AMBER (or GREEN where that has no length), if every conflicting
    group is RED and, at the start of green, its intergreen is over. Groups start in the order of the longest red, then
    of their number. One that waits for nothing but time keeps its place: those behind it that conflict with it do not
    overtake.

A time that is not a multiple of the tick is rounded up, never down.

Why it is safe: a group leaves RED only in rule 6, one at a time, each seeing the starts before it, so conflicting
groups are never both not RED. Why nobody starves: becoming urgent later never means being served earlier, so nothing
but a call overtakes the first in the queue, and after `emergency_ds` not even that. Nothing that conflicts with it
starts and what is green ends after its minimum, so it is green after its *lead* at most (`signals.safety.bounds`) and
leaves the queue. Hence a group that is alone in being urgent is green within its maximum red, and one that finds others
before it waits at most their leads longer, and `emergency_ds` longer where vehicles in an emergency go first. Why it is
transparent: no rule touches a wish that has no conflict, starts when its intergreens are over, ends after its minimum,
and lets nobody wait too long.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from signals.kernels.compile import kernel
from signals.model.values import BoolArray, ByteArray, IntArray

__all__ = ["COLD", "IN_CHARGE", "OUT", "REASONS", "Site", "State", "step"]

RED, RED_AMBER, GREEN, AMBER, CLEARANCE, UNKNOWN = 0, 1, 2, 3, 4, -1

SATURATED: Final = 100_000_000
"""Where clocks stop: 115 days, longer than any time of any site."""

OUT: Final = 0
"""The intersection is not ours: its own program runs."""
IN_CHARGE: Final = 1
"""We wrote it the tick before."""
COLD: Final = 2
"""A simulated world before its first tick."""

REASONS: Final = (
    "granted",
    "minimum green",
    "red-amber",
    "amber",
    "clearance",
    "intergreen",
    "conflicting group not red yet",
    "conflicting groups wanted together",
    "maximum green",
    "a group waited too long",
    "emergency",
    "start-up",
    "not written",
)
"""What the numbers in `Verdict.reason` mean."""
GRANTED, MIN_GREEN, COMMITTED, AMBER_RUNS, CLEARANCE_RUNS, INTERGREEN, CONFLICT = range(7)
ILLEGAL_WISH, MAX_GREEN, URGENT, EMERGENCY, START_UP, NOT_WRITTEN = range(7, 13)

# What `State.wish` holds during a step.
CUT, REFUSED, WISHED, MUST, NEXT = -1, 0, 1, 2, 3

OVERDUE: Final = 1_000_000_000
"""Ranks in the order of rule 4: overdue groups from here on, calls just below, other urgent groups far below."""
FIRST: Final = 1 << 40
"""Above every rank and every age."""

Columns = tuple[Any, ...]


class Site(NamedTuple):
    """What the kernel knows about the network; every array is int32."""

    group_offset: IntArray  # [nI + 1] groups of each intersection
    rival_offset: IntArray  # [nG + 1] conflicts of each group
    rival: IntArray  # [nC] the conflicting group,
    between_ds: IntArray  # [nC] and the time from the end of its green to the start of ours
    min_green_ds: IntArray  # [nG], and so on
    max_green_ds: IntArray
    amber_ds: IntArray
    red_amber_ds: IntArray
    clearance_ds: IntArray
    least_green_ds: IntArray  # the minimum green while a conflicting group is called
    patience_ds: IntArray  # the wait from which on a group is urgent
    emergency_ds: int  # the longest call
    tick_ds: int  # length of a tick, > 0


class State(NamedTuple):
    """What the kernel remembers from tick to tick, and what it says."""

    charge: ByteArray  # int8 [nI] OUT, IN_CHARGE or COLD
    startup_ds: IntArray  # int32 [nI] what is left of the start-up
    aspect: ByteArray  # int8 [nG] what is shown,
    age_ds: IntArray  # int32 [nG] and for how long
    ended_ds: IntArray  # int32 [nG] time since the last end of green
    wait_ds: IntArray  # int32 [nG] time waited
    called_ds: IntArray  # int32 [nG] time called
    wish: ByteArray  # int8 [nG] workspace
    out: ByteArray  # int8 [nG] result: what is shown during the coming tick; all red where we do not write
    reason: ByteArray  # int8 [nG] result: why a group does not show what was wanted (see REASONS)


@kernel
def step(
    site_columns: Columns,
    state_columns: Columns,
    want: BoolArray,
    demand: BoolArray,
    preempt: ByteArray,
    shown: ByteArray,
    write: BoolArray,
) -> None:
    """Decide what every group shows during the coming tick.

    Parameters
    ----------
    site_columns
        The network: a `Site` as a plain tuple (see `signals.kernels.compile.quick`).
    state_columns
        The memory, and the results: a `State`, likewise; changed.
    want, demand
        bool [nG] wanted green; somebody waits.
    preempt
        int8 [nG] the number with which an emergency vehicle calls the group, 1 first; nobody does if it is not > 0.
    shown
        int8 [nG] what was really shown during the last tick; looked at only when an intersection is taken over.
    write
        bool [nI] whether we may write.
    """
    site, state = Site(*site_columns), State(*state_columns)
    for i in range(len(write)):
        first, last = site.group_offset[i], site.group_offset[i + 1]
        if not write[i]:
            state.charge[i] = OUT
            _set_red(state, first, last, 0)
            for g in range(first, last):
                state.out[g], state.reason[g] = RED, NOT_WRITTEN
            continue
        if state.charge[i] == IN_CHARGE:
            _advance(site, state, demand, first, last)
        else:
            _take_over(site, state, shown, i)
        if _weigh(site, state, want, preempt, first, last):
            _end_at_maximum(site, state, demand, first, last)
            _serve_pressing(site, state, preempt, first, last)
        _end(site, state, first, last)
        if state.startup_ds[i] > 0:
            state.startup_ds[i] -= site.tick_ds
            for g in range(first, last):
                state.reason[g] = START_UP
        else:
            _start(site, state, first, last)
        _explain(state, want, first, last)


@kernel
def _set_red(state: State, first: int, last: int, since_ds: int) -> None:
    for g in range(first, last):
        state.aspect[g], state.age_ds[g], state.ended_ds[g] = RED, since_ds, since_ds
        state.wait_ds[g], state.called_ds[g] = 0, 0


@kernel
def _take_over(site: Site, state: State, shown: ByteArray, i: int) -> None:
    """Rule 1: adopt what is shown, or start anew."""
    first, last = site.group_offset[i], site.group_offset[i + 1]
    cold = state.charge[i] == COLD
    dark, sound, longest_ds = True, True, 0
    for g in range(first, last):
        dark = dark and shown[g] == UNKNOWN
        sound = sound and RED <= shown[g] <= CLEARANCE
        for c in range(site.rival_offset[g], site.rival_offset[g + 1]):
            longest_ds = max(longest_ds, site.between_ds[c])
            sound = sound and (shown[g] == RED or shown[site.rival[c]] == RED)
    state.charge[i], state.startup_ds[i] = IN_CHARGE, 0
    if sound or (cold and dark):
        _set_red(state, first, last, SATURATED if cold else 0)
    else:
        _set_red(state, first, last, 0)
        state.startup_ds[i] = longest_ds
    for g in range(first, last):
        if sound and shown[g] != RED:
            state.aspect[g], state.age_ds[g], state.ended_ds[g] = shown[g], 0, 0


@kernel
def _advance(site: Site, state: State, demand: BoolArray, first: int, last: int) -> None:
    """Rule 2: let the clocks run for a tick."""
    aspect, age_ds, ended_ds, wait_ds = state.aspect, state.age_ds, state.ended_ds, state.wait_ds
    patience_ds, tick_ds = site.patience_ds, site.tick_ds
    for g in range(first, last):
        if age_ds[g] < SATURATED:
            age_ds[g] += tick_ds
        if ended_ds[g] < SATURATED:
            ended_ds[g] += tick_ds
        if aspect[g] != GREEN and wait_ds[g] < SATURATED and (demand[g] or wait_ds[g] >= patience_ds[g]):
            wait_ds[g] += tick_ds


@kernel
def _weigh(site: Site, state: State, want: BoolArray, preempt: ByteArray, first: int, last: int) -> bool:
    """Take down what is wanted and called, and tell whether rule 3 or 4 may have a say."""
    wish, reason, wait_ds, called_ds = state.wish, state.reason, state.wait_ds, state.called_ds
    patience_ds, pressing = site.patience_ds, False
    for g in range(first, last):
        reason[g], wish[g] = GRANTED, REFUSED
        if want[g]:
            wish[g] = WISHED
            if state.aspect[g] == GREEN and state.age_ds[g] >= site.max_green_ds[g]:
                pressing = True
        if wait_ds[g] >= patience_ds[g]:
            pressing = True
        if preempt[g] <= 0:
            called_ds[g] = 0
        else:
            pressing = True
            if called_ds[g] <= site.emergency_ds:
                called_ds[g] += site.tick_ds
    return pressing


@kernel
def _end_at_maximum(site: Site, state: State, demand: BoolArray, first: int, last: int) -> None:
    """Rule 3: refuse greens at their maximum while a conflicting group waits, and see that one of those is next."""
    for g in range(first, last):
        if state.aspect[g] == GREEN and state.wish[g] == WISHED and state.age_ds[g] >= site.max_green_ds[g]:
            longest = -1
            for c in range(site.rival_offset[g], site.rival_offset[g + 1]):
                j = site.rival[c]
                waits = demand[j] or state.wait_ds[j] >= site.patience_ds[j]
                if waits and (longest < 0 or state.wait_ds[j] > state.wait_ds[longest]):
                    longest = j
            if longest >= 0:
                state.wish[g], state.reason[g] = REFUSED, MAX_GREEN
                state.wait_ds[longest] = max(state.wait_ds[longest], site.patience_ds[longest])


@kernel
def _serve_pressing(site: Site, state: State, preempt: ByteArray, first: int, last: int) -> None:
    """Rule 4: choose those who press in their order, and refuse what conflicts with them."""
    g, rank = _next_pressing(site, state, preempt, first, last, -1, FIRST)
    while g >= 0:
        free = True
        for c in range(site.rival_offset[g], site.rival_offset[g + 1]):
            free = free and state.wish[site.rival[c]] != MUST
        if free:
            called = site.emergency_ds <= rank < OVERDUE
            why = EMERGENCY if called else URGENT
            if state.wish[g] != WISHED:
                state.reason[g] = why
            state.wish[g] = MUST
            for c in range(site.rival_offset[g], site.rival_offset[g + 1]):
                j = site.rival[c]
                if state.wish[j] == WISHED:
                    state.wish[j], state.reason[j] = REFUSED, why
                if called:
                    state.wish[j] = CUT
        g, rank = _next_pressing(site, state, preempt, first, last, g, rank)


@kernel
def _next_pressing(
    site: Site, state: State, preempt: ByteArray, first: int, last: int, after: int, after_rank: int
) -> tuple[int, int]:
    """Return who follows `after` in the order of rule 4, and the rank; -1 at the end."""
    best, best_rank = -1, -1
    for g in range(first, last):
        rank = state.wait_ds[g] - site.patience_ds[g]
        if rank >= site.emergency_ds:
            rank += OVERDUE
        elif preempt[g] > 0 and state.called_ds[g] <= site.emergency_ds:
            rank = OVERDUE - preempt[g]
        if rank > best_rank and (rank < after_rank or (rank == after_rank and g > after)):
            best, best_rank = g, rank
    return best, best_rank


@kernel
def _end(site: Site, state: State, first: int, last: int) -> None:
    """Rule 5: let every interval that is over pass into the next."""
    aspect, wish = state.aspect, state.wish
    for g in range(first, last):
        before = now = aspect[g]
        if before == RED:
            continue
        age_ds = state.age_ds[g]
        if before == GREEN:
            least_ds = site.least_green_ds[g] if wish[g] == CUT else site.min_green_ds[g]
            if wish[g] <= REFUSED and age_ds >= least_ds:
                state.ended_ds[g] = 0
                now = AMBER if site.amber_ds[g] > 0 else CLEARANCE if site.clearance_ds[g] > 0 else RED
        elif before == AMBER:
            if age_ds >= site.amber_ds[g]:
                now = CLEARANCE if site.clearance_ds[g] > 0 else RED
        elif before == CLEARANCE:
            if age_ds >= site.clearance_ds[g]:
                now = RED
        elif before == RED_AMBER:
            if age_ds >= site.red_amber_ds[g]:
                now = GREEN
                state.wait_ds[g] = 0
        else:  # not one of ours: total all the same
            now = RED
            state.ended_ds[g] = 0
        if now != before:
            aspect[g], state.age_ds[g] = now, 0


@kernel
def _start(site: Site, state: State, first: int, last: int) -> None:
    """Rule 6: start what is wished and may start."""
    g, age_ds = _next_red(state, first, last, -1, FIRST)
    while g >= 0:
        obstacle = _obstacle(site, state, g)
        if obstacle == GRANTED:
            state.age_ds[g] = 0
            if site.red_amber_ds[g] > 0:
                state.aspect[g] = RED_AMBER
            else:
                state.aspect[g], state.wait_ds[g] = GREEN, 0
        else:
            state.reason[g] = obstacle
            if obstacle != ILLEGAL_WISH:
                state.wish[g] = NEXT
        g, age_ds = _next_red(state, first, last, g, age_ds)


@kernel
def _next_red(state: State, first: int, last: int, after: int, after_ds: int) -> tuple[int, int]:
    """Return who follows `after` among the wished in the order of the longest red, and for how long; -1 at the end."""
    best, best_ds = -1, -1
    aspect, wish, ages_ds = state.aspect, state.wish, state.age_ds
    for g in range(first, last):
        if aspect[g] == RED and wish[g] > REFUSED:
            age_ds = ages_ds[g]
            if age_ds > best_ds and (age_ds < after_ds or (age_ds == after_ds and g > after)):
                best, best_ds = g, age_ds
    return best, best_ds


@kernel
def _obstacle(site: Site, state: State, g: int) -> int:
    """Return why a red group cannot start now, `GRANTED` if it can; of several reasons the longest-lasting."""
    aspect, wish, rival = state.aspect, state.wish, site.rival
    obstacle = GRANTED if state.age_ds[g] > 0 else INTERGREEN
    for c in range(site.rival_offset[g], site.rival_offset[g + 1]):
        j = rival[c]
        shows, wished = aspect[j], wish[j]
        if wished == NEXT or (wished > REFUSED and RED_AMBER <= shows <= GREEN):
            return ILLEGAL_WISH
        if shows != RED:
            obstacle = CONFLICT
        elif state.ended_ds[j] < site.between_ds[c] - site.red_amber_ds[g]:
            obstacle = max(obstacle, INTERGREEN)
    return obstacle


@kernel
def _explain(state: State, want: BoolArray, first: int, last: int) -> None:
    """Hand over what is shown, and say why it is not what was wanted."""
    aspect, out, reason = state.aspect, state.out, state.reason
    for g in range(first, last):
        shows = out[g] = aspect[g]
        if shows != RED_AMBER and (shows == GREEN) == bool(want[g]):
            reason[g] = GRANTED
        elif want[g] or state.wish[g] != MUST:
            if shows == GREEN:
                reason[g] = MIN_GREEN
            elif shows == RED_AMBER:
                reason[g] = COMMITTED
            elif reason[g] == GRANTED:
                reason[g] = AMBER_RUNS if shows == AMBER else CLEARANCE_RUNS
