from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.sim.batch import Batch
from signals.adapters.sim.world import SimWorld
from signals.model.crossroads import crossroads
from signals.model.values import Command
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
