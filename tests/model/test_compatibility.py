from __future__ import annotations

import time
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.model.compatibility import MOST_SETS, maximal_compatible_sets
from signals.model.crossroads import crossroads

Matrix = list[list[bool]]


def matrix(size: int, pairs: set[tuple[int, int]]) -> Matrix:
    return [[(i, j) in pairs or (j, i) in pairs for j in range(size)] for i in range(size)]


def is_compatible(conflict: Matrix, groups: tuple[int, ...]) -> bool:
    return not any(conflict[i][j] for i, j in combinations(groups, 2))


def is_maximal(conflict: Matrix, groups: tuple[int, ...]) -> bool:
    return all(g in groups or any(conflict[g][h] for h in groups) for g in range(len(conflict)))


def naive(conflict: Matrix) -> tuple[tuple[int, ...], ...]:
    """Try every subset."""
    size = len(conflict)
    sets = [groups for n in range(1, size + 1) for groups in combinations(range(size), n)]
    return tuple(sorted(g for g in sets if is_compatible(conflict, g) and is_maximal(conflict, g)))


@st.composite
def conflicts(draw: st.DrawFn, most: int = 7) -> Matrix:
    size = draw(st.integers(0, most))
    pairs = draw(st.sets(st.sampled_from(list(combinations(range(size), 2))))) if size > 1 else set()
    return matrix(size, pairs)


@settings(deadline=None)
@given(conflicts())
def test_it_finds_what_trying_every_subset_finds(conflict: Matrix) -> None:
    assert maximal_compatible_sets(conflict) == naive(conflict)


def test_no_group_no_set() -> None:
    assert maximal_compatible_sets([]) == ()


def test_the_crossroads_contains_its_stages() -> None:
    place = crossroads().intersections[0]
    sets = maximal_compatible_sets([[cell is not None for cell in row] for row in place.intergreen_ds])
    for stage in place.stages:
        assert any(set(stage.groups) <= set(groups) for groups in sets)


def triples(count: int) -> Matrix:
    """3^count maximal sets: groups in threes, one of each three at a time."""
    return matrix(3 * count, {(3 * k + i, 3 * k + j) for k in range(count) for i, j in combinations(range(3), 2)})


def test_up_to_the_bound_all_are_listed() -> None:
    assert len(maximal_compatible_sets(triples(3))) == 27 <= MOST_SETS


def test_beyond_the_bound_a_small_cover_of_large_sets_takes_their_place() -> None:
    conflict = triples(4)
    sets = maximal_compatible_sets(conflict)
    assert len(sets) == 3
    assert {g for groups in sets for g in groups} == set(range(12))
    assert all(len(groups) == 4 for groups in sets)


@pytest.mark.parametrize("seed", range(3))
def test_forty_groups_take_no_time_whatever_the_conflicts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for share in (0.1, 0.3, 0.5, 0.8):
        upper = np.triu(rng.random((40, 40)) < share, 1)
        conflict = (upper | upper.T).tolist()
        begin = time.process_time()
        sets = maximal_compatible_sets(conflict)
        assert time.process_time() - begin < 1.0
        assert sets == maximal_compatible_sets(conflict)
        assert {g for groups in sets for g in groups} == set(range(40))
        assert all(is_compatible(conflict, groups) and is_maximal(conflict, groups) for groups in sets)
        assert len(sets) <= MOST_SETS


@pytest.mark.parametrize(
    "conflict", [[[True]], [[False, True], [False, False]], [[False, True], [True]], [[False, False]]]
)
def test_a_matrix_that_is_none_is_refused(conflict: Matrix) -> None:
    with pytest.raises(ValueError, match="conflict matrix"):
        maximal_compatible_sets(conflict)
