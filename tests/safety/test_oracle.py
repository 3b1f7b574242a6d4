"""The third opinion finds what is wrong, and nothing in what is right."""

from __future__ import annotations

import random

import pytest

from signals.model.values import Aspect
from tests.safety.driving import LETTERS, legal_displays
from tests.safety.layouts import cross, random_intersection
from tests.safety.oracle import EMERGENCY_DS, faults

(SITE,) = cross().intersections
GOOD = ["r" * 9 + "RGGGGGaaar" + "r" * 20, "r" * 20 + "RGGGGGaaar" + "r" * 9, "rGGGGGGcccccccc" + "r" * 24]
"""One, two and walk; walk and one are green together."""


def said(*columns: str, demand: str = "", calls: str = "", longest_ds: tuple[int, ...] = ()) -> list[str]:
    """Judge what each group shows; `demand` and `calls` are those of every tick."""
    rows = [[Aspect(LETTERS.index(letter)) for letter in row] for row in zip(*columns, strict=True)]
    demands = [[group in demand for group in "012"]] * len(rows)
    called = [[int(group in calls) for group in "012"]] * len(rows)
    return faults(SITE, 10, rows, demands, longest_ds, called)


def test_what_is_right() -> None:
    assert said(*GOOD) == []


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (["rRGGGGaaar", "r" * 10, "r" * 10], "one: green for 4 ticks"),
        (["rRGGGGGaar", "r" * 10, "r" * 10], "one: AMBER for 2 ticks"),
        (["rRGGGGGaaaar", "r" * 12, "r" * 12], "one: AMBER for 4 ticks"),
        (["rRGGGGGrrr", "r" * 10, "r" * 10], "one: GREEN is followed by RED"),
        (["rGGGGGaaar", "r" * 10, "r" * 10], "one: RED is followed by GREEN"),
        (["rRRGGGGGaa", "r" * 10, "r" * 10], "one: RED_AMBER for 2 ticks"),
        (["r" * 13, "r" * 13, "GGGGGGccccrrr"], "walk: CLEARANCE for 4 ticks"),
        (["RGGGGGaaar", "RGGGGGaaar", "r" * 10], "groups 0 and 1 together at tick 0"),
        (["GGGGGaaarr", "r" * 7 + "RGG", "r" * 10], "groups 0 and 1 together at tick 7"),
        (["GGGGGaaarrr", "r" * 9 + "RG", "r" * 11], "group 1 turns green 5 ticks after the end of 0"),
    ],
)
def test_what_is_wrong(columns: list[str], sentence: str) -> None:
    found = said(*columns)
    assert sentence in found


def test_a_long_green_is_wrong_only_if_somebody_waits_for_its_end_and_it_is_not_called() -> None:
    long = ["G" * 32, "r" * 32, "r" * 32]
    assert said(*long) == []
    assert said(*long, demand="2") == []
    assert said(*long, demand="1") == ["group 0 is green for more than 30 ticks at tick 30"]
    assert said(*long, demand="1", calls="0") == []


def test_a_wait_is_wrong_only_if_it_is_longer_than_promised() -> None:
    waits = ["r" * 40] * 3
    assert said(*waits, demand="1", longest_ds=(100, 400, 100)) == []
    assert said(*waits, demand="1", longest_ds=(400, 390, 400)) == [
        "group 1 waits for 400 ds at tick 39, promised are 390 ds"
    ]
    assert said(*waits, demand="1", calls="2", longest_ds=(400, 390, 400)) == []


def test_only_a_walk_is_cut_and_only_by_a_call_that_conflicts() -> None:
    walk = ["r" * 12, "r" * 12, "rGGcccccccc" + "r"]
    assert said(*walk) == ["walk: green for 2 ticks"]
    assert said(*walk, calls="0") == ["walk: green for 2 ticks"]
    assert said(*walk, calls="1") == []
    car = ["rRGGaaarrr", "r" * 10, "r" * 10]
    assert said(*car, calls="1") == ["one: green for 2 ticks"]
    clearance = ["r" * 12, "r" * 12, "rGGGGGGcccrr"]
    assert said(*clearance, calls="1") == ["walk: CLEARANCE for 3 ticks"]


def test_a_call_that_is_stuck_does_not_count() -> None:
    ticks = EMERGENCY_DS // 10
    for late, expected in ((0, []), (1, ["walk: green for 2 ticks"])):
        red = "r" * (ticks - 3 + late)
        assert said(red + "r" * 12, red + "r" * 12, red + "rGGccccccccr", calls="1") == expected


def test_whatever_is_legal_is_right() -> None:
    for seed in range(40):
        draw = random.Random(seed)
        site, tick_ds = random_intersection(draw), draw.choice((10, 5, 7))
        shows = list(legal_displays(site, tick_ds, draw, 200))
        assert faults(site, tick_ds, shows, [[False] * len(shows[0])] * len(shows)) == []
