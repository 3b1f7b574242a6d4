from __future__ import annotations

from signals.sensing.clock import Clock


def test_ticks_are_measured() -> None:
    clock = Clock(10)
    assert [clock.elapsed_ds(time_s) for time_s in (100.0, 101.0, 101.5, 104.5)] == [10, 10, 5, 30]
    assert clock.time_s == 104.5


def test_a_time_that_is_none_counts_as_one_tick_on() -> None:
    clock = Clock(5)
    assert clock.elapsed_ds(float("nan")) == 5
    assert clock.time_s == 0.5
    assert clock.elapsed_ds(float("inf")) == 5
    assert clock.time_s == 1.0
    assert clock.elapsed_ds(1.0) == 5
    assert clock.elapsed_ds(0.2) == 5
    assert clock.time_s == 0.2
    assert clock.elapsed_ds(1.2) == 10
    assert clock.elapsed_ds(1e12) == 24 * 36000
