from __future__ import annotations

from itertools import pairwise
from math import dist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.model.conflict_points import NEAR_M, ConflictPoint, conflict_point
from signals.model.lanes import Point

NORTHBOUND = ((0.0, -20.0), (0.0, 20.0))
EASTBOUND = ((-15.0, 0.0), (15.0, 0.0))


def test_straight_paths_cross_where_one_would_measure_it() -> None:
    assert conflict_point(NORTHBOUND, EASTBOUND) == pytest.approx((20.0, 15.0))


def test_it_is_the_first_crossing_seen_by_who_enters() -> None:
    zigzag = ((-10.0, -5.0), (10.0, -5.0), (10.0, 5.0), (-10.0, 5.0))
    assert conflict_point(NORTHBOUND, zigzag) == pytest.approx((15.0, 10.0))
    assert conflict_point(zigzag, NORTHBOUND) == pytest.approx((10.0, 15.0))


def test_distances_run_along_bends() -> None:
    bent = ((-15.0, -5.0), (-5.0, -5.0), (-5.0, 0.0), (15.0, 0.0))
    point = conflict_point(NORTHBOUND, bent)
    assert point == pytest.approx((20.0, 20.0))


def test_paths_that_merge_meet_where_they_become_near() -> None:
    """They run together on the line y = 0 from x = 0; the centre lines only touch there."""
    ahead = ((-30.0, 0.0), (30.0, 0.0))
    joining = ((-30.0, 10.0), (0.0, 0.0), (30.0, 0.0))
    point = conflict_point(ahead, joining)
    assert point is not None
    assert point == pytest.approx((30.0, dist((-30, 10), (0, 0))), abs=1e-6)


def test_a_merge_into_lines_beside_each_other_counts_as_touching() -> None:
    ahead = ((-30.0, 0.0), (30.0, 0.0))
    joining = ((-30.0, 10.0), (0.0, 1.0), (30.0, 1.0))
    point = conflict_point(ahead, joining)
    assert point is not None
    slope_m = dist((-30, 10), (0, 1))
    assert point.entering_m == pytest.approx(slope_m * (10 - NEAR_M) / 9, abs=0.3)
    assert point.leaving_m == pytest.approx(30 * (10 - NEAR_M) / 9, abs=0.3)


def test_lanes_beside_each_other_never_meet() -> None:
    assert conflict_point(((0.0, 0.0), (40.0, 0.0)), ((0.0, 3.2), (40.0, 3.2))) is None


def test_movements_that_part_from_one_lane_do_not_meet() -> None:
    ahead = ((0.0, 0.0), (0.0, 10.0), (0.0, 30.0))
    right = ((0.0, 0.0), (2.0, 8.0), (20.0, 10.0))
    assert conflict_point(ahead, right) is None
    assert conflict_point(ahead, ahead) is None


def test_paths_that_part_and_meet_again_do() -> None:
    ahead = ((0.0, 0.0), (0.0, 60.0))
    detour = ((1.0, 0.0), (8.0, 10.0), (8.0, 40.0), (1.0, 50.0), (1.0, 60.0))
    point = conflict_point(ahead, detour)
    assert point is not None
    assert point.entering_m > 40.0


@pytest.mark.parametrize("shape", [(), ((1.0, 1.0),), ((1.0, 1.0), (1.0, 1.0))])
def test_no_shape_meets_nothing(shape: tuple[Point, ...]) -> None:
    assert conflict_point(shape, EASTBOUND) is None
    assert conflict_point(EASTBOUND, shape) is None


coordinates = st.integers(-40, 40).map(float)
shapes = st.lists(st.tuples(coordinates, coordinates), min_size=2, max_size=5).map(tuple)


def place(shape: tuple[Point, ...], along_m: float) -> Point:
    for begin, end in pairwise(shape):
        length_m = dist(begin, end)
        if along_m <= length_m + 1e-9 and length_m:
            share = along_m / length_m
            return (begin[0] + share * (end[0] - begin[0]), begin[1] + share * (end[1] - begin[1]))
        along_m -= length_m
    return shape[-1]


@settings(deadline=None)
@given(shapes, shapes)
def test_both_are_near_the_point_that_is_named(leaving: tuple[Point, ...], entering: tuple[Point, ...]) -> None:
    point = conflict_point(leaving, entering)
    if point is not None:
        assert isinstance(point, ConflictPoint)
        assert dist(place(leaving, point.leaving_m), place(entering, point.entering_m)) < NEAR_M + 1e-6


def sampled(shape: tuple[Point, ...]) -> list[Point]:
    """Places on a path, at most half a metre apart."""
    found = []
    for (ax, ay), (bx, by) in pairwise(shape):
        steps = int(2 * dist((ax, ay), (bx, by))) + 1
        found += [(ax + (bx - ax) * n / steps, ay + (by - ay) * n / steps) for n in range(steps + 1)]
    return found


@settings(deadline=None)
@given(shapes, shapes)
def test_nothing_near_is_missed(leaving: tuple[Point, ...], entering: tuple[Point, ...]) -> None:
    """The obvious twin: two sampled paths, every place of one against every place of the other."""
    if dist(leaving[0], entering[0]) < NEAR_M or len(set(leaving)) == 1 or len(set(entering)) == 1:
        return
    there, here = np.array(sampled(leaving)), np.array(sampled(entering))
    away_m = np.hypot(*np.moveaxis(there[:, None] - here[None], 2, 0))
    assert away_m.min() >= NEAR_M - 0.5 or conflict_point(leaving, entering) is not None
