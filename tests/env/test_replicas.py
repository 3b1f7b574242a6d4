from __future__ import annotations

import numpy as np

from signals.env.replicas import Replicas
from signals.env.setting import setting_of


def test_a_stage_that_is_asked_for_is_shown_in_its_replica_only() -> None:
    replicas = Replicas(setting_of("crossroads", world="sim", episode_s=120.0), 3, 1)
    replicas.begin(1, np.random.default_rng(1))
    replicas.ask(np.array([0, 1, 3]))
    for _ in range(30):
        assert not replicas.tick().any()
    stages = replicas._setting.network.intersections[0].stages
    for row, stage in zip(replicas.seen().aspect, (0, 1, 3), strict=True):
        vehicles = [group for group in stages[stage].groups if group < 8]
        assert (row[vehicles] == 2).all()
        assert (row == 2).sum() <= len(stages[stage].groups)


def test_time_ends_it() -> None:
    replicas = Replicas(setting_of("crossroads", world="sim", episode_s=20.0), 2, 2)
    replicas.begin(1, np.random.default_rng(1))
    for _ in range(20):
        assert not replicas.over
        replicas.tick()
    assert replicas.over
    assert replicas.delay_s().shape == (2,)
