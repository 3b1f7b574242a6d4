"""Layouts drawn at random: always the same ones, of every shape."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from benchmarks.safety.layouts import SHAPES, SIZES, Times, draw_layout
from signals.model.lanes import User


def conflicts(shape: str, groups: int, seed: int = 1) -> set[tuple[int, int]]:
    layout = draw_layout(random.Random(seed), groups, shapes=(shape,))
    return {pair for pair in combinations(range(groups), 2) if layout.conflict(*pair)}


def test_the_same_seed_gives_the_same_layout() -> None:
    one, other, third = (draw_layout(random.Random(seed), 5) for seed in (1, 1, 2))
    assert one == other != third


@pytest.mark.parametrize("groups", range(1, 9))
def test_times_are_what_was_asked_for(groups: int) -> None:
    rng, times = random.Random(groups), Times(unit_ds=7, longest=2, wait=4, more=1)
    for _ in range(40):
        layout = draw_layout(rng, groups, times)
        assert len(layout.groups) == groups
        for group in layout.groups:
            assert {group.min_green_ds, group.max_red_ds, group.max_green_ds} <= {7, 14, 21, 28}
            assert {group.amber_ds, group.red_amber_ds, group.clearance_ds} <= {0, 7, 14}
        assert {time for row in layout.intergreen_ds for time in row} <= {None, 0, 7, 14, 21}


def test_people_on_foot_clear_and_never_conflict_with_each_other() -> None:
    rng = random.Random(1)
    layouts = [draw_layout(rng, 6) for _ in range(60)]
    walks = [{g for g, group in enumerate(x.groups) if group.user is User.PEDESTRIAN} for x in layouts]
    assert max(map(len, walks)) > 1
    for layout, those in zip(layouts, walks, strict=True):
        assert all(layout.groups[g].clearance_ds > 0 == layout.groups[g].amber_ds for g in those)
        assert not any(layout.conflict(*pair) for pair in combinations(those, 2))


def test_every_shape_comes_in_every_size() -> None:
    for shape, sizes in SIZES.items():
        for groups in sizes:
            assert len(conflicts(shape, groups)) <= groups * (groups - 1) // 2
    assert SIZES.keys() == SHAPES.keys()


def test_in_a_dual_ring_two_phases_of_different_rings_go_together_on_one_side_of_the_barrier() -> None:
    together = set(combinations(range(1, 9), 2)) - {(one + 1, two + 1) for one, two in conflicts("dual ring", 8)}
    assert together == {(1, 5), (1, 6), (2, 5), (2, 6), (3, 7), (3, 8), (4, 7), (4, 8)}
    assert conflicts("dual ring", 4) == {(0, 1), (2, 3), (0, 3), (1, 2)}


def test_the_shapes_are_what_they_are_called() -> None:
    assert len(conflicts("complete", 5)) == 10
    assert conflicts("star", 4) == {(0, 1), (0, 2), (0, 3)}
    assert conflicts("ring", 4) == {(0, 1), (1, 2), (2, 3), (0, 3)}
    assert conflicts("ring", 3) == conflicts("complete", 3)
    streets = conflicts("streets", 5)
    first = {one for one, _ in streets}
    assert streets == {(one, other) for one in first for other in set(range(5)) - first}
