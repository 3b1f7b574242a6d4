"""The event loop in which virtual cabinets live: it lets a plant tick in time and servers speak for what it shows."""

from __future__ import annotations

import asyncio
import math
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from typing import Final, NamedTuple, Protocol

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.station import CabinetServer

__all__ = ["Hosted", "Plant", "host", "host_until_done"]

LATE_TICKS: Final = 1.0
"""By how many ticks it may be late before it gives up to catch up."""


class Plant(Protocol):
    """The street behind virtual cabinets.

    Attributes
    ----------
    tick_ds
        Length of a tick.
    """

    tick_ds: int

    def tick(self) -> bool:
        """Let a tick pass; return whether there is another one. Raises `WorldError`."""
        ...


class Hosted(NamedTuple):
    """How it went.

    Attributes
    ----------
    ticks
        How many there were.
    late
        How many began more than a tick late, so that the ones after them were put off.
    latest_s
        The worst of that, in seconds of the clock.
    finished
        Whether the plant came to its end.
    """

    ticks: int
    late: int
    latest_s: float
    finished: bool


async def host(
    plant: Plant,
    servers: Sequence[CabinetServer],
    clock: Clock,
    on_started: Callable[[], None] | None = None,
    past_s: float = 0.0,
) -> Hosted:
    """Start the servers, let the plant tick in time until its end, and stop the servers.

    Parameters
    ----------
    plant
        What ticks.
    servers
        Who is told after each tick.
    clock
        Time.
    on_started
        Called once, when all listen and their ports are known.
    past_s
        How far in a whole tick of the clock ours begin.

    Raises
    ------
    WorldError
        When a server cannot start, or the plant is lost; all servers are stopped then, too.
    """
    ticker = _Ticker(plant, servers, clock, past_s)
    await ticker.run(on_started)
    return ticker.so_far(finished=True)


def host_until_done(
    plant: Plant, servers: Sequence[CabinetServer], clock: Clock, on_started: Callable[[], None] | None = None
) -> Hosted:
    """Do what `host` does in an event loop of its own; SIGINT and SIGTERM end it early, and in order."""

    async def main() -> Hosted:
        loop, ticker = asyncio.get_running_loop(), _Ticker(plant, servers, clock)
        running = loop.create_task(ticker.run(on_started))
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, running.cancel)
        await asyncio.wait([running])
        if not running.cancelled():
            running.result()
        return ticker.so_far(finished=not running.cancelled())

    return asyncio.run(main())


class _Ticker:
    """Ticks, and how they went so far."""

    def __init__(self, plant: Plant, servers: Sequence[CabinetServer], clock: Clock, past_s: float = 0.0) -> None:
        self._plant, self._servers, self._clock, self._past_s = plant, servers, clock, past_s
        self._ticks, self._late, self._latest_s = 0, 0, 0.0

    def so_far(self, *, finished: bool) -> Hosted:
        return Hosted(self._ticks, self._late, self._latest_s, finished)

    async def run(self, on_started: Callable[[], None] | None) -> None:
        async with AsyncExitStack() as stack:
            for server in self._servers:
                stack.push_async_callback(server.stop)
                await server.start()
            if on_started is not None:
                on_started()
            await self._run_in_time()

    async def _run_in_time(self) -> None:
        """Tick at known moments of the clock, so that whoever asks knows when nothing changes."""
        tick_s = self._plant.tick_ds / 10
        wait_s = self._clock.until_s(tick_s, self._past_s)
        due_s = self._clock.now_s() + wait_s
        await self._clock.sleep(wait_s)
        while self._tick():
            due_s += tick_s
            behind_s = self._clock.now_s() - due_s
            if behind_s > LATE_TICKS * tick_s:  # a burst of ticks would be no time that anybody could follow
                self._late, self._latest_s = self._late + 1, max(self._latest_s, behind_s)
                due_s += math.ceil(behind_s / tick_s) * tick_s
            await self._clock.sleep(due_s - self._clock.now_s())

    def _tick(self) -> bool:
        more = self._plant.tick()
        for server in self._servers:
            server.ticked()
        self._ticks += 1
        return more
