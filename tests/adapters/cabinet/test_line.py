"""A line answers in time, whatever the links on it do."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest

from signals.adapters.cabinet.line import LATE, Line, at_once


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line("test")
    yield made
    made.close()


async def said(word: object, after_s: float = 0.0) -> object:
    await asyncio.sleep(after_s)
    return word


async def broken() -> object:
    raise ValueError("no")


def test_everybody_gets_an_answer_of_his_own(line: Line) -> None:
    one, two, three = line.each([partial(said, 1), broken, partial(said, 3, 60.0)], 0.05)
    assert one == 1
    assert isinstance(two, ValueError)
    assert three is LATE


def test_nothing_to_do_takes_no_time(line: Line) -> None:
    assert line.each([], 0.0) == []


def test_what_need_not_wait_is_answered_at_once(line: Line) -> None:
    def fails() -> object:
        raise ValueError("no")

    def ends() -> object:
        raise SystemExit

    here, there, no, end = line.each([threading.get_ident, partial(said, 2), fails, ends], 1.0)
    assert here not in {threading.get_ident(), None}
    assert there == 2
    assert isinstance(no, ValueError)
    assert isinstance(end, RuntimeError)
    assert line.begin(lambda: 5).result(1.0) == 5
    assert isinstance(line.begin(fails).exception(1.0), ValueError)


def test_what_cancels_itself_is_an_error_not_a_hole(line: Line) -> None:
    async def gives_up() -> object:
        raise asyncio.CancelledError

    (found,) = line.each([gives_up], 0.5)
    assert isinstance(found, asyncio.CancelledError)


def test_lines_are_waited_for_together(line: Line) -> None:
    others = [Line(f"other {number}") for number in range(4)]
    free = threading.Event()

    async def blocks() -> object:
        return free.wait(10.0)

    begun = time.monotonic()
    given = {other: [blocks] for other in others}
    found = at_once({**given, line: [partial(said, "fine")]}, 0.2)
    assert time.monotonic() - begun < 1.0, "five times 0.35 s would be more"
    assert [found[other] for other in others] == [[LATE]] * 4
    assert found[line] == ["fine"]
    free.set()
    for other in others:
        other.close()


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
def test_whoever_wants_to_end_the_program_ends_his_own_work_only(line: Line, kind: type[BaseException]) -> None:
    async def leaves() -> object:
        raise kind

    found, fine = line.each([leaves, partial(said, "fine")], 1.0)
    assert isinstance(found, RuntimeError)
    assert kind.__name__ in str(found)
    assert fine == "fine"
    begun = line.begin(leaves)
    with pytest.raises(RuntimeError, match=kind.__name__):
        begun.result(5.0)
    assert line.each([partial(said, "still there")], 1.0) == ["still there"]


def test_whoever_blocks_the_loop_is_late_and_does_not_block_the_caller(line: Line) -> None:
    free = threading.Event()

    async def blocks() -> object:
        free.wait(5.0)
        return "at last"

    begun = time.monotonic()
    assert line.each([blocks, partial(said, "fine")], 0.05) == [LATE, LATE]
    assert time.monotonic() - begun < 1.0
    free.set()
    assert line.each([partial(said, "again")], 1.0) == ["again"]


def test_work_may_go_on_in_the_background(line: Line) -> None:
    assert line.begin(partial(said, "later", 0.01)).result(2.0) == "later"


def test_closing_ends_what_runs_and_may_happen_twice() -> None:
    line = Line("test")
    ended = threading.Event()

    async def for_ever() -> None:
        try:
            await asyncio.sleep(3_600)
        finally:
            ended.set()

    line.begin(for_ever)
    line.each([partial(said, 1)], 1.0)
    assert line.close()
    assert ended.is_set()
    assert line.close()
    assert line.each([partial(said, 1)], 1.0) == [LATE]
    assert line.begin(partial(said, 1)).cancelled()
    assert not [thread for thread in threading.enumerate() if thread.name == "line test"]


def test_a_line_that_is_stuck_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signals.adapters.cabinet.line.CLOSE_S", 0.05)
    line, free, blocked = Line("test"), threading.Event(), threading.Event()

    async def blocks() -> None:
        blocked.set()
        free.wait(5.0)

    line.begin(blocks)
    assert blocked.wait(5.0)
    assert not line.close()
    free.set()
    line._thread.join(5.0)


def test_what_was_answered_counts_where_the_loop_does_not_come_to_its_end(line: Line) -> None:
    async def blocks() -> None:
        await asyncio.sleep(0.02)
        time.sleep(0.6)  # noqa: ASYNC251  as where a thousand others have much to do

    assert line.each([partial(said, 1), blocks, lambda: 3], 0.05) == [1, LATE, 3]
    assert line.behind
    assert line.each([partial(said, 2)], 2.0) == [2]
    assert not line.behind


def test_who_was_told_to_end_has_not_answered(line: Line) -> None:
    async def grumbles() -> None:
        try:
            await asyncio.sleep(60.0)
        except asyncio.CancelledError as error:
            raise ValueError("I was not done") from error

    async def tells() -> object:
        try:
            await asyncio.sleep(60.0)
        except asyncio.CancelledError:
            return "too late"

    assert line.each([grumbles, tells], 0.05) == [LATE, LATE]
