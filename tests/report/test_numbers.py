"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from signals.record.statistics import Interval
from signals.report.numbers import difference_text, interval_text, number_text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12.345, "s", "12.3"),
        (12.0, "s", "12.0"),
        (-0.04, "s", "0.0"),
        (-1.25, "s", "\N{MINUS SIGN}1.2"),
        (1234567.0, "veh", "1\u202f234\u202f567"),
        (3.0, "veh", "3"),
        (3.25, "veh", "3.2"),
        (0.333, "1", "0.33"),
        (611.7, "veh/h", "612"),
        (math.nan, "s", "\N{EN DASH}"),
    ],
)
def test_number(value: float, unit: str, text: str) -> None:
    assert number_text(value, unit) == text


def test_interval() -> None:
    assert interval_text(Interval(16.74, 15.9, 17.61, 30), "s") == "16.7 [15.9, 17.6]"
    assert interval_text(Interval(0.5, 0.0, 1.0, 4), "1") == "0.50 [0.00, 1.00]"
    assert interval_text(Interval(2.0, 1.0, 3.0, 4), "veh") == "2 [1, 3]"
    assert interval_text(Interval(16.74, math.nan, math.nan, 1), "s") == "16.7"
    assert interval_text(Interval(math.nan, math.nan, math.nan, 0), "s") == "\N{EN DASH}"


def test_difference() -> None:
    assert (
        difference_text(Interval(-12.3, -14.0, -10.5, 30), "s", with_unit=True)
        == "\N{MINUS SIGN}12.3 s [\N{MINUS SIGN}14.0, \N{MINUS SIGN}10.5]"
    )
    assert difference_text(Interval(12.3, 10.5, 14.0, 30), "s") == "+12.3 [10.5, 14.0]"
    assert difference_text(Interval(0.0, -1.0, 1.0, 30), "s") == "0.0 [\N{MINUS SIGN}1.0, 1.0]"
