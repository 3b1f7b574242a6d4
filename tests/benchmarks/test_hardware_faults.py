"""The fault matrix judges what it saw; a few of its rows on real sockets."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

from benchmarks.hardware.faults import Course, Outcome, table, tried
from benchmarks.hardware.rows import PROTOCOLS, ROWS
from benchmarks.hardware.wired import WiredDrive

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


class Latched:
    """As much of a drive as coming back needs: it showed what it must never show, and waits for a person."""

    protocol, sentences = "ntcip", ("centre: violation conflict: two greens",)
    clock = SimpleNamespace(now_s=time.monotonic)

    def __init__(self, *, stubborn: bool) -> None:
        self.resets, self._stubborn = 0, stubborn

    def latched(self, _: int) -> bool:
        return not self.resets

    def ours(self, _: int) -> bool:
        return bool(self.resets) or self._stubborn

    def reset(self, _: int) -> None:
        self.resets += 1

    def until(self, reached: Callable[[], bool], _: float) -> float:
        assert reached() or not self.resets or self.ours(0)
        return 3.0


@pytest.mark.parametrize(
    ("row", "stubborn", "trouble"),
    [
        ("H2a", False, []),
        ("H2a", True, ["it was taken in spite of its latch"]),
        ("N3", False, ["only a person could let it back: ['centre: violation conflict: two greens']"]),
    ],
)
def test_what_is_latched_comes_back_when_a_person_resets_it(row: str, stubborn: bool, trouble: list[str]) -> None:
    drive = Latched(stubborn=stubborn)
    course = Course(cast("WiredDrive", drive), BY_ID[row])
    course.come_back(10.0)
    assert course.trouble == trouble
    assert course.note == "latched; a person reset it"
    assert (course.back_s, drive.resets) == (3.0, 1)


@pytest.mark.slow
@pytest.mark.parametrize("row", ["N5c", "H3a", "H4a", "H4c", "H4e"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_row_on_real_sockets(protocol: str, row: str) -> None:
    if protocol in BY_ID[row].protocols:
        assert tried(BY_ID[row], protocol, 4.0, 1).trouble == ""
