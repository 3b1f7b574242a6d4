"""Times and versions as the wire writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.rsmp.times import CORES, latest_shared, seconds_of, stamp, triple


@given(st.integers(0, 4_102_444_800_000))
def test_times_go_and_come_to_the_millisecond(millis: int) -> None:
    assert seconds_of(stamp(millis / 1e3)) == pytest.approx(millis / 1e3, abs=1e-6)


def test_a_time_looks_as_the_standard_wants_it() -> None:
    assert stamp(1_433_764_143.293) == "2015-06-08T11:49:03.293Z"
    assert stamp(2_147_483_648.0) == "2038-01-19T03:14:08.000Z"


@pytest.mark.parametrize(
    "text",
    ["", "2026-13-01T00:00:00.000Z", "2026-01-01T00:00:00Z", "2026-01-01T25:00:00.000Z", "٢026-01-01T00:00:00.000Z"],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert seconds_of(text) is None


def test_a_leap_second_is_the_next_second() -> None:
    assert seconds_of("2016-12-31T23:59:60.000Z") == seconds_of("2017-01-01T00:00:00.000Z")


def test_versions_are_numbers() -> None:
    assert triple("3.2") == triple("3.2.0") == (3, 2, 0)
    assert [triple(text) for text in ("", "3", "3.2.2.1", "x.y")] == [None] * 4


def test_the_latest_common_version_wins() -> None:
    assert latest_shared(CORES, ("3.1.2", "3.1.5", "3.2")) == (3, 2, 0)
    assert latest_shared(CORES, ("3.1.2", "3.3.0")) is None
    assert latest_shared(("3.1.3",), CORES) == (3, 1, 3)
