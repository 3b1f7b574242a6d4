"""Pictures: what the signal groups showed over time, and what a plan asks for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path

from signals.model.intersections import Intersection, Plan
from signals.report.canvas import ASPECT_COLOURS, GREY, PAGE_IN, new_figure
from signals.report.folder import Table

__all__ = ["Window", "draw_plan", "draw_timing", "window_of"]

_WINDOW_S = 300.0
_THIN = 0.12
_THICK = 0.72

Bars = dict[str, list[tuple[int, float, float]]]
"""Aspect → (row, start, length)."""


class Window(NamedTuple):
    """A stretch of time in the world's clock."""

    begin_s: float
    end_s: float


def window_of(table: Table) -> Window:
    """Return five minutes from the middle of what was recorded, or all of it where it is shorter.

    Parameters
    ----------
    table
        The table `signals` of a run.
    """
    begin_s = np.asarray(table["time_s"], np.float64)
    if not begin_s.size:
        return Window(0.0, _WINDOW_S)
    first, last = float(begin_s.min()), float((begin_s + np.asarray(table["duration_s"], np.float64)).max())
    middle = np.floor(max(first, (first + last - _WINDOW_S) / 2))
    return Window(float(max(first, middle)), float(min(last, middle + _WINDOW_S)))


def draw_timing(table: Table, intersection: Intersection, window: Window) -> Figure:
    """Draw a bar per signal group: what it showed in a stretch of time.

    Parameters
    ----------
    table
        The table `signals` of a run.
    intersection
        Whose groups.
    window
        When.
    """
    rows = {group.id: number for number, group in enumerate(intersection.groups)}
    bars: Bars = {}
    here = np.flatnonzero(table["intersection"] == intersection.id)
    columns = (table[name][here].tolist() for name in ("group", "aspect", "time_s", "duration_s"))
    for group, aspect, time_s, duration_s in zip(*columns, strict=True):
        begin_s, end_s = max(time_s, window.begin_s), min(time_s + duration_s, window.end_s)
        if end_s > begin_s and group in rows:
            bars.setdefault(aspect, []).append((rows[group], begin_s, end_s - begin_s))
    figure, axes = _axes(intersection)
    _draw(axes, bars)
    axes.set_xlim(window)
    axes.set_xlabel("time [s]")
    figure.legend(handles=_legend(bars), loc="outside upper right", ncols=len(ASPECT_COLOURS), fontsize=7.5)
    return figure


def draw_plan(plan: Plan, intersection: Intersection) -> Figure:
    """Draw a bar per signal group: when a fixed-time plan wants it green during one cycle."""
    bars: Bars = {"green": []}
    edges = np.concatenate([[0.0], np.cumsum([step.duration_ds for step in plan.steps]) / 10])
    for step, begin_s in zip(plan.steps, edges, strict=False):
        bars["green"] += [(group, float(begin_s), step.duration_ds / 10) for group in step.groups]
    figure, axes = _axes(intersection)
    _draw(axes, bars)
    for edge in edges[1:-1]:
        axes.axvline(edge, color=GREY, linewidth=0.5, linestyle=":")
    axes.set_xlim(0, plan.cycle_ds / 10)
    axes.set_xlabel("time in the cycle [s]")
    return figure


def _axes(intersection: Intersection) -> tuple[Figure, Axes]:
    names = [group.id for group in intersection.groups]
    figure, axes = new_figure(PAGE_IN, 0.75 + 0.19 * len(names))
    axes.set_yticks(range(len(names)), names, fontsize=7.5)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    return figure, axes


def _draw(axes: Axes, bars: Bars) -> None:
    """Draw red thin, as signal engineers do, and everything else thick; one path per aspect keeps the page small."""
    for aspect, spans in bars.items():
        half = (_THIN if aspect == "red" else _THICK) / 2
        corners = [
            [(begin, row - half), (begin + length, row - half), (begin + length, row + half), (begin, row + half)]
            for row, begin, length in spans
        ]
        path = Path.make_compound_path(*(Path(four, closed=False) for four in corners))
        axes.add_patch(PathPatch(path, facecolor=ASPECT_COLOURS[aspect], linewidth=0))


def _legend(bars: Bars) -> list[Patch]:
    return [
        Patch(color=colour, label=aspect.replace("_", "-"))
        for aspect, colour in ASPECT_COLOURS.items()
        if aspect in bars
    ]
