"""The guard: what it takes, what it answers, and when it lets go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.errors import UnknownNameError
from signals.model.crossroads import crossroads
from signals.model.values import Aspect, Command, Decision
from signals.safety import guard as guard_module
from signals.safety import interstage, watch
from signals.safety.guard import DO_NOT_WRITE, Guard
from signals.safety.interstage import NOT_WRITTEN, State
from tests.safety.driving import Run
from tests.safety.layouts import cross, intersection, network, readings

NOBODY = np.zeros(3, np.bool_)
UNKNOWN = [-1] * 3


def wish(*groups: int, stage: int = 0) -> Decision:
    want = np.zeros(3, np.bool_)
    want[list(groups)] = True
    return Decision(want, np.array([stage], np.int32))


def test_the_command_carries_the_time_and_the_kinds_that_adapters_expect() -> None:
    verdict = Guard(cross()).permit(wish(0), readings(12.5, UNKNOWN), NOBODY)
    assert isinstance(verdict.command, Command)
    assert verdict.command.time_s == 12.5
    assert verdict.command.aspect.dtype == np.int8
    assert verdict.command.write.dtype == np.bool_
    assert verdict.command.write.tolist() == [True]
    assert verdict.reason.dtype == np.int8
    assert verdict.violations == ()


@pytest.mark.parametrize("tick_ds", [0, -10])
def test_a_tick_has_a_length(tick_ds: int) -> None:
    with pytest.raises(ValueError, match="tick_ds"):
        Guard(cross(), tick_ds=tick_ds)


def test_its_arrays_are_not_its_memory() -> None:
    guard = Guard(cross(red_amber_ds=0))
    guard.permit(wish(0), readings(0, UNKNOWN), NOBODY).command.aspect[:] = Aspect.GREEN
    assert guard.permit(wish(0), readings(1, UNKNOWN), NOBODY).command.aspect.tolist() == [Aspect.GREEN, 0, 0]


@pytest.mark.parametrize("decision", [None, "nonsense", (), wish(0).want])
def test_what_is_no_decision_holds_what_is_green(decision: object) -> None:
    guard = Guard(cross())
    guard.permit(wish(0), readings(0, UNKNOWN), NOBODY)
    for tick in range(1, 20):
        verdict = guard.permit(decision, readings(tick, UNKNOWN), NOBODY)
        assert verdict.command.aspect.tolist() == [Aspect.GREEN, 0, 0]
        assert verdict.command.write[0]


def test_stages_of_the_wrong_shape_change_nothing_about_writing() -> None:
    guard = Guard(cross())
    assert not guard.permit(wish(0, stage=DO_NOT_WRITE), readings(0, UNKNOWN), NOBODY).command.write[0]
    odd = Decision(wish(0).want, np.zeros(2, np.int32))
    assert not guard.permit(odd, readings(1, UNKNOWN), NOBODY).command.write[0]
    assert guard.permit(wish(0), readings(2, UNKNOWN), NOBODY).command.write[0]
    assert guard.permit(odd, readings(3, UNKNOWN), NOBODY).command.write[0]


def test_demand_of_the_wrong_shape_is_demand_everywhere() -> None:
    guard = Guard(cross(red_amber_ds=0))
    for tick in range(31):
        verdict = guard.permit(wish(0), readings(tick, UNKNOWN), np.zeros(2, np.bool_))
    assert verdict.command.aspect[0] == Aspect.AMBER  # maximum green


def test_a_display_of_the_wrong_shape_is_unknown() -> None:
    guard = Guard(cross(red_amber_ds=0))
    for tick in range(5):
        assert not guard.permit(wish(0), readings(tick, [1, 2]), NOBODY).violations


def test_only_intersections_that_are_let_go_are_not_written() -> None:
    one = cross(red_amber_ds=0).intersections[0]
    what = network(one, intersection(one.groups, {}, "y"))
    stage = np.array([-1, DO_NOT_WRITE], np.int32)
    verdict = Guard(what).permit(Decision(np.ones(6, np.bool_), stage), readings(0, [-1] * 6), np.zeros(6, np.bool_))
    assert verdict.command.write.tolist() == [True, False]
    assert verdict.command.aspect.tolist() == [2, 0, 2, 0, 0, 0]
    assert verdict.reason[3:].tolist() == [NOT_WRITTEN] * 3


def test_a_violation_takes_back_the_command_that_makes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def mad(site: object, state: tuple[np.ndarray, ...], *_: object) -> None:
        np.asarray(State(*state).out)[:] = Aspect.GREEN

    for how, written in (("stop-writing", False), ("count", True)):
        guard = Guard(cross(), on_violation=how)
        with monkeypatch.context() as patch:
            patch.setattr(guard_module, "step", mad)
            verdict = guard.permit(wish(0), readings(0, UNKNOWN), NOBODY)
        assert {violation.rule for violation in verdict.violations} == {"conflict"}
        assert verdict.command.write.tolist() == [written]
        assert verdict.command.aspect.tolist() == [2 * written] * 3
        assert guard.latched.tolist() == [True]


def test_what_is_latched_must_exist() -> None:
    with pytest.raises(UnknownNameError, match='intersection "y"'):
        Guard(cross(), latched=["y"])


def test_after_a_display_that_was_not_commanded_it_lets_go_until_a_person_resets_it() -> None:
    run = Run(cross(red_amber_ds=0)).wish(0, ticks=2)
    run.shown = np.array([0, 0, 0], np.int8)
    run.wish(0)
    found = list(run.violations)
    assert 'display of intersection "x", signal group "one": red instead of green' in found
    assert run.history[-1] == "rrr"
    run.wish(0, ticks=5)
    assert run.history[-1] == "rrr"
    assert run.reason(0)[-1] == "not written"
    run.guard.reset(0)
    run.wish(0, ticks=10)
    assert run.history[-1] == "Grr"
    assert not run.guard.latched.any()
    assert run.violations == found


def test_resetting_one_intersection_leaves_the_other_latched() -> None:
    one = cross().intersections[0]
    guard = Guard(network(one, intersection(one.groups, {}, "y")))
    nobody = np.zeros(6, np.bool_)
    nothing = Decision(nobody, np.zeros(2, np.int32))
    guard.permit(nothing, readings(0, [-1] * 6), nobody)
    guard.permit(nothing, readings(1, [2] * 6), nobody)
    assert guard.latched.tolist() == [True, True]
    guard.reset(0)
    assert guard.permit(nothing, readings(2, [-1] * 6), nobody).command.write.tolist() == [True, False]


def test_counting_runs_on_through_violations() -> None:
    run = Run(cross(red_amber_ds=0), on_violation="count").wish(0, ticks=2)
    run.shown = np.array([0, 0, 0], np.int8)
    run.wish(0, ticks=3)
    assert run.violations
    assert run.history[-1] == "Grr"


def test_a_world_that_is_a_tick_late_is_tolerated_if_that_is_allowed() -> None:
    def late(max_lag_ticks: int) -> list[str]:
        run = Run(cross(), max_lag_ticks=max_lag_ticks)
        before = run.shown
        for group in (0, 1, 0):
            for _ in range(20):
                shown, run.shown = run.shown, before
                run.wish(group)
                before = shown
        return run.violations

    assert not late(1)
    assert late(0)


@pytest.mark.parametrize(("cold_start", "lag", "short"), [("street", 1, 0), ("street", 0, 1), ("simulated", 1, 1)])
def test_what_has_a_clock_of_its_own_is_seen_to_a_tick(cold_start: str, lag: int, short: int) -> None:
    run = Run(cross(), cold_start=cold_start, max_lag_ticks=lag)
    run.wish(0, ticks=40)
    ambers = 0
    while ambers < 3:  # the amber of 3 s is seen twice: the second sight of it shows what comes next
        ambers = ambers + 1 if run.shown[0] == Aspect.AMBER else 0
        if ambers == 3:
            run.shown[0] = Aspect.RED
        run.wish(1)
    assert sum("only 2.0 s of 3.0 s" in detail for detail in run.violations) == short


def test_the_plan_of_the_crossroads_runs_as_it_is_written() -> None:
    what = crossroads()
    plan, guard = what.intersections[0].plans[0], Guard(what)
    shown, greens = np.full(12, -1, np.int8), []
    for tick in range(3 * plan.cycle_ds // 10):
        left = tick * 10 % plan.cycle_ds
        for step in plan.steps:
            if left < step.duration_ds:
                break
            left -= step.duration_ds
        want = np.isin(np.arange(12), step.groups)
        verdict = guard.permit(Decision(want, np.full(1, -1, np.int32)), readings(tick, shown), np.ones(12, np.bool_))
        assert not verdict.violations
        shown = verdict.command.aspect.copy()
        greens.append((shown == Aspect.GREEN).tolist() == want.tolist())
    assert all(greens)


def test_a_kernel_on_its_arrays_does_what_it_does() -> None:
    """Who runs many ticks in one call must come to the same commands, and violations must have the same consequences."""
    one = cross().intersections[0]
    alone, asked = (Guard(network(one, replace(one, id="y"))) for _ in range(2))
    site, memory, inputs, card, commands, displays, diary = alone.columns
    want, demand, preempt, shown, write = map(np.asarray, inputs)
    out, nobody, seen = np.asarray(State(*memory).out), np.zeros(6, np.bool_), np.array(UNKNOWN * 2, np.int8)
    for tick in range(60):
        wanted = np.arange(6) % 3 == tick // 12 % 3
        if tick == 40:
            for guard in (alone, asked):
                guard._state.aspect[3:] = Aspect.GREEN  # its memory breaks
        verdict = asked.permit(Decision(wanted, np.zeros(2, np.int32)), readings(tick, seen), nobody)
        if tick == 0:
            write[:] = True
        want[:], demand[:], preempt[:], shown[:] = wanted, nobody, 0, seen
        interstage.step(site, memory, want, demand, preempt, shown, write)
        count = watch.watch(card, commands, displays, diary, demand, preempt, shown, out, write)
        assert alone.settle(float(tick), count) == verdict.violations
        assert bool(verdict.violations) == (tick == 40)
        np.testing.assert_array_equal(out, verdict.command.aspect)
        np.testing.assert_array_equal(write, verdict.command.write)
        seen = verdict.command.aspect.copy()
    assert alone.latched.tolist() == asked.latched.tolist() == [False, True]
