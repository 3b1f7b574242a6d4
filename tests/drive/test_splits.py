"""Wishes become splits: slowly, within the cycle, and never under a minimum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.drive.splits import MOST_STEP_S, SplitPlanner, main_steps
from signals.model.cabinets import CabinetSite
from signals.model.crossroads import crossroads
from signals.model.intersections import Plan, PlanStep

PLACE = crossroads(pedestrians=False).intersections[0]
FIRST, SECOND = (PLACE.stages[number].groups for number in (0, 1))
PLAN = Plan("p", (PlanStep(300, FIRST), PlanStep(50, ()), PlanStep(200, SECOND), PlanStep(50, ())))
SITE = CabinetSite(replace(PLACE, plans=(PLAN,)))


def wish(groups: tuple[int, ...]) -> np.ndarray:
    want = np.zeros(len(PLACE.groups), np.bool_)
    want[list(groups)] = True
    return want


def cycle_of(planner: SplitPlanner, share_of_first: float) -> object:
    found = None
    for second in range(planner.cycle_s):
        told = planner.note(wish(FIRST if second < share_of_first * planner.cycle_s else SECOND))
        assert told is None or second == planner.cycle_s - 1
        found = told or found
    return found


def test_ways_between_steps_are_not_shared_out() -> None:
    assert main_steps(PLAN) == (0, 2)
    early_end = Plan("p", (PlanStep(300, (0, 1)), PlanStep(100, (0,)), PlanStep(200, (2,))))
    assert main_steps(early_end) == (0, 2)
    assert main_steps(Plan("p", (PlanStep(300, (0,)),))) == (0,)


def test_a_step_grows_towards_its_share_by_a_few_seconds_a_cycle() -> None:
    planner = SplitPlanner(SITE, 10)
    request = cycle_of(planner, 0.8)
    assert request == (1, 60, 0, (30 + MOST_STEP_S, 5, 20 - MOST_STEP_S, 5))
    for _ in range(8):
        cycle_of(planner, 0.8)
    assert cycle_of(planner, 0.8) is None
    assert planner._green_s == [40, 5, 10, 5]


def test_no_minimum_green_is_touched_and_the_cycle_stays() -> None:
    planner = SplitPlanner(SITE, 10)
    for _ in range(12):
        cycle_of(planner, 1.0)
    least = -(-max(PLACE.groups[group].min_green_ds for group in SECOND) // 10)
    assert planner._green_s == [50 - least, 5, least, 5]
    assert planner.cycle_s == 60


def test_a_controller_that_does_not_answer_or_wants_nothing_changes_nothing() -> None:
    planner = SplitPlanner(SITE, 10)
    assert all(planner.note(None) is None for _ in range(130))
    assert all(planner.note(wish(())) is None for _ in range(130))


def test_a_plan_of_one_step_has_nothing_to_share() -> None:
    planner = SplitPlanner(CabinetSite(replace(PLACE, plans=(Plan("p", (PlanStep(300, FIRST),)),))), 10)
    assert all(planner.note(wish(FIRST)) is None for _ in range(90))
    nothing = SplitPlanner(CabinetSite(replace(PLACE, plans=(Plan("p", (PlanStep(30, FIRST),)),))), 10)
    assert all(nothing.note(wish(FIRST)) is None for _ in range(90))


def test_an_intersection_without_a_plan_is_refused() -> None:
    with pytest.raises(ValueError, match="has no plan"):
        SplitPlanner(CabinetSite(replace(PLACE, plans=())), 10)


def test_tenths_of_seconds_are_not_lost() -> None:
    odd = Plan("p", (PlanStep(305, FIRST), PlanStep(45, ()), PlanStep(205, SECOND), PlanStep(45, ())))
    assert SplitPlanner(CabinetSite(replace(PLACE, plans=(odd,))), 10).cycle_s == 60


def test_the_offset_is_where_the_plan_stands_at_midnight() -> None:
    late = CabinetSite(replace(PLACE, plans=(replace(PLAN, offset_ds=100),)))
    request = cycle_of(SplitPlanner(late, 10), 0.8)
    assert request is not None
    assert request[2] == 50  # type: ignore[index]


def test_one_that_begins_anew_begins_with_the_plan_of_the_controller() -> None:
    planner, fresh = SplitPlanner(SITE, 10), SplitPlanner(SITE, 10)
    cycle_of(planner, 0.8)
    planner.note(wish(FIRST))
    planner.restart()
    assert cycle_of(planner, 0.2) == cycle_of(fresh, 0.2) != None  # noqa: E711
