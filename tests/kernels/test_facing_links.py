from __future__ import annotations

import numpy as np
import pytest

from signals.kernels import facing_links
from signals.kernels.facing_links import MOST_S, WAITS_S

INTO = [[0], [1], [2, 3], [3, 4]]
"""The groups with which each of four links is entered; 0 and 1 face each other, and 2 and 3."""
GROUPS = 6
BEFORE, BEHIND, FIRST = 0, 4, 8
"""The lanes before the links, one each, behind them, and on them."""


class Pairs:
    """Two pairs of junctions, with a lane inside before and behind each link, and somebody who waits on some of them."""

    def __init__(self) -> None:
        offset = np.cumsum([0, *map(len, INTO)]).astype(np.int32)
        groups = np.array([g for found in INTO for g in found], np.int32)
        each, lanes = np.arange(5, dtype=np.int32), np.arange(8, dtype=np.int32)
        first = np.arange(FIRST, FIRST + 4, dtype=np.int32)
        self.facing = facing_links.Facing(
            offset, groups, each, lanes[:BEHIND], each, lanes[BEHIND:], each, first, np.zeros(2, np.float32)
        )

    def closed(
        self, *waiting: int, stood_s: float = float(WAITS_S), tick_s: float = 1.0, full: tuple[int, ...] = ()
    ) -> list[int]:
        stood, free_m = np.zeros(12, np.float32), np.full(12, 7.0, np.float32)
        stood[list(waiting)], free_m[list(full)] = stood_s, 0.0
        want = np.ones(GROUPS, np.bool_)
        facing_links.keep_out(tick_s, stood, free_m, self.facing, want)
        return [int(g) for g in (~want).nonzero()[0]]


BOTH = ((BEHIND, BEHIND + 1), (BEFORE, BEFORE + 1), (BEFORE, BEHIND), (BEFORE + 1, BEHIND + 1))
"""Two who wait, each in a junction of its own."""


@pytest.mark.parametrize("who", BOTH)
def test_nobody_is_let_in_while_somebody_waits_in_both(who: tuple[int, int]) -> None:
    assert Pairs().closed(*who) == [0, 1]
    assert Pairs().closed(*(one + 2 for one in who)) == [2, 3, 4]
    assert Pairs().closed(*who, *(one + 2 for one in who)) == [0, 1, 2, 3, 4]


def test_in_one_junction_anybody_may_wait() -> None:
    assert Pairs().closed() == []
    for end in range(8):
        assert Pairs().closed(end) == []
    assert Pairs().closed(BEFORE, BEHIND + 1) == []
    assert Pairs().closed(BEFORE + 1, BEHIND) == []
    assert Pairs().closed(BEHIND, BEHIND + 3) == []  # of two pairs
    assert Pairs().closed(BEFORE, BEHIND + 2) == []


def test_the_last_one_on_a_full_link_has_its_tail_in_the_junction() -> None:
    assert Pairs().closed(FIRST, FIRST + 1, full=(FIRST, FIRST + 1)) == [0, 1]
    assert Pairs().closed(FIRST, BEHIND, full=(FIRST,)) == [0, 1]
    assert Pairs().closed(FIRST + 2, BEFORE + 3, full=(FIRST + 2,)) == [2, 3, 4]
    assert Pairs().closed(FIRST, FIRST + 1, full=(FIRST,)) == []  # there is room behind the other
    assert Pairs().closed(FIRST, full=(FIRST, FIRST + 1)) == []  # the other moves
    assert Pairs().closed(FIRST, BEHIND + 1, full=(FIRST,)) == []  # in the same junction


def test_who_has_hardly_stopped_does_not_wait() -> None:
    assert Pairs().closed(BEHIND, BEHIND + 1, stood_s=float(WAITS_S) - 0.1) == []


def test_they_let_in_again_after_a_while_and_try_anew_when_it_is_over() -> None:
    pairs = Pairs()
    for _ in range(int(MOST_S)):
        assert pairs.closed(BEHIND, BEHIND + 1) == [0, 1]
    assert pairs.closed(BEHIND, BEHIND + 1) == []
    assert pairs.closed(BEHIND, BEHIND + 1, BEHIND + 2, BEHIND + 3) == [2, 3, 4]  # each pair has its own time
    assert pairs.closed(BEHIND) == []
    assert pairs.closed(BEHIND, BEHIND + 1) == [0, 1]


def test_time_is_counted_in_ticks() -> None:
    pairs = Pairs()
    for _ in range(int(MOST_S) * 2):
        assert pairs.closed(BEHIND, BEHIND + 1, tick_s=0.5) == [0, 1]
    assert pairs.closed(BEHIND, BEHIND + 1, tick_s=0.5) == []
