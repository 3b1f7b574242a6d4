from __future__ import annotations

import numpy as np

from signals.adapters.sim.heads import Heads
from signals.kernels.traffic_state import GO, YIELD
from signals.model.crossroads import crossroads
from signals.model.values import Aspect


def shown(heads: Heads, aspect: np.ndarray) -> dict[int, int]:
    return dict(map(tuple, heads.show(aspect).tolist()))


def test_only_what_changes_is_told() -> None:
    network, aspect = crossroads(), np.zeros(12, np.int8)
    heads = Heads(network)
    assert set(shown(heads, aspect).values()) == {0}
    assert shown(heads, aspect) == {}
    aspect[1] = Aspect.GREEN
    assert list(shown(heads, aspect).values()) == [GO]
    aspect[1] = Aspect.AMBER
    assert list(shown(heads, aspect).values()) == [4]


def test_a_green_yields_while_those_with_priority_are_not_red() -> None:
    network, aspect = crossroads(), np.zeros(12, np.int8)
    heads = Heads(network)
    heads.show(aspect)
    right = next(n for n, m in enumerate(network.movements) if m.id == "north_in_0>west_out_0")
    aspect[0] = Aspect.GREEN
    assert shown(heads, aspect)[right] == GO
    walks = {heads.group_of[foe] for foe in network.movements[right].yields_to if foe in heads.group_of}
    aspect[list(walks)] = Aspect.CLEARANCE
    assert shown(heads, aspect)[right] == YIELD
    aspect[list(walks)] = Aspect.RED
    assert shown(heads, aspect)[right] == GO
