from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from signals.control.plan_frames import PlanFrame, bounds_of, frames_of, interstage_steps
from signals.model.crossroads import crossroads
from signals.model.intersections import Plan, PlanStep
from signals.testing import networks
from tests.control.test_overlaps import with_intergreens

NETWORK = crossroads()
PLACE = NETWORK.intersections[0]


def test_between_two_stages_everybody_has_as_much_green_as_the_slowest_pair_leaves() -> None:
    place = with_intergreens(g0_2=100, g4_2=40, g0_6=60, g4_6=40)
    assert interstage_steps(place, (0, 4), (2, 6)) == [(20, (4,)), (40, ()), (40, (6,))]


def test_who_goes_on_is_green_all_the_time() -> None:
    assert all(0 in groups for _, groups in interstage_steps(PLACE, (0, 4), (0, 1)))


@pytest.mark.parametrize("network", networks())
def test_frames_keep_the_intergreens(network: Any) -> None:
    """Every start of green comes no sooner after an end than the matrix says."""
    for i, place in enumerate(network.intersections):
        for frame in frames_of(network, i):
            if frame.id != "stages":
                continue
            bounds = bounds_of(place, frame)
            least = np.array([max(x, 0.0) for x in bounds.least_ds])
            assert (bounds.steps @ np.array(frame.duration_ds) >= least - 1e-9).all()
            _check(place, frame)


def _check(place: Any, frame: Any) -> None:
    time, ended = 0, {}
    green: set[int] = set(frame.groups[-1])
    for _ in range(2):
        for length, groups in zip(frame.duration_ds, frame.groups, strict=True):
            now = set(groups)
            for group in green - now:
                ended[group] = time
            for group in now - green:
                for other, since in ended.items():
                    cell = place.intergreen_ds[other][group]
                    assert cell is None or time - since >= cell
            green, time = now, time + length
    assert ended


def test_a_deployed_plan_comes_first_and_its_long_steps_stretch() -> None:
    plan, stages = frames_of(NETWORK, 0)
    assert plan.id == PLACE.plans[0].id
    assert sum(plan.duration_ds) == PLACE.plans[0].cycle_ds
    assert any(plan.stretches)
    assert sum(stages.stretches) == 4
    assert plan.plan(plan.duration_ds).steps == tuple(step for step in _joined(PLACE.plans[0].steps))


def _joined(steps: Any) -> Any:
    found = []
    for step in steps:
        if found and found[-1].groups == step.groups:
            found[-1] = replace(found[-1], duration_ds=found[-1].duration_ds + step.duration_ds)
        else:
            found.append(replace(step, min_ds=0, max_ds=0))
    return found


def test_steps_of_no_length_are_left_out() -> None:
    _, stages = frames_of(NETWORK, 0)
    lengths = [0 if not stretches else 100 for stretches in stages.stretches]
    assert [step.duration_ds for step in stages.plan(lengths).steps] == [100] * 4


def test_without_stages_there_is_no_frame() -> None:
    network = replace(NETWORK, intersections=(replace(PLACE, stages=()),))
    assert frames_of(network, 0) == []


def with_place(**changes: Any) -> Any:
    return replace(NETWORK, intersections=(replace(PLACE, **changes),))


def test_who_is_never_green_in_a_frame_bounds_nothing() -> None:
    """Groups 0 and 2 alternate; both conflict with 5, which the frame leaves out."""
    assert PLACE.conflict(0, 5)
    assert PLACE.conflict(2, 5)
    bounds = bounds_of(PLACE, PlanFrame("two", ((0,), (), (2,), ()), (100, 50, 200, 60), (True, False, True, False)))
    found = {tuple(row): least for row, least in zip(bounds.steps.tolist(), bounds.least_ds.tolist(), strict=True)}
    assert found == {(1, 0, 0, 0): 50.0, (0, 1, 0, 0): 50.0, (0, 0, 1, 0): 50.0, (0, 0, 0, 1): 50.0}


def test_a_deployed_plan_is_no_frame_where_there_is_none_or_it_leaves_somebody_out() -> None:
    partial = Plan("partial", tuple(step for step in PLACE.plans[0].steps if 1 not in step.groups))
    for plans in ((), (partial,)):
        assert [frame.id for frame in frames_of(with_place(plans=plans), 0)] == ["stages"]


def test_one_stage_alone_never_changes() -> None:
    (frame,) = frames_of(with_place(stages=PLACE.stages[:1], plans=()), 0)
    assert frame.groups == (PLACE.stages[0].groups,)
    assert frame.duration_ds == (60,)  # of those on foot
    assert frame.stretches == (True,)


def test_equal_steps_that_follow_each_other_are_one() -> None:
    first, *others = PLACE.plans[0].steps
    halves = (PlanStep(100, first.groups), PlanStep(first.duration_ds - 100, first.groups))
    split = Plan(PLACE.plans[0].id, (*halves, *others))
    assert frames_of(with_place(plans=(split,)), 0)[0] == frames_of(NETWORK, 0)[0]
