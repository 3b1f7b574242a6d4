"""A rehearsal against what the guard then does."""

from __future__ import annotations

import random
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest

from signals.model.intersections import SignalGroup, Stage
from signals.model.lanes import User
from signals.model.values import Aspect, Decision
from signals.safety.guard import DO_NOT_WRITE, Guard
from signals.safety.interstage import EMERGENCY, GRANTED, MAX_GREEN, NOT_WRITTEN, URGENT
from signals.safety.rehearsal import REFUSALS
from tests.safety.layouts import cross, draw_network, intersection, network, readings

NOBODY = np.zeros(3, np.bool_)


def wish(*groups: int, stage: int = -1) -> Decision:
    want = np.zeros(3, np.bool_)
    want[list(groups)] = True
    return Decision(want, np.array([stage], np.int32))


def green_for(guard: Guard, ticks: int, *groups: int, demand: tuple[int, ...] = ()) -> np.ndarray:
    """Have groups green for some ticks; return what is shown."""
    shown, waiting = np.full(3, -1, np.int8), NOBODY.copy()
    waiting[list(demand)] = True
    for tick in range(ticks):
        shown = guard.permit(wish(*groups), readings(tick, shown), waiting).command.aspect.copy()
    return shown


def answer(guard: Guard, decision: Decision, shown: np.ndarray, demand: np.ndarray = NOBODY) -> int:
    return int(guard.rehearsal().refusals(decision, readings(0, shown), demand)[0])


def test_what_only_has_to_wait_is_not_refused() -> None:
    guard = Guard(cross())
    shown = green_for(guard, 3, 0)  # in its minimum
    assert answer(guard, wish(0), shown) == GRANTED
    assert answer(guard, wish(1), shown) == GRANTED  # its intergreen will be over one day
    assert answer(guard, wish(), shown) == GRANTED


def test_a_green_at_its_maximum_is_refused_while_somebody_waits() -> None:
    guard, waiting = Guard(cross(red_amber_ds=0)), np.array([False, True, False])
    shown = green_for(guard, 31, 0)
    assert answer(guard, wish(0), shown, NOBODY) == GRANTED
    assert answer(guard, wish(0), shown, waiting) == MAX_GREEN
    assert answer(guard, wish(1), shown, waiting) == GRANTED


def test_who_waited_too_long_closes_what_conflicts() -> None:
    guard = Guard(cross(max_green_ds=5_000, max_red_ds=300))
    shown = green_for(guard, 10, 0, demand=(1,))
    assert answer(guard, wish(0), shown) == GRANTED
    shown = green_for(guard, 5, 0, demand=(1,))
    assert answer(guard, wish(0), shown) == URGENT
    assert answer(guard, wish(1), shown) == GRANTED
    assert answer(guard, wish(2), shown) == URGENT  # people on foot cross the second street


def test_an_ambulance_closes_what_conflicts() -> None:
    guard = Guard(cross())
    shown = green_for(guard, 8, 0)
    called = readings(3, shown, np.array([0, 1, 0], np.int8))
    assert guard.rehearsal().refusals(wish(0), called, NOBODY).tolist() == [EMERGENCY]
    assert guard.rehearsal().refusals(wish(1), called, NOBODY).tolist() == [GRANTED]


def test_where_nothing_is_written_nothing_is_shown() -> None:
    assert answer(Guard(cross()), wish(0, stage=DO_NOT_WRITE), np.zeros(3, np.int8)) == NOT_WRITTEN
    latched = Guard(cross(), latched=["x"])
    assert answer(latched, wish(0), np.zeros(3, np.int8)) == NOT_WRITTEN
    latched.reset(0)
    assert answer(latched, wish(0), np.zeros(3, np.int8)) == GRANTED
    counting = Guard(cross(), latched=["x"], on_violation="count")
    assert answer(counting, wish(0), np.zeros(3, np.int8)) == GRANTED


def test_inputs_of_the_wrong_shape_are_taken_as_the_guard_takes_them() -> None:
    guard = Guard(cross(red_amber_ds=0))
    shown = green_for(guard, 31, 0)
    nonsense = readings(31, shown[:2], np.zeros(2, np.int8))
    assert guard.rehearsal().refusals(wish(0), nonsense, NOBODY[:1]).tolist() == [MAX_GREEN]  # demand is everywhere
    assert guard.permit(wish(0), nonsense, NOBODY[:1]).reason[0] == MAX_GREEN


@pytest.mark.parametrize(
    "decision", [Decision(NOBODY[:2], np.zeros(1, np.int32)), Decision(NOBODY, np.zeros(2, np.int32))]
)
def test_a_decision_of_the_wrong_shape_is_an_error(decision: Decision) -> None:
    with pytest.raises(ValueError, match=r"expected bool \[3\] and int32 \[1\]"):
        Guard(cross()).rehearsal().refusals(decision, readings(0, np.zeros(3)), NOBODY)


def test_late_starts_count_as_the_guard_counts_them_and_are_not_used_up() -> None:
    car = {"min_green_ds": 20, "amber_ds": 30, "max_red_ds": 300}
    groups = [SignalGroup(name, User.VEHICLE, (number,), **car) for number, name in enumerate(("a", "b", "side"))]
    late = Stage("both", (0, 1), late_start_ds=(0, 30))
    what = network(replace(intersection(groups, {(1, 2): 40}), stages=(late, Stage("side", (2,)))))
    guard = Guard(what)
    shown, waiting = np.full(3, -1, np.int8), np.array([False, False, True])
    seen = set()
    for tick in range(40):  # the side street waits until it presses against b, which starts late
        now = readings(tick, shown)
        before = guard.rehearsal().refusals(wish(0, 1, stage=0), now, waiting)
        assert before.tolist() == guard.rehearsal().refusals(wish(0, 1, stage=0), now, waiting).tolist()
        verdict = guard.permit(wish(0, 1, stage=0), now, waiting)
        assert bool(before[0]) == bool(np.isin(verdict.reason[:2], REFUSALS).any())
        shown = verdict.command.aspect.copy()
        seen.add(int(before[0]))
    assert seen == {GRANTED, URGENT}


@pytest.mark.parametrize("seed", range(60))
def test_it_says_what_the_guard_then_does(seed: int) -> None:
    rng = random.Random(seed)
    what, _ = draw_network(rng)
    guard = Guard(what, tick_ds=rng.choice((5, 10)))
    rehearsal = guard.rehearsal()
    size, places = len(what.arrays.min_green_ds), len(what.intersections)
    owner = np.repeat(np.arange(places), np.diff(what.arrays.group_offset))
    chance = np.random.default_rng(seed)
    shown, want = np.full(size, Aspect.UNKNOWN, np.int8), np.zeros(size, np.bool_)
    seen = set()
    for tick in range(300):
        if tick % 20 == 0:
            want = chance.random(size) < 0.5
        stage = np.where(chance.random(places) < 0.03, DO_NOT_WRITE, -1).astype(np.int32)
        calls = (chance.random(size) < 0.01).astype(np.int8)
        demand, now = chance.random(size) < 0.7, readings(tick, shown, calls)
        memory = deepcopy(guard._state)
        told = rehearsal.refusals(Decision(want, stage), now, demand)
        assert all((a == b).all() for a, b in zip(memory, guard._state, strict=True))
        verdict = guard.permit(Decision(want, stage), now, demand)
        refused = want & np.isin(verdict.reason, REFUSALS)
        done = [int(max(verdict.reason[(owner == i) & refused], default=0)) for i in range(places)]
        done = [NOT_WRITTEN if unwritten else code for unwritten, code in zip(stage == DO_NOT_WRITE, done, strict=True)]
        assert told.tolist() == done
        seen |= set(done)
        shown = verdict.command.aspect.copy()
    assert seen > {GRANTED} or size < 3
