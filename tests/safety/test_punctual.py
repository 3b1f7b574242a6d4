"""Deadlines in real time: whoever is late is left behind, and the loop goes on."""

from __future__ import annotations

import gc
import threading
import time

import numpy as np
import pytest

from signals.model.crossroads import crossroads
from signals.model.values import Decision, Snapshot
from signals.safety.fallback import Failure, Fallback, LateError
from signals.safety.guard import DO_NOT_WRITE
from signals.safety.punctual import Punctual, Worker
from tests.safety.snapshots import Puppet, snapshot

SITE = crossroads()
DEADLINE_S = 0.2
SOON_S = 5.0
"""What should happen at once must have happened by then, even on a busy machine."""


def wish(stage: int) -> Decision:
    return Decision(np.isin(np.arange(12), SITE.intersections[0].stages[stage].groups), np.array([stage], np.int32))


def threads() -> int:
    return sum(thread.name.startswith("controller") for thread in threading.enumerate())


def until(condition: object, seconds: float = SOON_S) -> bool:
    end_s = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > end_s:
            return False
        time.sleep(0.001)
    return True


def test_who_answers_in_time_is_followed() -> None:
    punctual = Punctual(Puppet(wish(1)), SOON_S)
    fallback = Fallback(punctual, SITE)
    for tick in range(20):
        assert fallback.decide(snapshot(SITE, float(tick))).stage.tolist() == [1]
    assert fallback.take_events() == ()


def test_it_thinks_on_another_thread_about_a_copy() -> None:
    seen: list[tuple[str, Snapshot]] = []

    def think(given: Snapshot) -> Decision:
        seen.append((threading.current_thread().name, given))
        return wish(0)

    shown = snapshot(SITE, 1.0)
    Punctual(Puppet(think), SOON_S).decide(shown)
    ((thread, given),) = seen
    assert thread == "controller Puppet"
    assert given.time_s == 1.0
    assert not any(np.shares_memory(a, b) for a, b in zip(given, shown, strict=True) if isinstance(a, np.ndarray))


def test_what_it_raises_is_raised_here() -> None:
    punctual = Punctual(Puppet(ZeroDivisionError("x / 0")), SOON_S)
    with pytest.raises(ZeroDivisionError, match="x / 0"):
        punctual.decide(snapshot(SITE, 1.0))
    fallback = Fallback(punctual, SITE)
    fallback.decide(snapshot(SITE, 1.0))
    (event,) = fallback.take_events()
    assert event.code == "controller-raised"
    assert "ZeroDivisionError: x / 0" in event.detail


@pytest.mark.parametrize("factor", [1.5, 10])
def test_a_late_answer_is_dropped_and_the_last_wish_held(factor: float) -> None:
    puppet = Puppet(wish(1))
    fallback = Fallback(Punctual(puppet, DEADLINE_S), SITE, backup=Puppet(wish(2)))
    fallback.decide(snapshot(SITE, 1.0))

    def slow(_: Snapshot) -> Decision:
        time.sleep(factor * DEADLINE_S)
        return wish(3)

    puppet.answer = slow
    start_s = time.monotonic()
    assert fallback.decide(snapshot(SITE, 2.0)).stage.tolist() == [1]
    assert time.monotonic() - start_s >= DEADLINE_S
    puppet.answer = wish(0)
    assert [event.code for event in fallback.take_events()] == ["controller-late"]
    assert until(lambda: not fallback._controller._worker._answers.empty())  # type: ignore[attr-defined]
    stages = [fallback.decide(snapshot(SITE, float(tick))).stage.tolist() for tick in range(3, 30)]
    assert stages[0] == [1]
    assert stages[-1] == [0]
    assert [3] not in stages
    assert [event.code for event in fallback.take_events()] == ["level-0"]


def test_one_that_never_answers_is_left_behind_and_the_loop_answers_at_once() -> None:
    stuck, puppet = threading.Event(), Puppet(wish(1))
    fallback = Fallback(Punctual(puppet, DEADLINE_S), SITE, backup=Puppet(wish(2)))
    fallback.decide(snapshot(SITE, 1.0))
    puppet.answer = lambda _: stuck.wait() and wish(1)
    before, start_s = threads(), time.monotonic()
    stages = [fallback.decide(snapshot(SITE, float(tick))).stage.tolist() for tick in range(2, 600)]
    assert time.monotonic() - start_s < DEADLINE_S + SOON_S  # the deadline is waited for only once
    assert stages[0] == [1]
    assert stages[-1] == [2]
    assert len(puppet.asked) == 2
    assert threads() <= before
    assert [event.code for event in fallback.take_events()] == ["controller-late", "level-2"]
    puppet.answer = wish(0)
    stuck.set()
    assert until(lambda: not fallback._controller._worker._answers.empty())  # type: ignore[attr-defined]
    for tick in range(600, 2000):
        decision = fallback.decide(snapshot(SITE, float(tick)))
    assert decision.stage.tolist() == [0]


def test_without_anything_to_hold_nothing_is_written_at_the_deadline() -> None:
    stuck = threading.Event()
    fallback = Fallback(Punctual(Puppet(lambda _: stuck.wait()), DEADLINE_S), SITE)
    assert fallback.decide(snapshot(SITE, 1.0)).stage.tolist() == [DO_NOT_WRITE]
    stuck.set()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_one_that_ends_its_thread_gets_another() -> None:
    puppet = Puppet(SystemExit())
    punctual = Punctual(puppet, SOON_S)
    with pytest.raises(RuntimeError, match="ended its thread"):
        punctual.decide(snapshot(SITE, 1.0))
    puppet.answer = wish(1)
    until(lambda: not punctual._worker._thread.is_alive())
    assert punctual.decide(snapshot(SITE, 2.0)).stage.tolist() == [1]


def test_a_worker_nobody_needs_goes() -> None:
    worker = Worker("controller that goes")
    assert worker.begin(lambda: 5)
    assert worker.answer(SOON_S) == 5
    thread = worker._thread
    del worker
    gc.collect()
    assert until(lambda: not thread.is_alive())


def test_a_worker_takes_one_call_at_a_time() -> None:
    worker, stuck = Worker("controller"), threading.Event()
    assert worker.begin(lambda: stuck.wait() and "late")
    with pytest.raises(LateError, match="did not answer in time"):
        worker.answer(-1.0)
    assert not worker.begin(lambda: "next")
    stuck.set()
    assert until(lambda: not worker._answers.empty())
    assert worker.begin(lambda: 1 / 0)
    found = worker.answer(SOON_S)
    assert isinstance(found, Failure)
    assert found.of("adapter") == ("adapter-raised", "ZeroDivisionError: division by zero")


@pytest.mark.parametrize("deadline_s", [0.0, -1.0, float("nan")])
def test_a_deadline_is_positive(deadline_s: float) -> None:
    with pytest.raises(ValueError, match="deadline_s must be > 0"):
        Punctual(Puppet(wish(0)), deadline_s)
