from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from signals.errors import NetworkError, UnsafePlanError
from signals.model.crossroads import crossroads
from signals.model.intersections import Intersection, Plan, PlanStep, SignalGroup, Stage
from signals.model.lanes import User

A = SignalGroup("a", User.VEHICLE, (0,))
B = SignalGroup("b", User.VEHICLE, (1,))
C = SignalGroup("c", User.PEDESTRIAN, (2,))
MATRIX = ((None, 40, None), (50, None, 0), (None, 0, None))


def place(**known: Any) -> Intersection:
    given: dict[str, Any] = {"groups": (A, B, C), "intergreen_ds": MATRIX, "stages": (Stage("one", (0, 2)),), **known}
    return Intersection("x", **given)


def test_no_conflict_is_not_an_intergreen_of_0() -> None:
    there = place()
    assert there.conflict(1, 2)
    assert there.conflict(2, 1)
    assert not there.conflict(0, 2)


@pytest.mark.parametrize(
    ("known", "message"),
    [
        ({"groups": (), "intergreen_ds": (), "stages": ()}, "it has no signal group"),
        ({"intergreen_ds": MATRIX[:2]}, "must be 3 x 3"),
        ({"intergreen_ds": (*MATRIX[:2], (None, 0))}, "must be 3 x 3"),
        ({"intergreen_ds": ((0, 40, None), *MATRIX[1:])}, 'group "a" conflicts with itself'),
        ({"intergreen_ds": ((None, 40, 10), *MATRIX[1:])}, 'groups "a" and "c" conflict in one direction only'),
        ({"intergreen_ds": ((None, -1, None), *MATRIX[1:])}, 'groups "a" and "b" have a negative intergreen'),
        ({"groups": (A, A, C)}, 'signal group "a" is defined twice'),
        ({"stages": (Stage("one", (0,)), Stage("one", (1,)))}, 'stage "one" is defined twice'),
        ({"groups": (A, replace(B, links=(0,)), C)}, "a link belongs to two signal groups"),
        ({"stages": (Stage("one", (3,)),)}, r'stage "one": no such signal group in \(3,\)'),
        ({"plans": (Plan("p", (PlanStep(10, (-1,)),)),)}, 'plan "p", step 0: no such signal group'),
    ],
)
def test_what_cannot_be_is_not_born(known: dict[str, Any], message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        place(**known)


def test_conflicting_greens_are_unsafe_wherever_they_stand() -> None:
    with pytest.raises(
        UnsafePlanError, match='stage "both": signal groups "a" and "b" conflict but are green together'
    ):
        place(stages=(Stage("both", (0, 1)),))
    with pytest.raises(UnsafePlanError, match='plan "p", step 1: signal groups "b" and "c"'):
        place(plans=(Plan("p", (PlanStep(10, (0,)), PlanStep(10, (1, 2)))),))


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_green_ds": 0},
        {"max_green_ds": 10},
        {"amber_ds": -1},
        {"red_amber_ds": -1},
        {"clearance_ds": -1},
        {"max_red_ds": 0},
    ],
)
def test_times_of_a_group_are_checked(wrong: dict[str, int]) -> None:
    with pytest.raises(NetworkError, match='signal group "a"'):
        replace(A, **wrong)  # type: ignore[arg-type]


def test_a_plan_is_a_cycle_of_steps() -> None:
    assert Plan("p", (PlanStep(100, (0,)), PlanStep(55, ()))).cycle_ds == 155
    with pytest.raises(NetworkError, match='plan "p": at least one step'):
        Plan("p", ())
    with pytest.raises(NetworkError, match="duration_ds must be > 0, got 0"):
        PlanStep(0, ())


def test_the_plan_of_the_crossroads_serves_its_stages_in_order() -> None:
    there = crossroads().intersections[0]
    greens = [step.groups for step in there.plans[0].steps if step.groups]
    assert greens[::3] + greens[2::3] == [there.stages[number].groups for number in (0, 2, 1, 3)]
    assert greens[1::3] == [(0, 4), (2, 6)]  # who walks is gone before the next stage begins
