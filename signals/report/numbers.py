"""Numbers as the page shows them."""

from __future__ import annotations

import math

from signals.record.statistics import Interval

__all__ = ["UNKNOWN", "difference_text", "interval_text", "number_text"]

UNKNOWN = "\N{EN DASH}"

_MINUS = "\N{MINUS SIGN}"
_THOUSANDS = "\N{NARROW NO-BREAK SPACE}"
_DIGITS = {"s": 1, "veh/h": 0, "1": 2}


def number_text(value: float, unit: str) -> str:
    """Return a number with as many digits as its unit deserves; a dash where it is unknown."""
    return _text(value, _digits(unit, value))


def interval_text(interval: Interval, unit: str) -> str:
    """Return ``mean [low, high]``, without bounds where there are none."""
    digits = _digits(unit, interval.mean, interval.low, interval.high)
    return f"{_text(interval.mean, digits)}{_bounds(interval, digits)}"


def difference_text(interval: Interval, unit: str, *, with_unit: bool = False) -> str:
    """Return ``mean [low, high]`` with a sign, and with the unit after the mean where it is wanted."""
    digits = _digits(unit, interval.mean, interval.low, interval.high)
    sign, word = "+" if interval.mean > 0 else "", f" {unit}" if with_unit else ""
    return f"{sign}{_text(interval.mean, digits)}{word}{_bounds(interval, digits)}"


def _digits(unit: str, *values: float) -> int:
    """Return the digits after the point: none where a count is whole."""
    whole = all(math.isnan(value) or value.is_integer() for value in values)
    return 0 if whole and unit != "s" else _DIGITS.get(unit, 1)


def _text(value: float, digits: int) -> str:
    if math.isnan(value):
        return UNKNOWN
    text = f"{abs(value):,.{digits}f}".replace(",", _THOUSANDS)
    return f"{_MINUS}{text}" if round(value, digits) < 0 else text


def _bounds(interval: Interval, digits: int) -> str:
    if math.isnan(interval.low):
        return ""
    return f" [{_text(interval.low, digits)}, {_text(interval.high, digits)}]"
