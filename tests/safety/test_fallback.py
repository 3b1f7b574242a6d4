"""The safe seat: every fault by injection, the level it leads to, and the way back."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.values import Decision, Event, Snapshot
from signals.safety.fallback import HOLD_DS, Failure, Fallback, LateError, Trouble, attempt
from signals.safety.guard import DO_NOT_WRITE, Guard
from tests.safety.layouts import readings
from tests.safety.snapshots import Puppet, snapshot

SITE = crossroads()
CITY = Network("city", SITE.lanes, SITE.movements, tuple(replace(SITE.intersections[0], id=name) for name in "abc"))


def wish(stage: int, what: Network = SITE) -> Decision:
    """Wish the same stage everywhere, in new arrays."""
    greens = [np.isin(np.arange(12), site.stages[max(stage, 0) % 4].groups) for site in what.intersections]
    return Decision(np.concatenate(greens), np.full(len(greens), stage, np.int32))


class Seat:
    """A fallback with its puppets, a tick a second."""

    def __init__(self, what: Network = SITE, *, backup: bool = True, **settings: Any) -> None:
        self.what, self.time_s = what, 0.0
        self.controller, self.backup = Puppet(wish(0, what)), Puppet(wish(2, what))
        self.fallback = Fallback(self.controller, what, backup=self.backup if backup else None, **settings)
        self.stages: list[list[int]] = []
        self.events: list[Event] = []

    def run(self, ticks: int = 1, **values: Any) -> Seat:
        for _ in range(ticks):
            self.time_s += 1.0
            decision = self.fallback.decide(snapshot(self.what, self.time_s, **values))
            self.stages.append(decision.stage.tolist())
            self.events += self.fallback.take_events()
        return self

    @property
    def codes(self) -> list[str]:
        return [event.code for event in self.events]


class SpeechlessError(Exception):
    def __str__(self) -> str:
        raise RuntimeError


ERRORS = (
    ValueError("no\nway"),
    ZeroDivisionError(),
    MemoryError(),
    RecursionError(),
    StopIteration(),
    SpeechlessError(),
)


def test_a_good_controller_is_followed() -> None:
    seat = Seat().run(50)
    assert seat.stages == [[0]] * 50
    assert seat.events == []
    assert seat.backup.asked == []
    assert seat.fallback.level.tolist() == [0]
    assert isinstance(seat.fallback.decide(snapshot(SITE, 51.0)), Decision)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_a_controller_that_raises(error: Exception) -> None:
    seat = Seat().run(3)
    seat.controller.answer = error
    seat.run(2)
    assert seat.stages[-2:] == [[0], [0]]
    assert seat.codes == ["controller-raised"]
    assert seat.events[0].time_s == 4.0
    assert seat.events[0].detail.startswith("level 1: its last good wish is held; ")
    assert type(error).__name__ in seat.events[0].detail
    assert "\n" not in seat.events[0].detail


def test_whoever_wants_to_end_the_program_may() -> None:
    seat = Seat()
    seat.controller.answer = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        seat.run()


GOOD = wish(0)
MALFORMED = {
    "none": None,
    "a tuple": tuple(GOOD),
    "want too short": GOOD._replace(want=GOOD.want[:5]),
    "want of two dimensions": GOOD._replace(want=GOOD.want[None]),
    "want a list": GOOD._replace(want=GOOD.want.tolist()),
    "want numbers": GOOD._replace(want=np.full(12, np.nan)),
    "stage too long": GOOD._replace(stage=np.zeros(2, np.int32)),
    "stage floats": GOOD._replace(stage=np.array([np.nan])),
    "stage of another width": GOOD._replace(stage=np.zeros(1, np.int64)),
    "an object without arrays": Decision(None, None),
}


@pytest.mark.parametrize("answer", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_decision(answer: object) -> None:
    seat = Seat().run(3)
    seat.controller.answer = answer
    decision = seat.run(2).fallback.decide(snapshot(SITE, 9.0))
    assert seat.codes == ["controller-malformed"]
    assert decision.stage.tolist() == [0]
    assert decision.want.tolist() == wish(0).want.tolist()
    assert seat.fallback.level.tolist() == [1]


@pytest.mark.parametrize("stage", [4, 99, -2, -3, -(2**31), 2**31 - 1])
def test_an_unknown_stage_concerns_only_its_intersection(stage: int) -> None:
    seat = Seat(CITY).run(3)
    odd = wish(1, CITY)
    odd.stage[1] = stage
    seat.controller.answer = odd
    seat.run(2)
    assert seat.stages[-1] == [1, 0, 1]
    assert seat.fallback.level.tolist() == [0, 1, 0]
    assert [(event.code, event.intersection) for event in seat.events] == [("controller-unknown-stage", 1)]


def test_groups_chosen_freely_are_no_unknown_stage() -> None:
    seat = Seat()
    seat.controller.answer = wish(-1)
    assert seat.run(5).stages == [[-1]] * 5
    assert not seat.events


def test_a_late_decision_counts_as_none() -> None:
    seat = Seat().run(3)
    seat.controller.answer = LateError("it did not answer in time")
    seat.run(2)
    assert seat.codes == ["controller-late"]
    assert seat.stages[-1] == [0]
    assert "did not answer in time" in seat.events[0].detail


def test_the_ladder_down_and_back() -> None:
    seat = Seat().run(10)
    seat.controller.answer = ValueError()
    seat.run(200)
    seat.controller.answer = wish(1)
    seat.run(800)
    levels = [{0: 1, 2: 2, 1: 0}[stage] for (stage,) in seat.stages[10:]]
    assert levels[:200] == [1] * (HOLD_DS // 10) + [2] * (200 - HOLD_DS // 10)
    assert levels[-1] == 0
    assert sorted(levels[200:], reverse=True) == levels[200:]
    assert seat.codes == ["controller-raised", "level-2", "level-0"]
    assert seat.events[1].detail == "level 2: the backup decides"
    # Asked again only after 5 s, 1, 2 and 5 min; then tried for two seconds.
    trials = [asked for asked in seat.controller.asked if asked > 10][:6]
    assert np.diff(trials).tolist() == [6, 61, 121, 301, 1]


def test_a_single_fault_never_comes_to_the_backup() -> None:
    seat = Seat().run(10)
    seat.controller.answer = ValueError()
    seat.run(1)
    seat.controller.answer = wish(1)
    seat.run(20)
    assert seat.codes == ["controller-raised", "level-0"]
    assert seat.stages[10:19] == [[0]] * 7 + [[1]] * 2
    assert not seat.backup.asked


def test_without_a_good_wish_and_a_backup_nothing_is_written() -> None:
    seat = Seat(backup=False)
    seat.controller.answer = ValueError()
    seat.run(3)
    assert seat.stages == [[DO_NOT_WRITE]] * 3
    assert seat.codes == ["controller-raised"]
    assert seat.events[0].detail.startswith("level 3: nothing is written; ValueError; there is no backup")
    assert not seat.fallback.decide(snapshot(SITE, 4.0)).want.any()


@pytest.mark.parametrize("answer", [ValueError("b"), None, wish(4), wish(-2)], ids=["raises", "none", "stage", "-2"])
def test_a_backup_that_fails_is_not_followed_until_it_is_good_again(answer: object) -> None:
    seat = Seat()
    seat.controller.answer, seat.backup.answer = ValueError("c"), answer
    seat.run(4)
    assert seat.stages == [[DO_NOT_WRITE]] * 4
    assert seat.backup.asked == [1.0]
    assert "; backup-" in seat.events[0].detail
    seat.backup.answer = wish(3)
    seat.run(20)
    assert seat.stages[-1] == [3]
    assert seat.codes == ["controller-raised", "level-2"]


def test_a_backup_that_fails_later_is_left_and_says_why() -> None:
    seat = Seat()
    seat.controller.answer = ValueError("c")
    seat.run(4)
    seat.backup.answer = KeyError("plan")
    seat.run(4)
    assert seat.stages[3:5] == [[2], [DO_NOT_WRITE]]
    assert seat.codes == ["controller-raised", "level-3"]
    assert seat.events[1].detail == "level 3: nothing is written; backup-raised, KeyError: 'plan'"


def test_a_stale_snapshot_is_not_shown_to_the_controller_and_the_backup_gets_the_time_that_it_is() -> None:
    seat = Seat().run(10)
    for _ in range(HOLD_DS // 10 + 5):
        seat.fallback.decide(snapshot(SITE, 10.0))
    assert seat.controller.asked[-1] == 10.0
    assert len(seat.controller.asked) == 10
    assert seat.backup.asked == [10.0 + HOLD_DS // 10 + tick for tick in range(1, 6)]
    assert [event.code for event in seat.fallback.take_events()] == ["snapshot-stale", "level-2"]
    seat.time_s = 10.0 + HOLD_DS // 10 + 5
    seat.run(6)
    assert seat.fallback.level.tolist() == [2]
    seat.run(1)
    assert seat.codes == ["level-0"]  # 5 s of rest and 2 s of trial, however long it was stale


@pytest.mark.parametrize("time_s", [math.nan, math.inf, None, "later"])
def test_a_time_that_is_none(time_s: Any) -> None:
    seat = Seat().run(3)
    decision = seat.fallback.decide(snapshot(SITE, time_s))
    assert decision.stage.tolist() == [0]
    (event,) = seat.fallback.take_events()
    assert event.code == ("snapshot-stale" if isinstance(time_s, float) else "snapshot-impossible")
    assert event.time_s == 4.0


def test_a_frozen_snapshot_concerns_only_its_intersection() -> None:
    waits = np.zeros(24, np.float32)
    waits[10] = 30.0
    seat = Seat(CITY).run(5, wait_s=waits)
    assert not seat.events
    seat.run(2, wait_s=waits)
    assert [(event.code, event.intersection) for event in seat.events] == [("snapshot-frozen", 1)]
    assert seat.fallback.level.tolist() == [0, 1, 0]


def test_impossible_numbers_concern_only_their_intersection() -> None:
    seat = Seat(CITY).run(3)
    seat.controller.answer = wish(1, CITY)
    queue = np.zeros(24, np.float32)
    queue[20] = np.nan
    seat.run(2, queue_veh=queue)
    assert seat.stages[-1] == [1, 1, 0]
    assert [(event.code, event.intersection) for event in seat.events] == [("snapshot-impossible", 2)]
    assert seat.run(7).stages[-1] == [1, 1, 1]
    assert seat.codes == ["snapshot-impossible", "level-0"]


def test_what_is_no_snapshot_at_all() -> None:
    seat = Seat(backup=False)
    assert seat.fallback.decide(None).stage.tolist() == [DO_NOT_WRITE]
    assert [event.code for event in seat.fallback.take_events()] == ["snapshot-impossible"]
    odd = Seat()
    assert odd.fallback.decide(object()).stage.tolist() == [DO_NOT_WRITE]  # the backup cannot use it either


def test_one_event_for_a_whole_city() -> None:
    seat = Seat(CITY).run(2)
    seat.controller.answer = ValueError()
    seat.run(300)
    assert [(event.code, event.intersection) for event in seat.events] == [("controller-raised", -1), ("level-2", -1)]


def test_intersections_on_different_levels_get_their_own_events() -> None:
    seat = Seat(CITY)
    odd = wish(1, CITY)
    odd.stage[0] = 77
    seat.controller.answer = odd
    seat.run(2)  # the first has nothing to hold: backup
    seat.controller.answer = ValueError()
    seat.run(1)
    assert seat.stages[-1] == [2, 1, 1]
    assert Counter(event.intersection for event in seat.events) == {0: 1, 1: 1, 2: 1}
    assert seat.fallback.level.tolist() == [2, 1, 1]


def test_events_are_taken_once() -> None:
    seat = Seat(backup=False)
    seat.controller.answer = None
    seat.fallback.decide(snapshot(SITE, 1.0))
    assert len(seat.fallback.take_events()) == 1
    assert seat.fallback.take_events() == ()


def test_a_controller_that_changes_its_arrays_afterwards_changes_nothing_that_is_held() -> None:
    seat = Seat()
    answer = wish(0)
    seat.controller.answer = answer
    seat.run(2)
    answer.stage[:], answer.want[:] = 99, True
    seat.run(1)
    assert seat.stages[-1] == [0]
    assert seat.fallback.decide(snapshot(SITE, 9.0)).want.tolist() == wish(0).want.tolist()


def test_a_run_with_faults_is_the_same_twice() -> None:
    def once() -> tuple[list[list[int]], list[Event]]:
        seat = Seat(CITY)

        def moody(now: Snapshot) -> Decision | Exception:
            draw = np.random.default_rng(int(now.time_s))
            odd = wish(int(draw.integers(0, 4)), CITY)
            odd.stage[draw.random(3) < 0.02] = 9
            return ValueError() if draw.random() < 0.02 else odd

        seat.controller.answer = moody
        seat.run(600)
        return seat.stages, seat.events

    assert once() == once()
    assert len(once()[1]) > 5


def test_guard_and_fallback_let_go_and_come_back_together() -> None:
    seat, guard = Seat(backup=False), Guard(SITE)
    seat.controller.answer = ValueError()
    nobody, writes = np.zeros(12, np.bool_), []
    shown = np.full(12, -1, np.int8)
    for tick in range(120):
        if tick == 5:
            seat.controller.answer = wish(0)
        decision = seat.fallback.decide(snapshot(SITE, float(tick + 1)))
        verdict = guard.permit(decision, readings(tick, shown), nobody)
        assert not verdict.violations
        writes.append(bool(verdict.command.write[0]))
        shown = verdict.command.aspect.copy()
    assert writes == sorted(writes)
    assert writes.index(True) == 7
    assert (shown == 2).nonzero()[0].tolist() == list(SITE.intersections[0].stages[0].groups)


CAUSES: dict[str, Any] = {
    "controller-raised": (ValueError(), {}),
    "controller-late": (LateError(), {}),
    "controller-malformed": (None, {}),
    "controller-unknown-stage": (wish(99), {}),
    "snapshot-impossible": (GOOD, {"queue_veh": np.full(8, np.nan, np.float32)}),
    "snapshot-frozen": (GOOD, {"wait_s": np.full(8, 30.0, np.float32)}),
    "snapshot-stale": (GOOD, {"time_s": 3.0}),
}


@pytest.mark.parametrize(("code", "ticks"), [(code, 300) for code in CAUSES] + [("controller-raised", 10_000)])
def test_any_number_of_bad_ticks_are_two_events_and_all_is_well_afterwards(code: str, ticks: int) -> None:
    seat = Seat().run(3)
    seat.controller.answer, values = CAUSES[code]
    for tick in range(ticks):
        seat.fallback.decide(snapshot(SITE, **{"time_s": 4.0 + tick, **values}))
    events = seat.fallback.take_events()
    assert [event.code for event in events] == [code, "level-2"]
    seat.controller.answer, seat.time_s = GOOD, 3.0 + ticks
    while seat.fallback.level[0] and seat.time_s < 4 + ticks + 1_810:
        seat.run(1)
    assert seat.codes == ["level-0"]


def test_a_controller_that_comes_and_goes_is_asked_ever_less_often() -> None:
    seat = Seat()
    seat.controller.answer = lambda now: ValueError() if now.time_s % 10 < 1 else wish(1)
    seat.run(3_000)
    assert len(seat.events) < 20


class Adapters:
    """What `Fallback` is told of the adapters of a city."""

    def __init__(self) -> None:
        self.lost, self.doubted = np.zeros((2, 3), np.bool_)
        self.events: list[Event] = []

    @property
    def troubled(self) -> bool:
        return bool(self.lost.any() or self.doubted.any())

    def why(self, intersection: int) -> Trouble:
        return Trouble(f"adapter-{intersection}", "no carrier")

    def take_events(self) -> tuple[Event, ...]:
        events, self.events = self.events, []
        return tuple(events)


def test_what_is_lost_is_not_written_from_that_very_tick_on_and_nobody_else_notices() -> None:
    adapters = Adapters()
    seat = Seat(CITY, source=adapters).run(3)
    adapters.lost[1] = True
    seat.run(4)
    adapters.lost[1] = False
    seat.run(2)
    assert seat.stages == [[0, 0, 0]] * 3 + [[0, DO_NOT_WRITE, 0]] * 4 + [[0, 0, 0]] * 2
    assert [(event.code, event.intersection) for event in seat.events] == [("adapter-1", 1), ("level-0", 1)]
    assert seat.events[0].detail == "level 3: nothing is written; no carrier"


def test_what_is_doubted_is_not_left_to_the_controller() -> None:
    adapters = Adapters()
    seat = Seat(CITY, source=adapters).run(3)
    adapters.doubted[2] = True
    seat.run(3)
    assert seat.fallback.level.tolist() == [0, 0, 1]
    seat.run(HOLD_DS // 10)
    assert seat.stages[-1] == [0, 0, 2]
    adapters.doubted[2] = False
    seat.run(7)
    assert seat.fallback.level.tolist() == [0, 0, 0]
    assert [(event.code, event.intersection) for event in seat.events] == [
        ("adapter-2", 2),
        ("level-2", 2),
        ("level-0", 2),
    ]


def test_an_adapter_that_fails_while_the_controller_has_failed_has_its_own_event() -> None:
    adapters = Adapters()
    seat = Seat(CITY, source=adapters).run(3)
    seat.controller.answer = ValueError()
    seat.run(1)
    adapters.lost[0] = True
    seat.run(1)
    adapters.lost[0] = False
    seat.run(1)
    assert [(event.code, event.intersection) for event in seat.events] == [
        ("controller-raised", -1),
        ("adapter-0", 0),
        ("level-1", 0),
    ]


def test_what_happened_to_detectors_is_passed_on() -> None:
    adapters = Adapters()
    adapters.events = [Event(1.0, -1, "detector-quarantined", "D1")]
    seat = Seat(CITY, source=adapters).run(1)
    assert seat.codes == ["detector-quarantined"]
    assert seat.fallback.take_events() == ()


def test_a_strangers_code_returns_or_fails() -> None:
    assert attempt(lambda: 7) == 7
    found = attempt(lambda: 1 / 0)
    assert isinstance(found, Failure)
    assert found.of("backup") == ("backup-raised", "ZeroDivisionError: division by zero")
    with pytest.raises(KeyboardInterrupt):
        attempt(lambda: (_ for _ in ()).throw(KeyboardInterrupt()))
