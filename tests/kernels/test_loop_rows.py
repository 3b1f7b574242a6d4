from __future__ import annotations

import numpy as np
import pytest

from signals.kernels.loop_rows import LATE_S, MEMORY_VEH, MISSED, excuse, forgive, settle
from tests.kernels.loop_street import Approach, Street


def test_the_prior_gives_way_to_what_happens() -> None:
    """Whoever is expected with a probability p, and comes in a fifth of all cases; the others count for less."""
    street, rng = Street([Approach(posts=((50.0, 0.6),))]), np.random.default_rng(1)
    kept = street.counters
    for case in range(600):
        settle(0, float(kept.row_weight[0]), float(rng.random() < 0.2), street.places, kept)
        if case == 0:
            assert kept.row_weight[0] == pytest.approx(
                (8 * 0.6 + kept.row_count[0]) / (8 + max(kept.row_count[0], MISSED))
            )
        assert kept.row_sent[0] < MEMORY_VEH
    assert kept.row_weight[0] == pytest.approx(0.2 / (0.2 + MISSED * 0.8), abs=0.06)


def test_shares_follow_the_day_and_stay_within_bounds() -> None:
    street = Street([Approach(posts=((50.0, 0.6),))])
    kept = street.counters
    for came, bound in ((0.0, 0.02), (5.0, 3.0), (0.0, 0.02)):
        for _ in range(3000):
            settle(0, float(kept.row_weight[0]), came, street.places, kept)
        assert kept.row_weight[0] == pytest.approx(bound, abs=0.06)


def test_without_a_row_nothing_is_learned() -> None:
    street = Street([Approach(posts=((50.0, 0.6),))])
    settle(-1, 1.0, 1.0, street.places, street.counters)
    assert street.counters.row_sent.tolist() == [0.0]


def test_who_was_given_up_may_come_a_little_later() -> None:
    street = Street([Approach(posts=((50.0, 0.6), (50.0, 0.3))), Approach(posts=((50.0, 0.5),))])
    kept = street.counters
    for row, weight in enumerate((0.6, 0.3, 0.5)):
        settle(row, weight, 0.0, street.places, kept)
    before = float(kept.row_weight[0])
    excuse(0, 0.45, 3, street.places, kept)
    assert kept.row_count.tolist() == pytest.approx([0.3, 0.15, 0.0])  # as the chances were
    assert kept.row_missed.tolist() == pytest.approx([0.3, 0.15, 0.5])
    assert kept.row_weight[0] > before
    excuse(0, 5.0, 1, street.places, kept)
    assert kept.row_missed.tolist() == pytest.approx([0.0, 0.15, 0.5])
    assert kept.row_count[0] == pytest.approx(0.6)  # no more than were given up


def test_who_was_given_up_long_ago_does_not_come_any_more() -> None:
    kept = Street([Approach(posts=((50.0, 0.6),))]).counters
    kept.row_missed[0] = 1.0
    for _ in range(int(LATE_S)):
        forgive(1.0, kept)
    assert kept.row_missed[0] == pytest.approx(np.exp(-1.0), abs=0.03)
    forgive(100.0, kept)
    assert kept.row_missed[0] == 0.0
