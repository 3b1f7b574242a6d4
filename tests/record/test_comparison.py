"""Comparisons: rows, pairs of equal seeds, and what is refused."""

from __future__ import annotations

import math

import pytest

from signals.errors import RecordError
from signals.record.comparison import comparison_of
from signals.record.run_record import RunRecord


def run_of(controller: str, seed: int, delay_s: float, *, finished: bool = True, **more: int) -> RunRecord:
    return RunRecord("town", controller, seed, finished, {"delay_s": delay_s}, **more)


RUNS = [
    run_of("fixed", 1, 40.0),
    run_of("fixed", 2, 50.0, violations=2),
    run_of("fixed", 3, 60.0),
    run_of("best", 1, 30.0),
    run_of("best", 2, 38.0),
    run_of("best", 4, 10.0),
    run_of("best", 3, 1.0, finished=False, violations=1),
]


def test_rows_keep_their_order_and_count_only_finished_runs() -> None:
    fixed, best = comparison_of(RUNS).rows
    assert (fixed.controller, fixed.runs, fixed.interrupted, fixed.violations) == ("fixed", 3, 0, 2)
    assert (best.controller, best.runs, best.interrupted, best.violations) == ("best", 3, 1, 1)
    assert fixed.delay.mean == pytest.approx(50)
    assert best.delay.mean == pytest.approx((30 + 38 + 10) / 3)


def test_differences_pair_the_seeds_that_both_finished() -> None:
    record = comparison_of(RUNS)
    found = record.difference("best", "fixed")
    assert (found.mean, found.runs) == (pytest.approx(-11), 2)
    assert found.low == pytest.approx(-12)
    assert found.high == pytest.approx(-10)
    back = record.difference("fixed", "best")
    assert (back.mean, back.low, back.high) == pytest.approx((11, 10, 12))


def test_no_common_seed_no_difference() -> None:
    record = comparison_of([run_of("a", 1, 1.0), run_of("b", 2, 2.0)])
    assert record.differences == ()
    assert record.difference("a", "b").runs == 0
    assert math.isnan(record.difference("a", "nobody").mean)


def test_metrics_that_no_run_has_are_undefined() -> None:
    row = comparison_of(RUNS).rows[0]
    assert row.metrics["person_delay_s"].runs == 0
    assert math.isnan(row.metrics["person_delay_s"].mean)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(RecordError, match="no run"):
        comparison_of([])
    with pytest.raises(RecordError, match="two runs with seed 1"):
        comparison_of([RUNS[0], RUNS[0]])
    with pytest.raises(RecordError, match="two scenarios"):
        comparison_of([RUNS[0], RunRecord("village", "best", 1, finished=True, metrics={})])


def test_provenance_is_the_first_runs_unless_given() -> None:
    run = RunRecord("town", "a", 1, finished=True, metrics={}, provenance={"commit": "x"})
    assert comparison_of([run]).provenance == {"commit": "x"}
    assert comparison_of([run], provenance={}, settings={"a": 1}).provenance == {}
