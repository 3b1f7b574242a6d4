"""The fault matrix judges what it saw; a few of its rows on real sockets."""

from __future__ import annotations

import math

import pytest

from benchmarks.hardware.faults import Outcome, table, tried
from benchmarks.hardware.rows import PROTOCOLS, ROWS

BY_ID = {row.id: row for row in ROWS}


def test_a_table() -> None:
    lines = table(
        [
            ("tlcfi", BY_ID["N6a"], Outcome(1.5, 9.0, math.nan, "")),
            ("ntcip", ROWS[0], Outcome(0, 0, 0, "no", "a note")),
            ("rsmp", ROWS[0], Outcome(0, 0, 0, "", "a note")),
        ]
    )
    assert lines[2] == "| tlcfi | N6a | nothing comes any more | 1.5 s | 9.0 s |  | passed |"
    assert lines[3].endswith("| **failed**: no; a note |")
    assert lines[4].endswith("| passed; a note |")


@pytest.mark.slow
@pytest.mark.parametrize("row", ["N5c", "H3a", "H4a", "H4c", "H4e"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_row_on_real_sockets(protocol: str, row: str) -> None:
    if protocol in BY_ID[row].protocols:
        assert tried(BY_ID[row], protocol, 4.0, 1).trouble == ""
