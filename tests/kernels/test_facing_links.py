from __future__ import annotations

import numpy as np

from signals.kernels import facing_links
from signals.kernels.facing_links import MOST_S, WAITS_S

INTO = [[0], [1], [2, 3], [3, 4]]
"""The groups with which each of four links is entered; 0 and 1 face each other, and 2 and 3."""
GROUPS, LANES = 6, 4


class Pairs:
    """Two pairs of junctions, with a lane inside behind each link, and somebody who waits on some of them."""

    def __init__(self) -> None:
        offset = np.cumsum([0, *map(len, INTO)]).astype(np.int32)
        groups = np.array([g for found in INTO for g in found], np.int32)
        lanes = np.arange(LANES + 1, dtype=np.int32)
        self.facing = facing_links.Facing(offset, groups, lanes, lanes[:-1], np.zeros(2, np.float32))

    def closed(self, *waiting: int, stood_s: float = float(WAITS_S), tick_s: float = 1.0) -> list[int]:
        stood = np.zeros(LANES, np.float32)
        stood[list(waiting)] = stood_s
        want = np.ones(GROUPS, np.bool_)
        facing_links.part(tick_s, stood, self.facing, want)
        return [int(g) for g in (~want).nonzero()[0]]


def test_nobody_is_let_in_while_somebody_waits_at_both_ends() -> None:
    assert Pairs().closed(0, 1) == [0, 1]
    assert Pairs().closed(2, 3) == [2, 3, 4]
    assert Pairs().closed(0, 1, 2, 3) == [0, 1, 2, 3, 4]


def test_one_who_waits_shuts_nobody_in() -> None:
    for waiting in ((), (0,), (1,), (2,), (0, 2), (1, 2), (1, 3)):
        assert Pairs().closed(*waiting) == []


def test_who_has_hardly_stopped_does_not_wait() -> None:
    assert Pairs().closed(0, 1, stood_s=float(WAITS_S) - 0.1) == []


def test_they_let_in_again_after_a_while_and_try_anew_when_it_is_over() -> None:
    pairs = Pairs()
    for _ in range(int(MOST_S)):
        assert pairs.closed(0, 1) == [0, 1]
    assert pairs.closed(0, 1) == []
    assert pairs.closed(0, 1, 2, 3) == [2, 3, 4]  # each pair has its own time
    assert pairs.closed(0) == []
    assert pairs.closed(0, 1) == [0, 1]


def test_time_is_counted_in_ticks() -> None:
    pairs = Pairs()
    for _ in range(int(MOST_S) * 2):
        assert pairs.closed(0, 1, tick_s=0.5) == [0, 1]
    assert pairs.closed(0, 1, tick_s=0.5) == []
