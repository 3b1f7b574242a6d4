from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.sim.batch import Batch
from signals.adapters.sim.world import SimWorld
from signals.env.setting import setting_of
from signals.kernels.traffic_sums import _add
from signals.model.crossroads import crossroads
from signals.model.values import Command
from signals.scenario_worlds import travel_of
from signals.sensing.full import FullEstimator
from tests.kernels.driven import random_travel


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_believes_what_the_full_estimator_believes(seed: int) -> None:
    network, travel = crossroads(), random_travel(crossroads(), seed, 400)
    world, estimator, batch = SimWorld(network, travel, end_s=600.0), FullEstimator(network), Batch(network, 1)
    batch.begin([travel])
    stages = [list(stage.groups) for stage in network.intersections[0].stages]
    pairs = {"queue_veh": [], "count_veh": [], "wait_s": [], "demand": []}
    aspect = np.zeros(12, np.int8)
    with world:
        for second in range(600):
            snapshot, sight = estimator.update(world.read()), batch.look(float(second))
            demand = np.bincount(
                np.repeat(np.arange(len(sight.demand)), np.diff(network.arrays.link_offset)),
                snapshot.demand[network.arrays.link_group], len(sight.demand),
            ) > 0  # fmt: skip
            for name in ("queue_veh", "count_veh", "wait_s"):
                pairs[name].append((getattr(sight, name).copy(), getattr(snapshot, name).copy()))
            pairs["demand"].append((sight.demand.copy(), demand))
            aspect[:] = 0
            if second % 20 > 4:
                aspect[stages[second // 20 % 4]] = 2
            world.write(Command(0.0, aspect, np.ones(1, np.bool_)))
            batch.advance(float(second), second + 1.0, aspect)
    arrays = {name: np.array(rows).transpose(1, 0, 2) for name, rows in pairs.items()}
    mine, theirs = arrays["count_veh"]
    np.testing.assert_array_equal(mine, theirs)
    mine, theirs = arrays["queue_veh"]
    assert np.abs(mine - theirs).mean() < 0.1
    mine, theirs = arrays["wait_s"]
    assert np.corrcoef(mine.ravel(), theirs.ravel())[0, 1] > 0.95
    mine, theirs = arrays["demand"]
    assert (mine == theirs).mean() > 0.97


def test_demand_alone_is_the_same_demand() -> None:
    network, travel = crossroads(), random_travel(crossroads(), 4, 60)
    batch = Batch(network, 2, 100.0)
    batch.begin([travel, travel])
    for second in range(300):
        batch.advance(float(second), second + 1.0, np.zeros(24, np.int8))
        alone = batch.look(second + 1.0, whole=False).demand.copy()
        np.testing.assert_array_equal(alone, batch.look(second + 1.0).demand)


@pytest.mark.parametrize("scenario", ["crossroads", "braunschweig"])
def test_who_is_remembered_to_stand_is_seen_as_by_one_who_remembers_nobody(scenario: str) -> None:
    """Remembering heads of queues saves walking along them; not a bit of the sums may depend on it."""
    setting = setting_of(scenario, world="sim")
    file, network = setting.scenario.file, setting.network
    travel = travel_of(file, setting.scenario.folder, network, 1)[0].since(file.time.begin_s)
    batch, rng, stood = Batch(network, 1, 100.0), np.random.default_rng(1), 0
    batch.begin([travel], file.time.begin_s)
    stages, aspect = network.intersections[0].stages, np.zeros(len(network.arrays.group_user), np.int8)
    known = batch._heads_of_queues[0]
    for second in range(600):
        if second % 15 == 0:
            aspect[:] = 0
            aspect[list(stages[rng.integers(len(stages))].groups)] = 2
        batch.advance(float(second), second + 1.0, aspect)
        remembered = [np.array(column) for column in batch.look(second + 1.0, whole=second % 4 > 0)]
        stood += known[:, 1].clip(0).sum()
        if second % 4 > 0:
            kept = known.copy()
            known[:] = -1
            for column, other in zip(batch.look(second + 1.0), remembered, strict=True):
                np.testing.assert_array_equal(column, other)
            known[:] = kept
    assert stood > 600


def test_a_sum_has_the_rounding_of_one_addition_each() -> None:
    sums = np.zeros((3, 1), np.float32)
    sums[0, 0] = np.float32(0.1)
    _add(0, 0, 3, 1.0, sums)
    expected = np.float32(0.1)
    for _ in range(3):
        expected = np.float32(float(expected) + 1.0)
    assert sums[0, 0] == expected
    _add(1, 0, 7, 1.0, sums)
    _add(2, 0, 3, 0.3, sums)
    assert sums[1, 0] == 7.0
    assert sums[2, 0] == np.float32(float(np.float32(float(np.float32(0.3)) + 0.3)) + 0.3)
