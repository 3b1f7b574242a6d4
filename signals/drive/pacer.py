"""Keeps the ticks of a drive: one edge after the other, and no burst to catch up."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, NamedTuple

from signals.adapters.cabinet.clock import Clock

__all__ = ["Pace", "Pacer"]

KEPT: Final = 100_000
"""How many of the last ticks the statistics are about."""


class Pacer:
    """Waits for the edges of ticks.

    Parameters
    ----------
    tick_s
        Length of a tick, in seconds of the wall, > 0.
    now_s, sleep
        The clock, monotonic, and what waits.
    idle
        Called before it waits for at least half a tick: for what can be done at any time.

    Attributes
    ----------
    ticks, missed
        How many edges were waited for, and how many had passed already.
    last_busy_s
        How long the work of the last tick took.
    """

    def __init__(
        self,
        tick_s: float,
        now_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        idle: Callable[[], None] | None = None,
    ) -> None:
        self._tick_s, self._now_s, self._sleep, self._idle = tick_s, now_s, sleep, idle
        self._edge_s = now_s()
        self.ticks = self.missed = 0
        self.last_busy_s = 0.0
        self._busy_s: list[float] = []

    def begin(self, after_s: float = 0.0) -> None:
        """Let the first tick begin now, or after a time."""
        self._sleep(after_s)
        self._edge_s = self._now_s()

    def forget(self) -> None:
        """Begin to count anew."""
        self.ticks = self.missed = 0
        self._busy_s.clear()

    def wait(self) -> int:
        """Wait for the next edge, and return how many ticks have passed: more than one where edges were missed."""
        self.last_busy_s = busy_s = self._now_s() - self._edge_s
        if len(self._busy_s) < KEPT:
            self._busy_s.append(busy_s)
        else:
            self._busy_s[self.ticks % KEPT] = busy_s
        passed = max(1, int(busy_s / self._tick_s) + 1)
        self.ticks += 1
        self._edge_s += passed * self._tick_s
        if self._idle is not None and self._edge_s - self._now_s() >= self._tick_s / 2:
            self._idle()
        self._sleep(max(0.0, self._edge_s - self._now_s()))
        overslept = max(0, int((self._now_s() - self._edge_s) / self._tick_s))
        self._edge_s += overslept * self._tick_s
        self.missed += passed - 1 + overslept
        return passed + overslept

    def busy_s(self, share: float) -> float:
        """Return how long the work of a tick took at most in this share of the ticks; 0 where there was none."""
        if not self._busy_s:
            return 0.0
        ordered = sorted(self._busy_s)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class Pace(NamedTuple):
    """The time of a drive.

    Attributes
    ----------
    clock, pacer
        The time, and its ticks.
    tick_ds
        Length of a tick.
    last_tick
        After how many ticks it ends; None = never.
    """

    clock: Clock
    pacer: Pacer
    tick_ds: int
    last_tick: int | None = None
