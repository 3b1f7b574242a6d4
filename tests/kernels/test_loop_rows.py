from __future__ import annotations

import numpy as np
import pytest

from signals.kernels.loop_rows import MEMORY_VEH, settle
from tests.kernels.loop_street import Approach, Street


def test_the_prior_gives_way_to_what_happens() -> None:
    """Whoever is expected with a probability p, and comes in a fifth of all cases."""
    street, rng = Street([Approach(posts=((50.0, 0.6),))]), np.random.default_rng(1)
    kept = street.counters
    for case in range(600):
        settle(0, float(kept.row_weight[0]), float(rng.random() < 0.2), street.places, kept)
        if case == 0:
            assert kept.row_weight[0] == pytest.approx((8 * 0.6 + kept.row_count[0]) / 9)
        assert kept.row_sent[0] < MEMORY_VEH
    assert kept.row_weight[0] == pytest.approx(0.2, abs=0.06)


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
