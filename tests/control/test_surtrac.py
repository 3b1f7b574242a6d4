from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from signals.control.surtrac import Surtrac
from tests.control.baseline import drives_safely, serves_everybody
from tests.control.made import demanded, marked, shows
from tests.control.test_downstream import chained
from tests.control.test_gathered_delay import NETWORK, seen

NORTH_SOUTH, EAST_WEST = (0, 4), (2, 6)


def test_it_serves_everybody_and_drives_safely() -> None:
    serves_everybody(Surtrac)
    assert drives_safely("surtrac") < 60.0


def wanted(rows: Any, network: Any = NETWORK, **settings: Any) -> tuple[int, ...]:
    controller = Surtrac(network, **settings)
    return marked(controller.decide(shows(seen(10.0, rows, network), NORTH_SOUTH)).want)


def test_a_queue_goes_before_a_few_and_a_few_before_a_long_one_that_costs_more() -> None:
    few = [(0, k, 0.0, 1.0) for k in range(1, 3)]
    assert wanted([*few, (2, 20, 0.0, 1.0)]) == NORTH_SOUTH


def test_a_big_queue_at_red_is_served_where_nobody_needs_the_green() -> None:
    assert set(wanted([(2, k, 0.0, 1.0) for k in range(1, 9)])) & set(EAST_WEST)


def test_one_who_comes_late_does_not_hold_the_others() -> None:
    """One in the north, 30 m away at full speed but with a slim probability; ten stand in the east."""
    rows = [(0, 1, 1.0, 0.05)] + [(2, k, 0.0, 1.0) for k in range(2, 12)]
    assert set(wanted(rows)) & set(EAST_WEST)


def test_outflows_are_announced_downstream() -> None:
    network = chained()
    controller = Surtrac(network)
    north = [a for a, lane in enumerate(network.arrays.approach_lane) if network.lanes[lane].edge == "north_in"]
    controller.decide(shows(seen(10.0, [(0, k, 0.0, 1.0) for k in range(1, 7)], network), NORTH_SOUTH))
    announced = [one for a in north for one in controller._coming[a]]
    assert announced
    assert all(one.time_s > 5.0 for one in announced)
    alone = Surtrac(network, coordinated=False)
    alone.decide(shows(seen(10.0, [(0, k, 0.0, 1.0) for k in range(1, 7)], network), NORTH_SOUTH))
    assert not any(alone._coming)


@pytest.mark.parametrize(("straight_on", "times"), [(0.5, 2), (0.08, 0)])
def test_a_hint_of_a_vehicle_is_not_announced(straight_on: float, times: int) -> None:
    """One stands at the stop line. Two lanes downstream share who goes straight on; 0.05 vehicles each are too few."""
    network = chained()
    snapshot = seen(10.0, [(0, 1, 0.0, 1.0)], network)
    share = snapshot.link_share.copy()
    share[:2] = straight_on, 1.0 - straight_on
    controller = Surtrac(network)
    controller.decide(shows(snapshot._replace(link_share=share), NORTH_SOUTH))
    assert [len(coming) for coming in controller._coming] == [times // 2] * 2 + [0] * 6


@pytest.mark.parametrize("count", [0, 1])
def test_where_there_is_nothing_to_choose_the_stage_stays(count: int) -> None:
    place = NETWORK.intersections[0]
    network = replace(NETWORK, intersections=(replace(place, stages=place.stages[:count], plans=()),))
    snapshot = seen(10.0, [(2, k, 0.0, 1.0) for k in range(1, 9)], network)
    want = marked(Surtrac(network).decide(demanded(shows(snapshot, NORTH_SOUTH), EAST_WEST)).want)
    assert set(want) <= {group for stage in place.stages[:count] for group in stage.groups}
    assert bool(want) == bool(count)


def test_who_is_in_no_stage_is_not_waited_for() -> None:
    """Nobody serves the turn to the left from the east: a queue there changes nothing."""
    place = NETWORK.intersections[0]
    stages = tuple(replace(stage, groups=tuple(g for g in stage.groups if g != 3)) for stage in place.stages)
    network = replace(NETWORK, intersections=(replace(place, stages=stages, plans=()),))
    lefts = [(3, k, 0.0, 1.0) for k in range(2, 12)]
    assert wanted([(0, 1, 1.0, 0.05), *lefts]) != NORTH_SOUTH
    assert wanted([(0, 1, 1.0, 0.05), *lefts], network) == NORTH_SOUTH
