from __future__ import annotations

import numpy as np

from signals.adapters.sumo.handover import Handover
from signals.model.crossroads import crossroads
from signals.model.values import Aspect

ROWS = slice(0, 12)


def handed_over(left: list[int], tick_ds: int = 10) -> list[list[int]]:
    handover = Handover(crossroads(), tick_ds)
    handover.begin(0, np.array(left, np.int8))
    assert handover.under_way == (0,)
    shown = []
    while (aspects := handover.step(0, ROWS)) is not None:
        shown.append(aspects.tolist())
    assert handover.under_way == ()
    return shown


def test_green_ends_with_amber_and_everybody_gets_the_longest_intergreen() -> None:
    left = [Aspect.RED] * 12
    left[0], left[1], left[8] = Aspect.GREEN, Aspect.AMBER, Aspect.GREEN
    shown = handed_over([int(aspect) for aspect in left])
    assert len(shown) == 8  # people need 80 tenths of a second
    for second, aspects in enumerate(shown):
        expected = [Aspect.RED] * 12
        if second < 3:
            expected[0] = expected[1] = Aspect.AMBER
        assert aspects == expected


def test_the_tick_does_not_matter() -> None:
    assert len(handed_over([int(Aspect.RED)] * 12, tick_ds=5)) == 16
    assert len(handed_over([int(Aspect.RED)] * 12, tick_ds=30)) == 3


def test_it_can_be_called_off() -> None:
    handover = Handover(crossroads(), 10)
    aspects = np.full(12, Aspect.GREEN, np.int8)
    handover.begin(0, aspects)
    aspects[:] = Aspect.RED  # what was shown is remembered
    shown = handover.step(0, ROWS)
    assert shown is not None
    assert shown[0] == Aspect.AMBER
    handover.cancel(0)
    handover.cancel(0)
    assert handover.under_way == ()
