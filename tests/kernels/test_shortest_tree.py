from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.kernels.shortest_tree import shortest_tree

EDGES = 9
Hops = dict[tuple[int, int], float]


def tree(hops: Hops, start: int) -> tuple[list[int], list[float]]:
    rows = sorted(hops)
    first = np.concatenate([[0], np.cumsum(np.bincount([one for one, _ in rows], minlength=EDGES))]).astype(np.int32)
    before, best_s = np.full(EDGES, 7, np.int32), np.full(EDGES, 7.0)
    shortest_tree(
        start, first, np.array([two for _, two in rows], np.int32), np.array([hops[row] for row in rows], np.float64),
        before, best_s, np.empty(len(rows) + 1), np.empty(len(rows) + 1, np.int32),
    )  # fmt: skip
    return before.tolist(), best_s.tolist()


def naive(hops: Hops, start: int) -> list[float]:
    """Rounds over all hops (Bellman and Ford), until nothing gets better."""
    best_s = [np.inf] * EDGES
    best_s[start] = 0.0
    for _ in range(EDGES):
        for (one, two), cost_s in hops.items():
            best_s[two] = min(best_s[two], best_s[one] + cost_s)
    return best_s


hop = st.tuples(st.integers(0, EDGES - 1), st.integers(0, EDGES - 1))
costs = st.one_of(st.integers(0, 4).map(float), st.just(float("inf")))


@settings(deadline=None)  # the first call compiles
@given(st.dictionaries(hop, costs, max_size=50), st.integers(0, EDGES - 1))
def test_no_way_is_faster(hops: Hops, start: int) -> None:
    before, best_s = tree(hops, start)
    assert best_s == naive(hops, start)
    assert before[start] == -1
    for edge in set(range(EDGES)) - {start}:
        if best_s[edge] == np.inf:
            assert before[edge] == -2
        else:
            assert best_s[before[edge]] + hops[before[edge], edge] == best_s[edge]


def test_of_equally_fast_ways_that_over_the_smaller_numbers_wins() -> None:
    hops = {(0, 3): 1.0, (0, 2): 1.0, (0, 1): 1.0, (3, 4): 1.0, (1, 4): 1.0, (2, 4): 1.0}
    assert tree(hops, 0)[0][4] == 1
