"""The fault matrix judges what it saw; a few of its rows on real sockets."""

from __future__ import annotations

import math

import pytest

from benchmarks.hardware.faults import ROWS, Outcome, table, tried

BY_ID = {row.id: row for row in ROWS}


def test_every_row_has_its_name() -> None:
    assert len(BY_ID) == len(ROWS)


def test_a_table() -> None:
    lines = table(
        [("tlcfi", BY_ID["N6a"], Outcome(1.5, 9.0, math.nan, "")), ("ntcip", ROWS[0], Outcome(0, 0, 0, "no"))]
    )
    assert lines[2] == "| tlcfi | N6a | nothing comes any more | 1.5 s | 9.0 s |  | passed |"
    assert lines[3].endswith("| no |")


@pytest.mark.slow
@pytest.mark.parametrize("row", ["N3", "H3a"])
@pytest.mark.parametrize("protocol", ["tlcfi", "ntcip"])
def test_a_row_on_real_sockets(protocol: str, row: str) -> None:
    assert tried(BY_ID[row], protocol, 4.0, 1).trouble == ""
