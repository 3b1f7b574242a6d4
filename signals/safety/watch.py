"""The monitor's kernel: one tick of commands and displays against the rules, in numbers.

Integers only, no I/O, no allocation. It keeps two records, of what was commanded and of what was displayed; every
violation becomes a row of numbers. The rules are described in `signals.safety.monitor`, which puts them into words.
There is one clock, which never ends, and nearly everything else is a reading of it: since when, when last. So a group
that shows what it showed before costs a comparison, and there is no counter that could overflow.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from signals.kernels.compile import kernel
from signals.model.values import BoolArray, ByteArray, HandleArray, IntArray

__all__ = ["RULES", "Card", "Diary", "Record", "forget", "watch"]

Times = HandleArray
"""int64."""
Columns = tuple[Any, ...]  # the fields of a NamedTuple: a plain tuple costs a quarter of the time to hand over

UNSEEN, RED, RED_AMBER, GREEN, AMBER, CLEARANCE = -1, 0, 1, 2, 3, 4
ASPECTS: Final = 5

NEVER_DS, LONG_AGO_DS = -(10**12), 1 - 10**12  # not at all; nobody knows when: longer ago than any time required

RULES: Final = (
    "conflict",
    "intergreen",
    "short-green",
    "skipped-amber",
    "short-amber",
    "clearance-cut",
    "short-red-amber",
    "illegal-transition",
    "unknown-aspect",
    "long-green",
    "max-red",
    "display",
)
CONFLICT, INTERGREEN, SHORT_GREEN, SKIPPED_AMBER, SHORT_AMBER, CLEARANCE_CUT = 0, 1, 2, 3, 4, 5
SHORT_RED_AMBER, ILLEGAL_TRANSITION, UNKNOWN_ASPECT, LONG_GREEN, MAX_RED, DISPLAY = 6, 7, 8, 9, 10, 11

DISPLAYS, COMMANDS = 0, 1  # the two records
CLOCK, CHANGES, VIOLATIONS = 0, 1, 2  # of Diary.counter

COLUMNS: Final = 6  # of a row: rule, group, other group or -1, record, what was seen, what was expected


class Card(NamedTuple):
    """What is required.

    Attributes
    ----------
    first
        int32 [nI + 1] where the groups of each intersection start.
    rival_first
        int32 [nG + 1] where the rows of each group start.
    rival, between_ds
        int32 [nR] a group that conflicts with it; from the end of green of that one to its own green.
    least_ds
        int32 [nG * `ASPECTS`] the shortest time of each aspect.
    follows
        int8 [nG * `ASPECTS`] the aspect that must come after each.
    on_foot
        bool [nG] it is for pedestrians.
    max_green_ds, max_wait_ds
        int32 [nG] the longest green while a conflicting group waits, and the longest wait.
    emergency_ds
        For how long the call of an emergency vehicle counts.
    tick_ds
        Length of a tick.
    """

    first: IntArray
    rival_first: IntArray
    rival: IntArray
    between_ds: IntArray
    least_ds: IntArray
    follows: ByteArray
    on_foot: BoolArray
    max_green_ds: IntArray
    max_wait_ds: IntArray
    emergency_ds: int
    tick_ds: int


class Record(NamedTuple):
    """What was seen of every group: as it was commanded, or as it was displayed.

    Attributes
    ----------
    kind
        `COMMANDS` or `DISPLAYS`.
    late_ds
        How long ago the cause of what is seen may be: 0 for a command, a tick and the lag for a display.
    seen
        int8 [nG] the aspect; `UNSEEN` where there is none.
    since_ds
        int64 [nG] when that was first seen.
    ended_ds
        int64 [nG] when its green ended.
    unseen_ds
        How much longer than it was seen an interval may have been.
    """

    kind: int
    late_ds: int
    seen: ByteArray
    since_ds: Times
    ended_ds: Times
    unseen_ds: int = 0


class Diary(NamedTuple):
    """What else is kept.

    Attributes
    ----------
    counter
        int64 [3] now (in tenths of a second), how many groups have changed, how many violations there are.
    asked_ds
        int64 [nG * (1 + `ASPECTS`)] when each group was last commanded nothing known, and each aspect.
    apart_ds
        int64 [nG] when its display last followed no command.
    called_ds, call_began_ds, heard_ds
        int64 [nG] when an emergency vehicle last called it; when that call began; when a call last counted.
    wait_ds, grace_ds
        int64 [nG] for how long it was demanded since it was last commanded green; how much longer that may last.
    changed, before, before_ds
        int32, int8, int64 [nG] workspace: groups that show something new, what they showed before, and since when.
    rows
        int64 [n * `COLUMNS`] the violations of this tick.
    """

    counter: Times
    asked_ds: Times
    apart_ds: Times
    called_ds: Times
    call_began_ds: Times
    heard_ds: Times
    wait_ds: Times
    grace_ds: Times
    changed: IntArray
    before: ByteArray
    before_ds: Times
    rows: Times


@kernel
def watch(
    card: Columns,
    commands: Columns,
    displays: Columns,
    diary: Columns,
    demand: BoolArray,
    preempt: ByteArray,
    shown: ByteArray,
    command: ByteArray,
    write: BoolArray,
) -> int:
    """Watch a whole network for a tick.

    Parameters
    ----------
    card
        What is required: the fields of a `Card`.
    commands, displays, diary
        What was seen before, and will have been seen after this tick: the fields of two `Record` and a `Diary`.
    demand, preempt, shown, command, write
        What there is to see (see `signals.safety.monitor.Monitor.check`).

    Returns
    -------
    int
        How many rows of `Diary.rows` are violations of this tick.
    """
    site, commanded, displayed = Card(*card), Record(*commands), Record(*displays)
    kept = Diary(*diary)
    kept.counter[CLOCK] += site.tick_ds
    kept.counter[VIOLATIONS] = 0
    for i in range(len(write)):
        if not write[i]:
            forget(site.first[i], site.first[i + 1], commands, displays, diary)
    _see_displays(site, commanded, displayed, kept, shown)
    _judge(site, displayed, kept)
    _hear_calls(site, kept, preempt, write)  # after the displays: they follow what was called a tick ago
    _see_commands(site, commanded, kept, command, write)
    _judge(site, commanded, kept)
    _judge_waiting(site, commanded, kept, demand, write)
    return int(kept.counter[VIOLATIONS])


@kernel
def forget(first: int, last: int, commands: Columns, displays: Columns, diary: Columns) -> None:
    """Begin anew with some groups: the first to before the last."""
    commanded, displayed, kept = Record(*commands), Record(*displays), Diary(*diary)
    for g in range(first, last):
        commanded.seen[g] = displayed.seen[g] = UNSEEN
        commanded.ended_ds[g] = displayed.ended_ds[g] = NEVER_DS
        commanded.since_ds[g] = displayed.since_ds[g] = NEVER_DS
        kept.called_ds[g] = kept.heard_ds[g] = NEVER_DS
        kept.wait_ds[g] = 0
        kept.grace_ds[g] = 0
        kept.asked_ds[g * (1 + ASPECTS) + 1 + UNSEEN] = kept.counter[CLOCK]


@kernel
def _see_displays(card: Card, commands: Record, displays: Record, diary: Diary, shown: ByteArray) -> None:
    """Note what is shown; it should be what was commanded the tick before."""
    commanded, seen = commands.seen, displays.seen
    diary.counter[CHANGES] = 0
    for g in range(len(shown)):
        if not shown[g] == commanded[g] == seen[g]:
            aspect = _settled(card, displays, diary, shown[g], commanded[g], g)
            if aspect != seen[g]:
                again = seen[g] == UNSEEN and displays.since_ds[g] != NEVER_DS
                _note(displays, diary, aspect, g)
                if again:  # it may have begun long before
                    displays.since_ds[g] = LONG_AGO_DS
            elif aspect == UNSEEN and commanded[g] != UNSEEN:  # and so may what will be seen first
                displays.since_ds[g] = LONG_AGO_DS


@kernel
def _settled(card: Card, displays: Record, diary: Diary, shown: int, commanded: int, g: int) -> int:
    """Settle what counts as shown, and report what follows no command of late."""
    if commanded == UNSEEN or (shown == UNSEEN and displays.late_ds > card.tick_ds):
        return UNSEEN
    aspect, now_ds, asked_ds, row = shown, diary.counter[CLOCK], diary.asked_ds, g * (1 + ASPECTS) + 1
    if not RED <= shown <= CLEARANCE:
        aspect = commanded
        if shown != UNSEEN:
            _report(diary, displays.kind, UNKNOWN_ASPECT, g, -1, shown, commanded)
    earliest_ds = now_ds - displays.late_ds
    nothing_ds, red_ds, clearance_ds = asked_ds[row + UNSEEN], asked_ds[row + RED], asked_ds[row + CLEARANCE]
    if aspect == RED and clearance_ds >= earliest_ds and clearance_ds > nothing_ds:  # it may have no lamp of its own
        seen, for_ds = displays.seen[g], now_ds - displays.since_ds[g] + displays.unseen_ds
        may_be_red = max(red_ds, nothing_ds) >= earliest_ds
        if may_be_red and seen == UNSEEN:
            return UNSEEN
        over = seen == RED or (seen == CLEARANCE and for_ds >= card.least_ds[g * ASPECTS + CLEARANCE])
        if not (may_be_red and over):
            aspect = CLEARANCE
    if max(asked_ds[row + aspect], nothing_ds) < earliest_ds:
        if diary.apart_ds[g] < now_ds - card.tick_ds:
            _report(diary, displays.kind, DISPLAY, g, -1, aspect, commanded)
        diary.apart_ds[g] = now_ds
    return aspect


@kernel
def _hear_calls(card: Card, diary: Diary, preempt: ByteArray, write: BoolArray) -> None:
    """Note which calls count, those that are not too old, and give everybody there time to let them through."""
    first, now_ds = card.first, diary.counter[CLOCK]
    for i in range(len(write)):
        if write[i]:
            for g in range(first[i], first[i + 1]):
                if preempt[g] > 0:
                    if diary.called_ds[g] < now_ds - card.tick_ds:
                        diary.call_began_ds[g] = now_ds
                    diary.called_ds[g] = now_ds
                    if now_ds - diary.call_began_ds[g] <= card.emergency_ds:
                        diary.heard_ds[g] = now_ds
                        for j in range(first[i], first[i + 1]):
                            diary.grace_ds[j] = card.emergency_ds


@kernel
def _see_commands(card: Card, commands: Record, diary: Diary, command: ByteArray, write: BoolArray) -> None:
    """Note what is commanded."""
    first, seen, asked_ds, now_ds = card.first, commands.seen, diary.asked_ds, diary.counter[CLOCK]
    diary.counter[CHANGES] = 0
    for i in range(len(write)):
        if write[i]:
            for g in range(first[i], first[i + 1]):
                aspect, before = command[g], seen[g]
                if not RED <= aspect <= CLEARANCE:
                    _report(diary, commands.kind, UNKNOWN_ASPECT, g, -1, aspect, before)
                    aspect = UNSEEN
                asked_ds[g * (1 + ASPECTS) + 1 + aspect] = now_ds
                if aspect != before:
                    _note(commands, diary, aspect, g)


@kernel
def _note(record: Record, diary: Diary, aspect: int, g: int) -> None:
    """Note that a group shows something new; what is first seen between green and red has just ended its green."""
    before, row = record.seen[g], diary.counter[CHANGES]
    first = record.since_ds[g] == NEVER_DS
    if before == GREEN or (first and aspect != RED and aspect != GREEN):  # noqa: PLR1714
        record.ended_ds[g] = diary.counter[CLOCK]
    diary.changed[row], diary.before[row], diary.before_ds[row] = g, before, record.since_ds[g]
    diary.counter[CHANGES] += 1
    record.seen[g], record.since_ds[g] = aspect, diary.counter[CLOCK]


@kernel
def _judge(card: Card, record: Record, diary: Diary) -> None:
    """Hold the groups that show something new against the rules."""
    for row in range(diary.counter[CHANGES]):
        g, before = diary.changed[row], diary.before[row]
        aspect = record.seen[g]
        if before != UNSEEN and aspect != UNSEEN:  # noqa: PLR1714
            _judge_change(card, record, diary, g, before, diary.counter[CLOCK] - diary.before_ds[row])
            if aspect == GREEN:
                _judge_start(card, record, diary, g)
        if before <= RED < aspect:
            _judge_conflicts(card, record, diary, g)


@kernel
def _judge_change(card: Card, record: Record, diary: Diary, g: int, before: int, for_ds: int) -> None:
    """Check a change of aspect: the interval that ends was long enough, and the right one follows."""
    aspect, least_ds = record.seen[g], card.least_ds[g * ASPECTS + before]
    expected = card.follows[g * ASPECTS + before]
    if for_ds + record.unseen_ds < least_ds and not (before == GREEN and _may_be_cut(card, record, diary, g)):
        rule = SHORT_GREEN
        if before == AMBER:
            rule = SHORT_AMBER
        elif before == CLEARANCE:
            rule = CLEARANCE_CUT
        elif before == RED_AMBER:
            rule = SHORT_RED_AMBER
        _report(diary, record.kind, rule, g, -1, for_ds, least_ds)
    if aspect != expected:
        rule = ILLEGAL_TRANSITION
        if expected == AMBER and aspect != RED_AMBER:
            rule = SKIPPED_AMBER
        elif expected == CLEARANCE and aspect == RED:
            rule = CLEARANCE_CUT
        elif expected == RED_AMBER and aspect == GREEN:
            rule = SHORT_RED_AMBER
        _report(diary, record.kind, rule, g, -1, aspect, expected)


@kernel
def _may_be_cut(card: Card, record: Record, diary: Diary, g: int) -> bool:
    """Tell whether a green is a pedestrian's and was in the way of an emergency vehicle."""
    called = False
    for row in range(card.rival_first[g], card.rival_first[g + 1]):
        called = called or diary.heard_ds[card.rival[row]] >= diary.counter[CLOCK] - record.late_ds
    return called and card.on_foot[g]


@kernel
def _judge_start(card: Card, record: Record, diary: Diary, g: int) -> None:
    """Check the intergreens of a group that turned green."""
    for row in range(card.rival_first[g], card.rival_first[g + 1]):
        rival = card.rival[row]
        since_ds = diary.counter[CLOCK] - record.ended_ds[rival]
        if since_ds + record.unseen_ds < card.between_ds[row]:
            _report(diary, record.kind, INTERGREEN, g, rival, since_ds, card.between_ds[row])


@kernel
def _judge_conflicts(card: Card, record: Record, diary: Diary, g: int) -> None:
    """Check that a group left red alone."""
    for row in range(card.rival_first[g], card.rival_first[g + 1]):
        rival = card.rival[row]
        if record.seen[rival] > RED:
            _report(diary, record.kind, CONFLICT, g, rival, record.seen[g], record.seen[rival])


@kernel
def _judge_waiting(card: Card, commands: Record, diary: Diary, demand: BoolArray, write: BoolArray) -> None:
    """Check what is commanded against those who wait."""
    first, seen, now_ds = card.first, commands.seen, diary.counter[CLOCK]
    wait_ds, grace_ds = diary.wait_ds, diary.grace_ds
    for i in range(len(write)):
        if write[i]:
            for g in range(first[i], first[i + 1]):
                if seen[g] == GREEN:
                    wait_ds[g] = 0
                    grace_ds[g] = 0
                    if now_ds - commands.since_ds[g] >= card.max_green_ds[g] and diary.heard_ds[g] < now_ds:
                        _judge_long_green(card, commands, diary, demand, g)
                elif demand[g]:
                    wait_ds[g] += card.tick_ds
                    most_ds = card.max_wait_ds[g] + grace_ds[g]
                    if wait_ds[g] - card.tick_ds <= most_ds < wait_ds[g]:
                        _report(diary, COMMANDS, MAX_RED, g, -1, wait_ds[g], most_ds)


@kernel
def _judge_long_green(card: Card, commands: Record, diary: Diary, demand: BoolArray, g: int) -> None:
    """Check that nobody waits for the end of a green that has had its maximum."""
    for row in range(card.rival_first[g], card.rival_first[g + 1]):
        if demand[card.rival[row]]:
            for_ds = diary.counter[CLOCK] - commands.since_ds[g]
            _report(diary, COMMANDS, LONG_GREEN, g, card.rival[row], for_ds, card.max_green_ds[g])


@kernel
def _report(diary: Diary, kind: int, rule: int, g: int, other: int, seen: int, expected: int) -> None:
    """Write a row."""
    rows, start = diary.rows, diary.counter[VIOLATIONS] * COLUMNS
    rows[start], rows[start + 1], rows[start + 2] = rule, g, other
    rows[start + 3], rows[start + 4], rows[start + 5] = kind, seen, expected
    diary.counter[VIOLATIONS] += 1
