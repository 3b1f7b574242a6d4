"""A plant ticks in time, whoever speaks for it is told, and nothing is left running."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.host import Hosted, host, host_until_done
from signals.errors import WorldError, WorldLostError


class Hands(Clock):
    """A clock that moves when somebody sleeps, or works."""

    def __init__(self, wall_s: float = 1_000.0) -> None:
        self.at_s = 0.0
        super().__init__(wall=lambda: wall_s, monotonic=lambda: self.at_s)

    async def sleep(self, for_s: float) -> None:
        self.at_s += max(0.0, for_s)
        await asyncio.sleep(0)


class Street:
    tick_ds = 10

    def __init__(self, ticks: int, clock: Hands | None = None, *, works_s: float = 0.0, dies_at: int = -1) -> None:
        self.left, self.clock, self.works_s, self.dies_at = ticks, clock or Hands(), works_s, dies_at
        self.times_s: list[float] = []

    def tick(self) -> bool:
        self.times_s.append(self.clock.now_s())
        self.clock.at_s += self.works_s
        self.left -= 1
        if self.left == self.dies_at:
            raise WorldLostError("the street is gone")
        return self.left > 0


class Server:
    def __init__(self, log: list[str], name: str, *, fails: bool = False) -> None:
        self.log, self.name, self.fails, self.port, self.told = log, name, fails, 0, 0

    async def start(self) -> None:
        self.log.append(f"{self.name} starts")
        if self.fails:
            raise WorldError("the port is taken")
        self.port = 7

    async def stop(self) -> None:
        self.log.append(f"{self.name} stops")

    def ticked(self) -> None:
        self.told += 1

    def cut(self) -> None:
        raise AssertionError("nobody cuts here")


def test_everybody_is_started_told_and_stopped() -> None:
    log: list[str] = []
    one, two = Server(log, "one"), Server(log, "two")
    done = asyncio.run(host(Street(5), [one, two], Hands(), lambda: log.append(f"listening {two.port}")))
    assert log == ["one starts", "two starts", "listening 7", "two stops", "one stops"]
    assert (one.told, two.told) == (5, 5)
    assert (done.ticks, done.finished) == (5, True)


def test_ticks_come_in_time() -> None:
    clock = Hands()
    street = Street(10, clock, works_s=0.9)
    done = asyncio.run(host(street, [], clock))
    assert street.times_s == pytest.approx(range(10))
    assert done == Hosted(10, 0, 0.0, finished=True)


def test_ticks_begin_at_whole_ticks_of_the_clock_and_stay_there() -> None:
    clock = Hands(wall_s=1_000.75)
    street = Street(3, clock, works_s=2.5)
    asyncio.run(host(street, [], clock))
    assert street.times_s == pytest.approx([0.25, 3.25, 6.25])


def test_ticks_may_begin_elsewhere_in_a_tick_of_the_clock() -> None:
    clock = Hands(wall_s=1_000.75)
    street = Street(2, clock)
    asyncio.run(host(street, [], clock, None, 0.3))
    assert street.times_s == pytest.approx([0.55, 1.55])


def test_one_that_is_a_little_late_catches_up() -> None:
    clock = Hands()
    street = Street(3, clock, works_s=0.5)
    street.times_s, clock.at_s = [], 0.0
    first = street.tick

    def slow_at_first() -> bool:
        clock.at_s += 1.2 if not street.times_s else 0.0
        return first()

    street.tick = slow_at_first  # type: ignore[method-assign]
    done = asyncio.run(host(street, [], clock))
    assert street.times_s == pytest.approx([1.2, 1.7, 2.2])
    assert done.late == 0


def test_a_plant_that_is_too_slow_is_not_hurried() -> None:
    clock = Hands()
    street = Street(4, clock, works_s=3.0)
    done = asyncio.run(host(street, [], clock))
    assert street.times_s == pytest.approx([0.0, 3.0, 6.0, 9.0])
    assert done == Hosted(4, 3, 2.0, finished=True)


def test_a_server_that_cannot_start_takes_the_others_with_it() -> None:
    log: list[str] = []
    with pytest.raises(WorldError, match="the port is taken"):
        asyncio.run(host(Street(5), [Server(log, "one"), Server(log, "two", fails=True)], Hands()))
    assert log == ["one starts", "two starts", "two stops", "one stops"]


def test_a_plant_that_is_lost_stops_the_servers() -> None:
    log: list[str] = []
    with pytest.raises(WorldLostError):
        asyncio.run(host(Street(5, dies_at=3), [Server(log, "one")], Hands()))
    assert log[-1] == "one stops"
    with pytest.raises(WorldLostError):
        host_until_done(Street(5, dies_at=3), [Server(log, "two")], Hands())
    assert log[-1] == "two stops"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(number: signal.Signals) -> None:
    log: list[str] = []

    class Interrupted(Street):
        def tick(self) -> bool:
            if self.left == 997:
                os.kill(os.getpid(), number)
            return super().tick()

    done = host_until_done(Interrupted(1000), [Server(log, "one")], Hands())
    assert done.finished is False
    assert 4 <= done.ticks < 20
    assert log == ["one starts", "one stops"]


def test_one_that_comes_to_its_end_says_so() -> None:
    assert host_until_done(Street(3), [], Hands()) == Hosted(3, 0, 0.0, finished=True)
