"""The monitor alone: every rule is broken by hand, as a command and as a display, and nothing else is reported."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.model.intersections import SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.safety.bounds import waiting_bounds
from signals.safety.monitor import Monitor
from tests.safety.layouts import cross, intersection, layouts, network

LETTERS = "rRGac"
SOUND = (*["rrr"] * 3, "Rrr", *["Grr"] * 5, *["arr"] * 3, *["rrr"] * 2, "rRr", *["rGr"] * 5)


def aspects(row: str) -> np.ndarray:
    """Read letters, digits for aspects that do not exist, and dashes for what is unknown."""
    return np.array([-1 if a == "-" else int(a) if a.isdigit() else LETTERS.index(a) for a in row], np.int8)


def watch(
    commands: Sequence[str],
    shown: Sequence[str] | None = None,
    *,
    what: Network | None = None,
    demand: Sequence[int] = (),
    monitor: Monitor | None = None,
    **settings: int,
) -> list[tuple[str, int, int]]:
    """Return (rule, group, other) of what is wrong with commands, and displays that follow a tick later."""
    monitor = monitor or Monitor(what or cross(), tick_ds=10, **settings)
    waiting, ours = np.zeros(len(commands[0]), np.bool_), np.ones(1, np.bool_)
    waiting[list(demand)] = True
    displays = ["-" * len(commands[0]), *(shown if shown is not None else commands)]
    found = []
    for time_s, (command, display) in enumerate(zip(commands, displays, strict=False)):
        found += monitor.check(time_s, waiting, aspects(display), aspects(command), ours)
    return [(violation.rule, violation.group, violation.other) for violation in found]


def test_a_sound_sequence_is_left_alone() -> None:
    assert watch(SOUND) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["Grr", "GGr"], ("conflict", 0, 1)),
        (["rGr", "rGc"], ("conflict", 1, 2)),
        (["rrr", "RRr"], ("conflict", 0, 1)),
        (["arr", "arr", "arr", "rRr", "rGr"], ("intergreen", 1, 0)),
        (["rrr", "Rrr", *["Grr"] * 4, "arr"], ("short-green", 0, -1)),
        (["rrr", "Rrr", *["Grr"] * 5, "rrr"], ("skipped-amber", 0, -1)),
        (["rrr", "Rrr", *["Grr"] * 5, "arr", "arr", "rrr"], ("short-amber", 0, -1)),
        ([*["rrG"] * 6, *["rrc"] * 7, "rrr"], ("clearance-cut", 2, -1)),
        ([*["rrG"] * 6, "rrr"], ("clearance-cut", 2, -1)),
        (["rrr", "Grr"], ("short-red-amber", 0, -1)),
        (["rrr", "arr"], ("illegal-transition", 0, -1)),
        (["rrr", "Rrr", "rrr"], ("illegal-transition", 0, -1)),
        ([*["arr"] * 3, "Grr"], ("illegal-transition", 0, -1)),
        ([*["rrG"] * 6, "rra"], ("illegal-transition", 2, -1)),
        ([*["rrG"] * 6, *["rrc"] * 8, "rrG"], ("illegal-transition", 2, -1)),
    ],
    ids=str,
)
def test_each_rule(rows: list[str], expected: tuple[str, int, int]) -> None:
    assert expected in watch([*rows, rows[-1]], shown=["-" * 3] * 20)
    assert expected in watch(["rrr"] * (len(rows) + 1), shown=rows, max_lag_ticks=99)


def test_an_intergreen_of_nothing_is_a_conflict_all_the_same() -> None:
    groups = [SignalGroup(name, User.VEHICLE, (number,), max_green_ds=50) for number, name in enumerate("ab")]
    what = network(intersection(groups, {(0, 1): 0}))
    assert watch(["rr", "GG"], what=what) == [("conflict", 0, 1)]
    assert watch(["Gr"] * 6, what=what, demand=[1]) == [("long-green", 0, 1)]


def test_skipping_both_amber_and_clearance_is_skipping_amber() -> None:
    both = SignalGroup("both", User.BICYCLE, (0,), amber_ds=20, clearance_ds=30, red_amber_ds=10)
    what = network(intersection([both], {}))
    green = ["r", "R", *"GGGGG"]
    assert watch([*green, "r"], what=what) == [("skipped-amber", 0, -1)]
    assert watch([*green, "c"], what=what) == [("skipped-amber", 0, -1)]
    assert watch([*green, *"aa", "r"], what=what) == [("clearance-cut", 0, -1)]
    assert watch([*green, "R"], what=what) == [("illegal-transition", 0, -1)]
    assert watch([*green, *"aaccc", *"rRG"], what=what) == []


def test_an_unknown_aspect_is_named_and_what_follows_it_is_a_new_beginning() -> None:
    assert watch(["rrr", "7rr", "Grr"], shown=["---"] * 3) == [("unknown-aspect", 0, -1)]
    assert watch(["-rr"]) == [("unknown-aspect", 0, -1)]
    assert watch(["rrr"] * 4, shown=["rrr", "r9r", "rrr"]) == [("unknown-aspect", 1, -1)]


def test_long_green_only_while_a_conflicting_group_waits() -> None:
    long = ["Grr"] * 32
    assert watch(long) == watch(long, demand=[2]) == []
    assert watch(long, demand=[1]) == [("long-green", 0, 1)] * 2


def test_max_red_is_reported_once_when_the_bound_is_passed() -> None:
    what = cross()
    longest = Monitor(what, tick_ds=10)._card.max_wait_ds[1] // 10
    assert watch(["rrr"] * longest, what=what, demand=[1]) == []
    assert watch(["rrr"] * (longest + 5), what=what, demand=[1]) == [("max-red", 1, -1)]
    assert watch(["rrr"] * (longest + 5), what=what) == []


def test_the_display_has_to_be_what_was_commanded() -> None:
    green, red = ["Grr"] * 4, ["rrr"] * 4
    assert watch(green, shown=["Grr", "Gr-", "---"]) == []
    assert watch(green, shown=red) == [("display", 0, -1)]  # once, though it goes on
    assert ("display", 0, -1) in watch(green, shown=["Grr", "arr", "arr"])
    assert watch(green, shown=red, max_lag_ticks=2) == [("display", 0, -1)]
    assert watch(green, shown=red, max_lag_ticks=3) == []


def test_a_red_lamp_may_show_clearance() -> None:
    commands = [*["rrG"] * 6, *["rrc"] * 8, *["rrr"], "rRr", "rGr"]
    shown = [row.replace("c", "r") for row in commands]
    assert watch(commands, shown) == []
    assert watch([*commands, "rGr"], shown, max_lag_ticks=3) == []


def test_violations_say_who_where_and_what() -> None:
    monitor = Monitor(cross(), tick_ds=10)
    ours, nobody = np.ones(1, np.bool_), np.zeros(3, np.bool_)
    (one,) = monitor.check(4.0, nobody, aspects("---"), aspects("GGr"), ours)
    assert one.time_s == 4.0
    assert one.detail == 'command of intersection "x", signal group "one" and "two": green and green together'
    (short, *_) = monitor.check(5.0, nobody, aspects("5Gr"), aspects("arr"), ours)
    assert short.detail == 'display of intersection "x", signal group "one": aspect 5 instead of green'


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (["rrr", "Rrr", "Grr", "arr"], "only 1.0 s of 5.0 s"),
        (["rrr", "Rrr", *["Grr"] * 32], "30.0 s, at most 30.0 s are allowed"),
        (["rrr", "Grr"], "left out or cut"),
        (["rrr", "arr"], "amber instead of red-amber"),
    ],
)
def test_the_text_has_the_numbers(rows: list[str], text: str) -> None:
    monitor = Monitor(cross(), tick_ds=10)
    ours, waiting = np.ones(1, np.bool_), np.ones(3, np.bool_)
    details = [v.detail for row in rows for v in monitor.check(0, waiting, aspects("---"), aspects(row), ours)]
    assert any(detail.endswith(text) for detail in details), details


def test_a_violation_latches_its_intersection_until_a_person_resets_it() -> None:
    one = cross().intersections[0]
    monitor = Monitor(network(one, intersection(one.groups, {}, "y")), tick_ds=10)
    ours, nobody = np.ones(2, np.bool_), np.zeros(6, np.bool_)
    (violation,) = monitor.check(0, nobody, aspects("-" * 6), aspects("rGcrGG"), ours)
    assert (violation.intersection, violation.group, violation.other) == (0, 1, 2)
    assert monitor.latched.tolist() == [True, False]
    monitor.reset(0)
    assert monitor.latched.tolist() == [False, False]


def test_what_is_not_ours_is_forgotten() -> None:
    monitor = Monitor(cross(), tick_ds=10)
    nobody, ours = np.zeros(3, np.bool_), np.ones(1, np.bool_)
    assert not monitor.check(0, nobody, aspects("---"), aspects("Grr"), ours)
    assert not monitor.check(1, nobody, aspects("GGG"), aspects("GGG"), ~ours)
    assert not monitor.check(2, nobody, aspects("GGG"), aspects("rGr"), ours)
    assert monitor.check(3, nobody, aspects("rGr"), aspects("rrr"), ours)


@given(layouts, st.sampled_from([5, 10, 20]))
def test_its_bound_of_waiting_is_never_tighter_than_what_the_kernel_promises(what: object, tick_ds: int) -> None:
    site = network(what)
    _, guarantee_ds = waiting_bounds(site.arrays, tick_ds)
    assert (Monitor(site, tick_ds=tick_ds)._card.max_wait_ds >= guarantee_ds).all()


def test_a_tick_of_nothing_but_violations_fits_in_its_rows() -> None:
    groups = [SignalGroup(f"g{g}", User.VEHICLE, (g,), red_amber_ds=20, max_green_ds=50) for g in range(6)]
    what = network(intersection(groups, {(i, j): 90 for i in range(6) for j in range(i)}))
    monitor = Monitor(what, tick_ds=10)
    ours, all_wait = np.ones(1, np.bool_), np.ones(6, np.bool_)
    monitor._card.max_wait_ds[:] = 5
    most = 0
    for tick in range(60):
        command = aspects(("G" * 6, "a" * 6, "r" * 6, "G" * 6)[tick // 8 % 4])
        found = monitor.check(tick, all_wait, aspects(("a" * 6, "G" * 6, "9" * 6)[tick % 3]), command, ours)
        most = max(most, len(found))
    assert 60 < most <= len(monitor._record.rows)
