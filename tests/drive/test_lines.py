"""Lines work at the same time, and one that is stuck is replaced with whoever lives there."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import pytest

from signals.adapters.cabinet.line import LATE, Line
from signals.drive.lines import Lines
from signals.drive.seat import Seat


class Mine:
    """As much of a seat as lines need."""

    def __init__(self, line: Line) -> None:
        self.line, self.renewed, self.closed = line, 0, 0
        self.link = SimpleNamespace(close=self._close)

    async def _close(self) -> None:
        self.closed += 1

    def renew(self, line: Line) -> None:
        self.line, self.renewed = line, self.renewed + 1


class Town:
    """Two seats on one line, one on another."""

    def __init__(self) -> None:
        shared = Line("shared")
        self.seats = [Mine(shared), Mine(shared), Mine(Line("own"))]
        self.lines = Lines(cast("list[Seat]", self.seats))
        self.free = threading.Event()

    async def blocks(self) -> object:
        return self.free.wait(10.0)


async def fine() -> str:
    return "fine"


async def broken() -> str:
    raise ValueError("no")


@pytest.fixture
def town() -> Iterator[Town]:
    made = Town()
    yield made
    made.free.set()
    made.lines.close(1.0)


def test_everybody_gets_his_own_answer(town: Town) -> None:
    found = town.lines.each({0: fine, 1: broken, 2: fine}, 1.0)
    assert (found[0], found[2]) == ("fine", "fine")
    assert isinstance(found[1], ValueError)
    assert town.lines.each({}, 1.0) == {}
    assert town.lines.replace_stuck() == []


def test_who_is_stuck_is_replaced_with_all_on_his_line_and_nobody_else(town: Town) -> None:
    old = town.seats[0].line
    found = town.lines.each({0: town.blocks, 1: fine, 2: fine}, 0.1)
    assert found == {0: LATE, 1: LATE, 2: "fine"}
    assert town.lines.replace_stuck() == [0, 1]
    assert [seat.renewed for seat in town.seats] == [1, 1, 0]
    assert town.seats[0].line is town.seats[1].line is not old
    assert town.lines.each({0: fine, 1: fine}, 1.0) == {0: "fine", 1: "fine"}
    assert town.lines.replace_stuck() == []
    town.free.set()
    old._thread.join(5.0)
    assert not old._thread.is_alive(), "it ends as soon as it can do anything"
    assert [seat.closed for seat in town.seats] == [1, 1, 0], "and leaves what it held"


def test_nobody_waits_twice_for_what_is_stuck(town: Town) -> None:
    town.lines.each({0: town.blocks}, 0.1)
    begun = time.monotonic()
    assert town.lines.each({0: fine, 1: fine, 2: fine}, 5.0) == {0: LATE, 1: LATE, 2: "fine"}
    assert time.monotonic() - begun < 2.0


def test_cabinets_that_are_only_silent_stay_where_they_are(town: Town) -> None:
    async def silent() -> None:
        await asyncio.Event().wait()

    assert town.lines.each({2: silent}, 0.05) == {2: LATE}
    time.sleep(0.05)
    assert town.lines.replace_stuck() == []


def test_a_line_that_has_ended_is_replaced_too(town: Town) -> None:
    town.seats[2].line.close()
    assert town.lines.each({2: fine}, 0.05) == {2: LATE}
    assert town.lines.replace_stuck() == [2]
    assert town.lines.each({2: fine}, 1.0) == {2: "fine"}


def test_a_line_may_be_suspected_by_others(town: Town) -> None:
    town.seats[2].line.begin(town.blocks)
    town.lines.suspect(town.seats[2].line)
    town.lines.suspect(town.seats[2].line)
    assert town.lines.replace_stuck() == [2]


def test_who_is_suspected_is_asked_nevertheless(town: Town) -> None:
    for _ in range(50):
        town.lines.suspect(town.seats[0].line)
        assert town.lines.each({0: fine, 1: fine}, 5.0) == {0: "fine", 1: "fine"}
        assert town.lines.replace_stuck() == []


def test_in_the_end_all_leave() -> None:
    town = Town()
    town.lines.close(1.0)
    assert [seat.closed for seat in town.seats] == [1, 1, 1]
    assert not [thread for thread in threading.enumerate() if thread.name in ("line shared", "line own")]
