"""Breadth first through everything that can happen to a fleet of layouts.

Every layout starts from both of its beginnings, as a simulated world and as a cabinet that is not ours, and every move
leads either to a row that is known or to one that is new and will be moved in turn. A layout is closed when nothing new
is left; then nothing can happen to it, ever, that was not looked at. Breadth first, so that the way to what broke a
promise is the shortest.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from benchmarks.safety.choices import Choices
from benchmarks.safety.known import NOBODY, Known
from benchmarks.safety.machine import PROMISES, Machine
from benchmarks.safety.memory import CHARGE, LAYOUT, Ints, Rows
from signals.model.values import Aspect
from signals.safety.interstage import COLD, IN_CHARGE, OUT

__all__ = ["HOLD", "Broken", "Moves", "Search"]

AT_ONCE: Final = 1 << 14
"""About so many memories are moved in one call."""

SERVES: Final = "serves"
"""The promise that a group that is wished for long enough turns green, within what `waiting_bounds` allows."""

HOLD: Final = 2
"""The place of `Moves.hold`."""

NEVER: Final = 1 << 30


class Moves(NamedTuple):
    """What the adversary may do.

    Attributes
    ----------
    driving, taking_over
        To an intersection that is ours, and to one that is not.
    hold
        To wish one group and nothing else, for as long as it takes: a choice for each group.
    """

    driving: Choices
    taking_over: Choices
    hold: Choices


class Broken(NamedTuple):
    """A broken promise, and the shortest way to it.

    Attributes
    ----------
    layout
        The number of the layout.
    promise
        Which: one of `machine.PROMISES`, or `SERVES`.
    charge
        How it began: `COLD` or `OUT`.
    path
        The moves, one after the other: which of `Moves`, and which of its choices. The last one breaks the promise;
        where that is to serve, it is repeated for ever.
    """

    layout: int
    promise: str
    charge: int
    path: tuple[tuple[int, int], ...]


class Search:
    """What was found so far.

    Parameters
    ----------
    machine
        What moves.
    moves
        How it may be moved.
    most_rows
        A layout with more rows is given up, and not closed.

    Attributes
    ----------
    known
        All rows.
    rows, moved
        int64 [layout] how many rows there are, and how many moves were tried.
    closed
        bool [layout] whether all that can happen did.
    broken
        What was broken, once for each layout at most.
    longest_ticks
        How long a group took at most to turn green when it was wished.
    """

    def __init__(self, machine: Machine, moves: Moves, most_rows: int) -> None:
        layouts = len(machine.fleet)
        self._machine, self._moves, self._most_rows = machine, moves, most_rows
        self.known = Known(machine.memory.width)
        self.moved, self.rows = np.zeros((2, layouts), np.int64)
        self.closed = np.ones(layouts, np.bool_)
        self.broken: list[Broken] = []
        self.longest_ticks = 0

    def run(self, *, first_only: bool = False) -> None:
        """Search until nothing is left that is new, or until the first promise is broken."""
        memory = self._machine.memory
        self._add(np.concatenate([memory.start(COLD), memory.start(OUT)]), NOBODY, 0)
        done = 0
        while done < len(self.known) and not (first_only and self.broken):
            layout = self.known.rows[done:, LAYOUT]
            fresh = done + np.argsort(layout, kind="stable")  # copies of one layout together are moved faster
            done = len(self.known)
            self._level(fresh[self.closed[self.known.rows[fresh, LAYOUT]]])
        if not (first_only and self.broken):
            self._serve()

    def _level(self, fresh: Ints) -> None:
        """Move rows in every way, and add what is new."""
        ours = self.known.rows[fresh, CHARGE] == IN_CHARGE
        found = [*self._tried(fresh[ours], 0), *self._tried(fresh[~ours], 1)]
        if found:
            rows, parent, choice = (np.concatenate(column) for column in zip(*found, strict=True))
            news = self.known.news(rows)
            news = news[self.closed[rows[news, LAYOUT]]]
            self._add(rows[news], parent[news], choice[news])

    def _add(self, rows: Rows, parent: Ints | int, choice: Ints | int) -> None:
        self.known.add(rows, parent, choice)
        self.rows += np.bincount(rows[:, LAYOUT], minlength=len(self.rows))
        self.closed &= self.rows <= self._most_rows

    def _tried(self, places: Ints, kind: int) -> Iterator[tuple[Rows, Ints, Ints]]:
        """Move rows in all ways of a kind; yield what is new among what became of them, and how it was reached."""
        choices = self._moves[kind]
        for start in range(0, len(places), max(1, AT_ONCE // choices.moves)):
            chunk = places[start : start + max(1, AT_ONCE // choices.moves)]
            moved = self._machine.move(self.known.rows[chunk], choices)
            self._count(chunk, choices.moves)
            at = np.flatnonzero(moved.broken)
            for first in at[np.unique(moved.rows[at, LAYOUT], return_index=True)[1]]:
                row, choice = divmod(int(first), choices.moves)
                self._note(PROMISES[moved.broken[first]], int(chunk[row]), (kind, choice))
            news = self.known.news(moved.rows)
            yield moved.rows[news], chunk[news // choices.moves], _code(kind, news % choices.moves)

    def _count(self, places: Ints, each: int) -> None:
        self.moved += np.bincount(self.known.rows[places, LAYOUT], minlength=len(self.moved)) * each

    def _note(self, promise: str, place: int, last: tuple[int, int]) -> None:
        """Note a broken promise, and give its layout up."""
        layout = int(self.known.rows[place, LAYOUT])
        if all(layout != other.layout for other in self.broken):
            path = [last]
            parent, code = self.known.origin(place)
            while parent != NOBODY:
                path.append((0, code) if code >= 0 else (1, ~code))
                place = parent
                parent, code = self.known.origin(place)
            self.broken.append(Broken(layout, promise, int(self.known.rows[place, CHARGE]), tuple(reversed(path))))
        self.closed[layout] = False

    def _serve(self) -> None:
        """See that from every row every group turns green in time if it alone is wished."""
        rows = self.known.rows
        places = np.flatnonzero((rows[:, CHARGE] == IN_CHARGE) & self.closed[rows[:, LAYOUT]])
        after = np.zeros((len(places), self._machine.fleet.groups), np.int64)
        each = max(1, AT_ONCE // self._moves.hold.moves)
        for start in range(0, len(places), each):
            chunk = slice(start, start + each)
            moved = self._machine.move(rows[places[chunk]], self._moves.hold)
            after[chunk] = self.known.find(moved.rows).reshape(-1, after.shape[1])
        self._count(places, after.shape[1])
        if len(places):
            self._judge_serving(places, np.searchsorted(places, after))

    def _judge_serving(self, places: Ints, after: Ints) -> None:
        """Count how long each row takes to turn each group green; `after` is where it goes if that is wished."""
        machine, layout = self._machine, self.known.rows[places, LAYOUT]
        aspect, longest = machine.memory.of(self.known.rows[places], "aspect"), machine.longest_service_ticks
        for group in range(aspect.shape[1]):
            ticks = np.where(aspect[:, group] == Aspect.GREEN, 0, NEVER)
            while not np.array_equal(ticks, sooner := np.minimum(ticks, ticks[after[:, group]] + 1)):
                ticks = sooner
            late = np.flatnonzero(ticks > longest[layout, group])
            for first in late[np.unique(layout[late], return_index=True)[1]]:
                self._note(SERVES, int(places[first]), (HOLD, group))
            self.longest_ticks = max(self.longest_ticks, int(ticks.max()))


def _code(kind: int, choice: Ints) -> Ints:
    return ~choice if kind else choice
