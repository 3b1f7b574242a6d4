"""Times and versions as RSMP writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

__all__ = ["CORES", "Now", "Triple", "latest_shared", "seconds_of", "stamp", "triple"]

Triple = tuple[int, int, int]
"""A version as numbers: (3, 2, 0) is 3.2 and 3.2.0."""

CORES: Final = ("3.1.3", "3.1.4", "3.1.5", "3.2.0", "3.2.1", "3.2.2")
"""The versions of the core that are spoken here."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
PATTERN: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})Z", re.ASCII)


class Now(NamedTuple):
    """A moment: by the clock that never goes back, and in seconds since 1970."""

    s: float
    utc_s: float


def stamp(utc_s: float) -> str:
    """Return a time in seconds since 1970 as text, to the millisecond."""
    moment = EPOCH + timedelta(milliseconds=round(utc_s * 1e3))
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"  # without +00:00


def seconds_of(text: str) -> float | None:
    """Return the seconds since 1970 that a text means; None where it means none."""
    found = PATTERN.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, millis = map(int, found.groups())
    try:
        whole = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    leap_s = second - min(second, 59)  # 23:59:60 is the second after 23:59:59
    return (whole - EPOCH).total_seconds() + leap_s + millis / 1e3


def triple(text: str) -> Triple | None:
    """Return a version as three numbers; None where it is none."""
    if not re.fullmatch(r"\d{1,2}\.\d{1,2}(\.\d{1,2})?", text, re.ASCII):
        return None
    numbers = [int(part) for part in text.split(".")]
    return numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else 0


def latest_shared(ours: tuple[str, ...], theirs: tuple[str, ...]) -> Triple | None:
    """Return the latest version that both sides speak; None where there is none."""
    both = {triple(text) for text in ours} & {triple(text) for text in theirs}
    return max((version for version in both if version), default=None)
