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
2.  *Clocks.* Each group has three: time in its aspect (`age_ds`), time since its last end of green (`ended_ds`), and
    time without green while it was demanded (`wait_ds`). They saturate. `wait_ds` starts anew only with green, so that
    demand which comes and goes is not forgotten.
3.  *Maximum green.* A wanted green ends at its maximum if a conflicting group waits. The one that waited longest
    becomes urgent; otherwise a wish that never changes would get its green straight back.
4.  *Maximum red.* A group whose wait has reached its patience is urgent until it is green. The urgent set is filled in
    the order of becoming urgent, leaving out what conflicts with a member. Members are wished whatever was
    wanted, and groups that conflict with a member are not: their greens end, and they do not start.
5.  *Ends.* GREEN, no longer wished, minimum over → AMBER → CLEARANCE → RED, leaving out what has no length. AMBER and
    CLEARANCE last exactly their time; RED_AMBER lasts exactly its time and always goes on to GREEN.
6.  *Starts.* RED for a tick at least, and wished → RED_AMBER (or GREEN where that has no length), if every conflicting
    group is RED and, at the start of green, its intergreen is over. Groups start in the order of the longest red, then
    of their number. One that waits for nothing but time keeps its place: those behind it that conflict with it do not
    overtake.

A time that is not a multiple of the tick is rounded up, never down.

Why it is safe: a group leaves RED only in rule 6, one at a time, each seeing the starts before it, so conflicting
groups are never both not RED. Why nobody starves: becoming urgent later never means being served earlier, so nothing
overtakes the first in the queue. Nothing that conflicts with it starts and what is green ends after its minimum, so it
is green after its *lead* at most (`signals.safety.bounds`) and leaves the queue. Hence a group that is alone in being
urgent is green within its maximum red, and one that finds others before it waits at most their leads longer. Why it is
transparent: no rule touches a wish that has no conflict, starts when its intergreens are over, ends after its minimum,
and lets nobody wait too long.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from signals.kernels.compile import kernel
from signals.model.values import BoolArray, ByteArray, IntArray

__all__ = ["COLD", "IN_CHARGE", "OUT", "REASONS", "Site", "State", "step"]

RED: Final = 0
RED_AMBER: Final = 1
GREEN: Final = 2
AMBER: Final = 3
CLEARANCE: Final = 4
UNKNOWN: Final = -1
NO_CONFLICT: Final = -1

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
    "start-up",
    "not written",
)
"""What the numbers in `Verdict.reason` mean."""
GRANTED: Final = 0
MIN_GREEN: Final = 1
COMMITTED: Final = 2
AMBER_RUNS: Final = 3
CLEARANCE_RUNS: Final = 4
INTERGREEN: Final = 5
CONFLICT: Final = 6
ILLEGAL_WISH: Final = 7
MAX_GREEN: Final = 8
URGENT: Final = 9
START_UP: Final = 10
NOT_WRITTEN: Final = 11

# What `State.wish` holds during a step.
REFUSED: Final = 0
WISHED: Final = 1
MUST: Final = 2
NEXT: Final = 3


class Site(NamedTuple):
    """What the kernel knows about the network (see `signals.model.arrays.NetworkArrays`).

    Attributes
    ----------
    group_offset, matrix_offset
        int32 [nI + 1].
    intergreen_ds
        int32 [sum n²].
    min_green_ds, max_green_ds, amber_ds, red_amber_ds, clearance_ds
        int32 [nG].
    patience_ds
        int32 [nG] the wait from which on a group is urgent.
    tick_ds
        Length of a tick, > 0.
    """

    group_offset: IntArray
    matrix_offset: IntArray
    intergreen_ds: IntArray
    min_green_ds: IntArray
    max_green_ds: IntArray
    amber_ds: IntArray
    red_amber_ds: IntArray
    clearance_ds: IntArray
    patience_ds: IntArray
    tick_ds: int


class State(NamedTuple):
    """What the kernel remembers from tick to tick.

    Attributes
    ----------
    charge
        int8 [nI] `OUT`, `IN_CHARGE` or `COLD`.
    startup_ds
        int32 [nI] what is left of the start-up.
    aspect
        int8 [nG] what is shown.
    age_ds, ended_ds, wait_ds
        int32 [nG] for how long, time since the last end of green, time waited.
    wish
        int8 [nG] workspace.
    out
        int8 [nG] result: what is shown during the coming tick; all red where we do not write.
    reason
        int8 [nG] result: why a group does not show what was wanted (see `REASONS`).
    """

    charge: ByteArray
    startup_ds: IntArray
    aspect: ByteArray
    age_ds: IntArray
    ended_ds: IntArray
    wait_ds: IntArray
    wish: ByteArray
    out: ByteArray
    reason: ByteArray


@kernel
def step(
    site: Site,
    state: State,
    want: BoolArray,
    demand: BoolArray,
    shown: ByteArray,
    write: BoolArray,
) -> None:
    """Decide what every group shows during the coming tick.

    Parameters
    ----------
    site
        The network.
    state
        The memory, and the results; changed.
    want, demand
        bool [nG] wanted green; somebody waits.
    shown
        int8 [nG] what was really shown during the last tick; looked at only when an intersection is taken over.
    write
        bool [nI] whether we may write.
    """
    for i in range(len(write)):
        first, last = site.group_offset[i], site.group_offset[i + 1]
        for g in range(first, last):
            state.wish[g] = WISHED if want[g] else REFUSED
            state.reason[g] = GRANTED if write[i] else NOT_WRITTEN
        if write[i]:
            if state.charge[i] == IN_CHARGE:
                _advance(site, state, demand, first, last)
            else:
                _take_over(site, state, shown, i)
            _end_at_maximum(site, state, demand, i)
            _serve_urgent(site, state, i)
            _end(site, state, first, last)
            _start(site, state, i)
            _explain(state, want, first, last)
        else:
            state.charge[i] = OUT
            _set_red(state, first, last, 0)
        for g in range(first, last):
            state.out[g] = state.aspect[g]


@kernel
def _later(clock_ds: int, tick_ds: int) -> int:
    return clock_ds + tick_ds if clock_ds < SATURATED else clock_ds


@kernel
def _set_red(state: State, first: int, last: int, since_ds: int) -> None:
    for g in range(first, last):
        state.aspect[g], state.age_ds[g], state.ended_ds[g], state.wait_ds[g] = RED, since_ds, since_ds, 0


@kernel
def _take_over(site: Site, state: State, shown: ByteArray, i: int) -> None:
    """Rule 1: adopt what is shown, or start anew."""
    first, last, matrix = site.group_offset[i], site.group_offset[i + 1], site.matrix_offset[i]
    cold = state.charge[i] == COLD
    dark, sound, longest_ds = True, True, 0
    for g in range(first, last):
        dark = dark and shown[g] == UNKNOWN
        sound = sound and RED <= shown[g] <= CLEARANCE
        for j in range(first, last):
            between_ds = site.intergreen_ds[matrix + (g - first) * (last - first) + j - first]
            longest_ds = max(longest_ds, between_ds)
            sound = sound and (between_ds == NO_CONFLICT or shown[g] == RED or shown[j] == RED)
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
    for g in range(first, last):
        state.age_ds[g] = _later(state.age_ds[g], site.tick_ds)
        state.ended_ds[g] = _later(state.ended_ds[g], site.tick_ds)
        if state.aspect[g] != GREEN and (demand[g] or state.wait_ds[g] >= site.patience_ds[g]):
            state.wait_ds[g] = _later(state.wait_ds[g], site.tick_ds)


@kernel
def _end_at_maximum(site: Site, state: State, demand: BoolArray, i: int) -> None:
    """Rule 3: refuse greens at their maximum while a conflicting group waits, and see that one of those is next."""
    first, last, matrix = site.group_offset[i], site.group_offset[i + 1], site.matrix_offset[i]
    for g in range(first, last):
        if state.aspect[g] == GREEN and state.wish[g] == WISHED and state.age_ds[g] >= site.max_green_ds[g]:
            rival = -1
            for j in range(first, last):
                conflict = site.intergreen_ds[matrix + (g - first) * (last - first) + j - first] != NO_CONFLICT
                waits = demand[j] or state.wait_ds[j] >= site.patience_ds[j]
                if conflict and waits and (rival < 0 or state.wait_ds[j] > state.wait_ds[rival]):
                    rival = j
            if rival >= 0:
                state.wish[g], state.reason[g] = REFUSED, MAX_GREEN
                state.wait_ds[rival] = max(state.wait_ds[rival], site.patience_ds[rival])


@kernel
def _serve_urgent(site: Site, state: State, i: int) -> None:
    """Rule 4: fill the urgent set, first come first served, and refuse what conflicts with it."""
    first, last, matrix = site.group_offset[i], site.group_offset[i + 1], site.matrix_offset[i]
    g, over_ds = _next_urgent(site, state, first, last, -1, SATURATED)
    while g >= 0:
        free = True
        for j in range(first, last):
            conflict = site.intergreen_ds[matrix + (j - first) * (last - first) + g - first] != NO_CONFLICT
            free = free and not (conflict and state.wish[j] == MUST)
        if free:
            state.wish[g] = MUST
            for j in range(first, last):
                conflict = site.intergreen_ds[matrix + (j - first) * (last - first) + g - first] != NO_CONFLICT
                if conflict and state.wish[j] == WISHED:
                    state.wish[j], state.reason[j] = REFUSED, URGENT
        g, over_ds = _next_urgent(site, state, first, last, g, over_ds)


@kernel
def _next_urgent(site: Site, state: State, first: int, last: int, after: int, after_ds: int) -> tuple[int, int]:
    """Return who follows `after` in the order of having been urgent longest, and for how long; -1 at the end."""
    best, best_ds = -1, -1
    for g in range(first, last):
        over_ds = state.wait_ds[g] - site.patience_ds[g]
        if over_ds > best_ds and (over_ds < after_ds or (over_ds == after_ds and g > after)):
            best, best_ds = g, over_ds
    return best, best_ds


@kernel
def _end(site: Site, state: State, first: int, last: int) -> None:
    """Rule 5: let every interval that is over pass into the next."""
    for g in range(first, last):
        before, age_ds = state.aspect[g], state.age_ds[g]
        now = before
        if before == GREEN:
            if state.wish[g] == REFUSED and age_ds >= site.min_green_ds[g]:
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
        elif before != RED:  # not one of ours: total all the same
            now = RED
            state.ended_ds[g] = 0
        if now != before:
            state.aspect[g], state.age_ds[g] = now, 0


@kernel
def _start(site: Site, state: State, i: int) -> None:
    """Rule 6: start what is wished and may start."""
    first, last = site.group_offset[i], site.group_offset[i + 1]
    if state.startup_ds[i] > 0:
        state.startup_ds[i] -= site.tick_ds
        for g in range(first, last):
            state.reason[g] = START_UP
        return
    g = _next_red(state, first, last, -1, SATURATED + site.tick_ds)
    while g >= 0:
        age_ds = state.age_ds[g]
        obstacle = _obstacle(site, state, i, g)
        if obstacle == GRANTED:
            state.aspect[g] = RED_AMBER if site.red_amber_ds[g] > 0 else GREEN
            state.age_ds[g] = 0
            if state.aspect[g] == GREEN:
                state.wait_ds[g] = 0
        else:
            state.reason[g] = obstacle
            if obstacle != ILLEGAL_WISH:
                state.wish[g] = NEXT
        g = _next_red(state, first, last, g, age_ds)


@kernel
def _next_red(state: State, first: int, last: int, after: int, after_ds: int) -> int:
    """Return who follows `after` among the wished groups in the order of the longest red; -1 at the end."""
    best = -1
    for g in range(first, last):
        if state.aspect[g] == RED and state.wish[g] != REFUSED:
            age_ds = state.age_ds[g]
            follows = age_ds < after_ds or (age_ds == after_ds and g > after)
            if follows and (best < 0 or age_ds > state.age_ds[best]):
                best = g
    return best


@kernel
def _obstacle(site: Site, state: State, i: int, g: int) -> int:
    """Return why a red group cannot start now, `GRANTED` if it can; of several reasons the longest-lasting."""
    first, last, matrix = site.group_offset[i], site.group_offset[i + 1], site.matrix_offset[i]
    obstacle = GRANTED if state.age_ds[g] > 0 else INTERGREEN
    for j in range(first, last):
        between_ds = site.intergreen_ds[matrix + (j - first) * (last - first) + g - first]
        if between_ds != NO_CONFLICT:
            shows = state.aspect[j]
            if (state.wish[j] != REFUSED and RED_AMBER <= shows <= GREEN) or state.wish[j] == NEXT:
                obstacle = max(obstacle, ILLEGAL_WISH)
            elif shows != RED:
                obstacle = max(obstacle, CONFLICT)
            elif state.ended_ds[j] < between_ds - site.red_amber_ds[g]:
                obstacle = max(obstacle, INTERGREEN)
    return obstacle


@kernel
def _explain(state: State, want: BoolArray, first: int, last: int) -> None:
    """Say why a group does not show what was wanted, and nothing where it does."""
    for g in range(first, last):
        shows = state.aspect[g]
        if (shows == GREEN) == bool(want[g]) and shows != RED_AMBER:
            state.reason[g] = GRANTED
        elif not want[g] and state.wish[g] == MUST:
            state.reason[g] = URGENT
        elif shows == GREEN:
            state.reason[g] = MIN_GREEN
        elif shows == RED_AMBER:
            state.reason[g] = COMMITTED
        elif shows == AMBER and state.reason[g] == GRANTED:
            state.reason[g] = AMBER_RUNS
        elif shows == CLEARANCE and state.reason[g] == GRANTED:
            state.reason[g] = CLEARANCE_RUNS
