"""What an audit log says of a process that has stood still."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from benchmarks.hardware.paused import PAUSES, Entry, judged
from benchmarks.hardware.rows import ROWS

STOPPED_S, WENT_ON_S = 1_000.0, 1_003.0


def tick(number: int, at_s: float, **more: object) -> Entry:
    return {"kind": "tick", "tick": number, "at": _text(at_s), "standing": "ours", "shown": "rG", **more}


def _text(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat()


def release(at_s: float) -> Entry:
    return {"kind": "release", "tick": 5, "at": _text(at_s), "code": "given-back", "text": "old"}


def test_every_pause_has_a_row() -> None:
    assert {row.id for row in ROWS if row.own_way == "paused"} == set(PAUSES)


def test_ticks_that_go_on_as_before_are_fine() -> None:
    entries = [tick(1, 999.0, asked={}), tick(2, 1_003.1, asked={}), tick(3, 1_004.0)]
    assert judged(PAUSES["T3a"], entries, STOPPED_S, WENT_ON_S).trouble == ""


def test_the_end_of_the_drive_is_no_fault() -> None:
    end = {**release(1_020.0), "text": "the drive ends"}
    assert math.isnan(judged(PAUSES["T3a"], [tick(1, 999.0), end], STOPPED_S, WENT_ON_S).noticed_s)


def test_ticks_that_are_made_up_for_are_not() -> None:
    entries = [tick(k, 1_003.1 + k / 10) for k in range(4)]
    assert judged(PAUSES["T3a"], entries, STOPPED_S, WENT_ON_S).trouble == "4 ticks in 2 s"
    twice = [tick(1, 1_003.1), *[tick(1, 1_003.2)] * 5]  # cabinets of one tick
    assert judged(PAUSES["T3a"], twice, STOPPED_S, WENT_ON_S).trouble == ""


def test_who_asks_before_he_has_read_is_found_out() -> None:
    entries = [tick(2, 1_003.1, asked={}, shown="")]
    assert judged(PAUSES["T3b"], entries, STOPPED_S, WENT_ON_S).trouble == "it asked before it had read anything"


def test_controllers_that_stand_still_must_be_noticed() -> None:
    found = judged(PAUSES["T3c"], [tick(1, 999.0), release(1_001.5)], STOPPED_S, WENT_ON_S)
    assert (round(found.noticed_s, 1), found.trouble) == (1.5, "")
    late = judged(PAUSES["T3c"], [tick(1, 999.0), release(1_002.5)], STOPPED_S, WENT_ON_S)
    assert late.trouble == "noticed after 2.5 s"
    assert judged(PAUSES["T3c"], [release(999.0)], STOPPED_S, WENT_ON_S).trouble == "noticed after nan s"
