"""The own program: a plan by the clock, its changes, and stages in turn where there is no plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signals.adapters.cabinet.firmware_program import FixedTime, OwnProgram, StagesInTurn, own_program
from signals.model.cabinets import PlanRequest
from signals.model.intersections import Intersection, Plan, PlanStep, SignalGroup, Stage
from signals.model.lanes import User

A, B = (SignalGroup(name, User.VEHICLE, (link,), min_green_ds=100) for link, name in enumerate("ab"))
STEPS = (PlanStep(200, (0,)), PlanStep(50, ()), PlanStep(150, (1,)), PlanStep(50, ()))
PLAN = Plan("day", STEPS, offset_ds=30)
PLACE = Intersection("j", (A, B), ((None, 50), (50, None)), (Stage("a", (0,)), Stage("b", (1,))), (PLAN,))
NOBODY = [False, False]


def run(program: OwnProgram, clock_ds: int, ticks: int, called: list[bool] = NOBODY) -> list[list[bool]]:
    return [program.tick(clock_ds + 10 * (tick + 1), called) for tick in range(ticks)]


def test_a_plan_runs_by_the_clock() -> None:
    program = own_program(PLACE, 10)
    assert isinstance(program, FixedTime)
    program.start(1_000)
    assert program.position_ds == (1_000 - 30) % 450
    greens = run(program, 1_000, 45)
    assert greens.count([True, False]) == 20
    assert greens.count([False, True]) == 15
    assert program.position_ds == (1_450 - 30) % 450


def test_ticks_that_do_not_fit_the_cycle_drift_by_less_than_one() -> None:
    program = FixedTime(PLACE, 7)
    program.start(3)
    for tick in range(1, 1_000):
        program.tick(3 + 7 * tick, NOBODY)
        assert program.position_ds == (3 + 7 * tick - 30) % 450


def test_a_clock_that_jumps_is_followed_a_fifth_of_a_cycle_at_a_time() -> None:
    program = FixedTime(PLACE, 10)
    program.start(0)
    lengths, clock_ds, at = [], 100, program.position_ds
    since = 0
    for _ in range(45 * 6):  # the clock is 10 s ahead, so that it has to lose 35 s
        clock_ds += 10
        program.tick(clock_ds, NOBODY)
        since += 1
        if program.position_ds < at:
            lengths.append(since)
            since = 0
        at = program.position_ds
    assert program.position_ds == (clock_ds - 30) % 450
    assert lengths[1:5] == [54, 54, 54, 53]  # the first was cut by the start
    assert lengths[0] <= 12


def asked(*green_s: int, plan: int = 1, offset_s: int = 0, wrong_s: int = 0) -> PlanRequest:
    return PlanRequest(plan, sum(green_s) + wrong_s, offset_s, green_s)


def test_other_times_come_into_force_with_the_next_cycle() -> None:
    program = FixedTime(PLACE, 10)
    program.start(30)
    assert program.ask(asked(30, 5, 20, 5, offset_s=0))
    run(program, 30, 44)
    assert program.cycle_ds == 450
    run(program, 470, 1)
    assert program.cycle_ds == 600
    clock_ds = 480
    for _ in range(600):
        clock_ds += 10
        program.tick(clock_ds, NOBODY)
    assert program.position_ds == clock_ds % 600  # at midnight at 0
    program.restore()
    for _ in range(600):
        clock_ds += 10
        program.tick(clock_ds, NOBODY)
    assert (program.cycle_ds, program.position_ds) == (450, (clock_ds - 30) % 450)


def test_the_offset_is_where_the_clock_stands_at_midnight() -> None:
    program = FixedTime(PLACE, 10)
    program.start(0)
    assert program.ask(asked(20, 5, 15, 5, offset_s=12))
    clock_ds = 0
    for _ in range(500):
        clock_ds += 10
        program.tick(clock_ds, NOBODY)
    assert program.position_ds == (clock_ds + 120) % 450


@pytest.mark.parametrize(
    "request_",
    [
        asked(20, 5, 15, 5, plan=0),
        asked(20, 5, 15, 5, plan=2),
        asked(20, 5, 20),
        asked(20, 5, 15, 5, wrong_s=1),
        asked(45, 0, 15, 5),
        asked(9, 5, 15, 5),
        asked(20, 5, 9, 5),
        asked(-20, 50, 15, 5),
    ],
)
def test_impossible_times_are_refused(request_: PlanRequest) -> None:
    program = FixedTime(PLACE, 10)
    assert not program.ask(request_)
    run(program, 0, 100)
    assert program.cycle_ds == 450


def test_a_green_that_goes_round_the_end_of_the_cycle_counts_whole() -> None:
    steps = (PlanStep(60, (0,)), PlanStep(50, ()), PlanStep(150, (1,)), PlanStep(50, ()), PlanStep(60, (0,)))
    program = FixedTime(replace(PLACE, plans=(Plan("day", steps),)), 10)
    assert program.ask(asked(5, 5, 15, 5, 5))
    assert not program.ask(asked(5, 5, 15, 5, 4))


def test_a_group_that_is_always_or_never_green_has_no_shortest_green() -> None:
    steps = (PlanStep(60, (0,)), PlanStep(50, (0,)))
    program = FixedTime(replace(PLACE, plans=(Plan("day", steps),)), 10)
    assert program.ask(asked(1, 1))


def test_stages_take_turns_where_there_is_no_plan() -> None:
    program = own_program(replace(PLACE, plans=()), 10)
    assert isinstance(program, StagesInTurn)
    assert (program.plan, program.cycle_ds, program.position_ds) == (0, 0, 0)
    program.start(5)
    assert not program.ask(asked(20, 5, 15, 5))
    program.restore()
    greens = run(program, 0, 60)
    assert greens == [[True, False]] * 60  # nobody waits
    greens = run(program, 0, 40, [True, True])
    assert greens == [[False, True]] * 20 + [[True, False]] * 20  # 15 s and 5 s to get there


def test_without_stages_every_group_is_one() -> None:
    program = StagesInTurn(replace(PLACE, plans=(), stages=()), 10)
    assert [row for row in run(program, 0, 40, [True, True]) if row == [False, True]]
