from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.control.webster import Designer, Settings, splits, webster_cycle_s
from signals.model.crossroads import crossroads
from signals.model.intersections import Stage
from signals.testing import networks
from tests.control.test_stage_sequence import with_stages, yielding_left

ROOMY = Settings(min_cycle_s=10.0, max_cycle_s=300.0)


@pytest.mark.parametrize(
    ("lost_s", "ratio", "cycle_s"),
    [
        (16.0, 500 / 1600 + 300 / 1600, 58.0),
        (12.0, 0.4 + 0.3, 76.67),
        (12.0, 0.25 + 0.25 + 0.22, 82.14),
        (6.0, 0.37 + 0.40, 60.87),
    ],
)
def test_textbook_cycles(lost_s: float, ratio: float, cycle_s: float) -> None:
    assert webster_cycle_s(lost_s, ratio) == pytest.approx(cycle_s, abs=0.005)


@pytest.mark.parametrize("ratio", [1.0, 1.4])
def test_what_cannot_be_served_has_no_cycle(ratio: float) -> None:
    assert webster_cycle_s(12.0, ratio) == inf


def test_greens_share_the_cycle_as_the_flows_do() -> None:
    greens, clamped = splits([0.4, 0.3], 12.0, [5.0, 5.0], ROOMY)
    assert greens == pytest.approx([(76.667 - 12) * 4 / 7, (76.667 - 12) * 3 / 7], abs=0.01)
    assert not clamped


def test_a_minimum_that_binds_makes_the_cycle_long_enough_for_the_others() -> None:
    greens, clamped = splits([0.5, 0.02], 10.0, [5.0, 25.0], ROOMY)
    assert greens[1] == 25.0
    cycle_s = sum(greens) + 10.0
    assert cycle_s == pytest.approx(35.0 / (1 - 0.5 / 0.9))
    assert 0.5 * cycle_s / greens[0] == pytest.approx(0.9)
    assert not clamped


@pytest.mark.parametrize(
    ("ratios", "least_s"), [([0.6, 0.5], [5.0, 5.0]), ([0.45, 0.45], [5.0, 5.0]), ([0.01, 0.01], [80.0, 70.0])]
)
def test_beyond_the_longest_cycle_it_says_so(ratios: list[float], least_s: list[float]) -> None:
    greens, clamped = splits(ratios, 10.0, least_s, Settings())
    assert clamped
    assert sum(greens) + 10.0 == pytest.approx(max(120.0, sum(least_s) + 10.0))
    assert all(green >= least for green, least in zip(greens, least_s, strict=True))


def test_where_a_minimum_leaves_nothing_the_others_get_theirs() -> None:
    greens, clamped = splits([0.5, 0.4], 10.0, [5.0, 200.0], Settings())
    assert greens == [5.0, 200.0]
    assert clamped


ratio_lists = st.lists(st.tuples(st.floats(0, 0.6), st.floats(0, 40)), min_size=1, max_size=6)


@settings(deadline=None)
@given(ratio_lists, st.floats(0, 40))
def test_no_stage_gets_less_than_its_minimum(rows: list[tuple[float, float]], lost_s: float) -> None:
    ratios, least_s = [ratio for ratio, _ in rows], [least for _, least in rows]
    chosen = Settings()
    greens, _ = splits(ratios, lost_s, least_s, chosen)
    assert all(green >= least - 1e-9 for green, least in zip(greens, least_s, strict=True))
    cycle_s = sum(greens) + lost_s
    assert cycle_s >= min(chosen.min_cycle_s, cycle_s)
    assert cycle_s <= max(chosen.max_cycle_s, lost_s + sum(least_s)) + 1e-6


def flows(per_arm_veh_h: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return (np.array([0.6, 0.2, 0.2] * 4) * per_arm_veh_h).astype(np.float32)


def test_a_plan_gives_each_stage_its_change_and_its_green() -> None:
    design = Designer(crossroads(), 0).design(flows(400.0))
    place = crossroads().intersections[0]
    assert [step.groups for step in design.plan.steps] == [place.stages[s].groups for s in design.stages]
    # Straight on and right share a lane; who turns right yields to people and counts for 1.5.
    assert design.ratio == pytest.approx(2 * (240 + 1.5 * 80 + 80) / 1800)
    assert design.lost_s == 26.0 + 4 * 2.0
    for step, green, lost in zip(design.plan.steps, design.green_s, (7, 10, 7, 10), strict=True):
        assert step.duration_ds == 10 * (green + lost)
    assert not design.clamped
    assert design.cycle_s == sum(step.duration_ds for step in design.plan.steps) / 10


def test_settings_make_it_webster_by_the_book() -> None:
    """No start-up loss, nobody yields: L = 26 s, Y = 5/9, C = (39 + 5) / (4/9) = 99 s."""
    design = Designer(crossroads(), 0, Settings(lost_s=0.0, yielding_equivalent=1.0)).design(flows(500.0))
    assert design.ratio == pytest.approx(5 / 9)
    assert design.cycle_s == 99.0


def test_lost_time_and_yielding_make_the_cycle_longer() -> None:
    usual = Designer(crossroads(), 0, Settings(max_cycle_s=300.0)).design(flows(400.0))
    for slower in (Settings(max_cycle_s=300.0, lost_s=4.0), Settings(max_cycle_s=300.0, yielding_equivalent=3.0)):
        assert Designer(crossroads(), 0, slower).design(flows(400.0)).cycle_s > usual.cycle_s


@pytest.mark.parametrize("per_arm_veh_h", [0.0, 300.0, 900.0, 2000.0])
def test_people_on_foot_always_have_their_minimum(per_arm_veh_h: float) -> None:
    design = Designer(crossroads(), 0).design(flows(per_arm_veh_h))
    assert all(step.duration_ds >= least for step, least in zip(design.plan.steps, (110, 130, 110, 130), strict=True))
    assert design.clamped == (per_arm_veh_h > 600)
    assert sum(step.duration_ds for step in design.plan.steps) % 10 == 0


def test_one_stage_loses_nothing() -> None:
    network = with_stages(crossroads().intersections[0].stages[:1])
    design = Designer(network, 0).design(flows(300.0))
    assert design.lost_s == 0.0
    assert design.cycle_s == 30.0


def test_no_stage_is_a_plan_without_green() -> None:
    design = Designer(with_stages(()), 0).design(flows(300.0))
    assert [step.groups for step in design.plan.steps] == [()]
    assert (design.stages, design.green_s, design.ratio, design.clamped) == ((), (), 0.0, False)


def test_a_left_turn_is_served_by_all_stages_in_which_it_is_green() -> None:
    """Yielding in the first stage, alone in the second: together they serve it."""
    flow = np.zeros(12, np.float32)
    flow[2] = 600.0
    design = Designer(yielding_left(), 0, ROOMY).design(flow)
    assert design.ratio == pytest.approx(1.5 * 600 / 1800)


def test_what_several_stages_serve_is_needed_only_once() -> None:
    """The north's straight traffic (0.5) goes with its own left turn (0.1) and with the south (0.2)."""
    stages = (Stage("north", (0, 1)), Stage("both", (0, 4)))
    flow = np.zeros(12, np.float32)
    flow[[0, 2, 6]] = [900.0, 180.0, 360.0]
    design = Designer(with_stages(stages), 0, ROOMY).design(flow)
    assert design.stages == (0, 1)
    assert design.ratio == pytest.approx(0.5)
    assert design.green_s[1] > design.green_s[0]


def test_every_network_gets_plans_that_are_born_safe() -> None:
    for network in networks():
        for i in range(len(network.intersections)):
            design = Designer(network, i).design(np.full(len(network.arrays.link_group), 150.0, np.float32))
            served = {g for step in design.plan.steps for g in step.groups}
            assert served == {g for stage in network.intersections[i].stages for g in stage.groups}
