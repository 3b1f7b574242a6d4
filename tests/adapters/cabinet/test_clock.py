"""Time at a bench may be faster than the wall, and never goes back."""

from __future__ import annotations

import asyncio

import pytest

from signals.adapters.cabinet.clock import Clock


class Hands:
    """A clock on the wall that a test sets."""

    def __init__(self) -> None:
        self.wall_s, self.monotonic_s = 1_000.0, 50.0


def clock_of(hands: Hands, speed: float) -> Clock:
    return Clock(speed, wall=lambda: hands.wall_s, monotonic=lambda: hands.monotonic_s)


def test_it_begins_at_zero_and_runs_as_fast_as_it_is_told() -> None:
    hands = Hands()
    clock = clock_of(hands, 20.0)
    assert clock.now_s() == 0.0
    hands.monotonic_s += 0.5
    assert clock.now_s() == 10.0


def test_clocks_of_one_speed_agree_whenever_they_were_made() -> None:
    hands = Hands()
    hands.wall_s = 3 * 86_400.0 + 100
    first = clock_of(hands, 20.0)
    assert first.utc_s() == 3 * 86_400.0 + 2_000
    hands.wall_s += 7
    hands.monotonic_s += 7
    second = clock_of(hands, 20.0)
    assert first.utc_s() == second.utc_s() == 3 * 86_400.0 + 2_140


def test_whoever_sets_the_wall_clock_changes_nothing() -> None:
    hands = Hands()
    clock = clock_of(hands, 1.0)
    hands.wall_s -= 3_600
    hands.monotonic_s += 2
    assert (clock.now_s(), clock.utc_s()) == (2.0, 1_002.0)


def test_it_knows_how_long_it_is_until_the_next_whole_tick() -> None:
    hands = Hands()
    clock = clock_of(hands, 1.0)
    hands.monotonic_s += 0.75
    assert clock.until_s(1.0) == pytest.approx(0.25)
    assert clock.until_s(0.5, 0.1) == pytest.approx(0.35)


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_a_clock_that_does_not_run_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed must be > 0"):
        Clock(speed)


def test_waiting_and_limits_are_in_its_own_seconds() -> None:
    async def waited() -> float:
        clock = Clock(100.0)
        await clock.sleep(2.0)
        with pytest.raises(TimeoutError):
            await clock.within(1.0, asyncio.Event().wait())
        await clock.sleep(-1.0)
        assert await clock.within(1.0, asyncio.sleep(0, "done")) == "done"
        return clock.now_s()

    assert 3.0 <= asyncio.run(waited()) < 100.0
