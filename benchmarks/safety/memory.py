"""What kernel and monitor remember, as rows of numbers, of which there are finitely many.

A row is a class of memories that nothing that will ever happen can tell apart: every memory in it answers every move of
the adversary with the same display and the same violations, and goes over into the same class. So a search through rows
is a search through memories. What makes them finite, and why nothing is lost:

*Clocks that are only compared with lengths* stop a tick before the longest of those (rounded up to whole ticks; they
run before they are compared): the time in red-amber, green, amber and clearance, and the time since the end of a
green, as the kernel counts them and as the monitor does. From there on every comparison has the same outcome. Without
demand the maximum green is not among the lengths, because nobody waits for its end.

*Clocks that nobody reads before they are set anew* are 0: the time since the end of a green while the group is green or
red-amber (its green will have to end before anybody looks at it); the monitor's time in red; the beginning of a call
that is over; what is left of a start-up where nothing is written. What the monitor does not see it has never seen.

*The time in red* is compared only with the times in red of other groups, to say who goes first; of two that do not
conflict it does not matter who does, for neither looks at the other. What is kept is the longest chain of conflicting
groups that are red and go after it: of two that conflict, the one that goes first has the longer chain. All clocks run
alike, so that the order lasts as long as both are red. Not covered is a red of 115 days, where the clock stops.

*When each aspect was last commanded*, and when a display last followed no command, is not kept: here a display follows
its command at once, so that the monitor never looks further back than that command. (That it finds those that do not
follow is for its tests and for the fuzz.)

*When a call was last heard* is asked for one tick later, by the display of a group on foot whose command has just
turned from green. Kept is whether it was in this tick, where there is such a group.

*How long a call lasts* is kept in a search for waits, where it matters that calls get stuck. In a search for safety it
is forgotten after every tick, so that calls are heard for ever. That is more than can happen; and the monitor, which
hears calls for a tick longer than the kernel, forgives less than it would.

*How long the monitor counts a wait* is not kept: the longest that it could be is taken, which is a tick more than the
kernel's; `Memory.too_long` checks after every move that this is so, and that it is not too long. A longer wait is never
judged more kindly.

`walks` compares rows with memories that were never made rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.safety.fleet import Fleet
from signals.model.values import Aspect, BoolArray, ByteArray
from signals.safety.interstage import IN_CHARGE, State
from signals.safety.monitor import _diary
from signals.safety.watch import ASPECTS, CLOCK, COMMANDS, DISPLAYS, NEVER_DS, UNSEEN, Card, Diary, Record

__all__ = ["CHARGE", "LAYOUT", "STARTUP", "Ints", "Memories", "Memory", "Rows"]

Rows = npt.NDArray[np.int16]
"""Classes of memories, a row each."""
Ints = npt.NDArray[np.integer[Any]]

LAYOUT, CHARGE, STARTUP, HEAD = 0, 1, 2, 3
SAFETY: Final = ("aspect", "age", "ended", "seen", "since", "over", "shown", "shown_since", "shown_over", "heard")
"""Of each group. The kernel: its aspect, for how long, since the end of green. The monitor: the same of its commands
(seen, since, over) and of its displays; whether a call of it was heard in this tick."""
WAITING: Final = ("wait", "called", "call", "grace")
"""In a search for waits also the kernel's wait and call, for how long there was that call to the monitor (-1: there is
none), and how much longer a wait may last to it."""


class Memories(NamedTuple):
    """Memories as the kernel and the monitor want them."""

    state: State
    commands: Record
    displays: Record
    diary: Diary


class Memory:
    """Turns rows into memories and memories into rows.

    Parameters
    ----------
    fleet
        The layouts; a row begins with the number of its layout.
    waiting
        Whether waits and calls are kept.
    """

    def __init__(self, fleet: Fleet, *, waiting: bool) -> None:
        self._fleet, self.waiting = fleet, waiting
        self._size, self._tick_ds = fleet.groups, fleet.tick_ds
        names = SAFETY + WAITING * waiting
        places = range(HEAD, HEAD + len(names) * self._size, self._size)
        self._columns = {name: slice(at, at + self._size) for name, at in zip(names, places, strict=True)}
        self.width = -(-(HEAD + len(names) * self._size) // 4) * 4  # whole words of 64 bits
        self._caps = _caps(fleet, waiting=waiting)
        self._call_ds = fleet.emergency_ds // self._tick_ds * self._tick_ds

    def start(self, charge: int) -> Rows:
        """Return the row of every layout before its first tick."""
        rows = np.zeros((len(self._fleet), self.width), np.int16)
        rows[:, LAYOUT], rows[:, CHARGE] = range(len(rows)), charge
        unseen = self._caps["over"].reshape(len(rows), self._size, -1)[:, :, 0]
        values = {"seen": UNSEEN, "shown": UNSEEN, "over": unseen, "shown_over": unseen, "call": -1}
        for name in values.keys() & self._columns.keys():
            self.of(rows, name)[:] = values[name]
        return rows

    def of(self, rows: Rows, name: str) -> Rows:
        """Return a column of every group."""
        return rows[:, self._columns[name]]

    def load(self, rows: Rows, card: Card) -> Memories:
        """Build memories from rows; the monitor's clock stands at 0."""
        return Memories(
            self._load_state(rows),
            self._load_record(rows, COMMANDS, ("seen", "since", "over")),
            self._load_record(rows, DISPLAYS, ("shown", "shown_since", "shown_over")),
            self._load_diary(rows, card),
        )

    def save(self, layout: Ints, memories: Memories) -> Rows:
        """Make rows of memories after a tick."""
        state, now_ds = memories.state, memories.diary.counter[CLOCK]
        rows = np.zeros((len(layout), self.width), np.int16)
        rows[:, LAYOUT], rows[:, CHARGE] = layout, state.charge
        rows[:, STARTUP] = np.maximum(state.startup_ds, 0) * (state.charge == IN_CHARGE)
        group = layout.astype(np.intp)[:, None] * self._size + np.arange(self._size)
        aspect = state.aspect.reshape(group.shape)
        self._save_clocks(rows, ("aspect", "age", "ended"), group, (state.aspect, state.age_ds, state.ended_ds))
        turns = self._turns(layout, aspect, state.age_ds.reshape(group.shape))
        self.of(rows, "age")[:] += turns * (rows[:, [CHARGE]] == IN_CHARGE) * self._tick_ds
        for names, record in (
            (("seen", "since", "over"), memories.commands),
            (("shown", "shown_since", "shown_over"), memories.displays),
        ):
            times = (now_ds - record.since_ds, now_ds - record.ended_ds)
            self._save_clocks(rows, names, group, (record.seen, *times))
        self._save_calls(rows, memories, group)
        return rows

    def too_long(self, card: Card, memories: Memories) -> BoolArray:
        """Tell whose waits are too long for the monitor, or longer than the kernel's and a tick, bool [row, group]."""
        state, diary = memories.state, memories.diary
        longest_ds = np.where(state.aspect == Aspect.GREEN, 0, state.wait_ds + self._tick_ds)
        longest_ds = np.minimum(longest_ds, card.max_wait_ds + diary.grace_ds)
        return (diary.wait_ds > longest_ds).reshape(-1, self._size)

    def _load_state(self, rows: Rows) -> State:
        none = np.zeros(len(rows) * self._size, np.int32)
        waiting = {"wait_ds": "wait", "called_ds": "called"} if self.waiting else {}
        clocks = {"age_ds": "age", "ended_ds": "ended"} | waiting
        return State(
            charge=rows[:, CHARGE].astype(np.int8),
            startup_ds=rows[:, STARTUP].astype(np.int32),
            aspect=self._flat(rows, "aspect", np.int8),
            **{name: self._flat(rows, column, np.int32) for name, column in clocks.items()},
            **{name: none.copy() for name in ("wait_ds", "called_ds") if name not in waiting},
            wish=none.astype(np.int8),
            out=none.astype(np.int8),
            reason=none.astype(np.int8),
        )

    def _load_record(self, rows: Rows, kind: int, names: tuple[str, str, str]) -> Record:
        seen, since_ds, over_ds = (self._flat(rows, name, np.int64) for name in names)
        late_ds = self._tick_ds if kind == DISPLAYS else 0
        return Record(kind, late_ds, seen.astype(np.int8), np.where(seen == UNSEEN, NEVER_DS, -since_ds), -over_ds)

    def _load_diary(self, rows: Rows, card: Card) -> Diary:
        diary = _diary(card)
        seen = self._flat(rows, "seen", np.intp)
        diary.asked_ds[np.arange(len(seen)) * (1 + ASPECTS) + 1 + seen] = 0
        diary.heard_ds[self._flat(rows, "heard", np.bool_)] = 0
        if self.waiting:
            call, grace = self._flat(rows, "call", np.int64), self._flat(rows, "grace", np.int64)
            diary.called_ds[call >= 0] = 0
            diary.call_began_ds[:] = -call
            diary.grace_ds[:] = grace
            waits = (seen != UNSEEN) & (seen != Aspect.GREEN)
            diary.wait_ds[:] = np.where(waits, self._flat(rows, "wait", np.int64) + self._tick_ds, 0)
        return diary

    def _save_clocks(
        self, rows: Rows, names: tuple[str, str, str], group: Ints, columns: tuple[Ints, Ints, Ints]
    ) -> None:
        """Note an aspect, for how long, and the time since the end of green."""
        aspect = columns[0].reshape(group.shape)
        key = group * (1 + ASPECTS) + 1 + aspect
        self.of(rows, names[0])[:] = aspect
        for name, times in zip(names[1:], columns[1:], strict=True):
            self.of(rows, name)[:] = np.minimum(times.reshape(group.shape), self._caps[name].take(key))

    def _save_calls(self, rows: Rows, memories: Memories, group: Ints) -> None:
        """Note what was called and who waits."""
        state, diary = memories.state, memories.diary
        now_ds = diary.counter[CLOCK]
        heard_ds = diary.heard_ds.reshape(group.shape)
        cut = (self.of(rows, "seen") != Aspect.GREEN) & (self.of(rows, "shown") == Aspect.GREEN)
        asks = (cut & self._fleet.card.on_foot[group]).any(axis=1)
        self.of(rows, "heard")[:] = (heard_ds == now_ds) & asks[:, None]
        if self.waiting:
            call_ds = np.minimum(now_ds - diary.call_began_ds, self._call_ds)
            columns = {
                "wait": state.wait_ds,
                "called": state.called_ds,
                "call": np.where(diary.called_ds == now_ds, call_ds, -1),
                "grace": diary.grace_ds,
            }
            for name, column in columns.items():
                self.of(rows, name)[:] = column.reshape(group.shape)

    def _turns(self, layout: Ints, aspect: ByteArray, age_ds: Ints) -> npt.NDArray[np.int8]:
        """Count for each red group the longest chain of conflicting red groups that go after it."""
        size = range(self._size)
        red, age = (aspect == Aspect.RED).T.copy(), age_ds.T.copy()
        after: list[list[tuple[int, BoolArray]]] = [[] for _ in size]
        for one, other in combinations(size, 2):
            both = red[one] & red[other] & self._fleet.conflict[:, one, other][layout]
            if both.any():
                first = age[one] >= age[other]
                after[one].append((other, both & first))
                after[other].append((one, both & ~first))
        turns = np.zeros(red.shape, np.int8)
        for _ in range(self._size - 1):
            for group in size:
                for other, goes in after[group]:
                    np.maximum(turns[group], (turns[other] + 1) * goes, out=turns[group])
        return turns.T

    def _flat(self, rows: Rows, name: str, kind: type[np.generic]) -> npt.NDArray[Any]:
        return self.of(rows, name).astype(kind).ravel()


def _caps(fleet: Fleet, *, waiting: bool) -> dict[str, Ints]:
    """Work out where each clock stops: of every group of every layout, by what it shows, the unknown first."""
    site, size = fleet.site, len(fleet.site.amber_ds)
    least = {Aspect.RED_AMBER: site.red_amber_ds, Aspect.AMBER: site.amber_ds, Aspect.CLEARANCE: site.clearance_ds}
    green = site.min_green_ds if not waiting else np.maximum(site.min_green_ds, site.max_green_ds)
    clear = fleet.between_ds.max(axis=2, initial=0).ravel()
    shows = [Aspect.RED, Aspect.AMBER, Aspect.CLEARANCE, Aspect.UNKNOWN]

    def table(lengths: Mapping[Aspect, Ints]) -> Ints:
        caps = np.zeros((size, 1 + ASPECTS), np.int32)
        for aspect, length_ds in lengths.items():
            caps[:, 1 + aspect] = np.maximum(-(-length_ds // fleet.tick_ds) - 1, 0) * fleet.tick_ds
        return caps.ravel()

    since, ended = table(least | {Aspect.GREEN: green}), table(dict.fromkeys(shows, clear))
    shown_since = table(least | {Aspect.GREEN: site.min_green_ds})
    return {"age": since, "since": since, "shown_since": shown_since} | dict.fromkeys(
        ("ended", "over", "shown_over"), ended
    )
