"""The junction in the plane: where its lanes, movements and stop lines lie, and which part of it to show."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from signals.model.intersections import Intersection
from signals.model.lanes import Lane
from signals.model.movements import Movement, Turn
from signals.model.network import Network
from signals.report.canvas import ROAD

__all__ = ["Line", "View", "draw_ground", "is_crossing", "path_of", "points_per_m", "view_of"]

Line = npt.NDArray[np.float64]
"""float64 [n, 2] points in metres."""

_MARGIN_M = 18.0
_GAP_M = 0.25
_BEND_POINTS = 12
_POINTS_PER_IN = 72.0


class View(NamedTuple):
    """The square that is shown: its centre and half its side, in metres."""

    x_m: float
    y_m: float
    half_m: float

    def holds(self, line: Line) -> bool:
        """Whether any part of the box around a line lies inside."""
        low, high = line.min(0), line.max(0)
        centre = np.array([self.x_m, self.y_m])
        return bool(((low <= centre + self.half_m) & (high >= centre - self.half_m)).all())


def is_crossing(movement: Movement) -> bool:
    """Whether people walk it."""
    return movement.turn is Turn.CROSSING


def path_of(network: Network, movement: Movement) -> Line | None:
    """Return the way of a movement through the junction; `None` where its lanes have no shape.

    Where the lanes inside the junction are not known it is a curve from the stop line to the lane that is entered.
    """
    end = network.lanes[movement.to_lane].shape
    if is_crossing(movement):
        return np.array(end) if len(end) > 1 else None
    start = network.lanes[movement.from_lane].shape
    inside = [point for lane in movement.via for point in network.lanes[lane].shape]
    if inside:
        points = [*start[-1:], *inside, *end[:1]]
        return np.array([points[0], *(there for here, there in pairwise(points) if there != here)])
    return _bend(np.array(start[-2:]), np.array(end[:2])) if len(start) > 1 and len(end) > 1 else None


def view_of(network: Network, intersection: Intersection) -> View | None:
    """Return the square around the ways of all groups; `None` where none of them has a shape."""
    movements = [network.movements[m] for group in intersection.groups for m in group.movements]
    paths = [path for movement in movements if (path := path_of(network, movement)) is not None]
    if not paths:
        return None
    points = np.concatenate(paths)
    low, high = points.min(0), points.max(0)
    x_m, y_m = (low + high) / 2
    return View(float(x_m), float(y_m), float((high - low).max() / 2 + _MARGIN_M))


def points_per_m(side_in: float, view: View) -> float:
    """Return how many typographic points a metre takes where the view is so many inches wide."""
    return side_in * _POINTS_PER_IN / (2 * view.half_m)


def draw_ground(axes: Axes, network: Network, view: View, side_in: float) -> None:
    """Draw every lane in sight as a band of its width with a gap to the next one, and fit the axes to the view."""
    scale = points_per_m(side_in, view)
    for lane in _in_sight(network.lanes, view):
        width_m = lane.width_m if lane.internal else lane.width_m - _GAP_M
        axes.plot(*np.array(lane.shape).T, color=ROAD, linewidth=width_m * scale, solid_capstyle="butt", zorder=1)
    axes.set_xlim(view.x_m - view.half_m, view.x_m + view.half_m)
    axes.set_ylim(view.y_m - view.half_m, view.y_m + view.half_m)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _in_sight(lanes: Iterable[Lane], view: View) -> list[Lane]:
    return [lane for lane in lanes if len(lane.shape) > 1 and view.holds(np.array(lane.shape))]


def _bend(start: Line, end: Line) -> Line:
    """Return a quadratic Bézier curve that leaves along the first section and arrives along the second."""
    leave, arrive = start[1] - start[0], end[1] - end[0]
    gap = end[0] - start[1]
    across = leave[0] * arrive[1] - leave[1] * arrive[0]
    reach = (gap[0] * arrive[1] - gap[1] * arrive[0]) / across if abs(across) > 1e-6 else 0.0
    corner = start[1] + reach * leave if reach > 0 else (start[1] + end[0]) / 2
    t = np.linspace(0, 1, _BEND_POINTS)[:, None]
    return np.asarray((1 - t) ** 2 * start[1] + 2 * t * (1 - t) * corner + t**2 * end[0])
