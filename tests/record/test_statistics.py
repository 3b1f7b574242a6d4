"""Intervals: known answers, determinism, and coverage by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest

from signals.record.statistics import mean_interval, paired_difference


def test_the_mean_is_exact_and_lies_inside() -> None:
    found = mean_interval([1.0, 2.0, 3.0, 4.0])
    assert found.mean == 2.5
    assert 1.0 <= found.low < 2.5 < found.high <= 4.0
    assert found.runs == 4
    assert found.caution == ""


def test_two_values_give_the_exact_percentiles_of_their_three_means() -> None:
    # Resamples of two: mean 0 with 1/4, 5 with 1/2, 10 with 1/4: the 2.5 and 97.5 percentiles are the extremes.
    assert mean_interval([0.0, 10.0])[1:3] == (0.0, 10.0)


def test_equal_values_have_no_width() -> None:
    low, high = mean_interval([7.0] * 5)[1:3]
    assert low == pytest.approx(7.0)
    assert high == pytest.approx(7.0)


@pytest.mark.parametrize(("values", "caution"), [([], "no run"), ([3.0], "one run"), ([3.0, 4.0], "not reliable")])
def test_few_runs_say_so(values: list[float], caution: str) -> None:
    found = mean_interval(values)
    assert caution in found.caution
    assert math.isnan(found.low) == (len(values) < 2)
    assert math.isnan(found.mean) == (not values)


def test_undefined_runs_are_left_out() -> None:
    assert mean_interval([1.0, math.nan, 3.0]) == mean_interval([1.0, 3.0])


def test_the_same_seed_gives_the_same_interval() -> None:
    values = np.random.default_rng(1).normal(size=30)
    assert mean_interval(values, 4) == mean_interval(values, 4)
    assert mean_interval(values, 4) != mean_interval(values, 5)


def test_it_agrees_with_a_slow_bootstrap() -> None:
    values = np.random.default_rng(2).exponential(size=12)
    rng = np.random.default_rng(3)
    means = sorted(sum(values[rng.integers(0, 12)] for _ in range(12)) / 12 for _ in range(4000))
    found = mean_interval(values)
    assert found.low == pytest.approx(means[100], abs=0.05)
    assert found.high == pytest.approx(means[3900], abs=0.05)


def test_pairing_removes_what_the_seeds_have_in_common() -> None:
    rng = np.random.default_rng(4)
    seed_effect = rng.normal(50, 20, 30)
    one, two = seed_effect - 12 + rng.normal(0, 1, 30), seed_effect + rng.normal(0, 1, 30)
    paired = paired_difference(one, two)
    assert paired.low < -12 < paired.high
    assert paired.high - paired.low < 2
    alone = mean_interval(one)
    assert alone.high - alone.low > 8
    back = paired_difference(two, one)
    assert (back.mean, back.low, back.high) == pytest.approx((-paired.mean, -paired.high, -paired.low), abs=0.05)


def test_a_pair_with_an_undefined_value_is_left_out() -> None:
    found = paired_difference([1.0, 2.0, math.nan], [0.0, math.nan, 0.0])
    assert (found.mean, found.runs) == (1.0, 1)


def test_unpaired_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="paired"):
        paired_difference([1.0], [1.0, 2.0])


@pytest.mark.parametrize(("runs", "least", "most"), [(5, 0.78, 0.88), (10, 0.86, 0.94), (30, 0.92, 0.97)])
def test_coverage(runs: int, least: float, most: float) -> None:
    """The share of samples whose interval holds the true mean, as the module's docstring says."""
    rng = np.random.default_rng(runs)
    found = [mean_interval(rng.normal(size=runs)) for _ in range(600)]
    assert least <= np.mean([one.low <= 0 <= one.high for one in found]) <= most
