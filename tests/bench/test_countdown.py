from __future__ import annotations

from signals.bench.countdown import Countdown
from signals.study import Progress


def step(state: str, note: str = "") -> Progress:
    return Progress("x", 1, 1.0, state, note)


def test_time_left_grows_out_of_what_was_run_not_of_what_was_kept() -> None:
    time_s = [100.0]
    countdown = Countdown(8, lambda: time_s[0])
    assert countdown.told(step("kept")).state == "running"
    assert countdown.told(step("kept", "it raised")).state == "kept"
    time_s[0] = 110.0
    assert countdown.told(step("finished")).state == "finished (3 of 8, about 50 s left)"
    time_s[0] = 500.0
    assert countdown.told(step("failed", "why")) == Progress("x", 1, 1.0, "failed (4 of 8, about 13 min left)", "why")
    time_s[0] = 30_000.0
    assert countdown.told(step("finished")).state == "finished (5 of 8, about 8.3 h left)"


def test_the_last_one_leaves_nothing() -> None:
    countdown = Countdown(1, lambda: 0.0)
    assert countdown.told(step("running")).state == "running"
    assert countdown.told(step("finished")).state == "finished (1 of 1)"
