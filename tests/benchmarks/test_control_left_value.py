from __future__ import annotations

import numpy as np
import pytest

from benchmarks.control.left_value import AT_S, CLEAR, FITS, GREEN, PLAYED_S, RED, RULE, Pair, explained, pairs

JUNCTIONS, TRIES = 10, 20


def made(noise_s: float, per_red_s: float, per_green_s: float) -> list[list[Pair]]:
    """Decisions that leave other queues, which cost so much a vehicle in each of the next seconds."""
    rng = np.random.default_rng(1)
    found: list[list[Pair]] = [[] for _ in range(JUNCTIONS)]
    for tried in found:
        for _ in range(TRIES):
            left, other = rng.uniform(0.0, 10.0, (2, len(AT_S), 5))
            more = other[0] - left[0]
            cost_s = rng.normal(0.0, 1.0, PLAYED_S)
            other_s = cost_s + (per_red_s * more[RED] + per_green_s * more[GREEN] + rng.normal(0.0, noise_s)) / 60.0
            tried.append(Pair(left, other, cost_s, other_s))
    return found


def test_what_queues_cost_is_found() -> None:
    share, (red, green) = explained(made(0.0, 14.0, 10.0), 0, 60, FITS["at a red, at a green"])
    assert share == pytest.approx(1.0)
    assert (red, green) == pytest.approx((14.0, 10.0))


def test_a_junction_without_tries_is_left_out() -> None:
    found = made(0.0, 14.0, 10.0)
    wanted, _ = explained(found, 0, 60, [RED])
    assert explained([[], *found], 0, 60, [RED])[0] == pytest.approx(wanted)


def test_nothing_is_explained_by_what_costs_nothing() -> None:
    share, _ = explained(made(50.0, 0.0, 0.0), 0, 60, FITS["and longest green queue"])
    assert share < 0.02
    assert explained(made(0.0, 14.0, 10.0), 1, 60, [RED, GREEN])[0] < 0.02


@pytest.fixture(scope="module")
def tried() -> list[Pair]:
    return pairs(5001, 2)


def test_both_begin_alike_and_the_other_stage_leads_elsewhere(tried: list[Pair]) -> None:
    assert len(tried) == 2
    for pair in tried:
        assert pair.left.shape == pair.other_left.shape == (len(AT_S), 5)
        assert len(pair.cost_s) == len(pair.other_cost_s) == PLAYED_S
        assert pair.cost_s[0] == pair.other_cost_s[0]
        assert (pair.cost_s != pair.other_cost_s).any()
        assert (pair.left[:, RULE] >= pair.left[:, CLEAR]).all()


def test_the_same_seed_tries_the_same(tried: list[Pair]) -> None:
    for pair, again in zip(tried, pairs(5001, 2), strict=True):
        for column, other in zip(pair, again, strict=True):
            np.testing.assert_array_equal(column, other)


def test_trying_something_out_does_not_change_the_run(tried: list[Pair]) -> None:
    one, two = tried[0], pairs(5001, 1)[0]
    np.testing.assert_array_equal(one.cost_s, two.cost_s)
    np.testing.assert_array_equal(one.other_cost_s, two.other_cost_s)
