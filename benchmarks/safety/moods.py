"""What the adversary does in a tick, in numbers; what it is for stands in `benchmarks.safety.adversary`.

Every intersection has four moods, for what it wishes, what it demands, whom it calls and whether it lets us write; each
lasts for a random time. A mood sees what is commanded and for how long, so that it can come at the worst moment. All is
drawn from a generator per intersection that nothing else touches: alone, an intersection does what it does among
thousands.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from signals.kernels.compile import kernel
from signals.model.values import BoolArray, ByteArray, IntArray

__all__ = ["EVENTS", "KINDS", "Mind", "Place", "attack"]

# A call that hands over all that is known and remembered costs more than what is called.
inlined = numba.njit(nogil=True, _nrt=False, forceinline=True)

Columns = tuple[Any, ...]

RED, RED_AMBER, GREEN, AMBER, CLEARANCE, UNKNOWN = 0, 1, 2, 3, 4, -1

EVENTS: Final = (
    "red-ambers",
    "greens",
    "ambers",
    "clearances",
    "greens of groups that waited too long",
    "greens for an emergency call",
    "greens of exactly their minimum",
    "greens ended at their maximum",
    "walks cut by a call",
    "calls overtaken by a long wait",
    "stuck calls",
    "intersections let go",
    "displays adopted",
    "start-ups",
    "displays later than before",
    "displays that cannot be read",
)
"""What is counted."""
RED_AMBERS, GREENS, AMBERS, CLEARANCES, URGENT_GREENS, CALLED_GREENS, LEAST_GREENS, LONGEST_GREENS = range(8)
CUT_WALKS, OVERTAKEN_CALLS, STUCK_CALLS, LET_GO, ADOPTED, START_UPS, LATER, UNREADABLE = range(8, 16)

# Moods. One that stands twice in its row comes twice as often.
WISH, DEMAND, CALL, WRITE, KINDS = range(5)
HOLD, FLICKER, NOTHING, EVERYTHING, ONE, STAGE, PAIR, EDGES, CLING, CONTRARY, BEHIND_RED = range(11)
SILENCE, SINGLE, FLOOD, STUCK, RIVALS, PULSES, CHASE = range(7)
OURS, FLAP, THEIRS = range(3)
ROW: Final = 16
MOODS: Final = (
    *(HOLD, HOLD, HOLD, FLICKER, NOTHING, EVERYTHING, ONE, STAGE, STAGE, STAGE),
    *(PAIR, EDGES, EDGES, CLING, CLING, CONTRARY),
    *(HOLD, HOLD, HOLD, HOLD, HOLD, FLICKER, NOTHING, NOTHING, EVERYTHING, EVERYTHING, EVERYTHING, ONE, ONE),
    *(BEHIND_RED, BEHIND_RED, BEHIND_RED),
    *(SILENCE,) * 10,
    *(SINGLE, FLOOD, STUCK, RIVALS, PULSES, CHASE),
    *(OURS,) * 13,
    *(FLAP, THEIRS, THEIRS),
)  # fmt: skip


class Place(NamedTuple):
    """What it knows."""

    first: IntArray  # [nI + 1] groups of each intersection
    rival_first: IntArray  # [nG + 1] conflicts of each group
    rival: IntArray  # [nC] the conflicting group
    least: IntArray  # [nG] minimum green, in ticks
    longest_call: int  # in ticks
    pace: int  # how much longer, in ticks, a mood lasts
    lag: int  # how late a display may be, in ticks
    let_go: int  # what stands for "do not write"
    too_long: int  # numbers of reasons: maximum green,
    waited: int  # maximum red,
    emergency: int
    start_up: int


class Mind(NamedTuple):
    """What it remembers, does and counts."""

    dice: npt.NDArray[np.uint64]  # [nI] the generators, never 0
    mood: ByteArray  # [nI * KINDS]
    left: IntArray  # [nI * KINDS] for how many more ticks
    pick: IntArray  # [nI * KINDS] a group of the intersection,
    mate: IntArray  # [nI * KINDS] and one that conflicts with it, if any does
    late: IntArray  # [nI] how late its displays are, in ticks
    red_lamp: BoolArray  # [nI] a clearance is shown as red
    began: BoolArray  # [nI] it was taken over in the tick before
    seen: ByteArray  # [nG] what was commanded in the tick before,
    since: IntArray  # [nG] and in which tick that was first seen
    called: IntArray  # [nG] for how many ticks it has been called
    past: ByteArray  # [(lag + 1) * nG] the last commands
    want: BoolArray  # [nG], and so on: what it does
    demand: BoolArray
    preempt: ByteArray
    shown: ByteArray
    stage: IntArray  # [nI]
    events: npt.NDArray[np.int64]  # [EVENTS] how often each was seen
    reasons: npt.NDArray[np.int64]  # [REASONS] for how many groups and ticks each was given


@kernel
def attack(place_columns: Columns, mind_columns: Columns, tick: int, command: ByteArray, reason: ByteArray) -> None:
    """Let every intersection see what happened, and act."""
    place, mind = Place(*place_columns), Mind(*mind_columns)
    newest = tick % (place.lag + 1)
    for i in range(len(mind.stage)):
        if mind.stage[i] != place.let_go:
            _look(place, mind, tick, command, reason, i)
        for kind in range(KINDS):
            mind.left[i * KINDS + kind] -= 1
            if mind.left[i * KINDS + kind] < 0:
                _change_mood(place, mind, i, kind)
        chance = _roll(mind, i)
        _wish(place, mind, tick, i, chance)
        _demand(place, mind, i, chance >> 8)
        if mind.mood[i * KINDS + CALL] != SILENCE:
            _call(place, mind, i, chance >> 16)
        _write(place, mind, tick, newest, i, chance >> 48)


@inlined
def _roll(mind: Mind, i: int) -> int:
    """Draw 63 bits: xorshift64 (Marsaglia 2003, "Xorshift RNGs", 13-7-17)."""
    state = mind.dice[i]
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    state ^= state << np.uint64(17)
    mind.dice[i] = state
    return np.int64(state >> np.uint64(1))


@inlined
def _look(place: Place, mind: Mind, tick: int, command: ByteArray, reason: ByteArray, i: int) -> None:
    """Count what happened in the tick before."""
    first, last = place.first[i], place.first[i + 1]
    seen, since, reasons = mind.seen, mind.since, mind.reasons
    if mind.began[i]:
        mind.events[START_UPS if reason[first] == place.start_up else ADOPTED] += 1
        for g in range(first, last):
            seen[g], since[g] = command[g], tick
    for g in range(first, last):
        reasons[reason[g]] += 1
        if command[g] != seen[g]:
            if seen[g] == GREEN:
                _count_end(place, mind, tick - since[g], reason[g], g)
            _count_start(place, mind, command[g], reason[g], i, g)
            seen[g], since[g] = command[g], tick


@inlined
def _count_end(place: Place, mind: Mind, length: int, why: int, g: int) -> None:
    """Count the end of a green."""
    if length < place.least[g]:
        mind.events[CUT_WALKS] += 1
    elif length == place.least[g]:
        mind.events[LEAST_GREENS] += 1
    if why == place.too_long:
        mind.events[LONGEST_GREENS] += 1


@inlined
def _count_start(place: Place, mind: Mind, aspect: int, why: int, i: int, g: int) -> None:
    """Count the start of an aspect."""
    events = mind.events
    if aspect == RED_AMBER:
        events[RED_AMBERS] += 1
    elif aspect == GREEN:
        events[GREENS] += 1
        if why == place.emergency:
            events[CALLED_GREENS] += 1
        elif why == place.waited:
            events[URGENT_GREENS] += 1
            if _overtook_a_call(place, mind, i, g):
                events[OVERTAKEN_CALLS] += 1
    elif aspect == AMBER:
        events[AMBERS] += 1
    elif aspect == CLEARANCE:
        events[CLEARANCES] += 1


@inlined
def _overtook_a_call(place: Place, mind: Mind, i: int, g: int) -> bool:
    """Tell whether the only group that is called conflicts with this one, and is not stuck."""
    rivals, others = 0, 0
    for j in range(place.first[i], place.first[i + 1]):
        if mind.preempt[j] > 0:
            others += 1
    for c in range(place.rival_first[g], place.rival_first[g + 1]):
        j = place.rival[c]
        if mind.preempt[j] > 0 and mind.called[j] <= place.longest_call:
            rivals += 1
    return rivals == others == 1


@inlined
def _change_mood(place: Place, mind: Mind, i: int, kind: int) -> None:
    chance, at = _roll(mind, i), i * KINDS + kind
    first, last = place.first[i], place.first[i + 1]
    mood = MOODS[kind * ROW + (chance & 15)]
    pick = first + (chance >> 4) % (last - first)
    rivals = place.rival_first[pick + 1] - place.rival_first[pick]
    mind.mood[at], mind.pick[at], mind.mate[at] = mood, pick, pick
    if rivals > 0:
        mind.mate[at] = place.rival[place.rival_first[pick] + (chance >> 12) % rivals]
    mind.left[at] = place.pace * ((8 << (chance >> 20 & 7)) + (chance >> 23 & 7))
    if kind in (WISH, DEMAND):
        what = mind.want if kind == WISH else mind.demand
        for g in range(first, last):
            what[g] = mood == EVERYTHING or (mood == ONE and g == pick)
    elif kind == CALL:
        if mood == SILENCE:
            mind.left[at] *= 4
        elif mood in (STUCK, PULSES, CHASE):
            mind.left[at] += 2 * place.longest_call
        for g in range(first, last):
            mind.preempt[g] = 0
            if mood == SILENCE:
                mind.called[g] = 0


@inlined
def _draw(mind: Mind, i: int, first: int, last: int, what: BoolArray) -> None:
    """Draw some groups: a quarter, a half or three quarters of them."""
    chance = _roll(mind, i)
    few = chance >> 20 & chance >> 40
    many = chance >> 20 | chance >> 40
    kind = chance & 3
    bits = few if kind == 0 else many if kind == 1 else chance >> 20
    for g in range(first, last):
        what[g] = bits >> (g - first) & 1


@inlined
def _wish(place: Place, mind: Mind, tick: int, i: int, chance: int) -> None:
    first, last, at = place.first[i], place.first[i + 1], i * KINDS + WISH
    mood, want, seen = int(mind.mood[at]), mind.want, mind.seen
    if mood in (HOLD, FLICKER):
        if mood == FLICKER or chance & 15 == 0:
            _draw(mind, i, first, last, want)
    elif mood == STAGE:
        if chance & 31 == 0:
            _draw_stage(place, mind, i)
    elif mood == ONE:
        if chance & 15 == 0:
            want[mind.pick[at]] = False
            mind.pick[at] = first + (mind.pick[at] + 1 - first) % (last - first)
            want[mind.pick[at]] = True
    elif mood == PAIR:
        one, other = mind.pick[at], mind.mate[at]
        turn = tick >> (one - first & 3) & 1
        for g in range(first, last):
            want[g] = g == (one if turn else other)
    elif mood == EDGES:
        for g in range(first, last):
            want[g] = _wanted_at_the_edge(place, mind, tick, g)
    elif mood in (CLING, CONTRARY):
        for g in range(first, last):
            want[g] = (RED_AMBER <= seen[g] <= GREEN) == (mood == CLING)


@inlined
def _draw_stage(place: Place, mind: Mind, i: int) -> None:
    """Draw groups that do not conflict, as many as fit, beginning anywhere."""
    chance, want = _roll(mind, i), mind.want
    first, last = place.first[i], place.first[i + 1]
    for g in range(first, last):
        want[g] = False
    for n in range(last - first):
        g = first + (chance + n) % (last - first)
        want[g] = True
        for c in range(place.rival_first[g], place.rival_first[g + 1]):
            if want[place.rival[c]]:
                want[g] = False


@inlined
def _wanted_at_the_edge(place: Place, mind: Mind, tick: int, g: int) -> bool:
    """Change the mind at the last moment: want what may start at any time, give up what must not end yet."""
    now = mind.seen[g]
    if now == GREEN:
        return tick - mind.since[g] + 2 < place.least[g]
    if now == RED:
        for c in range(place.rival_first[g], place.rival_first[g + 1]):
            if mind.seen[place.rival[c]] != RED:
                return False
    return now != RED_AMBER


@inlined
def _demand(place: Place, mind: Mind, i: int, chance: int) -> None:
    first, last, at = place.first[i], place.first[i + 1], i * KINDS + DEMAND
    mood, demand = int(mind.mood[at]), mind.demand
    if mood in (HOLD, FLICKER):
        if mood == FLICKER or chance & 31 == 0:
            _draw(mind, i, first, last, demand)
    elif mood == BEHIND_RED:
        for g in range(first, last):
            demand[g] = mind.seen[g] == RED


@inlined
def _call(place: Place, mind: Mind, i: int, chance: int) -> None:
    first, last, at = place.first[i], place.first[i + 1], i * KINDS + CALL
    mood, one, other, preempt, called = mind.mood[at], mind.pick[at], mind.mate[at], mind.preempt, mind.called
    if mood == SINGLE:
        if chance & 31 == 0:
            preempt[one] = 0 if preempt[one] > 0 else 1 + (chance >> 5 & 7)
    elif mood == FLOOD:
        for g in range(first, last):
            preempt[g] = (chance >> (g - first) & 15) - 7
    elif mood == STUCK:
        preempt[one] = 1
    elif mood == RIVALS:
        if chance & 15 == 0 or preempt[one] == 0:
            preempt[one], preempt[other] = 1 + (chance >> 4 & 1), 1 + (chance >> 5 & 1)
    elif mood == PULSES:
        preempt[one] = called[one] < place.longest_call
    else:
        preempt[other] = mind.seen[one] != RED
        preempt[one] = mind.seen[one] == RED
    for g in range(first, last):
        called[g] = called[g] + 1 if preempt[g] > 0 else 0
        if called[g] == place.longest_call + 1:
            mind.events[STUCK_CALLS] += 1


@inlined
def _write(place: Place, mind: Mind, tick: int, newest: int, i: int, chance: int) -> None:
    """Let us write or not, and show what a cabinet would."""
    first, last, mood = place.first[i], place.first[i + 1], mind.mood[i * KINDS + WRITE]
    ours, groups, slots = mind.stage[i] != place.let_go, len(mind.seen), place.lag + 1
    shown, past, stage = mind.shown, mind.past, mind.stage
    if mood == THEIRS or (mood == FLAP and chance & 7 == 0):
        if ours or tick == 0:
            mind.events[LET_GO] += 1
            _draw_display(place, mind, i)
        stage[i] = place.let_go
        return
    if not ours:
        if tick == 0:
            _draw_display(place, mind, i)
        stage[i], mind.began[i] = -1, True
        for g in range(first, last):
            mind.called[g] = 0
            for slot in range(slots):
                past[slot * groups + g] = shown[g]
        return
    if mind.late[i] < place.lag and chance & 127 == 1 and not mind.began[i]:
        mind.late[i] += 1
        mind.events[LATER] += 1
    mind.began[i] = False
    age = newest - mind.late[i]
    row = (age + slots if age < 0 else age) * groups
    newest *= groups
    for g in range(first, last):
        past[newest + g] = mind.seen[g]
        shown[g] = past[row + g]
        if shown[g] == CLEARANCE and mind.red_lamp[i]:
            shown[g] = RED
    if chance & 127 == 2:
        mind.events[UNREADABLE] += 1
        shown[first + (chance >> 7) % (last - first)] = UNKNOWN


@inlined
def _draw_display(place: Place, mind: Mind, i: int) -> None:
    """Draw what somebody else shows: often all red or a sound display, else a conflict, the dark, or nonsense."""
    chance, shown = _roll(mind, i), mind.shown
    kind = chance & 7
    mind.red_lamp[i] = chance >> 3 & 1
    mind.late[i] = (chance >> 4 & 255) % (place.lag + 1) if kind < 4 else 0
    for g in range(place.first[i], place.first[i + 1]):
        bits = _roll(mind, i)
        shown[g] = RED
        if kind == 7:
            shown[g] = (bits & 255) - 128
        elif kind == 6 or (kind == 5 and bits & 3 == 0):
            shown[g] = UNKNOWN
        elif kind > 1:
            shown[g] = bits % 5
            if kind < 4:
                for c in range(place.rival_first[g], place.rival_first[g + 1]):
                    if place.rival[c] < g and shown[place.rival[c]] != RED:
                        shown[g] = RED
