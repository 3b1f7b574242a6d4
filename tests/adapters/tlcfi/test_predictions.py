"""What is news is told, and what was never told; nothing else."""

from __future__ import annotations

import json

import numpy as np
import pytest

from signals.adapters.tlcfi.objects import TICKS
from signals.adapters.tlcfi.predictions import Predictions
from signals.model.cabinets import GroupRequest
from signals.model.values import Aspect

RED, GREEN, CLEARANCE = Aspect.RED, Aspect.GREEN, Aspect.CLEARANCE


def request(
    first_ds: int, likely_ds: int = -1, last_ds: int = -1, sure: int = -1, *, aspect: int = GREEN, news: bool = True
) -> GroupRequest:
    def column(value: int) -> np.ndarray:
        return np.array([value], np.int32)

    confidence = np.array([sure], np.int8)
    ends = column(first_ds), column(likely_ds), column(last_ds)
    return GroupRequest(np.array([aspect], np.int8), *ends, confidence, np.array([news], np.bool_))


class Told:
    """One group whose green is state 6."""

    def __init__(self, ticks: int = 0) -> None:
        self.predictions, self.ticks = Predictions([False]), ticks

    def say(self, *ds: int, news: bool = True, changed: bool = False) -> dict[str, int] | None:
        """Return what is told anew, with moments as milliseconds from now; None = nothing."""
        found = self.predictions.rows(request(*ds, news=news), self.ticks, [6], {0: 6} if changed else {})
        if 0 not in found:
            return None
        (row,) = json.loads(found[0]) or [{}]
        return {key: (value - self.ticks) % TICKS if key.endswith("End") else value for key, value in row.items()}


@pytest.mark.parametrize("ticks", [0, TICKS - 2000])
def test_what_is_known_is_told_and_no_more(ticks: int) -> None:
    assert Told(ticks).say(30) == {"state": 6, "minEnd": 3000}
    assert Told(ticks).say(30, 50, 90) == {"state": 6, "minEnd": 3000, "likelyEnd": 5000, "maxEnd": 9000}
    assert Told(ticks).say(30, 50, 90, 70) == {
        "state": 6, "minEnd": 3000, "likelyEnd": 5000, "maxEnd": 9000, "confidence": 70,
    }  # fmt: skip
    assert Told(ticks).say(30, -1, -1, 70) == {"state": 6, "minEnd": 3000}  # sure of nothing
    assert Told(ticks).say(-1, 50) is None


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
    assert told.say(30, news=False) is not None


def test_what_was_told_is_told_again_only_where_it_is_news_or_of_another_state() -> None:
    told = Told()
    assert told.say(60, news=False) is not None
    assert told.say(90, news=False) is None
    assert told.say(90, news=False, changed=True) is not None
    assert told.say(90) is not None


def test_who_does_not_say_what_is_news_means_everything() -> None:
    told = Predictions([False])
    for _ in range(2):
        assert told.rows(request(30)._replace(news=None), 0, [6], {}) == {0: '[{"state":6,"minEnd":3000}]'}


def test_a_clearance_that_is_shown_red_says_nothing_of_the_end_of_red() -> None:
    hidden, shown = Predictions([True]), Predictions([False])
    asked = request(30, 30, 30, 100, aspect=CLEARANCE)
    assert hidden.rows(asked, 0, [3], {}) == {0: '[{"state":3,"minEnd":3000}]'}
    assert json.loads(shown.rows(asked, 0, [10], {})[0])[0]["maxEnd"] == 3000
    assert json.loads(hidden.rows(request(30, 30, 30, aspect=RED), 0, [3], {})[0])[0]["maxEnd"] == 3000
