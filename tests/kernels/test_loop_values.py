from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from signals.kernels import loop_values
from signals.model.values import Snapshot


@pytest.mark.parametrize("kind", ["LoopPlaces", "Health", "Turns", "Tracks", "Counters"])
def test_every_array_is_explained(kind: str) -> None:
    values: type[NamedTuple] = getattr(loop_values, kind)
    words = set(re.findall(r"\w+", values.__doc__ or ""))
    assert set(values._fields) <= words  # type: ignore[attr-defined]


def test_beliefs_are_columns_of_a_snapshot() -> None:
    assert set(loop_values.LoopBeliefs._fields) <= set(Snapshot._fields)


def test_no_row_has_the_number_of_another_origin() -> None:
    assert len({loop_values.ON_AVERAGE, loop_values.ON_LANE}) == 2
    assert max(loop_values.ON_AVERAGE, loop_values.ON_LANE) < 0
