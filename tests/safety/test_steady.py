"""A time that only moves on: what is followed, what is not, and what is said about it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable

import pytest

from signals.safety.steady import SLACK, STALE, STEPPED, SteadyTime


def told(time: SteadyTime, stamps: Iterable[float]) -> list[str]:
    """Have a time hear one stamp a tick; it must move on by about a tick whatever it hears."""
    said = []
    for stamp in stamps:
        before_s = time.time_s
        time.advance()
        said.append(time.hear(stamp))
        if len(said) > 1:
            assert (1 - 2 * SLACK) * time._tick_s <= time.time_s - before_s <= (1 + 2 * SLACK) * time._tick_s
    return said


@pytest.mark.parametrize("tick_ds", [1, 7, 10, 25])
@pytest.mark.parametrize("begin_ds", [0, 540000, 17_000_000_000])
def test_a_steady_clock_is_followed_to_the_bit(tick_ds: int, begin_ds: int) -> None:
    time = SteadyTime(tick_ds)
    for tick in range(3000):
        stamp = (begin_ds + tick * tick_ds) / 10
        time.advance()
        assert time.hear(stamp) == ""
        assert time.time_s == stamp


@pytest.mark.parametrize("step_s", [-1.0, -0.5, 0.5, 1.0])
def test_a_step_of_a_tick_is_neither_said_nor_followed(step_s: float) -> None:
    time = SteadyTime(10)
    assert told(time, [tick + step_s * (tick >= 50) for tick in range(300)]).count("") >= 299
    assert time.time_s == pytest.approx(299.0, abs=SLACK + 1e-9)


@pytest.mark.parametrize("step_s", [s * sign for s in (1.5, 2.0, 60.0, 3600.0, 1e300) for sign in (1, -1)])
def test_a_clock_that_is_set_is_said_once_and_not_followed(step_s: float) -> None:
    time = SteadyTime(10)
    assert told(time, range(100)) == [""] * 100
    assert told(time, [100 + step_s]) == [STEPPED]
    assert time.time_s == 100.0
    if abs(step_s) < 1e9:
        assert told(time, [tick + step_s for tick in range(101, 200)]) == [""] * 99
        assert time.time_s == pytest.approx(199.0)
    # And when it is set right again:
    assert told(time, [float(round(time.time_s)) + 1.0]) == [STEPPED]


def test_a_clock_that_stands_is_said_every_tick() -> None:
    time = SteadyTime(10)
    assert told(time, [7.0, 7.0, 7.0, math.nan, math.inf, -math.inf]) == ["", *[STALE] * 5]
    assert time.time_s == 12.0
    assert told(time, [13.0]) == [""]  # it has caught up
    assert told(time, [13.0, 13.0, 13.0, 14.0, 15.0]) == [STALE] * 3 + [STEPPED, ""]  # it has not


@pytest.mark.parametrize("rate", [0.0, 0.25, 0.5, 1.5, 2.0, 4.0, -1.0])
def test_a_clock_at_another_rate_is_said_within_a_few_ticks_and_again_and_again(rate: float) -> None:
    time = SteadyTime(10)
    told(time, range(50))
    said = told(time, [49 + rate * tick for tick in range(1, 40)])
    assert any(said[:3])
    assert all(any(said[i : i + 4]) for i in range(36))


def test_twice_the_rate_is_said_within_two_ticks() -> None:
    time = SteadyTime(10)
    told(time, range(50))
    assert told(time, [51.0, 53.0]) == ["", STEPPED]


@pytest.mark.parametrize("rate", [0.96, 0.9995, 1.0001, 1.04])
def test_a_clock_that_is_a_little_wrong_is_followed(rate: float) -> None:
    time = SteadyTime(10)
    assert set(told(time, [rate * tick for tick in range(20_000)])) == {""}
    assert time.time_s == pytest.approx(rate * 19_999)


def test_late_stamps_are_nothing_to_speak_of() -> None:
    draw, time = random.Random(4), SteadyTime(10)
    assert set(told(time, [tick + draw.uniform(0, 0.9) for tick in range(5000)])) == {""}
    assert time.time_s == pytest.approx(4999.5, abs=1.5)
    assert told(time, [5001.5, 5002.2]) == ["", ""]  # a tick was left out


def test_time_is_counted_before_any_is_told() -> None:
    time = SteadyTime(5)
    assert told(time, [math.nan] * 4) == [STALE] * 4
    assert time.time_s == 2.0
    time.advance()
    assert time.hear(54_000.0) == ""
    assert time.time_s == 54_000.0


def test_what_is_no_time_is_not_heard() -> None:
    time = SteadyTime(10)
    time.advance()
    with pytest.raises(TypeError):
        time.hear("noon")  # type: ignore[arg-type]
    assert time.time_s == 1.0
