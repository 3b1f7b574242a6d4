from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from signals.control.plan_frames import bounds_of, frames_of
from signals.control.plan_timing import MOST_MOVES, SECOND_DS, PlanTiming
from signals.control.webster import Designer, Settings
from signals.model.crossroads import crossroads
from signals.testing import networks

NETWORK = crossroads()


def flows(per_arm_veh_h: float, north_south: float = 1.0) -> np.ndarray:
    shares = np.array([0.6, 0.2, 0.2] * 4)
    shares[[*range(3), *range(6, 9)]] *= north_south
    return (shares * per_arm_veh_h).astype(np.float32)


def test_a_busy_street_gets_more_green() -> None:
    timing = PlanTiming(NETWORK, 0)
    even, uneven = timing.best(flows(350.0)), timing.best(flows(350.0, 1.6))
    assert even is not None
    assert uneven is not None
    share = [
        sum(step.duration_ds for step in timed.plan.steps if 0 in step.groups) / timed.plan.cycle_ds
        for timed in (even, uneven)
    ]
    assert share[1] > share[0]


def test_more_demand_makes_the_cycle_longer_up_to_its_bound() -> None:
    cycles = [PlanTiming(NETWORK, 0).best(flows(veh_h)).plan.cycle_ds for veh_h in (100.0, 450.0, 2000.0)]
    assert cycles[0] <= cycles[1] <= cycles[2] <= 1200


@pytest.mark.parametrize("network", networks())
@pytest.mark.parametrize("veh_h", [0.0, 250.0, 600.0])
def test_plans_keep_what_their_frames_have_to(network: Any, veh_h: float) -> None:
    for i, place in enumerate(network.intersections):
        timed = PlanTiming(network, i).best(np.full(len(network.arrays.link_group), veh_h / 3, np.float32))
        assert timed is not None
        replace(place, plans=(timed.plan,))  # born safe
        frame = next(frame for frame in frames_of(network, i) if frame.id == timed.plan.id)
        if len(timed.plan.steps) == len(frame.groups):
            bounds = bounds_of(place, frame)
            lengths = np.array([step.duration_ds for step in timed.plan.steps])
            assert (bounds.steps @ lengths >= bounds.least_ds - 1e-6).all()


def test_it_is_no_worse_than_webster_by_its_own_measure() -> None:
    """Webster's cycle and splits are one of the plans that it could have taken."""
    timed = PlanTiming(NETWORK, 0, Settings(max_cycle_s=300.0)).best(flows(350.0))
    design = Designer(NETWORK, 0, Settings(max_cycle_s=300.0)).design(flows(350.0))
    assert timed is not None
    assert timed.plan.cycle_ds <= design.plan.cycle_ds * 1.3


def test_without_stages_there_is_no_plan() -> None:
    place = replace(NETWORK.intersections[0], stages=())
    assert PlanTiming(replace(NETWORK, intersections=(place,)), 0).best(flows(100.0)) is None


def with_minimum(min_green_ds: int) -> Any:
    """The same minimum green for everybody, whatever the deployed plan (12 s for turns) was made for."""
    place = NETWORK.intersections[0]
    groups = tuple(replace(group, min_green_ds=min_green_ds, max_green_ds=9000) for group in place.groups)
    return replace(NETWORK, intersections=(replace(place, groups=groups),))


def green_ds(plan: Any, group: int) -> int:
    return sum(step.duration_ds for step in plan.steps if group in step.groups)


def test_steps_of_a_deployed_plan_grow_to_minimum_greens_that_it_does_not_keep() -> None:
    timed = PlanTiming(with_minimum(200), 0).best(flows(50.0))
    assert timed is not None
    assert timed.plan.id == "fixed"
    assert [green_ds(timed.plan, group) for group in (1, 3)] == [200, 200]


def test_a_deployed_plan_that_cannot_grow_to_the_minimum_greens_is_not_taken() -> None:
    minimum_ds = SECOND_DS * MOST_MOVES + 1000
    timed = PlanTiming(with_minimum(minimum_ds), 0, Settings(max_cycle_s=4000.0)).best(flows(50.0))
    assert timed is not None
    assert timed.plan.id == "stages"
    assert all(green_ds(timed.plan, group) >= minimum_ds for group in range(8))


def test_the_cycle_is_no_shorter_than_its_bound() -> None:
    timed = PlanTiming(NETWORK, 0, Settings(min_cycle_s=180.0, max_cycle_s=240.0)).best(flows(20.0))
    assert timed is not None
    assert 1800 <= timed.plan.cycle_ds < 1900


def test_the_search_ends_even_if_every_move_pays() -> None:
    """Where one street alone is used, the longer its green, the better, without end."""
    only = np.zeros(12, np.float32)
    only[0] = 1500.0
    timed = PlanTiming(NETWORK, 0, Settings(max_cycle_s=1e5)).best(only)
    assert timed is not None
    longest_ds = NETWORK.intersections[0].plans[0].cycle_ds + 5 * SECOND_DS * MOST_MOVES
    assert 0.9 * longest_ds < timed.plan.cycle_ds <= longest_ds
