"""Ticks have one edge each; what was missed is counted and not made up for."""

from __future__ import annotations

import pytest

from signals.drive.pacer import Pacer


class Time:
    def __init__(self) -> None:
        self.now_s = 100.0

    def sleep(self, for_s: float) -> None:
        self.now_s += for_s


def paced(time: Time) -> Pacer:
    return Pacer(1.0, lambda: time.now_s, time.sleep)


def test_what_can_be_done_at_any_time_is_done_where_half_a_tick_is_left() -> None:
    time, idle = Time(), list[float]()
    pacer = Pacer(1.0, lambda: time.now_s, time.sleep, lambda: idle.append(time.now_s))
    for work_s in (0.4, 0.6, 0.4):
        time.now_s += work_s
        pacer.wait()
    assert idle == pytest.approx([100.4, 102.4])


def test_it_waits_for_the_next_edge() -> None:
    time = Time()
    pacer = paced(time)
    for work_s in (0.2, 0.9, 0.0):
        time.now_s += work_s
        assert pacer.wait() == 1
    assert time.now_s == pytest.approx(103.0)
    assert (pacer.ticks, pacer.missed) == (3, 0)


def test_edges_that_were_missed_are_left_out() -> None:
    time = Time()
    pacer = paced(time)
    time.now_s += 3.4
    assert pacer.wait() == 4
    assert time.now_s == pytest.approx(104.0)
    assert (pacer.ticks, pacer.missed) == (1, 3)
    assert pacer.wait() == 1


def test_edges_that_were_slept_through_are_left_out_as_well() -> None:
    time = Time()
    longer_s = iter((0.9, 2.4, 0.0))
    pacer = Pacer(1.0, lambda: time.now_s, lambda for_s: time.sleep(for_s + next(longer_s)))
    assert pacer.wait() == 1
    assert time.now_s == pytest.approx(101.9)
    assert pacer.wait() == 3
    assert time.now_s == pytest.approx(104.4)
    assert pacer.wait() == 1
    assert time.now_s == pytest.approx(105.0)
    assert (pacer.ticks, pacer.missed) == (3, 2)


def test_the_first_tick_begins_when_it_is_told() -> None:
    time = Time()
    pacer = paced(time)
    time.now_s += 10.0
    pacer.begin(0.5)
    assert time.now_s == 110.5
    assert pacer.wait() == 1
    assert time.now_s == 111.5


def test_how_long_the_work_took(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signals.drive.pacer.KEPT", 4)
    time = Time()
    pacer = paced(time)
    assert pacer.busy_s(0.5) == 0.0
    for work_s in (0.9, 0.1, 0.2, 0.3, 0.4):
        time.now_s += work_s
        pacer.wait()
        assert pacer.last_busy_s == pytest.approx(work_s)
    assert pacer.busy_s(1.0) == pytest.approx(0.4)  # the oldest is forgotten
    assert pacer.busy_s(0.0) < 0.5


def test_what_was_counted_can_be_forgotten() -> None:
    time = Time()
    pacer = paced(time)
    time.now_s += 3.4
    pacer.wait()
    pacer.forget()
    assert (pacer.ticks, pacer.missed, pacer.busy_s(1.0)) == (0, 0, 0.0)
