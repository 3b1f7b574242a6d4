"""The numbers of the page."""

from __future__ import annotations

import math

from signals.record.comparison import ComparisonRecord, comparison_of
from signals.record.run_record import RunRecord
from signals.report import summary


def record_of(*rows: tuple[str, list[float], int], **more: float) -> ComparisonRecord:
    """Build a comparison from rows (controller, delays by seed, violations in every run)."""
    return comparison_of(
        [
            RunRecord("town", name, seed, finished=True, metrics={"delay_s": delay_s, **more}, violations=violations)
            for name, delays_s, violations in rows
            for seed, delay_s in enumerate(delays_s)
        ]
    )


THREE = record_of(("net", [40, 42, 44], 0), ("fast", [10, 10, 10], 1), ("good", [30, 33, 36], 0))


def test_the_best_has_the_least_delay_and_no_violation() -> None:
    best = summary.best_of(THREE)
    assert best is not None
    assert best.controller == "good"


def test_where_all_have_violations_the_least_delay_is_named() -> None:
    best = summary.best_of(record_of(("a", [3], 1), ("b", [2], 1)))
    assert best is not None
    assert best.controller == "b"


def test_who_failed_is_not_the_best() -> None:
    best = summary.best_of(THREE, failing={"good"})
    assert best is not None
    assert best.controller == "net"
    assert [line.best for line in summary.headlines_of(THREE, {"good"})[1]] == [True, False, False]
    assert {contrast.controller for contrast in summary.contrasts_of(THREE, {"good"})} == {"net"}


def test_nobody_is_best_where_nothing_is_known() -> None:
    record = record_of(("a", [math.nan], 0))
    assert summary.best_of(record) is None
    assert summary.contrasts_of(record) == []


def test_headlines_show_the_classes_that_travelled() -> None:
    classes, lines = summary.headlines_of(THREE)
    assert classes == ()
    assert [(line.controller, line.best, line.violations) for line in lines] == [
        ("net", False, 0), ("fast", False, 3), ("good", True, 0),
    ]  # fmt: skip
    classes, lines = summary.headlines_of(record_of(("a", [1, 2], 0), person_delay_s=7.0))
    assert classes == ("person",)
    assert lines[0].others == ("7.0 [7.0, 7.0]",)
    assert not lines[0].best


def test_contrasts_are_the_best_minus_the_others() -> None:
    first, second = summary.contrasts_of(THREE)
    assert (first.controller, first.other, first.clear, first.runs) == ("good", "net", True, 3)
    assert first.text.startswith("\N{MINUS SIGN}9.0 s [")
    assert second.text.startswith("+23.0 s [")


def test_a_difference_that_may_be_none_is_not_clear() -> None:
    record = record_of(("a", [1, 5, 3], 0), ("b", [2, 3, 4], 0))
    assert not summary.contrasts_of(record)[0].clear
    table = summary.difference_table(record)
    assert table[0][1][0] == summary.Cell("")
    assert table[0][1][1].mark == ""
    assert summary.difference_table(THREE)[0][1][2].mark == "clear"


def test_safety_marks_what_must_not_happen() -> None:
    record = record_of(("a", [1, 2], 1), collisions=0.5, unfinished_veh=9.0, teleports=0.0)
    names, rows = summary.safety_table(record)
    cells = dict(zip(names, rows[0][1], strict=True))
    assert cells["violations"] == summary.Cell("2", "alarm")
    assert cells["interrupted runs"] == summary.Cell("0")
    assert cells["collisions"] == summary.Cell("0.5", "alarm")
    assert cells["still under way"] == summary.Cell("9")
    assert cells["teleports"] == summary.Cell("0")
    assert cells["gridlock"].text == "\N{EN DASH}"


def test_metrics_nobody_has_are_left_out() -> None:
    shown = [row.metric.name for row in summary.metric_rows(record_of(("a", [1], 0), motor_delay_s=1.0))]
    assert shown == ["delay_s"]
    mixed = record_of(("a", [1], 0), motor_delay_s=1.0, bicycle_delay_s=2.0, bicycle_stops=3.0)
    shown = [row.metric.name for row in summary.metric_rows(mixed)]
    assert shown == ["delay_s", "motor_delay_s", "bicycle_delay_s", "bicycle_stops"]
