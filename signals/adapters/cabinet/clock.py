"""Time for whatever talks to a cabinet: monotonic, and as much faster than the wall as a test bench wants it.

Everything that waits or times out asks a clock, so that an hour at a bench takes a minute and no protocol notices.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

__all__ = ["Clock"]

T = TypeVar("T")

REAL: Final = 1.0

DAY_S: Final = 86_400.0


class Clock:
    """A clock that never goes back.

    Parameters
    ----------
    speed
        Seconds of this clock in a second of the wall, > 0; 1 on a street.
    wall, monotonic
        Where its times come from, in seconds.

    Raises
    ------
    ValueError
        When `speed` is not positive.
    """

    def __init__(
        self,
        speed: float = REAL,
        *,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not speed > 0:
            raise ValueError(f"speed must be > 0, got {speed}")
        self.speed, self._monotonic = speed, monotonic
        self._from_s, wall_s = monotonic(), wall()
        # Two processes of a bench that start one after the other must agree, so that the day they start in is shared.
        self._utc_s = wall_s + (speed - REAL) * (wall_s % DAY_S)

    def now_s(self) -> float:
        """Time since it was made."""
        return (self._monotonic() - self._from_s) * self.speed

    def utc_s(self) -> float:
        """Seconds since 1970, by the wall when it was made and by this clock since.

        At another speed than 1 it is as if it had run since the last midnight (UTC): all clocks of a speed agree.
        """
        return self._utc_s + self.now_s()

    def until_s(self, every_s: float, past_s: float = 0.0) -> float:
        """Return in how long it is a time past a whole multiple of a length, by `utc_s`."""
        return (past_s - self.utc_s()) % every_s

    async def sleep(self, for_s: float) -> None:
        """Wait; 0 or less lets others go first."""
        await asyncio.sleep(max(0.0, for_s) / self.speed)

    def later(self, for_s: float, call: Callable[[], object]) -> asyncio.TimerHandle:
        """Have the running event loop call something when a time has passed, unless that is cancelled."""
        return asyncio.get_running_loop().call_later(max(0.0, for_s) / self.speed, call)

    async def within(self, limit_s: float, what: Awaitable[T]) -> T:
        """Wait for something, but not for longer than a limit. Raises `TimeoutError`."""
        async with asyncio.timeout(limit_s / self.speed):
            return await what
