"""Where two paths meet: the distance from each one's start to the place they must not use together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import dist, hypot, inf
from typing import NamedTuple

from signals.model.lanes import Point

__all__ = ["NEAR_M", "ConflictPoint", "conflict_point"]

NEAR_M = 2.5
"""Centre lines closer than this belong to paths that touch: the width of a lorry."""

STEP_M = 0.25
"""How finely paths that do not cross are compared where they are near each other."""

_Segment = tuple[float, Point, Point]
"""Distance of its beginning from the start of the path, beginning, end."""


class ConflictPoint(NamedTuple):
    """How far it is to the conflict, along either path (m)."""

    leaving_m: float
    entering_m: float


def conflict_point(
    leaving: Sequence[Point], entering: Sequence[Point], *, near_m: float = NEAR_M
) -> ConflictPoint | None:
    """Find where two paths meet.

    It is the first place, seen along the entering path, where the centre lines cross; where they do not, the first at
    which they come near each other (two movements that merge). Paths that begin side by side and part are not taken
    to meet at their beginning.

    Parameters
    ----------
    leaving, entering
        Centre lines from the stop line (of a crossing: from the kerb) to the end of the junction.
    near_m
        How near is touching.

    Returns
    -------
    ConflictPoint or None
        `None` where they never meet.
    """
    there, here = _segments(leaving), _segments(entering)
    beside = bool(there and here) and dist(leaving[0], entering[0]) < near_m
    crossings = [
        point
        for mine in here
        for other in there
        if (point := _crossing(other, mine)) is not None and not (beside and max(point) < near_m)
    ]
    if crossings:
        return min(crossings, key=lambda point: (point.entering_m, -point.leaving_m))
    return _touch(there, here, near_m, beside=beside)


def _segments(shape: Sequence[Point]) -> list[_Segment]:
    found, along_m = [], 0.0
    for begin, end in pairwise(shape):
        if begin != end:
            found.append((along_m, begin, end))
        along_m += dist(begin, end)
    return found


def _crossing(leaving: _Segment, entering: _Segment) -> ConflictPoint | None:
    """Intersect two segments that are not parallel; their ends belong to them."""
    (along_m, (ax, ay), (bx, by)), (other_m, (cx, cy), (dx, dy)) = leaving, entering
    ux, uy, vx, vy = bx - ax, by - ay, dx - cx, dy - cy
    turn = ux * vy - uy * vx
    if abs(turn) < 1e-9 * hypot(ux, uy) * hypot(vx, vy):
        return None
    share = ((cx - ax) * vy - (cy - ay) * vx) / turn
    other_share = ((cx - ax) * uy - (cy - ay) * ux) / turn
    if not (-1e-9 <= share <= 1 + 1e-9 and -1e-9 <= other_share <= 1 + 1e-9):
        return None
    return ConflictPoint(along_m + share * hypot(ux, uy), other_m + other_share * hypot(vx, vy))


def _touch(leaving: list[_Segment], entering: list[_Segment], near_m: float, *, beside: bool) -> ConflictPoint | None:
    """Walk along the entering path until the other one is near, after they have parted if they begin side by side."""
    parted = not beside
    for along_m, begin, end in entering:
        length_m, at_m = dist(begin, end), 0.0
        while at_m <= length_m:
            share = at_m / length_m
            place = (begin[0] + share * (end[0] - begin[0]), begin[1] + share * (end[1] - begin[1]))
            away_m, leaving_m = _nearest(place, leaving)
            if parted and away_m < near_m:
                return ConflictPoint(leaving_m, along_m + at_m)
            parted = parted or away_m >= near_m
            at_m += max(away_m - near_m, STEP_M)  # it cannot become near sooner
    return None


def _nearest(place: Point, path: list[_Segment]) -> tuple[float, float]:
    """Return how far a place is from a path, and how far along the path that is."""
    best = (inf, 0.0)
    for along_m, (ax, ay), (bx, by) in path:
        ux, uy = bx - ax, by - ay
        length_m = hypot(ux, uy)
        share = min(max(((place[0] - ax) * ux + (place[1] - ay) * uy) / length_m**2, 0.0), 1.0)
        best = min(best, (dist(place, (ax + share * ux, ay + share * uy)), along_m + share * length_m))
    return best
