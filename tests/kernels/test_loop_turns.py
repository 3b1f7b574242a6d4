from __future__ import annotations

import numpy as np
import pytest

from signals.kernels.loop_turns import count_turn, follow_known, watch_head
from tests.kernels.loop_street import GREEN, RED, Approach, Street


def test_shares_are_learned_from_who_uses_which_green() -> None:
    """A lane of two links that are green in turn, and together: whoever leads does what it wants, and is not asked."""
    street, rng = Street([Approach(links=2)]), np.random.default_rng(7)
    turns, aspect = street.turns, np.zeros(2, np.int8)
    wants, since = int(rng.random() < 0.3), 0
    for second in range(6000):
        cycle = second % 60
        aspect[:] = (
            (GREEN, RED) if cycle < 20 else (GREEN, GREEN) if cycle < 25 else (RED, GREEN) if cycle < 40 else RED
        )
        since += 1
        may_go = aspect[wants] == GREEN and since >= 2
        watch_head(0, 1.0, int(not may_go), aspect, turns)
        if may_go:
            count_turn(0, turns)
            wants, since = int(rng.random() < 0.3), 0
    assert turns.share == pytest.approx([0.7, 0.3], abs=0.12)


def test_who_leaves_under_an_arrow_took_it() -> None:
    street = Street([Approach(links=2)])
    aspect = np.array([RED, GREEN], np.int8)
    watch_head(0, 1.0, 0, aspect, street.turns)
    count_turn(0, street.turns)
    assert street.turns.taken.tolist() == [0.0, 1.0]
    assert street.turns.share.tolist() == pytest.approx([1 / 3, 2 / 3])
    aspect[1] = RED  # amber: who is counted now came in while it was green
    watch_head(0, 1.0, 0, aspect, street.turns)
    count_turn(0, street.turns)
    assert street.turns.taken.tolist() == [0.0, 1.0]


def test_who_leaves_at_a_red_tells_nothing() -> None:
    street = Street([Approach(links=2)])
    watch_head(0, 1.0, 1, np.zeros(2, np.int8), street.turns)
    count_turn(0, street.turns)
    assert street.turns.taken.tolist() == street.turns.share.tolist() == [0.5, 0.5]


def test_a_head_that_waits_at_a_green_wants_another_unless_it_may_have_to_yield() -> None:
    street = Street([Approach(links=3)])
    street.turns.permissive[1] = 1
    aspect = np.array([GREEN, GREEN, RED], np.int8)
    for _ in range(10):
        watch_head(0, 1.0, 1, aspect, street.turns)
    likelihood = street.turns.likelihood
    assert likelihood[0] < 0.1
    assert 0.7 < likelihood[1] < 1.0
    assert likelihood[2] == 1.0
    count_turn(0, street.turns)
    assert street.turns.taken[1] > 0.9
    assert street.turns.likelihood.tolist() == [1.0, 1.0, 1.0]


def test_of_connected_vehicles_it_is_seen_where_they_turn() -> None:
    street = Street([Approach(links=2)])
    street.turns.known_veh[:] = 1.0, 7.0
    street.turns.likelihood[:] = 0.2, 1.0
    follow_known(0, street.turns)
    assert street.turns.share.tolist() == pytest.approx([0.2, 0.8])
    assert street.turns.likelihood.tolist() == [1.0, 1.0]
    watch_head(0, 1.0, 0, np.array([RED, GREEN], np.int8), street.turns)
    count_turn(0, street.turns)
    assert street.turns.share.tolist() == pytest.approx([2 / 11, 9 / 11])
