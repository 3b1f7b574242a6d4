"""Picture: the headline of every controller with its interval."""

from __future__ import annotations

import math
from collections.abc import Mapping

from matplotlib.figure import Figure

from signals.record.statistics import Interval
from signals.report.canvas import INK, PAGE_IN, colour_of, new_figure

__all__ = ["draw_intervals"]


def draw_intervals(rows: Mapping[str, Interval], label: str) -> Figure:
    """Draw one line per controller: its mean as a bar, its 95 % interval as a whisker.

    Parameters
    ----------
    rows
        Controller → interval, from top to bottom.
    label
        Name and unit of the axis.
    """
    figure, axes = new_figure(PAGE_IN, 0.55 + 0.34 * len(rows))
    for number, interval in enumerate(rows.values()):
        if math.isnan(interval.mean):
            axes.text(0, number, " no finished run", va="center", style="italic")
            continue
        axes.barh(number, interval.mean, height=0.62, color=colour_of(number), alpha=0.85)
        if not math.isnan(interval.low):
            axes.plot([interval.low, interval.high], [number, number], color=INK, linewidth=1.4)
            axes.plot([interval.low, interval.high], [number, number], "|", color=INK, markersize=7)
    axes.set_yticks(range(len(rows)), rows)
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.set_xlabel(label)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    return figure
