from __future__ import annotations

from signals.report.canvas import styled
from signals.report.distribution import draw_distribution


def test_one_rising_line_per_controller_in_percent() -> None:
    with styled():
        figure = draw_distribution({"net": [0.1, 0.5, 1.0], "mine": [0.3, 0.9, 1.0]}, (10, 60, 300))
    (axes,) = figure.axes
    lines = {line.get_label(): line for line in axes.get_lines()}
    assert set(lines) == {"net", "mine"}
    assert list(lines["mine"].get_ydata()) == [30, 90, 100]  # type: ignore[arg-type]
    assert list(lines["net"].get_xdata()) == [10, 60, 300]  # type: ignore[arg-type]
    assert axes.get_xscale() == "log"
    assert [text.get_text() for text in axes.get_xticklabels()] == ["10", "60", "300"]
