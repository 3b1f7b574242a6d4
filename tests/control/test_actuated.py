from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.control.actuated import Actuated, maxima_ds
from signals.control.green_chains import longest_chain_ds
from signals.control.group_steps import steps_of
from signals.control.net_plan import NetPlan
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.values import Snapshot
from signals.testing import check_controller
from tests.control.baseline import drives_safely
from tests.control.made import Street, demanded, marked, quiet, shows


def changed(network: Network, *, plans: bool = True, **times_ds: int) -> Network:
    """The same crossroads with other times of all groups, and perhaps without its plan."""
    place = network.intersections[0]
    groups = tuple(replace(group, **times_ds) for group in place.groups)
    place = replace(place, groups=groups, plans=place.plans if plans else ())
    return replace(network, intersections=(place,))


STREET = crossroads()
NETWORK = changed(STREET, max_red_ds=3600)  # a cycle of the longest greens keeps nobody waiting too long
NORTH_SOUTH, EAST_WEST = (0, 4), (2, 6)


def test_it_keeps_the_contract_and_drives_safely() -> None:
    check_controller(Actuated)
    assert drives_safely("actuated") < 60.0


def green(time_s: float, demand: tuple[int, ...], gap_s: float, age_s: float = 60.0) -> Snapshot:
    """North and south have been green for a while; a vehicle was near their stop lines some time ago."""
    snapshot = demanded(shows(quiet(NETWORK, time_s), NORTH_SOUTH, age_s), demand)
    gaps = snapshot.gap_s.copy()
    gaps[0] = gap_s
    return snapshot._replace(gap_s=gaps)


def wanted(controller: Actuated, snapshot: Snapshot) -> tuple[int, ...]:
    return marked(controller.decide(snapshot).want)


def test_it_rests_in_green_while_nobody_waits() -> None:
    controller = Actuated(NETWORK)
    assert {wanted(controller, green(float(t), (), 99.0)) for t in range(300)} == {NORTH_SOUTH}


@pytest.mark.parametrize(("gap_s", "expected"), [(3.0, NORTH_SOUTH), (3.1, EAST_WEST)])
def test_a_gap_ends_a_green_and_the_unused_left_turn_is_skipped(gap_s: float, expected: tuple[int, ...]) -> None:
    assert wanted(Actuated(NETWORK), green(10.0, (2,), gap_s)) == expected


def test_the_next_in_the_cycle_is_first() -> None:
    """The left turn goes before the street; who is not in its way ends only when it has started."""
    assert wanted(Actuated(NETWORK), green(10.0, (2, 1, 7), 9.0)) == (0, 1)


def test_a_gap_at_another_red_approach_does_not_matter() -> None:
    snapshot = green(10.0, (2,), 9.0)
    gaps = snapshot.gap_s.copy()
    gaps[2] = 0.0  # the one who waits
    assert wanted(Actuated(NETWORK), snapshot._replace(gap_s=gaps)) == EAST_WEST


def test_minimum_green_comes_first() -> None:
    controller = Actuated(NETWORK)
    assert wanted(controller, green(10.0, (2,), 9.0, age_s=4.0)) == NORTH_SOUTH
    assert wanted(controller, green(11.0, (2,), 9.0, age_s=5.0)) == EAST_WEST


def test_traffic_without_gaps_is_stopped_when_somebody_has_waited_long_enough() -> None:
    controller = Actuated(NETWORK, max_green_s=20.0)
    seen = [wanted(controller, green(float(t), (2,) if t >= 50 else (), 0.0)) for t in range(90)]
    assert seen == [NORTH_SOUTH] * 70 + [EAST_WEST] * 20


def test_who_gives_up_waiting_starts_the_clock_anew() -> None:
    controller = Actuated(NETWORK, max_green_s=20.0)
    seen = [wanted(controller, green(float(t), () if t == 15 else (2,), 0.0)) for t in range(37)]
    assert seen == [NORTH_SOUTH] * 36 + [EAST_WEST]


def test_a_shorter_maximum_of_a_group_counts() -> None:
    place = NETWORK.intersections[0]
    groups = (replace(place.groups[0], max_green_ds=80), *place.groups[1:])
    network = replace(NETWORK, intersections=(replace(place, groups=groups),))
    controller = Actuated(network)
    seen = [wanted(controller, green(float(t), (2,), 0.0)) for t in range(10)]
    assert seen == [NORTH_SOUTH] * 8 + [EAST_WEST] * 2


def test_a_failed_detector_keeps_its_stage_to_the_maximum() -> None:
    controller = Actuated(NETWORK, max_green_s=20.0)
    seen = [wanted(controller, green(float(t), (2,), float("nan"))) for t in range(22)]
    assert seen == [NORTH_SOUTH] * 20 + [EAST_WEST] * 2


def test_a_change_is_not_taken_back_while_it_runs() -> None:
    controller = Actuated(NETWORK)
    assert wanted(controller, green(10.0, (2,), 9.0)) == EAST_WEST
    for t in range(11, 16):  # everything is amber or red meanwhile, and the north is back
        assert wanted(controller, demanded(quiet(NETWORK, float(t)), (0, 1, 2))) == (2,)


def test_people_who_call_are_let_across_and_nobody_else_is() -> None:
    controller = Actuated(NETWORK)
    assert wanted(controller, green(10.0, (8,), 9.0)) == (2, 6, 8)


def test_without_stages_nothing_happens() -> None:
    place = replace(NETWORK.intersections[0], stages=())
    controller = Actuated(replace(NETWORK, intersections=(place,)))
    assert wanted(controller, green(10.0, (2,), 9.0)) == ()


@pytest.mark.parametrize("flow", [[60, 20] * 4, [300, 80] * 4, [600, 100, 60, 20] * 2])
def test_it_beats_the_fixed_plan_and_leaves_nobody_waiting(flow: list[float]) -> None:
    streets = [Street(STREET, kind) for kind in (Actuated, NetPlan)]
    for street in streets:
        street.run(1200, np.array(flow, np.float32), lambda t: (8,) if t % 90 == 0 else (11,) if t % 140 == 7 else ())
    actuated, fixed = streets
    assert actuated.waited_veh_s < 0.85 * fixed.waited_veh_s
    assert actuated.longest_wait_s <= 120.0
    assert min(actuated.greens[[8, 11]]) >= 8


def test_the_maximum_is_one_and_a_half_times_the_green_of_the_plan_but_15_s_at_least() -> None:
    place = NETWORK.intersections[0]
    assert [int(x) for x in maxima_ds(NETWORK, 400, 1.5)[:4]] == [375, 180, 375, 180]
    short = replace(place.plans[0], steps=tuple(replace(step, duration_ds=40) for step in place.plans[0].steps))
    network = replace(NETWORK, intersections=(replace(place, plans=(short,)),))
    assert set(maxima_ds(network, 400, 1.5)[:8].tolist()) == {150}
    assert set(maxima_ds(changed(NETWORK, plans=False), 400, 1.5).tolist()) == {400}


def test_a_cycle_of_maxima_fits_into_the_maximum_red() -> None:
    network = changed(STREET, plans=False)
    maxima = maxima_ds(network, 400, 1.5).tolist()
    green_ds, lost_ds = longest_chain_ds(network.intersections[0], steps_of(network, 0), maxima)
    assert green_ds + lost_ds == pytest.approx(0.75 * 1200, abs=8)
    assert set(maxima_ds(changed(network, max_red_ds=100), 400, 1.5).tolist()) == {50}
