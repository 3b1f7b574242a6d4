"""Forms of action: spaces, masks, stages, and when the next action is due."""

from __future__ import annotations

import numpy as np
import pytest

from signals.env.actions import KeepSwitch, NextStage, Tick
from signals.model.crossroads import crossroads

NETWORK = crossroads()


def opened(*stages: int) -> np.ndarray:
    return np.isin(np.arange(4), stages)


def test_next_stage_is_what_is_asked_for() -> None:
    form = NextStage()
    assert form.space(NETWORK, 0).n == 4
    steering = form.steering(NETWORK, 0, 50)
    start = Tick(3000, 0, shown=False)
    assert steering.due(start)
    assert steering.stage(start) == 0
    steering.take(np.int64(2), start)
    assert [steering.due(Tick(ds, 2, shown=True)) for ds in (3010, 3040, 3050)] == [False, False, True]
    assert steering.stage(Tick(3010, 0, shown=False)) == 2
    mask = steering.mask(start, opened(1, 3))
    assert mask.dtype == np.int8
    assert mask.tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(("running", "action", "stage"), [(0, 0, 0), (0, 1, 1), (3, 0, 3), (3, 1, 0)])
def test_switch_goes_on_in_order(running: int, action: int, stage: int) -> None:
    form = KeepSwitch()
    assert form.space(NETWORK, 0).n == 2
    steering = form.steering(NETWORK, 0, 50)
    tick = Tick(0, running, shown=True)
    assert steering.due(tick)
    steering.take(action, tick)
    assert steering.stage(Tick(10, running, shown=True)) == stage
    assert not steering.due(Tick(40, stage, shown=True))


@pytest.mark.parametrize(
    ("stages", "mask"), [((0, 1, 2, 3), [1, 1]), ((3, 2), [1, 0]), ((0, 1), [0, 1]), ((1, 2), [1, 0])]
)
def test_keep_and_switch_are_open_where_their_stages_are(stages: tuple[int, ...], mask: list[int]) -> None:
    found = KeepSwitch().steering(NETWORK, 0, 50).mask(Tick(0, 3, shown=True), opened(*stages))
    assert found.tolist() == mask
    assert found.dtype == np.int8
