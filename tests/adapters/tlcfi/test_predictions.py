"""What was told is told again when it has become wrong, and not before."""

from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.tlcfi.objects import TICKS
from signals.adapters.tlcfi.predictions import Predictions
from signals.model.cabinets import GroupRequest
from signals.model.values import Aspect

RED, GREEN, CLEARANCE = Aspect.RED, Aspect.GREEN, Aspect.CLEARANCE


def request(first_ds: int, likely_ds: int = -1, last_ds: int = -1, sure: int = -1, aspect: int = GREEN) -> GroupRequest:
    def column(value: int) -> np.ndarray:
        return np.array([value], np.int32)

    confidence = np.array([sure], np.int8)
    return GroupRequest(np.array([aspect], np.int8), column(first_ds), column(likely_ds), column(last_ds), confidence)


class Told:
    """One group whose green is state 6."""

    def __init__(self, ticks: int = 0) -> None:
        self.predictions, self.ticks = Predictions([False]), ticks

    def say(self, *ds: int, after_ms: int = 0, changed: bool = False) -> dict[str, int] | None:
        """Return what is told anew, with moments as milliseconds from now; None = nothing."""
        self.ticks = (self.ticks + after_ms) % TICKS
        found = self.predictions.rows(request(*ds), self.ticks, [6], {0: 6} if changed else {})
        if 0 not in found:
            return None
        (row,) = found[0] or [{}]
        return {key: (value - self.ticks) % TICKS if key.endswith("End") else value for key, value in row.items()}


def test_what_is_known_is_told_and_no_more() -> None:
    assert Told().say(30) == {"state": 6, "minEnd": 3000}
    assert Told().say(30, 50, 90) == {"state": 6, "minEnd": 3000, "likelyEnd": 5000, "maxEnd": 9000}
    assert Told().say(30, 50, 90, 70) == {
        "state": 6, "minEnd": 3000, "likelyEnd": 5000, "maxEnd": 9000, "confidence": 70,
    }  # fmt: skip
    assert Told().say(30, -1, -1, 70) == {"state": 6, "minEnd": 3000}  # sure of nothing
    assert Told().say(-1, 50) is None


def test_nothing_is_told_before_the_earliest() -> None:
    assert Told().say(30, 10, 20) == {"state": 6, "minEnd": 3000, "likelyEnd": 3000, "maxEnd": 3000}


def test_when_nothing_is_known_any_more_that_is_told_once() -> None:
    told = Told()
    told.say(30)
    assert told.say(-1) == {}
    assert told.say(-1) is None
    told.say(30)
    told.predictions.forget()
    assert told.say(-1) is None
    assert told.say(30) is not None


@pytest.mark.parametrize("begin", [0, TICKS - 2000])
def test_what_comes_true_is_told_once(begin: int) -> None:
    told = Told(begin)
    assert told.say(60, 80, 90) is not None
    for second in range(1, 7):
        assert told.say(60 - 10 * second, 80 - 10 * second, 90 - 10 * second, after_ms=1000) is None


@pytest.mark.parametrize("moved", [(60, 63, 90), (60, 80, 118), (54, 80, 90), (60, -1, 90), (60, 80, -1)])
def test_a_moment_that_moves_is_told_anew(moved: tuple[int, ...]) -> None:
    told = Told()
    told.say(60, 80, 90)
    assert told.say(56, 76, 86, after_ms=400) is None
    assert told.say(*moved, after_ms=-400) is not None


def test_what_is_far_away_may_move_by_a_fifth() -> None:
    told = Told()
    told.say(60, 300)
    assert told.say(60, 340) is None
    assert told.say(60, 400) is not None


def test_an_earliest_moment_that_is_put_off_stays_true() -> None:
    told = Told()
    told.say(60)
    for _ in range(4):
        assert told.say(60, after_ms=1000) is None
    assert told.say(60, after_ms=1000) == {"state": 6, "minEnd": 6000}  # by five seconds
    assert told.say(54) == {"state": 6, "minEnd": 5400}  # never that it is later than it may be
    told = Told()
    told.say(20)
    assert told.say(20, after_ms=1000) is None
    assert told.say(20, after_ms=1000) == {"state": 6, "minEnd": 2000}  # the old one has passed
    told = Told()
    told.say(20)
    for left_ds in (10, 0, 0, 0):
        assert told.say(left_ds, after_ms=1000) is None  # in the end any moment: nothing new


def test_a_moment_that_has_come_may_be_any_moment_since() -> None:
    told = Told()
    told.say(20, 20)
    for left_ds in (10, 0, 0, 0):
        assert told.say(left_ds, left_ds, after_ms=1000) is None
    assert told.say(0, 10) is not None


def test_a_new_state_is_told_with_its_moments() -> None:
    told = Told()
    told.say(60)
    assert told.say(60) is None
    assert told.say(60, changed=True) is not None


def test_a_clearance_that_is_shown_red_says_nothing_of_the_end_of_red() -> None:
    hidden, shown = Predictions([True]), Predictions([False])
    asked = request(30, 30, 30, 100, aspect=CLEARANCE)
    assert hidden.rows(asked, 0, [3], {}) == {0: [{"state": 3, "minEnd": 3000}]}
    assert shown.rows(asked, 0, [10], {})[0][0]["maxEnd"] == 3000
    assert hidden.rows(request(30, 30, 30, aspect=RED), 0, [3], {})[0][0]["maxEnd"] == 3000
