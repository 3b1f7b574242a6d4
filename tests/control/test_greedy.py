from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from signals.control.greedy import Greedy
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.values import Snapshot
from signals.testing import check_controller, networks, random_snapshot
from tests.control.made import demanded, marked, quiet, shows

NETWORK = crossroads()
NORTH_SOUTH, EAST_WEST = (0, 4), (2, 6)


def test_it_keeps_the_contract() -> None:
    check_controller(Greedy)


def near(distances_m: dict[int, list[float]], weight: float = 1.0, **known: Any) -> Snapshot:
    """North and south have been green for long; vehicles at some distances from the stop lines of some approaches."""
    rows = [sorted(distances_m.get(a, [])) for a in range(8)]
    n = sum(map(len, rows))
    arrivals = {
        "arrival_offset": np.cumsum([0, *map(len, rows)]).astype(np.int32),
        "arrival_distance_m": np.concatenate([*rows, np.zeros(0)]).astype(np.float32),
        "arrival_speed_mps": np.full(n, 10.0, np.float32),
        "arrival_weight": np.full(n, weight, np.float32),
        "arrival_handle": np.arange(n, dtype=np.int64),
    }
    return shows(quiet(NETWORK, 10.0, **{**arrivals, **known}), NORTH_SOUTH)


def wanted(controller: Greedy, snapshot: Snapshot) -> tuple[int, ...]:
    return marked(controller.decide(snapshot).want)


def naive(network: Network, snapshot: Snapshot, near_m: float) -> list[float]:
    """The wave of every stage, vehicle by vehicle."""
    arrays, found = network.arrays, []
    for i, place in enumerate(network.intersections):
        for stage in place.stages:
            wave = 0.0
            for g in stage.groups:
                group = arrays.group_offset[i] + g
                for a in range(len(arrays.approach_lane)):
                    for k in range(arrays.link_offset[a], arrays.link_offset[a + 1]):
                        for j in range(snapshot.arrival_offset[a], snapshot.arrival_offset[a + 1]):
                            if arrays.link_group[k] == group and snapshot.arrival_distance_m[j] <= near_m:
                                wave += float(snapshot.arrival_weight[j] * snapshot.link_share[k])
                wave += float(place.groups[g].user == 1 and snapshot.demand[group])
            found.append(wave)
    return found


@pytest.mark.parametrize("seed", range(5))
def test_the_wave_is_what_the_source_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for network in networks():
        snapshot = random_snapshot(network, rng)
        assert Greedy(network)._wave(snapshot) == pytest.approx(naive(network, snapshot, 50.0), abs=1e-4)


def test_most_vehicles_are_served_and_of_equal_stages_the_running_one() -> None:
    assert wanted(Greedy(NETWORK), near({0: [5.0], 2: [5.0, 12.0]})) == EAST_WEST
    assert wanted(Greedy(NETWORK), near({0: [5.0], 2: [5.0]})) == NORTH_SOUTH
    assert wanted(Greedy(NETWORK), near({})) == NORTH_SOUTH


@pytest.mark.parametrize(("near_m", "expected"), [(50.0, NORTH_SOUTH), (80.0, EAST_WEST)])
def test_who_is_far_away_does_not_count(near_m: float, expected: tuple[int, ...]) -> None:
    assert wanted(Greedy(NETWORK, near_m=near_m), near({0: [50.0], 2: [50.1, 70.0]})) == expected


def test_what_is_not_known_counts_as_nothing() -> None:
    assert wanted(Greedy(NETWORK), near({2: [5.0, 6.0]}, weight=np.nan)) == NORTH_SOUTH


@pytest.mark.parametrize(("weight", "expected"), [(0.5, NORTH_SOUTH), (5.0, (*EAST_WEST, 8))])
def test_people_weigh_what_they_are_said_to(weight: float, expected: tuple[int, ...]) -> None:
    assert wanted(Greedy(NETWORK, pedestrian_weight=weight), demanded(near({0: [5.0] * 3}), (8,))) == expected
