from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from signals.control.max_pressure import MaxPressure
from signals.control.net_plan import NetPlan
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.values import Snapshot
from signals.testing import check_controller, networks, random_snapshot
from tests.control.made import Street, demanded, marked, quiet, shows

NETWORK = crossroads()
NORTH_SOUTH, LEFT, EAST_WEST = (0, 4), (1, 5), (2, 6)


def test_it_keeps_the_contract() -> None:
    check_controller(MaxPressure)


def waiting(time_s: float, veh: dict[int, float], network: Network = NETWORK, **known: Any) -> Snapshot:
    """North and south are green; so many vehicles on some approaches."""
    count = np.zeros(8, np.float32)
    count[list(veh)] = list(veh.values())
    return shows(quiet(network, time_s, count_veh=count, **known), NORTH_SOUTH)


def wanted(controller: MaxPressure, snapshot: Snapshot) -> tuple[int, ...]:
    return marked(controller.decide(snapshot).want)


def naive(network: Network, snapshot: Snapshot) -> list[float]:
    """The pressure of every stage, as Varaiya writes it."""
    arrays, found = network.arrays, []
    for i, place in enumerate(network.intersections):
        for stage in place.stages:
            pressure = 0.0
            for g, group in enumerate(place.groups):
                if g not in stage.groups:
                    continue
                for k in np.flatnonzero(arrays.link_group == arrays.group_offset[i] + g):
                    a = int(np.searchsorted(arrays.link_offset, k, side="right")) - 1
                    road = network.lanes[arrays.link_to_lane[k]].edge
                    lines = [n for n, lane in enumerate(arrays.approach_lane) if network.lanes[lane].edge == road]
                    pressure += float(snapshot.count_veh[a] * snapshot.link_share[k])
                    pressure -= sum(float(snapshot.queue_veh[n]) for n in lines) / max(len(lines), 1)
                if group.user == 1 and snapshot.demand[arrays.group_offset[i] + g]:
                    pressure += 1.0
            found.append(pressure)
    return found


def chained() -> Network:
    """The crossroads, but who goes straight on to the south arrives at the northern stop lines of it again."""
    lanes = list(NETWORK.lanes)
    out = NETWORK.lane_index["south_out_0"]
    lanes[out] = replace(lanes[out], edge="north_in")
    return replace(NETWORK, lanes=tuple(lanes))


@pytest.mark.parametrize("seed", range(5))
def test_pressure_is_what_the_paper_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for network in (*networks(), chained()):
        snapshot = random_snapshot(network, rng)
        assert MaxPressure(network)._pressure.of_stages(snapshot) == pytest.approx(naive(network, snapshot), abs=1e-4)


def test_most_waiting_is_served() -> None:
    assert wanted(MaxPressure(NETWORK), waiting(10.0, {0: 4.0, 2: 5.0})) == EAST_WEST
    assert wanted(MaxPressure(NETWORK), waiting(10.0, {0: 5.0, 2: 4.0})) == NORTH_SOUTH


def test_equal_pressure_changes_nothing() -> None:
    assert wanted(MaxPressure(NETWORK), waiting(10.0, {0: 4.0, 2: 4.0})) == NORTH_SOUTH
    assert wanted(MaxPressure(NETWORK), waiting(10.0, {})) == NORTH_SOUTH


def test_who_would_join_a_queue_counts_less() -> None:
    network, queue = chained(), np.zeros(8, np.float32)
    counts = {0: 9.0, 5: 5.0}  # straight on and right from the north; left from the south
    assert wanted(MaxPressure(network), waiting(10.0, counts, network, queue_veh=queue)) == NORTH_SOUTH
    queue[[0, 1]] = 6.0
    assert wanted(MaxPressure(network), waiting(10.0, counts, network, queue_veh=queue)) == LEFT


def test_what_is_not_known_counts_as_nothing() -> None:
    snapshot = waiting(10.0, {0: np.nan, 2: 1.0}, queue_veh=np.full(8, np.nan, np.float32))
    assert wanted(MaxPressure(chained()), snapshot) == EAST_WEST


@pytest.mark.parametrize(("weight", "expected"), [(1.0, NORTH_SOUTH), (5.0, (*EAST_WEST, 8))])
def test_people_weigh_what_they_are_said_to(weight: float, expected: tuple[int, ...]) -> None:
    snapshot = demanded(waiting(10.0, {0: 3.0}), (8,))
    assert wanted(MaxPressure(NETWORK, pedestrian_weight=weight), snapshot) == expected


def test_a_choice_is_made_now_and_then_only() -> None:
    controller = MaxPressure(NETWORK, decision_s=10.0)
    assert wanted(controller, quiet(NETWORK, 0.0)) == NORTH_SOUTH  # all red: the ten seconds have not begun
    seen = [wanted(controller, waiting(float(t), {0: 1.0} if t < 13 else {2: 1.0})) for t in range(1, 30)]
    # Green from 1 s on, kept at 10 s, so that the next choice is at 20 s.
    assert seen == [NORTH_SOUTH] * 19 + [EAST_WEST] * 10


def test_a_young_green_is_kept() -> None:
    controller = MaxPressure(NETWORK)
    young = shows(waiting(10.0, {2: 9.0}), NORTH_SOUTH, 4.0)
    assert wanted(controller, young) == NORTH_SOUTH
    assert wanted(controller, waiting(11.0, {2: 9.0})) == EAST_WEST


def test_without_stages_nothing_happens() -> None:
    network = replace(NETWORK, intersections=(replace(NETWORK.intersections[0], stages=()),))
    assert wanted(MaxPressure(network), waiting(10.0, {2: 9.0}, network)) == ()


@pytest.mark.parametrize("flow", [[60, 20] * 4, [300, 80] * 4, [600, 100, 60, 20] * 2])
def test_it_beats_the_fixed_plan_and_nobody_starves_behind_the_guard(flow: list[float]) -> None:
    streets = [Street(NETWORK, kind) for kind in (MaxPressure, NetPlan)]
    for street in streets:
        street.run(1200, np.array(flow, np.float32), lambda t: (8,) if t % 90 == 0 else ())
    pressure, fixed = streets
    assert pressure.waited_veh_s < 0.9 * fixed.waited_veh_s
    assert pressure.longest_wait_s <= 150.0
