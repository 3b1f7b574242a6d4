from __future__ import annotations

import numpy as np
import pytest

from signals.env import replicas as module
from signals.env.replicas import Replicas
from signals.env.setting import setting_of


def begun(count: int, demands: int, episode_s: float = 20.0) -> Replicas:
    replicas = Replicas(setting_of("crossroads", world="sim", episode_s=episode_s), count, demands)
    replicas.begin(1, np.random.default_rng(1))
    return replicas


def test_time_ends_it() -> None:
    replicas, steps = begun(2, 2), []
    while not replicas.over:
        steps.append(replicas.begin_ticks(7))
        for _, block in replicas:
            block.run(steps[-1])
    assert steps == [7, 7, 6]
    assert replicas.delay_s().shape == (2,)
    assert begun(1, 1).begin_ticks(0) == 1


def test_blocks_are_rows_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 3)
    replicas, asked = begun(7, 4), np.array([0, 1, 2, 3, 0, 1, 2])
    assert [(rows.start, rows.stop) for rows, _ in replicas] == [(0, 3), (3, 6), (6, 7)]
    replicas.begin_ticks(10)
    for rows, block in replicas:
        block.ask(asked[rows])
        block.run(10)
    assert replicas.stage.tolist() == asked.tolist()
    assert replicas.open_stages().shape == (7, 4)
    assert replicas.delay_s().shape == (7,)


def test_each_set_of_travellers_is_somebodys_whatever_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 2)
    replicas = begun(6, 3, 100.0)
    for _, block in replicas:
        block.run(100)
    counts = np.concatenate([block.seen().count_veh for _, block in replicas])
    assert len({row.tobytes() for row in counts}) == 3
