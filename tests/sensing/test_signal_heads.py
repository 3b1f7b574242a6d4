from __future__ import annotations

import numpy as np

from signals.model.values import Aspect, Readings
from signals.sensing.signal_heads import SignalHeads
from tests.sensing.corridor import corridor


def readings(aspect: list[int], call: list[bool]) -> Readings:
    none = np.empty(0, np.float32)
    whole, handle = none.astype(np.int32), none.astype(np.int64)
    return Readings(0.0, np.array(aspect, np.int8), np.array(call), whole, none, none, handle, whole, none)


def test_groups_are_demanded_by_their_approaches_and_by_calls() -> None:
    heads = SignalHeads(corridor())
    heads.update(readings([0, 0, 0, 0], [False] * 4), 10)
    heads.join(np.array([False, True, False]))
    assert list(heads.demand) == [False, True, False, False]
    heads.update(readings([0, 2, 0, 0], [False, False, True, False]), 10)
    heads.join(np.array([True, False, False]))
    assert list(heads.demand) == [True, False, True, False]
    green = np.zeros(3, np.bool_)
    heads.note_green(green)
    assert list(green) == [False, True, False]


def test_a_pedestrian_call_waits_for_its_minimum_green() -> None:
    network = corridor()
    heads = SignalHeads(network)
    green_ticks = int(network.arrays.min_green_ds[2]) // 10
    wanted = []
    for tick in range(3 + green_ticks + 2):
        shown = Aspect.GREEN if tick >= 3 else Aspect.RED
        heads.update(readings([0, 0, shown, 0], [False, False, tick == 1, False]), 10)
        heads.join(np.zeros(3, np.bool_))
        wanted.append(bool(heads.demand[2]))
    assert wanted == [False] + [True] * (2 + green_ticks - 1) + [False] * 3


def test_aspect_and_age() -> None:
    heads = SignalHeads(corridor())
    assert (heads.aspect == Aspect.UNKNOWN).all()
    for shown in ([0, 2, -1, 4], [0, 3, -1, -1]):
        heads.update(readings(shown, [False] * 4), 20)
    assert list(heads.aspect) == [0, 3, -1, 4]
    assert list(heads.age_ds) == [40, 20, 40, 40]
