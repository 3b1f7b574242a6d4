"""Edges of a tick add up to what was seen in it, and to what was seen over many."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.tlcfi.edges import FULL, edges_in

TICKS = st.lists(st.tuples(st.integers(0, 3), st.floats(0.0, 0.98)), max_size=20)


def occupied(on: bool, edges: list[tuple[bool, float]]) -> float:
    """Return for how much of a tick it was occupied."""
    spent, since = 0.0, 0.0
    for state, at in edges:
        spent += (at - since) * on
        on, since = state, at
    return spent + (1.0 - since) * on


@given(st.booleans(), st.integers(1, 5), st.floats(0.0, 1.0))
def test_a_tick_in_which_somebody_enters_adds_up(on: bool, entered: int, share: float) -> None:
    edges = edges_in(on=on, entered=entered, share=share)
    assert [state for state, _ in edges].count(True) == entered
    assert [at for _, at in edges] == sorted(at for _, at in edges)
    assert all(first != second for (first, _), (second, _) in pairwise(edges))
    assert edges[-1][0]
    assert occupied(on, edges) == pytest.approx(share, abs=1e-6)


def test_whoever_passes_and_whoever_stops() -> None:
    assert edges_in(on=False, entered=1, share=0.3) == [(True, pytest.approx(0.7))]
    assert edges_in(on=True, entered=0, share=0.0) == [(False, 0.0)]
    assert edges_in(on=True, entered=0, share=1.0) == []
    assert edges_in(on=True, entered=0, share=0.4) == [(False, 0.4)]
    assert edges_in(on=False, entered=0, share=0.0) == []
    assert edges_in(on=False, entered=0, share=FULL) == [(True, 0.0)]


@given(TICKS)
def test_nobody_is_lost_over_many_ticks(ticks: list[tuple[int, float]]) -> None:
    on, count = False, 0
    for entered, share in ticks:
        edges = edges_in(on=on, entered=entered, share=share)
        count += sum(state for state, _ in edges)
        on = edges[-1][0] if edges else on
    assert count == sum(entered for entered, _ in ticks)
