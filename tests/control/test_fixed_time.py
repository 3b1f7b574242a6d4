from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from signals.control.fixed_time import FixedTime, link_flows
from signals.control.net_plan import NetPlan
from signals.control.plan_file import plans_text
from signals.control.plan_timing import PlanTiming
from signals.errors import InputError, UnknownNameError
from signals.model.crossroads import crossroads
from signals.model.intersections import Plan, PlanStep
from signals.model.network import Network
from signals.model.values import Aspect
from signals.testing import check_controller, networks, two_crossroads
from tests.control.made import Street, marked, quiet

NETWORK = crossroads()
NORTH_SOUTH_HEAVY = np.array([600.0, 100.0, 60.0, 20.0] * 2, np.float32)


def test_it_keeps_the_contract() -> None:
    check_controller(FixedTime)


def seconds(controller: FixedTime, network: Network, count: int) -> list[tuple[int, ...]]:
    return [marked(controller.decide(quiet(network, float(t))).want) for t in range(count)]


def test_given_plans_run_as_they_are() -> None:
    plan = Plan("mine", (PlanStep(30, (0, 4)), PlanStep(20, (2, 6))), offset_ds=10)
    assert seconds(FixedTime(NETWORK, {"centre": plan}), NETWORK, 6) == [(2, 6), *[(0, 4)] * 3, *[(2, 6)] * 2]


def test_a_plan_for_some_leaves_webster_to_the_others() -> None:
    network = next(network for network in networks() if len(network.intersections) > 1)
    name = network.intersections[1].id
    controller = FixedTime(network, {name: Plan("mine", (PlanStep(10, (3,)),))})
    first = int(network.arrays.group_offset[1])
    seen = seconds(controller, network, 200)
    assert all(tuple(g for g in wanted if g >= first) == (first + 3,) for wanted in seen)
    assert {g for wanted in seen for g in wanted if g < first} == set(range(first))


def test_given_flows_are_planned_for_once() -> None:
    flows = {movement.id: 150.0 for movement in NETWORK.movements[:12]}
    timed = PlanTiming(NETWORK, 0).best(link_flows(NETWORK, flows))
    assert timed is not None
    plan = replace(timed.plan, offset_ds=0)
    expected = seconds(FixedTime(NETWORK, {"centre": plan}), NETWORK, 2 * plan.cycle_ds // 10)
    shown = seconds(FixedTime(NETWORK, flows=flows, replan_s=10.0), NETWORK, 2 * plan.cycle_ds // 10)
    assert shown == expected[timed.plan.offset_ds // 10 :] + expected[: timed.plan.offset_ds // 10]


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownNameError, match='unknown intersection "center"; did you mean "centre"'):
        FixedTime(NETWORK, {"center": NETWORK.intersections[0].plans[0]})
    with pytest.raises(UnknownNameError, match="unknown controlled movement"):
        FixedTime(NETWORK, flows={"north_walk>north_cross": 10.0})


def test_it_learns_what_is_measured() -> None:
    """Before and after: first all lanes are equal, then the busy street gets most of the green."""
    street, green = Street(NETWORK, FixedTime), np.zeros((2, 12))
    for second in range(1500):
        street.run(1, NORTH_SOUTH_HEAVY)
        green[int(second >= 300)] += street.snapshot.aspect == Aspect.GREEN
    assert green[0, 0] < 1.3 * green[0, 2]
    assert green[1, 0] > 2.5 * green[1, 2]
    assert street.queue[0] < 40  # the first plans alone leave the north with hundreds


def test_that_beats_a_plan_made_for_other_flows() -> None:
    learning, deployed = Street(NETWORK, FixedTime), Street(NETWORK, NetPlan)
    for street in (learning, deployed):
        street.run(1500, NORTH_SOUTH_HEAVY)
    assert learning.waited_veh_s < 0.5 * deployed.waited_veh_s
    assert learning.served_veh > deployed.served_veh


def test_new_counts_weigh_half() -> None:
    controller = FixedTime(NETWORK, replan_s=60.0)
    seen = []
    for interval, held in enumerate((0.0, 12.0, 12.0, 12.0)):
        veh = np.full(8, held, np.float32)
        controller.decide(quiet(NETWORK, 60.0 * interval, count_veh=veh))
        seen.append(controller._flow.sum())
    # First the default, then what 60 s brought: 8 x 12 vehicles; then nothing more, twice.
    assert seen == pytest.approx([8 * 200.0, 8 * 720.0, 4 * 720.0, 2 * 720.0])


@pytest.mark.parametrize("name", ["plans", "flows"])
def test_a_word_in_the_place_of_a_table_is_told(name: str) -> None:
    wrong: dict[str, Any] = {name: "x"}
    with pytest.raises(InputError, match=f"setting \"{name}\": expected a table, got 'x'"):
        FixedTime(NETWORK, **wrong)


def test_a_file_of_plans_runs(tmp_path: Path) -> None:
    plan, path = Plan("mine", (PlanStep(30, (0, 4)), PlanStep(20, (2, 6)))), tmp_path / "plans.toml"
    path.write_text(plans_text(NETWORK, {"centre": plan}, {}))
    assert seconds(FixedTime(NETWORK, plan_file=path), NETWORK, 5) == [*[(0, 4)] * 3, *[(2, 6)] * 2]
    with pytest.raises(InputError, match="exclude each other"):
        FixedTime(NETWORK, {"centre": plan}, plan_file=path)


def test_what_is_deployed_runs_until_something_was_counted() -> None:
    assert seconds(FixedTime(NETWORK), NETWORK, 90) == seconds(NetPlan(NETWORK), NETWORK, 90)
    place = replace(NETWORK.intersections[0], stages=(), plans=())
    assert set(seconds(FixedTime(replace(NETWORK, intersections=(place,))), NETWORK, 60)) == {()}


def test_an_intersection_without_stages_does_not_keep_the_others_from_learning() -> None:
    network = two_crossroads()
    first, second = network.intersections
    bare = replace(network, intersections=(replace(first, stages=(), plans=()), second))
    groups = int(network.arrays.group_offset[1])
    veh = np.zeros(len(network.arrays.approach_lane), np.float32)
    veh[int(network.arrays.approach_offset[1])] = 12.0

    def shown(network: Network, **settings: float) -> list[tuple[int, ...]]:
        controller, found = FixedTime(network, **settings), []
        for t in range(400):
            snapshot = quiet(network, float(t), count_veh=veh if t >= 60 else np.zeros_like(veh))
            found.append(marked(controller.decide(snapshot).want))
        return found

    learned = shown(bare, replan_s=60.0)
    assert learned == [tuple(g for g in wanted if g >= groups) for wanted in shown(network, replan_s=60.0)]
    assert learned != shown(bare, replan_s=1000.0)
