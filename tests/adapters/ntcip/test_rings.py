"""Phases of one ring conflict, whatever the junction."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from signals.adapters.ntcip.rings import rings_of


@settings(max_examples=30)
@given(st.integers(1, 12), st.sets(st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_a_ring_is_a_clique_and_every_phase_has_one(count: int, pairs: set[tuple[int, int]]) -> None:
    def conflict(a: int, b: int) -> bool:
        return (a, b) in pairs or (b, a) in pairs

    phases = list(range(1, count + 1))
    rings = rings_of(phases, conflict)
    assert sorted(phase for ring in rings for phase in ring) == phases
    assert all(conflict(a, b) for ring in rings for a, b in combinations(ring, 2))


def test_two_rings_with_a_barrier() -> None:
    """The eight phases of the standard: 1 to 4 conflict, 5 to 8 conflict, and so do the two sides of the barrier."""
    side = {1: 0, 2: 0, 5: 0, 6: 0, 3: 1, 4: 1, 7: 1, 8: 1}
    ring = {1: 0, 2: 0, 3: 0, 4: 0, 5: 1, 6: 1, 7: 1, 8: 1}
    found = rings_of(range(1, 9), lambda a, b: side[a] != side[b] or ring[a] == ring[b])
    assert len(found) == 2


def test_who_conflicts_with_nobody_is_alone() -> None:
    assert rings_of([3, 1], lambda a, b: False) == ((1,), (3,))
