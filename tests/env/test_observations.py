"""What an agent sees."""

from __future__ import annotations

import numpy as np
import pytest

from signals.env.observations import JunctionState
from signals.errors import InputError
from signals.model.crossroads import crossroads
from signals.model.values import Aspect
from signals.testing import random_snapshot, two_crossroads
from tests.env.made import view

NETWORK = crossroads()
A, S, G = 8, 4, 12


def parts(seen: np.ndarray) -> list[np.ndarray]:
    """Queue, count, wait, stage, age of green, demand."""
    return np.split(seen, np.cumsum([A, A, A, S, 1]))


def test_every_number_stands_where_it_is_documented() -> None:
    aspect, age_ds, demand = np.zeros(G, np.int8), np.full(G, 990, np.int32), np.zeros(G, np.bool_)
    stage = NETWORK.intersections[0].stages[2]
    aspect[list(stage.groups)] = Aspect.GREEN
    age_ds[list(stage.groups)] = 150
    age_ds[stage.groups[0]] = 120
    demand[5] = True
    columns = {"aspect": aspect, "age_ds": age_ds, "demand": demand}
    columns["queue_veh"] = np.arange(A, dtype=np.float32)
    columns["count_veh"] = 2 * columns["queue_veh"]
    columns["wait_s"] = 3 * columns["queue_veh"]
    seen = JunctionState(most_veh=20, most_wait_s=60, most_green_s=24).observe(view(NETWORK, stage=2, **columns))
    queue, count, wait, running, age, wanted = parts(seen)
    np.testing.assert_allclose(queue, np.arange(A) / 20)
    np.testing.assert_allclose(count, np.arange(A) / 10)
    np.testing.assert_allclose(wait, np.arange(A) / 20)
    assert running.tolist() == [0, 0, 1, 0]
    assert age.tolist() == [0.5]
    assert wanted.tolist() == demand.astype(float).tolist()


def test_what_is_too_much_or_not_known_stays_within_bounds() -> None:
    queue_veh = np.array([np.nan, np.inf, 1e9, 0, 1, 2, 3, 4], np.float32)
    seen = JunctionState().observe(view(NETWORK, queue_veh=queue_veh, wait_s=queue_veh))
    assert parts(seen)[0][:4].tolist() == [0, 1, 1, 0]
    assert JunctionState().space(NETWORK, 0).contains(seen)


def test_no_green_has_no_age() -> None:
    assert parts(JunctionState().observe(view(NETWORK, age_ds=np.full(G, 900, np.int32))))[4].tolist() == [0]


def test_it_is_in_its_space_at_intersections_that_are_not_alike() -> None:
    network, state = two_crossroads(), JunctionState()
    spaces = [state.space(network, i) for i in (0, 1)]
    assert spaces[0].shape != spaces[1].shape
    for seed in range(20):
        snapshot = random_snapshot(network, np.random.default_rng(seed))
        for i, space in enumerate(spaces):
            seen = state.observe(view(network, intersection=i)._replace(snapshot=snapshot))
            assert space.contains(seen)
            assert not np.shares_memory(seen, snapshot.queue_veh)


@pytest.mark.parametrize("name", ["most_veh", "most_wait_s", "most_green_s"])
def test_a_most_is_positive(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} must be > 0"):
        JunctionState(**{name: 0})
