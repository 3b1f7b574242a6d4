from __future__ import annotations

import numpy as np
import pytest

from signals.kernels import facing_links
from signals.kernels.facing_links import GREEN, JAM_S, LEAD_S, MOST_S, PAUSE_S, WAITS_S, Seen

INTO = [[0], [1], [2, 3], [3, 4]]
"""The groups with which each of four links is entered; 0 and 1 face each other, and 2 and 3."""
OUT, AGAINST = [[5], [6], [7], [8, 0]], [[9], [], [10, 7], []]
"""The groups with which each is left, and those against them."""
GROUPS = 11
BEFORE, BEHIND, FIRST = 0, 4, 8
"""The lanes before the links, one each, behind them, and on them."""


class Pairs:
    """Two pairs of junctions, with a lane inside before and behind each link, and somebody who waits on some of them."""

    def __init__(self) -> None:
        each, lanes = np.arange(5, dtype=np.int32), np.arange(8, dtype=np.int32)
        first = np.arange(FIRST, FIRST + 4, dtype=np.int32)
        self.facing = facing_links.Facing(
            *rows(INTO), each, lanes[:BEHIND], each, lanes[BEHIND:], each, first, *rows(OUT), *rows(AGAINST),
            np.zeros(2, np.float32), *np.zeros((2, 4), np.float32),
        )  # fmt: skip

    def closed(
        self, *waiting: int, stood_s: float = float(WAITS_S), tick_s: float = 1.0, full: tuple[int, ...] = ()
    ) -> list[int]:
        """Return who is not let in any more, of those who would be; everybody is green."""
        stood, free_m = np.zeros(12, np.float32), np.full(12, 7.0, np.float32)
        stood[list(waiting)], free_m[list(full)] = stood_s, 0.0
        want = np.ones(GROUPS, np.bool_)
        facing_links.keep_out(tick_s, stood, seen(free_m=free_m), self.facing, want)
        return [int(g) for g in (~want).nonzero()[0] if g in ENTERING]

    def wanted(self, *waiting: int, before: bool, stood_s: float = float(WAITS_S)) -> list[int]:
        """Return who is wanted, where everybody was before or nobody."""
        stood, want = np.zeros(12, np.float32), np.full(GROUPS, before)
        stood[list(waiting)] = stood_s
        facing_links.keep_out(1.0, stood, seen(), self.facing, want)
        return [int(g) for g in want.nonzero()[0]]

    def held_back(
        self, *used: int, green: tuple[int, ...] = (), unwanted: tuple[int, ...] = (), tick_s: float = 1.0
    ) -> list[int]:
        """Return who may not start, where vehicles move on some lanes and nobody is green but some."""
        want = np.ones(GROUPS, np.bool_)
        want[list(unwanted)] = False
        facing_links.keep_out(tick_s, np.zeros(12, np.float32), seen(used, green), self.facing, want)
        return [int(g) for g in (~want).nonzero()[0] if g not in unwanted]


def seen(used: tuple[int, ...] = (), green: tuple[int, ...] | None = None, free_m: np.ndarray | None = None) -> Seen:
    """Return that vehicles are on some lanes and some groups are green; all of them where none are named."""
    aspect, veh = np.full(GROUPS, 0 if green is not None else GREEN, np.int8), np.zeros(12, np.float32)
    aspect[list(green or ())], veh[list(used)] = GREEN, 1.0
    return Seen(aspect, veh, np.full(12, 7.0, np.float32) if free_m is None else free_m)


def rows(found: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.cumsum([0, *map(len, found)]).astype(np.int32), np.array([g for row in found for g in row], np.int32)


ENTERING = {g for found in INTO for g in found}


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


def test_who_is_in_between_gets_green_and_nobody_who_is_against_it() -> None:
    assert Pairs().wanted(BEHIND, BEHIND + 1, before=False) == [5, 6]
    assert Pairs().wanted(BEHIND, BEHIND + 1, before=True) == [2, 3, 4, 5, 6, 7, 8, 10]
    assert Pairs().wanted(BEHIND, before=True) == [*range(GROUPS)]
    assert Pairs().wanted(BEHIND, before=False) == []


def test_who_is_against_another_and_leaves_too_gets_green_and_who_would_enter_does_not() -> None:
    assert Pairs().wanted(BEHIND + 2, BEHIND + 3, before=False) == [0, 7, 8]
    mixed = Pairs()
    mixed.facing.into_group[2] = 8
    assert mixed.wanted(BEHIND + 2, BEHIND + 3, before=False) == [0, 7]


def test_it_goes_on_until_nobody_waits_in_either() -> None:
    pairs = Pairs()
    assert pairs.closed(BEHIND) == []
    assert pairs.closed(BEHIND, BEHIND + 1) == [0, 1]
    assert pairs.closed(BEHIND) == [0, 1]
    assert pairs.closed(BEHIND + 1) == [0, 1]
    assert pairs.closed() == []
    assert pairs.closed(BEHIND) == []


def test_of_a_full_link_whoever_is_on_it_is_let_out_and_nobody_let_in_at_either_end() -> None:
    for link, (out, closed) in enumerate(((5, [0, 1]), (6, [0, 1]), (7, [2, 3, 4]))):
        assert Pairs().wanted(BEFORE + link, before=False, stood_s=JAM_S) == [out]
        assert Pairs().closed(BEFORE + link, stood_s=JAM_S) == closed
        assert Pairs().closed(BEFORE + link, stood_s=JAM_S - 0.1) == []
        assert Pairs().closed(BEHIND + link, stood_s=JAM_S) == []  # who waits at its end waits for something else
        assert Pairs().closed(FIRST + link, full=(FIRST + link,), stood_s=JAM_S) == []


def test_that_goes_on_while_somebody_stands_there_and_not_for_ever() -> None:
    pairs = Pairs()
    assert pairs.closed(BEFORE, stood_s=JAM_S) == [0, 1]
    assert pairs.closed(BEFORE) == [0, 1]
    assert pairs.closed() == []
    assert pairs.closed(BEFORE) == []
    for _ in range(int(MOST_S)):
        assert pairs.closed(BEFORE, stood_s=JAM_S) == [0, 1]
    for _ in range(int(PAUSE_S)):
        assert pairs.closed(BEFORE, stood_s=JAM_S) == []
    assert pairs.closed(BEFORE, stood_s=JAM_S) == [0, 1]


@pytest.mark.parametrize("tick_s", [1.0, 0.5, 0.1])
def test_they_let_in_again_after_a_while_and_try_anew_when_there_was_a_pause(tick_s: float) -> None:
    pairs = Pairs()
    for _ in range(2):
        for _ in range(round(float(MOST_S) / tick_s)):
            assert pairs.closed(BEHIND, BEHIND + 1, tick_s=tick_s) == [0, 1]
        pause = [pairs.closed(BEHIND, BEHIND + 1, tick_s=tick_s) for _ in range(round(float(PAUSE_S) / tick_s))]
        assert pause == [[]] * len(pause)


USED = ((FIRST, FIRST + 1), (FIRST, BEHIND + 1), (BEHIND, FIRST + 1), (BEHIND, BEHIND + 1))
"""Somebody in each direction, on the link or inside the junction at its end."""


@pytest.mark.parametrize("used", USED)
def test_nobody_starts_towards_those_who_are_in_between_in_both_directions(used: tuple[int, int]) -> None:
    assert Pairs().held_back(*used) == [0, 1]
    assert Pairs().held_back(*used, green=(0,)) == [1]  # who is green stays green
    assert Pairs().held_back(*used, green=(0, 1)) == []
    assert Pairs().held_back(used[0]) == []
    assert Pairs().held_back(used[1]) == []
    assert Pairs().held_back(used[0], used[1] + 2) == []  # of two pairs
    assert Pairs().held_back(*(lane + 2 for lane in used)) == [2, 3, 4]


def test_that_is_so_only_where_those_in_between_may_leave() -> None:
    assert Pairs().held_back(*USED[0], unwanted=(6,)) == [1]  # who leaves by 6 comes towards those of 0
    assert Pairs().held_back(*USED[0], unwanted=(5,)) == [0]


@pytest.mark.parametrize("tick_s", [1.0, 0.5, 0.1])
def test_that_is_so_for_a_while_only_and_anew_when_somebody_has_started(tick_s: float) -> None:
    pairs = Pairs()
    for _ in range(round(LEAD_S / tick_s)):
        assert pairs.held_back(*USED[0], tick_s=tick_s) == [0, 1]
    for _ in range(20):
        assert pairs.held_back(*USED[0], tick_s=tick_s) == []
    assert pairs.held_back(*USED[0], green=(0,), tick_s=tick_s) == []
    assert pairs.held_back(*USED[0], tick_s=tick_s) == [0]


def test_each_pair_has_its_own_time() -> None:
    pairs = Pairs()
    for _ in range(int(MOST_S)):
        pairs.closed(BEHIND, BEHIND + 1)
    assert pairs.closed(BEHIND, BEHIND + 1, BEHIND + 2, BEHIND + 3) == [2, 3, 4]
