"""A change of plan takes its time, and nothing of it comes behind what gives the cabinet back."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import partial

import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.line import Line
from signals.adapters.cabinet.plan_changes import PlanChange, release
from signals.errors import WorldTimeoutError
from signals.model.cabinets import PlanRequest, Receipt, Request, sites_of
from signals.testing import two_crossroads
from tests.drive.cabinet_of_mine import MyCabinet, Plan

REQUEST = PlanRequest(1, 60, 0, (60,))


class Slow(MyCabinet):
    """Answers when it may, in two steps."""

    def __init__(self, story: list[str], *, error: Exception | None = None) -> None:
        super().__init__(sites_of(two_crossroads())[0], Plan(), Clock())
        self.story, self.error, self.may = story, error, asyncio.Event()

    async def send(self, request: Request) -> Receipt:
        assert request == REQUEST
        self.story.append("begin")
        await self.may.wait()
        if self.error is not None:
            raise self.error
        self.story.append("end")
        return Receipt(True, "accepted", "", 0.0, 0.0)

    async def release(self, reason: str) -> bool:
        self.story.append(f"release: {reason}")
        return True


@pytest.fixture(name="line")
def fixture_line() -> Iterator[Line]:
    line = Line("changes")
    yield line
    line.close()


def let(line: Line, link: Slow) -> None:
    async def go() -> None:
        link.may.set()
        await asyncio.sleep(0.01)

    line.each([go], 5.0)


def begun(line: Line, link: Slow) -> PlanChange:
    change = PlanChange(link, line, REQUEST, 3.0)
    line.each([partial(asyncio.sleep, 0)], 5.0)
    assert not change.done
    assert change.since_s == 3.0
    return change


def test_its_answer_is_there_when_it_is_done(line: Line) -> None:
    link = Slow([])
    change = begun(line, link)
    let(line, link)
    assert change.done
    assert change.answer() == Receipt(True, "accepted", "", 0.0, 0.0)
    assert link.story == ["begin", "end"]


def test_what_the_link_raises_is_its_answer(line: Line) -> None:
    link = Slow([], error=WorldTimeoutError("late"))
    change = begun(line, link)
    let(line, link)
    assert isinstance(change.answer(), WorldTimeoutError)


def test_it_ends_before_the_cabinet_is_given_back(line: Line) -> None:
    link = Slow([])
    change = begun(line, link)
    assert line.each([partial(release, link, change, "why")], 5.0) == [True]
    let(line, link)
    assert link.story == ["begin", "release: why"]
    assert change.done
    assert isinstance(change.answer(), asyncio.CancelledError)


def test_one_that_has_not_begun_never_does(line: Line) -> None:
    link = Slow([])

    async def both() -> None:
        change = PlanChange(link, line, REQUEST, 0.0)
        await release(link, change, "why")

    line.each([both], 5.0)
    let(line, link)
    assert link.story == ["release: why"]


def test_where_nothing_is_on_its_way_it_is_given_back_at_once(line: Line) -> None:
    link = Slow([])
    assert line.each([partial(release, link, None, "why")], 5.0) == [True]


def test_a_line_that_was_closed_answers_nothing() -> None:
    line = Line("closed")
    line.close()
    change = PlanChange(Slow([]), line, REQUEST, 0.0)
    assert change.done
    assert isinstance(change.answer(), asyncio.CancelledError)
