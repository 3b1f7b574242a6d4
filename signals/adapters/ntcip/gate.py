"""How many controllers of one event loop are spoken to at once: no more than answer before patience ends.

A thousand requests that are sent in one go are answered one after the other. Those behind in the queue are late, are
taken for lost and sent again, which makes everybody later still; and none is done before all nearly are. Here whoever
comes when there are many waits for his turn. Who takes long counts no longer, so that silent controllers keep nobody
from his.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final
from weakref import WeakKeyDictionary

from signals.adapters.cabinet.clock import Clock

__all__ = ["AT_ONCE", "SOON_S", "Gate", "Turn", "gate_of"]

AT_ONCE: Final = 48
"""Chosen: a conversation takes a fifth of a millisecond of the other end, so that the last of these waits 10 ms."""
SOON_S: Final = 0.01
"""After how long those whose turn it was do not count any more."""


class Gate:
    """Lets so many in at once.

    Parameters
    ----------
    clock
        Time.

    Attributes
    ----------
    inside
        How many have their turn, and count.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.inside, self._round, self._is_timed = 0, 0, False
        self._waiting: deque[asyncio.Future[int]] = deque()

    def turn(self) -> Turn:
        """Return a context that begins when it is somebody's turn, and ends it."""
        return Turn(self)

    async def enter(self) -> int:
        """Wait for a turn, and return in which round it is."""
        if self.inside < AT_ONCE and not self._waiting:
            self.inside += 1
            return self._round
        turn: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if not self._is_timed:
            self._go_on_soon()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was given a turn in the same moment
                self.leave(turn.result())
            raise

    def leave(self, round_: int) -> None:
        """End a turn of a round."""
        if round_ == self._round:
            self.inside -= 1
            self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self.inside < AT_ONCE:
            turn = self._waiting.popleft()
            if not turn.done():
                self.inside += 1
                turn.set_result(self._round)

    def _go_on_soon(self) -> None:
        self._clock.later(SOON_S, self._go_on)
        self._is_timed = True

    def _go_on(self) -> None:
        """Let the next ones in, whatever became of those before, for as long as anybody waits."""
        self._is_timed = False
        if self._waiting:
            self._round, self.inside = self._round + 1, 0
            self._let_in()
            self._go_on_soon()


class Turn:
    """A turn at a gate; an asynchronous context manager, to be used once.

    Parameters
    ----------
    gate
        Which.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate, self._round = gate, -1

    async def __aenter__(self) -> None:
        """Wait for it."""
        self._round = await self._gate.enter()

    async def __aexit__(self, *_: object) -> None:
        """End it."""
        self._gate.leave(self._round)


_GATES: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Clock, Gate]] = WeakKeyDictionary()


def gate_of(clock: Clock) -> Gate:
    """Return the one of the running event loop, for a clock."""
    known = _GATES.setdefault(asyncio.get_running_loop(), {})
    if clock not in known:
        known[clock] = Gate(clock)
    return known[clock]
