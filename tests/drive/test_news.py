"""What was told is told again when it has become wrong, and not before."""

from __future__ import annotations

import numpy as np
import pytest

from signals.drive.foresight import Ends
from signals.drive.news import News
from signals.model.values import Aspect

RED, GREEN = Aspect.RED, Aspect.GREEN


class Told:
    """One group among others of which nothing is known."""

    def __init__(self) -> None:
        self.news, self.now_ds = News(3), 1_000_000

    def say(
        self, first_ds: int, likely_ds: int = -1, last_ds: int = -1, *,
        after_ds: int = 0, aspect: int = GREEN, asked: bool = True,
    ) -> bool:  # fmt: skip
        """Whether its moments are to be told anew."""
        self.now_ds += after_ds
        columns = (np.array([-1, ds, -1], np.int32) for ds in (first_ds, likely_ds, last_ds))
        ends = Ends(*columns, np.full(3, -1, np.int8))
        aspects = np.array([RED, aspect, RED], np.int8)
        found = self.news.of(np.array([True, asked, True]), aspects, ends, self.now_ds)
        assert not found[[0, 2]].any()
        return bool(found[1])


def test_what_is_not_known_is_no_news_but_that_it_is_not_known_any_more_is_once() -> None:
    told = Told()
    assert not told.say(-1, 50)
    assert told.say(30)
    assert told.say(-1)
    assert not told.say(-1)


def test_who_is_not_asked_is_told_everything_the_next_time() -> None:
    told = Told()
    assert told.say(60)
    assert not told.say(60)
    assert not told.say(60, asked=False)
    assert told.say(60)


def test_what_comes_true_is_told_once() -> None:
    told = Told()
    assert told.say(60, 80, 90)
    for second in range(1, 7):
        assert not told.say(60 - 10 * second, 80 - 10 * second, 90 - 10 * second, after_ds=10)


@pytest.mark.parametrize("moved", [(60, 63, 90), (60, 80, 118), (54, 80, 90), (60, -1, 90), (60, 80, -1)])
def test_a_moment_that_moves_is_told_anew(moved: tuple[int, int, int]) -> None:
    told = Told()
    told.say(60, 80, 90)
    assert not told.say(56, 76, 86, after_ds=4)
    assert told.say(*moved, after_ds=-4)


def test_what_is_far_away_may_move_by_a_fifth() -> None:
    told = Told()
    told.say(60, 300)
    assert not told.say(60, 340)
    assert told.say(60, 400)


def test_an_earliest_moment_that_is_put_off_stays_true() -> None:
    told = Told()
    told.say(60)
    for _ in range(4):
        assert not told.say(60, after_ds=10)
    assert told.say(60, after_ds=10)  # by five seconds
    assert told.say(54)  # never that it is later than it may be
    told = Told()
    told.say(20)
    assert not told.say(20, after_ds=10)
    assert told.say(20, after_ds=10)  # the old one has passed
    told = Told()
    told.say(20)
    for left_ds in (10, 0, 0, 0):
        assert not told.say(left_ds, after_ds=10)  # in the end any moment: nothing new


def test_a_moment_that_has_come_may_be_any_moment_since() -> None:
    told = Told()
    told.say(20, 20)
    for left_ds in (10, 0, 0, 0):
        assert not told.say(left_ds, left_ds, after_ds=10)
    assert told.say(0, 10)


def test_a_new_aspect_is_told_with_its_moments() -> None:
    told = Told()
    told.say(60)
    assert not told.say(60)
    assert told.say(60, aspect=RED)
