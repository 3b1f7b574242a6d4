from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.learning.busiest_stage import BusiestStage, VehiclesOfStages
from signals import trial
from signals.model.network import Network
from signals.scenario import load
from signals.testing import two_crossroads
from tests.env.made import busy, two_junctions, view

POLICY = "policy=benchmarks.learning.busiest_stage:BusiestStage"


def by_hand(network: Network, intersection: int) -> list[float]:
    """The observation as one would count it: movement by movement."""
    snapshot, arrays = busy(network), network.arrays
    found = []
    for stage in network.intersections[intersection].stages:
        groups = {int(arrays.group_offset[intersection]) + group for group in stage.groups}
        vehicles = 0.0
        for approach in range(*arrays.approach_offset[intersection : intersection + 2].tolist()):
            for link in range(*arrays.link_offset[approach : approach + 2].tolist()):
                if int(arrays.link_group[link]) in groups:
                    vehicles += float(np.nan_to_num(snapshot.count_veh[approach] * snapshot.link_share[link]))
        found.append(vehicles)
    return found


@pytest.mark.parametrize("intersection", [0, 1])
def test_vehicles_count_for_the_stages_that_serve_them(intersection: int) -> None:
    network, observation = two_crossroads(), VehiclesOfStages()
    seen = observation.observe(view(network, intersection=intersection)._replace(snapshot=busy(network)))
    assert observation.space(network, intersection).contains(seen)
    assert seen.sum() > 0
    np.testing.assert_allclose(seen, by_hand(network, intersection), rtol=1e-6)


def test_nobody_is_nobody() -> None:
    assert not VehiclesOfStages().observe(view()).any()


def test_the_busiest_open_stage_is_taken() -> None:
    policy, vehicles = BusiestStage(), np.array([1.0, 5.0, 3.0, 3.0], np.float32)
    assert policy(vehicles, np.array([1, 1, 1, 1])) == 1
    assert policy(vehicles, np.array([1, 0, 1, 1])) == 2
    assert policy(np.zeros(4, np.float32), np.array([0, 0, 0, 1])) == 3


def test_it_serves_intersections_that_are_not_alike(tmp_path: Path) -> None:
    record = trial.run(two_junctions(tmp_path), POLICY, seed=1)
    assert record.controller == "busiest_stage"
    assert not trial.falls_of(record)
    assert record.violations == 0


def test_it_is_better_than_the_plan_by_webster_where_the_demand_is_not_even() -> None:
    scenario = load("crossroads")
    ours, webster = (trial.run(scenario, name, seed=3).metrics["delay_s"] for name in (POLICY, "fixed_time"))
    assert ours < webster
