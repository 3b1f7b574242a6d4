"""Clocks that are set, stand still or run wrong change no interval and no plan: everything counts ticks."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from signals.control.net_plan import NetPlan
from signals.model.crossroads import crossroads
from signals.model.values import Decision, Snapshot
from signals.safety.fallback import Fallback
from signals.safety.guard import Guard
from tests.safety.layouts import readings
from tests.safety.snapshots import Puppet, snapshot

SITE = crossroads()
TICKS = 400
AT = 200

Clock = Callable[[int], float]


def stepped(by_s: float) -> Clock:
    return lambda tick: tick + (by_s if tick >= AT else 0.0)


CLOCKS: dict[str, Clock] = {
    **{f"set by {by_s:+} s": stepped(by_s) for by_s in (1, -1, 2, -2, 60, -60, 3600, -3600, 86_400)},
    "set and set back": lambda tick: tick + (3600.0 if AT <= tick < AT + 40 else 0.0),
    "stands": lambda tick: float(min(tick, AT)),
    "stands for a minute": lambda tick: float(min(tick, max(AT, tick - 60))),
    "twice as fast": lambda tick: float(max(tick, 2 * tick - AT)),
    "half as fast": lambda tick: tick / 2,
    "backwards": lambda tick: float(min(tick, 2 * AT - tick)),
    "no number": lambda tick: math.nan if tick >= AT else float(tick),
    "chatters": lambda tick: tick + 3600.0 * (tick % 2) * (tick >= AT),
}


def wish(tick: int) -> Decision:
    """Wish stage after stage, 23 s each."""
    stage = tick // 23 % 4
    return Decision(np.isin(np.arange(12), SITE.intersections[0].stages[stage].groups), np.array([stage], np.int32))


def log(clock: Clock, want: Callable[[int, Snapshot], Decision]) -> bytes:
    guard, shown, rows = Guard(SITE), np.full(12, -1, np.int8), []
    demand = np.ones(12, np.bool_)
    for tick in range(TICKS):
        decision = want(tick, snapshot(SITE, clock(tick)))
        verdict = guard.permit(decision, readings(clock(tick), shown), demand)
        assert not verdict.violations
        shown = verdict.command.aspect.copy()
        rows.append(shown.tobytes() + verdict.command.write.tobytes())
    return b"".join(rows)


def steady(tick: int) -> float:
    return float(tick)


@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS)
def test_no_clock_changes_an_interval(clock: Clock) -> None:
    assert log(clock, lambda tick, _: wish(tick)) == log(steady, lambda tick, _: wish(tick))


@pytest.mark.parametrize("clock", CLOCKS.values(), ids=CLOCKS)
def test_no_clock_makes_a_plan_jump(clock: Clock) -> None:
    """The plan is the controller, and the backup that takes over when a wish has been held for long enough."""

    def planned(given: Clock) -> tuple[bytes, Fallback]:
        seat = Fallback(NetPlan(SITE), SITE, backup=NetPlan(SITE))
        return log(given, lambda _, now: seat.decide(now)), seat

    (there, seat), (usual, _) = planned(clock), planned(steady)
    away = [tick for tick in range(TICKS) if there[13 * tick : 13 * tick + 13] != usual[13 * tick : 13 * tick + 13]]
    held = range(AT, AT + 20) if clock is not CLOCKS["half as fast"] else range(20)
    assert set(away) <= set(held)
    codes = [event.code for event in seat.take_events()]
    assert set(codes) <= {"clock-stepped", "snapshot-stale", "level-2", "level-0"}
    assert len(codes) <= 5  # the one that is set, and set back


@pytest.mark.parametrize("by_s", [2, -2, 3600, -3600])
def test_a_step_is_one_event_and_the_controller_is_back_after_the_back_off(by_s: float) -> None:
    seat = Fallback(Puppet(lambda now: wish(round(now.time_s))), SITE)
    levels, events = [], []
    for tick in range(TICKS):
        seat.decide(snapshot(SITE, stepped(by_s)(tick)))
        levels.append(int(seat.level[0]))
        events += seat.take_events()
    assert levels == [0] * AT + [1] * 7 + [0] * (TICKS - AT - 7)
    assert [(event.code, event.time_s) for event in events] == [
        ("clock-stepped", float(AT)),
        ("level-0", float(AT + 7)),
    ]
