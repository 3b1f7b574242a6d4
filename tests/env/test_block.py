from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.env import block as module
from signals.env.block import Block
from signals.env.setting import setting_of
from signals.scenario_worlds import travel_of

SETTING = setting_of("crossroads", world="sim", episode_s=120.0)
TRAVEL = travel_of(SETTING.scenario.file, SETTING.scenario.folder, SETTING.network, 1)[0]


def begun(count: int = 3) -> Block:
    block = Block(SETTING, count)
    block.begin([TRAVEL] * count)
    return block


def test_a_stage_that_is_asked_for_is_shown_in_its_replica_only() -> None:
    block = begun()
    block.ask(np.array([0, 1, 3]))
    for _ in range(6):
        assert not block.run(5).any()
    stages = SETTING.network.intersections[0].stages
    for row, stage in zip(block.seen().aspect, (0, 1, 3), strict=True):
        vehicles = [group for group in stages[stage].groups if group < 8]
        assert (row[vehicles] == 2).all()
        assert (row == 2).sum() <= len(stages[stage].groups)


def test_replicas_with_the_same_travellers_and_actions_are_alike() -> None:
    block = begun(4)
    for stage in (2, 0, 1):
        block.ask(np.full(4, stage))
        block.run(12)
    assert len({row.tobytes() for row in block.seen().aspect}) == 1


def test_a_late_start_is_not_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where stages have one, ticks pass part by part: the guard's kernel knows nothing of it."""
    place = SETTING.network.intersections[0]
    groups = place.stages[1].groups
    late = replace(place.stages[1], late_start_ds=(0, 40, *(0 for _ in groups[2:])))
    network = replace(
        SETTING.network, intersections=(replace(place, stages=(place.stages[0], late, *place.stages[2:])),)
    )
    scenario = replace(SETTING.scenario)
    scenario.__dict__["network"] = network  # where its cached_property looks
    setting = replace(SETTING, scenario=scenario)
    monkeypatch.setattr(module, "pass_ticks", None)  # it would raise
    block = Block(setting, 1)
    block.begin([TRAVEL])
    block.ask(np.array([1]))
    starts = {}
    for second in range(40):
        block.run(1)
        for group in groups[:2]:
            if block.seen().aspect[0, group] == 2:
                starts.setdefault(group, second)
    assert starts[groups[1]] - starts[groups[0]] == 4
