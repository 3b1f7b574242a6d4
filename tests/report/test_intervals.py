"""The headline as bars and whiskers."""

from __future__ import annotations

from signals.record.statistics import Interval
from signals.report.intervals import draw_intervals


def test_intervals_have_a_bar_and_a_whisker() -> None:
    nan = float("nan")
    rows = {"a": Interval(5.0, 4.0, 7.0, 9), "b": Interval(3.0, nan, nan, 1), "c": Interval(nan, nan, nan, 0)}
    axes = draw_intervals(rows, "delay [s]").axes[0]
    assert [bar.get_width() for bar in axes.patches] == [5, 3]
    assert axes.lines[0].get_xdata().tolist() == [4, 7]
    assert [text.get_text().strip() for text in axes.texts] == ["no finished run"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c"]
