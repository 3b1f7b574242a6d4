"""That there is no time is said once, and that there is again once everybody has had his turn."""

from __future__ import annotations

import numpy as np

from signals.control.horizon_lateness import CALM_S, IN_TIME, LATE, Lateness
from signals.model.values import Event


class Told:
    """Three intersections, some of which are late."""

    def __init__(self) -> None:
        self.lateness, self.counts, self.time_s = Lateness(3, 50.0), np.zeros(3, np.int32), 0.0

    def tick(self, *late: int) -> tuple[Event, ...]:
        self.counts[list(late)] += 1
        self.time_s += 1.0
        self.lateness.note(self.time_s, self.counts)
        return self.lateness.take()


def test_in_time_nothing_is_said() -> None:
    told = Told()
    assert [told.tick() for _ in range(30)] == [()] * 30
    assert told.lateness.summary == ""


def test_the_first_late_decision_is_said_and_no_other() -> None:
    told = Told()
    told.tick()
    (event,) = told.tick(0, 2)
    assert (event.time_s, event.intersection, event.code) == (2.0, -1, LATE)
    assert event.detail.startswith("2 of 3 intersections could not be planned within 50 ms")
    assert [told.tick(k % 3) for k in range(30)] == [()] * 30
    assert told.lateness.summary == "32 decisions were due and made without a plan: deadline_ms = 50 was too short"


def test_one_that_is_late_is_named() -> None:
    assert Told().tick(1)[0].intersection == 1


def test_it_is_over_when_all_were_in_time_for_a_while() -> None:
    told = Told()
    told.tick(0)
    told.tick(1)
    for _ in range(int(CALM_S) - 1):
        assert told.tick() == ()
    (event,) = told.tick()
    assert (event.intersection, event.code) == (-1, IN_TIME)
    assert event.detail.endswith("after 2 decisions without a plan")
    assert told.tick() == ()
    assert told.tick(2)[0].code == LATE
    for _ in range(int(CALM_S) - 1):
        told.tick()
    (event,) = told.tick()
    assert event.detail.endswith("after 1 decisions without a plan")


def test_whoever_is_late_now_and_then_is_late_all_the_time() -> None:
    told = Told()
    told.tick(0)
    for _ in range(5):
        for _ in range(int(CALM_S) - 1):
            assert told.tick() == ()
        assert told.tick(0) == ()
