from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.control.plan_clock import PlanClock
from signals.control.wishes import NO_STAGE
from signals.model.crossroads import crossroads
from signals.model.intersections import Plan, PlanStep
from signals.model.network import Network
from signals.testing import networks
from tests.control.made import marked

NETWORK = crossroads(pedestrians=False)
PLAN = Plan("p", (PlanStep(200, (0, 4)), PlanStep(55, ()), PlanStep(100, (2,))), offset_ds=33)


def two() -> Network:
    return next(network for network in networks() if len(network.intersections) > 1)


def naive(plan: Plan, now_ds: int) -> tuple[int, ...]:
    """Walk through the cycle tenth by tenth."""
    shown = [step.groups for step in plan.steps for _ in range(step.duration_ds)]
    return shown[(now_ds - plan.offset_ds) % len(shown)]


steps = st.builds(PlanStep, st.integers(1, 30), st.sampled_from([(), (0,), (1, 5), (2, 6)]))
plans = st.builds(Plan, st.just("p"), st.lists(steps, min_size=1, max_size=4).map(tuple), st.integers(-40, 40))


@settings(deadline=None)
@given(plans, st.lists(st.integers(0, 300), min_size=1, max_size=30))
def test_it_wants_what_the_plan_wants_whatever_time_does(plan: Plan, times_ds: list[int]) -> None:
    clock = PlanClock(NETWORK, [plan])
    for now_ds in times_ds:
        assert marked(clock.decide(now_ds / 10).want) == naive(plan, now_ds)


@settings(deadline=None, max_examples=20)
@given(plans, st.sampled_from([1, 2, 5, 10]))
def test_ticks_of_any_length_see_the_same(plan: Plan, tick_ds: int) -> None:
    clock = PlanClock(NETWORK, [plan])
    for now_ds in range(0, 200, tick_ds):
        assert marked(clock.decide(now_ds / 10).want) == naive(plan, now_ds)


def test_a_step_ends_exactly_when_it_ends() -> None:
    clock = PlanClock(NETWORK, [PLAN])
    wants = {t: marked(clock.decide(t).want) for t in (3.2, 3.3, 23.2, 23.3, 28.7, 28.8, 38.7, 38.8)}
    assert wants == {3.2: (2,), 3.3: (0, 4), 23.2: (0, 4), 23.3: (), 28.7: (), 28.8: (2,), 38.7: (2,), 38.8: (0, 4)}


def test_the_answer_is_reused_until_something_changes_and_kept_ones_stay() -> None:
    clock = PlanClock(NETWORK, [PLAN])
    first = clock.decide(3.3)
    assert clock.decide(23.2) is first
    before = first.want.tolist()
    assert clock.decide(23.3) is not first
    assert first.want.tolist() == before


def test_the_stage_is_named_where_the_step_is_one() -> None:
    plan = Plan("p", (PlanStep(10, (1, 5)), PlanStep(10, (1,)), PlanStep(10, (0, 4))))
    clock = PlanClock(NETWORK, [plan])
    assert [clock.decide(t).stage.tolist() for t in (0.0, 1.0, 2.0)] == [[1], [NO_STAGE], [0]]


def test_every_intersection_has_its_own_cycle() -> None:
    network = two()
    short, long = (
        Plan("s", (PlanStep(10, (0,)), PlanStep(10, (2,)))),
        Plan("l", (PlanStep(30, (1,)), PlanStep(30, (3,)))),
    )
    clock = PlanClock(network, [short, long])
    second = network.arrays.group_offset[1]
    seen = [marked(clock.decide(float(t)).want) for t in range(6)]
    assert seen == [
        (0, second + 1),
        (2, second + 1),
        (0, second + 1),
        (2, second + 3),
        (0, second + 3),
        (2, second + 3),
    ]


def test_a_plan_for_each() -> None:
    with pytest.raises(ValueError, match="zip"):
        PlanClock(two(), [PLAN])


def test_another_plan_begins_where_the_cycle_ends() -> None:
    clock = PlanClock(NETWORK, [Plan("old", (PlanStep(100, (0,)), PlanStep(100, (2,))))])
    clock.decide(5.0)
    clock.adopt(0, Plan("new", (PlanStep(30, (1,)), PlanStep(40, (3,))), offset_ds=77))
    seen = [marked(clock.decide(float(t)).want) for t in range(6, 40)]
    assert seen[:4] == [(0,)] * 4
    assert seen[4:14] == [(2,)] * 10
    assert seen[14:21] == [(1,)] * 3 + [(3,)] * 4
    assert seen[21:28] == seen[14:21]


def test_the_latest_of_several_new_plans_counts_even_before_the_first_tick() -> None:
    clock = PlanClock(NETWORK, [PLAN])
    for group in (1, 2, 3):
        clock.adopt(0, Plan("new", (PlanStep(30, (group,)),)))
    assert marked(clock.decide(0.0).want) == (3,)


def test_a_change_never_shortens_a_step_of_the_old_plan() -> None:
    """Whatever the moment of the change, greens that were begun are finished."""
    for moment in range(20):
        clock = PlanClock(NETWORK, [Plan("old", (PlanStep(70, (0,)), PlanStep(70, (2,))))])
        seen = []
        for t in range(40):
            if t == moment:
                clock.adopt(0, Plan("new", (PlanStep(50, (1,)), PlanStep(50, (3,)))))
            seen.append(marked(clock.decide(float(t)).want))
        runs = [t for t, (a, b) in enumerate(pairwise(seen)) if a != b]
        assert all(b - a >= 5 for a, b in pairwise(runs))


def test_no_intersection_no_plan() -> None:
    clock = PlanClock(replace(NETWORK, intersections=()), [])
    assert len(clock.decide(0.0).want) == len(clock.decide(1.0).want) == 0
