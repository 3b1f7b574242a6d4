from __future__ import annotations

from itertools import product
from math import isnan

import numpy as np
import pytest

from signals.bench.paired import holm, sign_flip_p


def naive(values: list[float]) -> float:
    patterns = [
        sum(s * v for s, v in zip(signs, values, strict=True)) for signs in product((1, -1), repeat=len(values))
    ]
    return sum(abs(total) >= abs(sum(values)) - 1e-9 for total in patterns) / len(patterns)


@pytest.mark.parametrize("values", [[1.0], [1.0, 2.0, 3.0], [1.0, -2.0, 0.5, 4.0], [0.0, 0.0], [-3.0] * 6])
def test_few_pairs_are_counted_out(values: list[float]) -> None:
    assert sign_flip_p(values) == pytest.approx(naive(values))


def test_three_seeds_prove_nothing() -> None:
    assert sign_flip_p([5.0, 5.0, 5.0]) == 0.25
    assert isnan(sign_flip_p([]))


def test_many_pairs_are_drawn_and_the_draw_is_seeded() -> None:
    clear, none = np.full(30, 1.0), np.resize([1.0, -1.0], 30)
    assert sign_flip_p(clear) == pytest.approx(1 / 20_001)
    assert sign_flip_p(none) == 1
    noisy = np.random.default_rng(0).normal(0.3, 1, 20)
    assert sign_flip_p(noisy, 1) == sign_flip_p(noisy, 1)


def test_where_there_is_no_difference_it_is_seldom_clear() -> None:
    stream = np.random.default_rng(7)
    share = np.mean([sign_flip_p(stream.normal(0, 1, 8)) < 0.05 for _ in range(400)])
    assert 0.02 < share < 0.08


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert holm([0.6, 0.9]) == pytest.approx((1.0, 1.0))
    first, unknown, last = holm([0.02, float("nan"), 0.5])
    assert (first, last) == pytest.approx((0.04, 0.5))
    assert isnan(unknown)
