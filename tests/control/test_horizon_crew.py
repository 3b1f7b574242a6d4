from __future__ import annotations

import threading

import pytest

from signals.control.horizon_crew import CHUNK, LEAST_EACH, Crew, hands


class Clock:
    """Time that passes with every chunk that is planned."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def run(crew: Crew, clock: Clock, until_s: float | None) -> tuple[list[int], list[int]]:
    """Plan; return which intersections were planned and for which there was no time, in order."""
    planned, late = list[int](), list[int]()

    def plan(first: int, beyond: int, _: int) -> None:
        planned.extend(range(first, beyond))
        clock.now_s += 1.0

    crew.plan(plan, lambda first, beyond, _: late.extend(range(first, beyond)), until_s)
    return planned, late


def test_small_networks_are_planned_by_one_thread_in_one_call() -> None:
    calls: list[tuple[int, int, int]] = []
    Crew(20, 1, Clock()).plan(lambda *chunk: calls.append(chunk), lambda *_: None, None)
    assert calls == [(0, 20, 0)]


def test_threads_plan_everybody_once() -> None:
    seen, threads, both = list[int](), set[int](), threading.Barrier(2)

    def plan(first: int, beyond: int, thread: int) -> None:
        if thread not in threads:
            threads.add(thread)
            both.wait(timeout=60.0)
        seen.extend(range(first, beyond))

    Crew(5 * CHUNK + 3, 2, Clock()).plan(plan, lambda *_: None, None)
    assert sorted(seen) == list(range(5 * CHUNK + 3))
    assert threads == {0, 1}


def test_what_a_thread_raises_is_raised() -> None:
    def plan(_first: int, _beyond: int, thread: int) -> None:
        if thread == 1:
            raise ZeroDivisionError
        threading.Event().wait(0.05)

    with pytest.raises(ZeroDivisionError):
        Crew(50 * CHUNK, 2, Clock()).plan(plan, lambda *_: None, None)


def test_those_for_whom_there_was_no_time_come_first_the_next_time() -> None:
    clock = Clock()
    crew = Crew(10, 1, clock)
    assert run(crew, clock, 4.0) == ([0, 1, 2, 3], [4, 5, 6, 7, 8, 9])
    assert run(crew, clock, 8.0) == ([4, 5, 6, 7], [8, 9, 0, 1, 2, 3])
    assert run(crew, clock, 99.0) == ([8, 9, 0, 1, 2, 3, 4, 5, 6, 7], [])


def test_chunks_that_begin_in_the_middle_cover_everybody() -> None:
    clock = Clock()
    crew = Crew(37, 1, clock)
    first, rest = run(crew, clock, 2.0)
    planned, late = run(crew, clock, 99.0)
    assert sorted(first + rest) == sorted(planned) == list(range(37))
    assert planned[0] == rest[0]
    assert not late


def test_as_many_threads_as_pay_or_as_are_wanted() -> None:
    assert hands(LEAST_EACH - 1, 0) == 1
    assert hands(0, 0) == 1
    assert 1 <= hands(1000 * LEAST_EACH, 0) <= 1000
    assert hands(10, 3) == 3
    assert hands(2, 3) == 2
