"""Edges are counted, and time is not lost between reports, however late it is told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.tlcfi.detectors import Detectors


def trusted(count: int = 1) -> Detectors:
    detectors = Detectors(count, 0.0)
    for number in range(count):
        detectors.begin(number, 0.0, on=False)
        detectors.trust(number, valid=True)
    return detectors


def test_edges_and_time() -> None:
    detectors = trusted(2)
    detectors.tell(0, 1.0, on=True)
    detectors.tell(0, 1.5, on=False)
    detectors.tell(0, 1.5, on=False)
    detectors.tell(0, 1.75, on=True)
    count, occupied = detectors.report(2.0)
    assert count.tolist() == [2, 0]
    assert occupied.tolist() == [0.375, 0.0]
    count, occupied = detectors.report(3.0)
    assert count.tolist() == [0, 0]
    assert occupied.tolist() == [1.0, 0.0]
    assert (count.dtype, occupied.dtype) == (np.int32, np.float32)


def test_what_is_told_late_is_made_up_for() -> None:
    detectors = trusted()
    detectors.tell(0, 0.5, on=True)
    assert detectors.report(1.0)[1].tolist() == [0.5]
    assert detectors.report(2.0)[1].tolist() == [1.0]  # it had left at 1.5, as is told only now
    detectors.tell(0, 1.5, on=False)
    detectors.tell(0, 2.0, on=True)
    assert detectors.report(3.0)[1].tolist() == [0.5]


def test_who_stands_there_at_first_is_not_counted() -> None:
    detectors = Detectors(1, 10.0)
    assert detectors.report(10.0)[0].tolist() == [-1]
    detectors.begin(0, 3.0, on=True)
    detectors.trust(0, valid=True)
    count, occupied = detectors.report(11.0)
    assert (count.tolist(), occupied.tolist()) == ([0], [1.0])
    assert detectors.report(11.0)[1].tolist() == [1.0]


def test_who_is_not_trusted_says_nothing() -> None:
    detectors = trusted(2)
    detectors.trust(1, valid=False)
    detectors.tell(1, 0.5, on=True)
    count, occupied = detectors.report(1.0)
    assert count.tolist() == [0, -1]
    assert np.isnan(occupied).tolist() == [False, True]
    assert list(detectors.doubted()) == [1]


def test_nobody_is_there() -> None:
    count, occupied = Detectors(0, 0.0).report(1.0)
    assert count.shape == occupied.shape == (0,)


@given(st.lists(st.tuples(st.floats(0.01, 3.0), st.sampled_from(["edge", "report"])), max_size=40))
def test_time_is_kept(steps: list[tuple[float, str]]) -> None:
    detectors, now_s, on, held_s, reported_s, told_s, edges, counted = trusted(), 0.0, False, 0.0, 0.0, 0.0, 0, 0
    for step_s, what in [*steps, (1.0, "report")]:
        now_s += step_s
        held_s += step_s * on
        if what == "edge":
            on = not on
            edges += on
            detectors.tell(0, now_s, on=on)
        else:
            count, occupied = detectors.report(now_s)
            counted += int(count[0])
            told_s += float(occupied[0]) * (now_s - reported_s)
            reported_s = now_s
    assert counted == edges
    assert told_s == pytest.approx(held_s, abs=1e-4)
