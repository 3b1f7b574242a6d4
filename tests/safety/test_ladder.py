"""Rest, trial, return: the ladder of two intersections, tick by tick."""

from __future__ import annotations

import numpy as np
import pytest

from signals.safety.ladder import BACK_OFF_DS, HEALTH_DS, TRIAL_DS, Ladder

GOOD = np.zeros(2, np.bool_)
BAD = np.array([True, False])


def ticks_until_return(ladder: Ladder) -> int:
    """Fail the first intersection once, then be good; return for how many ticks it stays fallen."""
    ladder.advance(BAD)
    ticks = 0
    while ladder.fallen[0]:
        ladder.advance(GOOD)
        ticks += 1
        assert ladder.since_ticks[0] == ticks
    return ticks


def test_a_fault_throws_down_only_whom_it_concerns() -> None:
    ladder = Ladder(2, 10)
    assert ladder.spotless
    ladder.advance(BAD)
    assert ladder.fallen.tolist() == [True, False]
    assert ladder.since_ticks.tolist() == [0, 0]
    assert not ladder.spotless
    assert not ladder.all_resting
    ladder.advance(~GOOD)
    assert ladder.all_resting


@pytest.mark.parametrize("tick_ds", [10, 20, 7])
def test_the_back_off_grows_with_every_fault_and_ends_at_half_an_hour(tick_ds: int) -> None:
    ladder, trial = Ladder(2, tick_ds), -(-TRIAL_DS // tick_ds)
    waits = [ticks_until_return(ladder) for _ in range(8)]
    assert waits == [-(-rest // tick_ds) + trial for rest in (*BACK_OFF_DS, 18_000, 18_000)]


def test_a_fault_during_the_trial_is_a_new_fault() -> None:
    ladder = Ladder(2, 10)
    ladder.advance(BAD)
    for _ in range(5 + 1):  # the rest, and one tick of the trial
        ladder.advance(GOOD)
    ladder.advance(BAD)
    since = int(ladder.since_ticks[0])
    assert since == 7
    while ladder.fallen[0]:
        ladder.advance(GOOD)
    assert ladder.since_ticks[0] - since == 60 + 2


def test_rest_begins_anew_while_the_fault_lasts_but_does_not_grow() -> None:
    ladder = Ladder(2, 10)
    for _ in range(500):
        ladder.advance(BAD)
    ticks = 0
    while ladder.fallen[0]:
        ladder.advance(GOOD)
        ticks += 1
    assert ticks == 5 + 2


def test_a_run_of_health_clears_the_record() -> None:
    ladder = Ladder(2, 100)
    assert ticks_until_return(ladder) == 1 + 1
    for _ in range(HEALTH_DS // 100 - 2):
        ladder.advance(GOOD)
    assert not ladder.spotless
    ladder.advance(GOOD)
    assert ladder.spotless
    assert ticks_until_return(ladder) == 1 + 1
