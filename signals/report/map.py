"""Picture: the junction from above, every movement in the colour of its signal group."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.report.canvas import colour_of
from signals.report.plane import Line, draw_ground, is_crossing, path_of, points_per_m, view_of

__all__ = ["draw_map"]

_SIDE_IN = 6.0
_GAP_M = 1.5
_CROSSING_M = 3.0
_LETTERS = 22


def draw_map(network: Network, intersection: Intersection) -> Figure | None:
    """Draw lanes, stop lines, crossings and the movements of every group; `None` where no shape is known."""
    view = view_of(network, intersection)
    if view is None:
        return None
    figure = Figure(figsize=(_SIDE_IN, _SIDE_IN))
    axes = figure.add_axes((0, 0, 1, 1))
    draw_ground(axes, network, view, _SIDE_IN)
    labels: dict[int, list[int]] = {}
    for number, group in enumerate(intersection.groups):
        for movement in (network.movements[m] for m in group.movements):
            path = path_of(network, movement)
            if path is None:
                continue
            if is_crossing(movement):
                _draw_crossing(axes, path, group.id, number, points_per_m(_SIDE_IN, view))
            else:
                _draw_way(axes, path, colour_of(number))
                labels.setdefault(movement.from_lane, []).append(number)
    for lane, numbers in labels.items():
        names = [intersection.groups[number].id for number in dict.fromkeys(numbers)]
        shape = np.array(network.lanes[lane].shape)
        _draw_stop_line(axes, shape, network.lanes[lane].width_m, colour_of(numbers[0]), ", ".join(names))
    return figure


def _draw_way(axes: Axes, path: Line, colour: str) -> None:
    """Draw a movement with an arrow at its end."""
    axes.plot(*path.T, color=colour, linewidth=1.5, zorder=3)
    axes.annotate(
        "", xy=path[-1], xytext=path[-2], zorder=3,
        arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip


def _draw_crossing(axes: Axes, path: Line, name: str, number: int, scale: float) -> None:
    """Draw a crossing as a zebra with the name of its group in the middle."""
    colour = colour_of(number)
    axes.plot(*path.T, color=colour, linewidth=_CROSSING_M * scale, dashes=(0.18, 0.18), alpha=0.4, zorder=2)
    middle, angle = (path[0] + path[-1]) / 2, _angle_deg(path[-1] - path[0])
    _write(axes, middle, name, angle, "center")


def _draw_stop_line(axes: Axes, lane: Line, width_m: float, colour: str, name: str) -> None:
    """Draw a stop line across the lane and the names of its groups along the lane before it."""
    ahead = lane[-1] - lane[-2]
    ahead = ahead / np.hypot(*ahead)
    across = np.array([-ahead[1], ahead[0]]) * width_m * 0.45
    axes.plot(*np.array([lane[-1] - across, lane[-1] + across]).T, color=colour, linewidth=3, zorder=4)
    angle = _angle_deg(ahead)
    ends = "right" if abs(np.degrees(np.arctan2(ahead[1], ahead[0])) - angle) < 1 else "left"
    _write(axes, lane[-1] - ahead * _GAP_M, name, angle, ends)


def _write(axes: Axes, place: Line, name: str, angle_deg: float, anchor: str) -> None:
    """Write the name of a group along its lane, cut where it is too long."""
    text = name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"
    axes.text(
        float(place[0]), float(place[1]), text, fontsize=7, rotation=angle_deg, rotation_mode="anchor", ha=anchor,
        va="center", clip_on=True, zorder=5,
    )  # fmt: skip


def _angle_deg(direction: Line) -> float:
    """Return the angle at which a text along a direction stands upright, -90 to 90."""
    angle = float(np.degrees(np.arctan2(direction[1], direction[0])))
    return angle - 180 if angle > 90.5 else angle + 180 if angle < -89.5 else angle
