from __future__ import annotations

from math import inf, nan

import pytest

from signals.control.webster import Settings
from signals.errors import InputError, UnknownNameError
from signals.model.crossroads import crossroads, crossroads_demand
from signals.plans.webster import webster_plan

NETWORK = crossroads()
FLOWS = {NETWORK.movements[flow.route[0]].id: flow.rate_veh_h for flow in crossroads_demand(400.0).flows}


def test_flows_by_name_make_a_plan_that_the_intersection_can_run() -> None:
    design = webster_plan(NETWORK, 0, FLOWS)
    assert design.ratio == pytest.approx(2 * (240 + 1.5 * 80 + 80) / 1800)
    assert design.cycle_s == 110.0  # (1.5 * 34 + 5) / (1 - 0.489)
    assert not design.clamped
    assert [step.groups for step in design.plan.steps] == [stage.groups for stage in NETWORK.intersections[0].stages]


def test_twice_the_flow_of_one_movement_moves_green_to_it() -> None:
    before = webster_plan(NETWORK, 0, FLOWS)
    after = webster_plan(NETWORK, 0, {**FLOWS, "north_in_1>east_out_0": 160.0})
    assert after.green_s[1] > before.green_s[1]


def test_too_much_is_said_to_be_too_much() -> None:
    design = webster_plan(NETWORK, 0, {name: 3 * flow for name, flow in FLOWS.items()}, Settings(max_cycle_s=90.0))
    assert design.clamped
    assert design.ratio > 1.0
    assert design.cycle_s == 90.0


def test_a_movement_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownNameError, match='did you mean "north_in_1>east_out_0"'):
        webster_plan(NETWORK, 0, {"north_in_1>east_out": 10.0})


@pytest.mark.parametrize("flow", [-1.0, nan, inf])
def test_a_flow_is_a_number_that_is_not_negative(flow: float) -> None:
    with pytest.raises(InputError, match='flow of movement "north_in_1>east_out_0": expected a number >= 0'):
        webster_plan(NETWORK, 0, {"north_in_1>east_out_0": flow})


@pytest.mark.parametrize(
    "settings",
    [
        Settings(min_cycle_s=100.0, max_cycle_s=90.0),
        Settings(min_cycle_s=0.0),
        Settings(saturation_veh_h=0.0),
        Settings(lost_s=-1.0),
    ],
)
def test_settings_that_exclude_each_other_are_refused(settings: Settings) -> None:
    with pytest.raises(InputError, match="min_cycle_s <= max_cycle_s"):
        webster_plan(NETWORK, 0, FLOWS, settings)
