from __future__ import annotations

import numpy as np
import pytest

from signals.model.trips import Incidents, Trips, TripState


def trips(count: int, **known: int) -> Trips:
    sizes = {name: known.get(name, count) for name in Trips.__slots__}
    state = np.full(sizes.pop("state"), TripState.FINISHED, np.int8)
    user = np.zeros(sizes.pop("user"), np.int8)
    return Trips(**{name: np.zeros(size) for name, size in sizes.items()}, state=state, user=user)


def test_a_table_is_as_long_as_its_columns() -> None:
    assert [len(trips(n)) for n in (0, 3)] == [0, 3]


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"one length, got \[2, 3\]"):
        trips(3, stops=2)


def test_nothing_happened_unless_told() -> None:
    assert Incidents() == Incidents(0, 0, 0, 0, 0.0, ())
