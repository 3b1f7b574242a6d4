from __future__ import annotations

from itertools import combinations
from math import dist

import pytest

from signals.model.conflict_points import conflict_point
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.movements import Turn


@pytest.mark.parametrize(("pedestrians", "groups", "links"), [(True, 12, 16), (False, 8, 12)])
def test_it_is_what_it_says(groups: int, links: int, *, pedestrians: bool) -> None:
    network = crossroads(pedestrians=pedestrians, length_m=200.0, speed_mps=10.0)
    place = network.intersections[0]
    assert (len(place.groups), place.link_count) == (groups, links)
    assert sorted(link for group in place.groups for link in group.links) == list(range(links))
    assert {lane.length_m for lane in network.lanes if lane.user is User.VEHICLE} == {200.0}
    assert {lane.speed_mps for lane in network.lanes if lane.user is User.VEHICLE} == {10.0}


def test_lanes_are_drawn_as_long_as_they_are() -> None:
    for lane in crossroads().lanes:
        assert dist(*lane.shape) == pytest.approx(lane.length_m, abs=1e-3)


def test_movements_that_the_matrix_lets_go_together_do_not_cross() -> None:
    """Drawn as straight lines from stop line to exit, which is enough to see that two paths cross."""
    network = crossroads(pedestrians=False)
    place = network.intersections[0]
    for i, j in combinations(range(len(place.groups)), 2):
        if place.conflict(i, j):
            continue
        for one in place.groups[i].movements:
            for two in place.groups[j].movements:
                first, second = network.movements[one], network.movements[two]
                lines = [
                    (network.lanes[m.from_lane].shape[-1], network.lanes[m.to_lane].shape[0]) for m in (first, second)
                ]
                assert Turn.LEFT in (first.turn, second.turn) or conflict_point(*lines, near_m=0.1) is None


def test_foes_are_mutual() -> None:
    movements = crossroads().movements
    for index, movement in enumerate(movements):
        assert all(index in movements[foe].foes for foe in movement.foes)


def test_detectors_lie_before_the_stop_lines() -> None:
    network = crossroads()
    assert len(network.detectors) == 16
    assert {network.lanes[d.lane].length_m - d.position_m for d in network.detectors} == {4.0, 50.0}
    assert {d.lane for d in network.detectors} == set(network.arrays.approach_lane.tolist())
