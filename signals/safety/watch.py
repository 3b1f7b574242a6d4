"""The monitor's kernel: one tick of commands and displays against the rules, in numbers.

Integers only, no I/O. It keeps two records, of what was commanded and of what was displayed; every violation becomes
a row of numbers. The rules are described in `signals.safety.monitor`, which puts them into words.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from signals.kernels.compile import kernel
from signals.model.values import BoolArray, ByteArray, IntArray

__all__ = ["COLUMNS", "COMMANDS", "DISPLAYS", "FAR_DS", "RULES", "Card", "Record", "forget", "watch"]

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
CONFLICT: Final = 0
INTERGREEN: Final = 1
SHORT_GREEN: Final = 2
SKIPPED_AMBER: Final = 3
SHORT_AMBER: Final = 4
CLEARANCE_CUT: Final = 5
SHORT_RED_AMBER: Final = 6
ILLEGAL_TRANSITION: Final = 7
UNKNOWN_ASPECT: Final = 8
LONG_GREEN: Final = 9
MAX_RED: Final = 10
DISPLAY: Final = 11

UNSEEN: Final = -1
RED: Final = 0
RED_AMBER: Final = 1
GREEN: Final = 2
AMBER: Final = 3
CLEARANCE: Final = 4

FAR_DS: Final = 1_000_000_000
"""Where clocks stop."""

COMMANDS: Final = 0
DISPLAYS: Final = 1

COLUMNS: Final = 7
"""Of a row: intersection, rule, group, other group or -1, record, what was seen, what was expected."""


class Card(NamedTuple):
    """What is required of every group.

    Attributes
    ----------
    first, cell
        int32 [nI + 1] where the groups and the matrix of each intersection start.
    between_ds
        int32 [sum n²] from the end of green of the row's group to the green of the column's; negative = no conflict.
    least_ds
        int32 [nG, 5] the shortest time of each aspect.
    follows
        int8 [nG, 5] the aspect that must come after each.
    max_green_ds, max_wait_ds
        int32 [nG] the longest green while a conflicting group waits, and the longest wait.
    tick_ds
        Length of a tick.
    """

    first: IntArray
    cell: IntArray
    between_ds: IntArray
    least_ds: IntArray
    follows: ByteArray
    max_green_ds: IntArray
    max_wait_ds: IntArray
    tick_ds: int


class Record(NamedTuple):
    """What was seen; the first index tells `COMMANDS` from `DISPLAYS`.

    Attributes
    ----------
    seen
        int8 [2, nG] the last aspect; `UNSEEN` at first.
    for_ds, ended_ds
        int32 [2, nG] for how long, the last tick included; time since the last end of green.
    wait_ds
        int32 [nG] time that was not commanded green while demanded.
    asked
        int8 [1 + lag, nG] the commands that a display may follow, the last one first.
    apart
        bool [nG] the display follows none of them.
    display
        int8 [nG] workspace.
    rows, found
        int32 [n, `COLUMNS`] the violations of this tick; int32 [1] how many there are.
    """

    seen: ByteArray
    for_ds: IntArray
    ended_ds: IntArray
    wait_ds: IntArray
    asked: ByteArray
    apart: BoolArray
    display: ByteArray
    rows: IntArray
    found: IntArray


@kernel
def watch(card: Card, record: Record, demand: BoolArray, shown: ByteArray, command: ByteArray, write: BoolArray) -> int:
    """Watch a whole network for a tick.

    Parameters
    ----------
    card, record
        What is required; what was seen before, which is changed.
    demand
        bool [nG] somebody waits.
    shown, command
        int8 [nG] what was shown during the tick that ends; what shall be shown during the tick that begins.
    write
        bool [nI] whether the intersection is ours; the others are forgotten.

    Returns
    -------
    int
        How many rows of `record.rows` are violations of this tick.
    """
    record.found[0] = 0
    for i in range(len(write)):
        if write[i]:
            _compare(card, record, shown, i)
            _observe(card, record, DISPLAYS, record.display, i)
            _observe(card, record, COMMANDS, command, i)
            _observe_waiting(card, record, demand, command, i)
        else:
            forget(card, record, i)
    return int(record.found[0])


@kernel
def _report(record: Record, kind: int, rule: int, place: tuple[int, int, int], sizes: tuple[int, int]) -> None:
    """Write a row; `place` is intersection, group and other group, `sizes` what was seen and expected."""
    row = record.rows[record.found[0]]
    row[0], row[1], row[2], row[3], row[4] = place[0], rule, place[1], place[2], kind
    row[5], row[6] = sizes
    record.found[0] += 1


@kernel
def forget(card: Card, record: Record, i: int) -> None:
    """Begin anew at one intersection."""
    for g in range(card.first[i], card.first[i + 1]):
        for kind in (COMMANDS, DISPLAYS):
            record.seen[kind, g], record.ended_ds[kind, g] = UNSEEN, FAR_DS
        record.wait_ds[g], record.apart[g] = 0, False


@kernel
def _compare(card: Card, record: Record, shown: ByteArray, i: int) -> None:
    """Compare what was shown with what had been commanded, and settle what counts as shown."""
    for g in range(card.first[i], card.first[i + 1]):
        for tick in range(len(record.asked) - 1, 0, -1):
            record.asked[tick, g] = record.asked[tick - 1, g]
        commanded, display = record.seen[COMMANDS, g], shown[g]
        record.asked[0, g] = commanded
        if display == UNSEEN or commanded == UNSEEN:  # noqa: PLR1714  numba has no `in` for int8
            display = commanded
        elif not RED <= display <= CLEARANCE:
            _report(record, DISPLAYS, UNKNOWN_ASPECT, (i, g, -1), (display, commanded))
            display = commanded
        follows = False
        for tick in range(len(record.asked)):
            asked = record.asked[tick, g]
            if display == RED and asked == CLEARANCE and not follows:
                display = asked
            follows = follows or display == asked or asked < RED
        if not follows and not record.apart[g]:
            _report(record, DISPLAYS, DISPLAY, (i, g, -1), (display, commanded))
        record.apart[g] = not follows
        record.display[g] = display


@kernel
def _observe(card: Card, record: Record, kind: int, now: ByteArray, i: int) -> None:
    """Hold what is seen of an intersection against what was seen before."""
    for g in range(card.first[i], card.first[i + 1]):
        before = record.seen[kind, g]
        record.ended_ds[kind, g] = min(record.ended_ds[kind, g] + card.tick_ds, FAR_DS)
        if now[g] != GREEN and (before == GREEN or (before == UNSEEN and RED < now[g] <= CLEARANCE)):
            record.ended_ds[kind, g] = 0
    for g in range(card.first[i], card.first[i + 1]):
        before, aspect, for_ds = record.seen[kind, g], now[g], record.for_ds[kind, g]
        if RED <= aspect <= CLEARANCE:
            if RED <= before != aspect:
                _observe_change(card, record, kind, aspect, i, g)
                if aspect == GREEN:
                    _observe_start(card, record, kind, i, g)
            if aspect != RED:
                _observe_conflicts(card, record, kind, now, i, g)
        elif kind == COMMANDS:
            _report(record, kind, UNKNOWN_ASPECT, (i, g, -1), (aspect, before))
            aspect = UNSEEN
        record.for_ds[kind, g] = min(for_ds + card.tick_ds, FAR_DS) if aspect == before else card.tick_ds
        record.seen[kind, g] = aspect


@kernel
def _observe_change(card: Card, record: Record, kind: int, aspect: int, i: int, g: int) -> None:
    """Check a change of aspect: the interval that ends was long enough, and the right one follows."""
    before, for_ds = record.seen[kind, g], record.for_ds[kind, g]
    least_ds, expected = card.least_ds[g, before], card.follows[g, before]
    if for_ds < least_ds:
        rule = SHORT_GREEN
        if before == AMBER:
            rule = SHORT_AMBER
        elif before == CLEARANCE:
            rule = CLEARANCE_CUT
        elif before == RED_AMBER:
            rule = SHORT_RED_AMBER
        _report(record, kind, rule, (i, g, -1), (for_ds, least_ds))
    if aspect != expected:
        rule = ILLEGAL_TRANSITION
        if expected == AMBER and aspect != RED_AMBER:
            rule = SKIPPED_AMBER
        elif expected == CLEARANCE and aspect == RED:
            rule = CLEARANCE_CUT
        elif expected == RED_AMBER and aspect == GREEN:
            rule = SHORT_RED_AMBER
        _report(record, kind, rule, (i, g, -1), (aspect, expected))


@kernel
def _observe_start(card: Card, record: Record, kind: int, i: int, g: int) -> None:
    """Check the intergreens of a group that turns green."""
    first, last, cell = card.first[i], card.first[i + 1], card.cell[i]
    for j in range(first, last):
        needed_ds = card.between_ds[cell + (j - first) * (last - first) + g - first]
        if record.ended_ds[kind, j] < needed_ds:
            _report(record, kind, INTERGREEN, (i, g, j), (record.ended_ds[kind, j], needed_ds))


@kernel
def _observe_conflicts(card: Card, record: Record, kind: int, now: ByteArray, i: int, g: int) -> None:
    """Check a group that is not red against those after it."""
    first, last, cell = card.first[i], card.first[i + 1], card.cell[i]
    for j in range(g + 1, last):
        there_ds = card.between_ds[cell + (g - first) * (last - first) + j - first]
        back_ds = card.between_ds[cell + (j - first) * (last - first) + g - first]
        if now[j] > RED and (there_ds >= 0 or back_ds >= 0):
            _report(record, kind, CONFLICT, (i, g, j), (now[g], now[j]))


@kernel
def _observe_waiting(card: Card, record: Record, demand: BoolArray, command: ByteArray, i: int) -> None:
    """Check what is commanded against those who wait."""
    first, last, cell = card.first[i], card.first[i + 1], card.cell[i]
    for g in range(first, last):
        if command[g] == GREEN:
            record.wait_ds[g] = 0
            for_ds = record.for_ds[COMMANDS, g] - card.tick_ds
            if for_ds >= card.max_green_ds[g]:
                for j in range(first, last):
                    if demand[j] and card.between_ds[cell + (g - first) * (last - first) + j - first] >= 0:
                        _report(record, COMMANDS, LONG_GREEN, (i, g, j), (for_ds, card.max_green_ds[g]))
        elif demand[g]:
            before_ds = record.wait_ds[g]
            record.wait_ds[g] = min(before_ds + card.tick_ds, FAR_DS)
            if before_ds <= card.max_wait_ds[g] < record.wait_ds[g]:
                _report(record, COMMANDS, MAX_RED, (i, g, -1), (record.wait_ds[g], card.max_wait_ds[g]))
