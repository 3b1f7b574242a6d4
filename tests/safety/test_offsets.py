"""Late start and early cut-off, seen at what is shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.errors import NetworkError
from signals.model.intersections import SignalGroup, Stage
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Decision
from signals.safety.guard import Guard
from tests.safety.driving import LETTERS
from tests.safety.layouts import intersection, network, readings


def junction(*stages: Stage, **times: int) -> Network:
    """Two lanes and a bicycle lane beside each other, and a street that crosses them all."""
    car = {"min_green_ds": 20, "amber_ds": 30} | times
    groups = [SignalGroup(name, User.VEHICLE, (number,), **car) for number, name in enumerate(("a", "b", "c", "side"))]
    what = intersection(groups, {(0, 3): 40, (1, 3): 40, (2, 3): 40})
    return network(replace(what, stages=stages))


def show(what: Network, *wishes: tuple[int, int], **settings: int) -> list[str]:
    """Want stages for some ticks each, and return what each group shows."""
    guard, shown, columns = Guard(what, **settings), np.full(4, -1, np.int8), ["", "", "", ""]
    green = what.arrays.stage_green
    for stage, ticks in wishes:
        for _ in range(ticks):
            want = green[stage, :4].astype(np.bool_) if stage >= 0 else np.zeros(4, np.bool_)
            decision = Decision(want, np.array([stage], np.int32))
            verdict = guard.permit(decision, readings(len(columns[0]), shown), np.zeros(4, np.bool_))
            assert not verdict.violations
            shown = verdict.command.aspect.copy()
            columns = [column + LETTERS[aspect] for column, aspect in zip(columns, shown, strict=True)]
    return columns


MAIN, SIDE = Stage("main", (0, 1, 2), late_start_ds=(0, 30, 0), early_cutoff_ds=(0, 0, 40)), Stage("side", (3,))


def test_a_group_with_a_late_start_is_green_that_much_later() -> None:
    a, b, c, _ = show(junction(MAIN, SIDE), (0, 10))
    assert (a, b, c) == ("G" * 10, "rrrGGGGGGG", "G" * 10)


def test_a_late_start_counts_from_the_start_with_red_amber() -> None:
    a, b, _, _ = show(junction(MAIN, SIDE, red_amber_ds=20), (0, 10))
    assert (a, b) == ("RRGGGGGGGG", "rrrRRGGGGG")


def test_a_group_with_an_early_cut_off_ends_that_much_earlier() -> None:
    a, b, c, side = show(junction(MAIN, SIDE), (0, 10), (1, 12))
    assert c[10:] == "aaa" + "r" * 9
    assert a[10:] == b[10:] == "GGGG" + "aaa" + "r" * 5
    assert side[10:] == "r" * 8 + "GGGG"


def test_offsets_rest_where_groups_are_chosen_freely() -> None:
    assert show(junction(MAIN, SIDE), (0, 10), (-1, 4))[0][10:] == "aaar"


def test_who_is_green_already_is_not_interrupted_by_a_late_start() -> None:
    other = Stage("other", (0, 1), late_start_ds=(0, 50))
    a, b, c, _ = show(junction(MAIN, other), (0, 10), (1, 10))
    assert a == "G" * 20
    assert b == "rrr" + "G" * 17
    assert c[10:] == "aaa" + "r" * 7


def test_a_late_start_after_a_stage_that_shares_a_group_counts_from_the_change() -> None:
    a, b, _, _ = show(junction(Stage("first", (0,)), Stage("both", (0, 1), late_start_ds=(0, 20))), (0, 5), (1, 5))
    assert a == "G" * 10
    assert b[5:] == "rrGGG"


def test_an_early_cut_off_starts_no_group_that_was_late() -> None:
    a, b, _, _ = show(junction(MAIN, SIDE), (0, 2), (1, 10))
    assert (a[:6], b) == ("GGGGGG", "r" * 12)


def test_with_ticks_of_half_a_second() -> None:
    _, b, _, _ = show(junction(MAIN, SIDE), (0, 10), tick_ds=5)
    assert b == "rrrrrrGGGG"


@pytest.mark.parametrize(
    ("late", "cut"), [((0, 10), ()), ((), (10, 10, 10)), ((0, -5, 0), ()), ((1, 2, 3), ()), ((), (0,))]
)
def test_offsets_that_make_no_sense_are_refused(late: tuple[int, ...], cut: tuple[int, ...]) -> None:
    with pytest.raises(
        NetworkError, match=r'stage "x": (late_start_ds|early_cutoff_ds) needs one time for each of its 3'
    ):
        Stage("x", (0, 1, 2), late_start_ds=late, early_cutoff_ds=cut)
