"""One pulse for all connections of an event loop: who has something to do is called, many at a time.

A timer for each of a thousand connections would wake the process some thousand times a second; this one wakes it twenty
times.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from signals.adapters.cabinet.clock import Clock

__all__ = ["AT_ONCE", "TURN_S", "Keeper", "Kept", "keeper_of"]

TURN_S: Final = 0.05
"""How often it looks who is due."""

AT_ONCE: Final = 32
"""How many are called before others have their turn: a tick of a drive does not wait for a thousand."""


class Kept(Protocol):
    """A connection.

    Attributes
    ----------
    due_s
        When it has something to do next.
    """

    due_s: float

    def look(self) -> None:
        """Do what is due, and say when the next is."""
        ...


class Keeper:
    """Calls connections when they are due.

    Parameters
    ----------
    clock
        The time.
    ended
        Called when it has nobody left.
    """

    def __init__(self, clock: Clock, ended: Callable[[], object]) -> None:
        self._clock, self._ended = clock, ended
        self._kept: dict[Kept, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._due: list[Kept] = []

    def keep(self, one: Kept) -> None:
        """Call a connection from now on when it is due."""
        self._kept[one] = None
        if self._timer is None:
            self._timer = self._clock.later(TURN_S, self._turn)

    def leave(self, one: Kept) -> None:
        """Call it no more; safe to call twice."""
        self._kept.pop(one, None)
        if not self._kept and self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._ended()

    def _turn(self) -> None:
        self._timer = self._clock.later(TURN_S, self._turn)
        if not self._due:  # else the last turn is not over yet
            now_s = self._clock.now_s()
            self._due = [one for one in self._kept if one.due_s <= now_s]
            self._call_some()

    def _call_some(self) -> None:
        soon = asyncio.get_running_loop().call_soon
        some, self._due = self._due[:AT_ONCE], self._due[AT_ONCE:]
        for one in some:
            if one in self._kept:
                soon(one.look)  # of its own: whatever goes wrong in one keeps nobody else from his turn
        if self._due:
            soon(self._call_some)


_KEEPERS: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Clock, Keeper]] = WeakKeyDictionary()


def keeper_of(clock: Clock) -> Keeper:
    """Return the one of the running event loop, for a clock."""
    known = _KEEPERS.setdefault(asyncio.get_running_loop(), {})
    if clock not in known:
        known[clock] = Keeper(clock, lambda: known.pop(clock, None))
    return known[clock]
