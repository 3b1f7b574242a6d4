from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from signals.env.block import Block
from signals.env.setting import setting_of
from signals.env.ticks import PERMITTED, TICKS, pass_ticks
from signals.scenario_worlds import travel_of

COUNT = 3


def blocks(scenario: str = "crossroads") -> list[Block]:
    """The same block twice: one whose ticks pass in one call, and one whose ticks pass part by part."""
    setting = setting_of(scenario, world="sim")
    file = setting.scenario.file
    travel = travel_of(file, setting.scenario.folder, setting.network, 3)[0].since(file.time.begin_s)
    found = [Block(setting, COUNT), Block(setting, COUNT)]
    found[1]._in_one_call = False
    for block in found:
        block.begin([travel] * COUNT)
    return found


def told(block: Block) -> list[Any]:
    return [np.array(column).tobytes() for column in block.seen()] + [block.open_stages().tobytes()]


@pytest.mark.parametrize("scenario", ["crossroads", "braunschweig"])
def test_many_ticks_in_one_call_are_the_same_ticks(scenario: str) -> None:
    one, parts = blocks(scenario)
    rng = np.random.default_rng(1)
    for ticks in [1, 5, 2, 7, 1, 1, 5, 3] * 8:
        asked = rng.integers(0, one._stages, COUNT)
        for block in (one, parts):
            block.ask(asked)
            assert not block.run(ticks).any()
        assert told(one) == told(parts)
    assert one.delay_s().tobytes() == parts.delay_s().tobytes()


def test_after_a_violation_a_replica_is_not_written_any_more_and_the_others_go_on() -> None:
    one, parts = blocks()
    counts = []
    for block in (one, parts):
        block.run(20)
        block._guard._state.aspect[12 : 2 * 12] = 2  # the guard's memory of the second replica breaks: all is green
        counts.append(block.run(7))
        block.ask(np.array([1, 1, 1]))
        counts.append(block.run(40))
    assert counts[0].tolist() == counts[2].tolist()
    assert [count > 0 for count in counts[0]] == [False, True, False]
    assert not counts[1].any()
    assert not counts[3].any()
    assert told(one) == told(parts)
    assert one._guard.latched.tolist() == [False, True, False]
    shown = one.seen().aspect
    assert not shown[1].any()
    assert (shown[[0, 2]] == 2).any(axis=1).all()


def test_the_call_ends_with_the_violation_and_the_next_one_drives_its_tick() -> None:
    block = blocks()[0]
    block.run(20)
    block._guard._state.aspect[:12] = 2
    call = (block._clock, 25, block._tick_ds, block._begin_s, block._wanted, block._aspect, block._columns)
    count = pass_ticks(*call)
    assert count > 0
    assert (block._clock[TICKS], block._clock[PERMITTED]) == (20, 1)
    assert {violation.intersection for violation in block._guard.settle(20.0, count)} == {0}
    assert pass_ticks(*call) == 0
    assert (block._clock[TICKS], block._clock[PERMITTED]) == (25, 0)
