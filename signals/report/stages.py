"""Picture: the stages of an intersection side by side, each with the arrows that are green."""

from __future__ import annotations

from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from signals.model.intersections import Intersection, Stage
from signals.model.network import Network
from signals.report.canvas import ASPECT_COLOURS
from signals.report.plane import Line, View, draw_ground, is_crossing, path_of, view_of

__all__ = ["draw_stages"]

_COLUMNS = 5
_SIDE_IN = 1.75
_GAP_IN = 0.15
_TITLE_IN = 0.25
_MOST = 15
_GREEN = ASPECT_COLOURS["green"]


def draw_stages(network: Network, intersection: Intersection) -> tuple[Figure, int] | None:
    """Draw every stage as a small map.

    Returns
    -------
    tuple or None
        The figure and how many stages were left out; `None` where no shape is known or there is no stage.
    """
    view, stages = view_of(network, intersection), intersection.stages[:_MOST]
    if view is None or not stages:
        return None
    rows = ceil(len(stages) / _COLUMNS)
    width_in, height_in = (_SIDE_IN + _GAP_IN) * _COLUMNS, (_SIDE_IN + _TITLE_IN) * rows
    figure = Figure(figsize=(width_in, height_in))
    for number, stage in enumerate(stages):
        row, column = divmod(number, _COLUMNS)
        left_in, low_in = (_SIDE_IN + _GAP_IN) * column, height_in - (_SIDE_IN + _TITLE_IN) * (row + 1)
        place = (left_in / width_in, low_in / height_in, _SIDE_IN / width_in, _SIDE_IN / height_in)
        _draw_stage(figure.add_axes(place), network, intersection, stage, view)
    return figure, len(intersection.stages) - len(stages)


def _draw_stage(axes: Axes, network: Network, intersection: Intersection, stage: Stage, view: View) -> None:
    """Draw protected movements as full lines, those that may have to yield as dashed ones."""
    draw_ground(axes, network, view, _SIDE_IN)
    axes.set_title(stage.id, fontsize=7.5)
    for group in (intersection.groups[number] for number in stage.groups):
        for movement in (network.movements[m] for m in group.movements):
            path = path_of(network, movement)
            if path is not None:
                _draw_green(axes, path, walk=is_crossing(movement), yields=movement.link in group.permissive_links)


def _draw_green(axes: Axes, path: Line, *, walk: bool, yields: bool) -> None:
    if walk:
        axes.plot(*path.T, color=_GREEN, linewidth=3, dashes=(0.6, 0.4), zorder=2)
        return
    axes.plot(*path.T, color=_GREEN, linewidth=1.1, linestyle=(0, (2, 1.2)) if yields else "-", zorder=3)
    tip = path[-1] - path[-2]
    axes.annotate(
        "", xy=path[-1] + tip / max(np.hypot(*tip), 1e-9), xytext=path[-1], zorder=3,
        arrowprops={"arrowstyle": "-|>", "color": _GREEN, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 0,
                    "mutation_scale": 6},
    )  # fmt: skip
