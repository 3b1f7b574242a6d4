from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from signals.control.resco_lanes import find_lanes
from signals.control.resco_rules import RescoGreedy, RescoMaxPressure
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.values import Snapshot
from signals.testing import check_controller, networks, random_snapshot
from tests.control.made import quiet
from tests.control.test_resco_lanes import lane, table, with_short_last_lane, written

NETWORK = crossroads(pedestrians=False)
MEN = pytest.mark.parametrize("rule", [RescoGreedy, RescoMaxPressure])


@MEN
def test_they_keep_the_contract(rule: Any) -> None:
    check_controller(rule)


def seen(time_s: float, *vehicles: tuple[int, float, float, int]) -> Snapshot:
    """Vehicles: approach, distance, speed, handle."""
    rows = sorted(vehicles)
    counts = np.bincount([row[0] for row in rows], minlength=8) if rows else np.zeros(8, np.int64)
    return quiet(
        NETWORK,
        time_s,
        arrival_offset=np.cumsum([0, *counts]).astype(np.int32),
        arrival_distance_m=np.array([row[1] for row in rows], np.float32),
        arrival_speed_mps=np.array([row[2] for row in rows], np.float32),
        arrival_weight=np.ones(len(rows), np.float32),
        arrival_handle=np.array([row[3] for row in rows], np.int64),
    )


def stage(controller: Any, snapshot: Snapshot) -> int:
    return int(controller.decide(snapshot).stage[0])


def naive_wave(network: Network, snapshot: Snapshot) -> list[int]:
    arrays, found = network.arrays, [0] * int(network.arrays.stage_offset[-1])
    for s, a in find_lanes(network).served.tolist():
        for n in range(snapshot.arrival_offset[a], snapshot.arrival_offset[a + 1]):
            length_m = arrays.lane_length_m[arrays.approach_lane[a]]
            near = snapshot.arrival_distance_m[n] <= min(50.0, length_m + 0.1)
            found[s] += near and snapshot.arrival_weight[n] > 0.5
    return found


@pytest.mark.parametrize("seed", range(5))
def test_the_wave_is_counted_vehicle_by_vehicle(seed: int) -> None:
    for network in networks():
        snapshot = random_snapshot(network, np.random.default_rng(seed))
        wave, first = naive_wave(network, snapshot), network.arrays.stage_offset
        best = [int(np.argmax(wave[first[i] : first[i + 1]])) for i in range(len(network.intersections))]
        assert RescoGreedy(network).decide(snapshot).stage.tolist() == best


def test_greedy_counts_who_stands_and_who_comes_but_nobody_far_away() -> None:
    near = [(2, 10.0, 9.0, 1), (6, 50.0, 0.0, 2)]
    assert stage(RescoGreedy(NETWORK), seen(0, *near, (0, 5.0, 0.0, 3))) == 2
    assert stage(RescoGreedy(NETWORK), seen(0, (2, 50.1, 9.0, 1), (0, 5.0, 0.0, 3))) == 0
    assert stage(RescoGreedy(NETWORK), seen(0)) == 0


def test_a_short_last_lane_is_looked_through() -> None:
    network = with_short_last_lane()
    comes, other = (0, 40.0, 9.0, 1), (2, 60.0, 9.0, 2)
    rivals = [(2, 10.0, 9.0, 3), (2, 20.0, 9.0, 4)]
    assert stage(RescoGreedy(network), seen(0, comes, other)) == 0
    assert stage(RescoGreedy(network), seen(0, comes, *rivals)) == 2
    unlikely = seen(0, comes, (2, 10.0, 9.0, 3))
    unlikely.arrival_weight[0] = 0.5
    assert stage(RescoGreedy(network), unlikely) == 2


def test_pressure_counts_who_stands_or_stood_at_an_earlier_look_but_the_first() -> None:
    moving, standing = (2, 100.0, 5.0, 1), (2, 100.0, 0.0, 1)
    other = (4, 10.0, 5.0, 9)
    rule = RescoMaxPressure(NETWORK)
    assert stage(rule, seen(0, other)) == 0
    assert stage(rule, seen(10, other, standing)) == 2  # it stands
    assert stage(rule, seen(20, other, moving)) == 0  # what was noted at the first look is forgotten
    assert stage(rule, seen(30, other, standing)) == 2
    assert stage(rule, seen(40, other, moving)) == 2  # it stood
    assert stage(rule, seen(50, other)) == 0


def test_at_the_very_first_look_nothing_is_forgotten() -> None:
    rule = RescoMaxPressure(NETWORK)
    assert stage(rule, seen(0, (2, 100.0, 0.0, 1))) == 2
    assert stage(rule, seen(10, (2, 90.0, 5.0, 1))) == 2


def test_queues_at_the_next_signals_count_against_a_stage(tmp_path: Path) -> None:
    (place,) = NETWORK.intersections
    found = table(NETWORK)
    sets = {**found["crossroads"][place.id]["lane_sets"], "E-E": [lane(2)]}
    downstream = {"N": None, "E": place.id, "S": None, "W": None}
    found["crossroads"][place.id] = {"lane_sets": sets, "downstream": downstream}
    path = str(written(tmp_path, found))
    queued = seen(0, (1, 9.0, 0.0, 1), (5, 9.0, 0.0, 2), (0, 9.0, 0.0, 3), (2, 9.0, 0.0, 4), (2, 17.0, 0.0, 5))
    assert stage(RescoGreedy(NETWORK, signal_config_file=path), queued) == 1
    assert stage(RescoMaxPressure(NETWORK, signal_config_file=path), queued) == 0  # 1 leads to the two in the east


@MEN
def test_choices_fall_on_a_grid(rule: Any) -> None:
    controller = rule(NETWORK, decision_s=5.0, amber_s=2.0)
    assert stage(controller, seen(0)) == 0
    assert stage(controller, seen(4, (2, 5.0, 0.0, 1))) == 0
    assert stage(controller, seen(5, (2, 5.0, 0.0, 1))) == 2
