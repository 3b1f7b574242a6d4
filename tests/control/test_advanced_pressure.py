from __future__ import annotations

from dataclasses import replace

import numpy as np

from signals.control.advanced_pressure import AdvancedPressure
from signals.testing import two_crossroads
from tests.control.baseline import drives_safely, serves_everybody
from tests.control.made import marked, quiet, shows
from tests.control.test_gathered_delay import NETWORK, seen

NORTH_SOUTH, EAST_WEST = (0, 4), (2, 6)


def test_it_serves_everybody_and_drives_safely() -> None:
    serves_everybody(AdvancedPressure)
    assert drives_safely("advanced_pressure") < 60.0


def wanted(running: int, queue: float, speed: float = 1.0, **settings: float) -> tuple[int, ...]:
    """So many vehicles 30 m before the green stop line of the north, so many stand in the east and in the west."""
    queues = np.zeros(8, np.float32)
    queues[[2, 3, 6, 7]] = queue / 2, 0, queue / 2, 0
    controller = AdvancedPressure(NETWORK, **settings)
    for t in range(12):
        snapshot = seen(float(t), [(0, k + 1, speed, 1.0) for k in range(running)])._replace(queue_veh=queues)
        decision = controller.decide(shows(snapshot, NORTH_SOUTH))
    return marked(decision.want)


def test_as_many_who_run_as_wait_keep_the_stage() -> None:
    assert wanted(4, 4.0) == NORTH_SOUTH


def test_more_who_wait_change_it() -> None:
    assert set(wanted(4, 9.0)) & set(EAST_WEST)


def test_who_stands_does_not_run() -> None:
    assert set(wanted(4, 4.0, speed=0.0)) & set(EAST_WEST)


def test_who_cannot_be_there_in_time_does_not_count() -> None:
    assert set(wanted(4, 4.0, decision_s=2.0)) & set(EAST_WEST)


def test_running_vehicles_may_weigh_more() -> None:
    assert wanted(4, 9.0, running_weight=3.0) == NORTH_SOUTH


def test_an_intersection_without_stages_leaves_the_choice_to_the_others() -> None:
    network = two_crossroads()
    first, second = network.intersections
    network = replace(network, intersections=(replace(first, stages=(), plans=()), second))
    groups = int(network.arrays.group_offset[1])
    queues = np.zeros(len(network.arrays.approach_lane), np.float32)
    queues[int(network.arrays.approach_offset[1]) + 2] = 9.0
    controller = AdvancedPressure(network)
    for t in range(12):
        snapshot = quiet(network, float(t), queue_veh=queues)
        decision = controller.decide(shows(snapshot, [groups + g for g in NORTH_SOUTH]))
    assert marked(decision.want[:groups]) == ()
    assert marked(decision.want[groups:]) == EAST_WEST
