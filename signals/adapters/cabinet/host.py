"""The event loop in which virtual cabinets live: it lets a plant tick in time and servers speak for what it shows."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
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
    plant: Plant, servers: Sequence[CabinetServer], clock: Clock, on_started: Callable[[], None] | None = None
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

    Raises
    ------
    WorldError
        When a server cannot start, or the plant is lost; all servers are stopped then, too.
    """
    async with AsyncExitStack() as stack:
        for server in servers:
            stack.push_async_callback(server.stop)
            await server.start()
        if on_started is not None:
            on_started()
        return await _tick(plant, servers, clock)


def host_until_done(
    plant: Plant, servers: Sequence[CabinetServer], clock: Clock, on_started: Callable[[], None] | None = None
) -> Hosted:
    """Do what `host` does in an event loop of its own; SIGINT and SIGTERM end it early, and in order."""

    async def main() -> Hosted:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # it is this one
        counted = _Counted(plant)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        # Whoever else cancels us is not there: the loop is ours.
        with suppress(asyncio.CancelledError):
            return await host(counted, servers, clock, on_started)
        return Hosted(counted.ticks, 0, 0.0, finished=False)

    return asyncio.run(main())


class _Counted:
    """A plant whose ticks are counted."""

    def __init__(self, plant: Plant) -> None:
        self.tick_ds, self.ticks, self._plant = plant.tick_ds, 0, plant

    def tick(self) -> bool:
        self.ticks += 1
        return self._plant.tick()


async def _tick(plant: Plant, servers: Sequence[CabinetServer], clock: Clock) -> Hosted:
    tick_s = plant.tick_ds / 10
    ticks, late, latest_s, due_s = 0, 0, 0.0, clock.now_s()
    while True:
        more = plant.tick()
        for server in servers:
            server.ticked()
        ticks += 1
        if not more:
            return Hosted(ticks, late, latest_s, finished=True)
        due_s += tick_s
        behind_s = clock.now_s() - due_s
        if behind_s > LATE_TICKS * tick_s:  # a burst of ticks would be no time that anybody could follow
            late, latest_s, due_s = late + 1, max(latest_s, behind_s), due_s + behind_s
        await clock.sleep(-behind_s)
