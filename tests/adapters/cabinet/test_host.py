"""A plant ticks in time, whoever speaks for it is told, and nothing is left running."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.host import Hosted, host, host_until_done
from signals.errors import WorldError, WorldLostError


class Street:
    tick_ds = 10

    def __init__(self, ticks: int, clock: Clock | None = None, *, slow_s: float = 0.0, dies_at: int = -1) -> None:
        self.left, self.clock, self.slow_s, self.dies_at = ticks, clock, slow_s, dies_at
        self.times_s: list[float] = []

    def tick(self) -> bool:
        if self.clock is not None:
            self.times_s.append(self.clock.now_s())
        time.sleep(self.slow_s)
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
    done = asyncio.run(host(Street(5), [one, two], Clock(200.0), lambda: log.append(f"listening {two.port}")))
    assert log == ["one starts", "two starts", "listening 7", "two stops", "one stops"]
    assert (one.told, two.told) == (5, 5)
    assert (done.ticks, done.finished) == (5, True)


def test_ticks_come_in_time() -> None:
    clock = Clock(20.0)
    street = Street(10, clock)
    done = asyncio.run(host(street, [], clock))
    late_s = [seen - street.times_s[0] - number for number, seen in enumerate(street.times_s)]
    assert min(late_s) > -0.01
    assert done.late == 0


def test_a_plant_that_is_too_slow_is_not_hurried() -> None:
    clock = Clock(100.0)
    street = Street(4, clock, slow_s=0.03)  # 3 s of its time for a second
    done = asyncio.run(host(street, [], clock))
    assert done.late == 3
    assert done.latest_s >= 2.0
    assert all(after - before >= 2.9 for before, after in zip(street.times_s, street.times_s[1:], strict=False))


def test_a_server_that_cannot_start_takes_the_others_with_it() -> None:
    log: list[str] = []
    with pytest.raises(WorldError, match="the port is taken"):
        asyncio.run(host(Street(5), [Server(log, "one"), Server(log, "two", fails=True)], Clock()))
    assert log == ["one starts", "two starts", "two stops", "one stops"]


def test_a_plant_that_is_lost_stops_the_servers() -> None:
    log: list[str] = []
    with pytest.raises(WorldLostError):
        asyncio.run(host(Street(5, dies_at=3), [Server(log, "one")], Clock(200.0)))
    assert log[-1] == "one stops"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_in_order(number: signal.Signals) -> None:
    log: list[str] = []

    class Interrupted(Street):
        def tick(self) -> bool:
            if self.left == 997:
                os.kill(os.getpid(), number)
            return super().tick()

    done = host_until_done(Interrupted(1000), [Server(log, "one")], Clock(20.0))
    assert done.finished is False
    assert done.ticks == 4
    assert log == ["one starts", "one stops"]


def test_one_that_comes_to_its_end_says_so() -> None:
    assert host_until_done(Street(3), [], Clock(200.0)) == Hosted(3, 0, 0.0, finished=True)
