"""One movement with a signal, and what it is shown; `tests/adapters/test_sim_heads.py` has the whole of a junction."""

from __future__ import annotations

import numpy as np
import pytest

from signals.kernels.lights import lights
from signals.kernels.traffic_state import AMBER, GO, RED, STOP, YIELD
from signals.model.values import Aspect


class One:
    """Copies of a junction with two groups; the movement is of the first, and the second may have priority."""

    def __init__(self, *, on_red: bool = False, always: bool = False, foe: bool = False, copies: int = 1) -> None:
        self.before = np.full((copies, 2), -2, np.int8)
        self.head = np.array([[3, 0, on_red, always]], np.int32)
        self.foes = np.array([0, foe], np.int32), np.array([1] if foe else [], np.int32)
        self.lit = np.full((copies, 1), -1, np.int8)

    def shown(self, *aspects: tuple[Aspect, Aspect]) -> list[list[int]]:
        change = np.empty((len(aspects), 2), np.int32)
        rows = lights(np.array(aspects, np.int8), self.before, self.head, *self.foes, 10, self.lit, change)
        return change[:rows].tolist()


@pytest.mark.parametrize(
    ("aspect", "lit"),
    [
        (Aspect.RED, RED), (Aspect.RED_AMBER, RED), (Aspect.GREEN, GO), (Aspect.AMBER, AMBER),
        (Aspect.CLEARANCE, RED), (Aspect.UNKNOWN, RED),
    ],
)  # fmt: skip
def test_aspects(aspect: Aspect, lit: int) -> None:
    assert One().shown((aspect, Aspect.RED)) == [[3, lit]]


def test_a_turn_on_red() -> None:
    assert One(on_red=True).shown((Aspect.RED, Aspect.RED)) == [[3, STOP]]
    assert One(on_red=True).shown((Aspect.AMBER, Aspect.RED)) == [[3, AMBER]]


def test_a_green_yields_while_somebody_with_priority_is_not_red() -> None:
    assert One(foe=True).shown((Aspect.GREEN, Aspect.RED)) == [[3, GO]]
    assert One(foe=True).shown((Aspect.GREEN, Aspect.AMBER)) == [[3, YIELD]]
    assert One(always=True).shown((Aspect.GREEN, Aspect.RED)) == [[3, YIELD]]


def test_only_what_changes_is_said_and_copies_are_apart() -> None:
    two = One(copies=2)
    assert two.shown((Aspect.RED, Aspect.RED), (Aspect.GREEN, Aspect.RED)) == [[3, RED], [13, GO]]
    assert two.shown((Aspect.RED, Aspect.GREEN), (Aspect.GREEN, Aspect.RED)) == []
    assert two.shown((Aspect.RED, Aspect.GREEN), (Aspect.AMBER, Aspect.RED)) == [[13, AMBER]]
