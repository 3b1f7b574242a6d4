"""The monitor's kernel: against its naive twin, and every rule by hand, as a command and as a display."""

from __future__ import annotations

import random

import numpy as np
import pytest

from signals.model.intersections import SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Violation
from signals.safety.monitor import Monitor
from signals.safety.watch import CLEARANCE, RED, UNSEEN
from tests.safety.driving import legal_displays
from tests.safety.layouts import cross, draw_network, intersection, network
from tests.safety.naive_monitor import NaiveMonitor
from tests.safety.watched import CAR, WALK, Watched, as_command, as_display, pair, rows

TICKS = 100


class Traffic:
    """Draws what a monitor is told, tick by tick, for three intersections in one."""

    def __init__(self, seed: int) -> None:
        self.rng, self.draw = random.Random(seed), np.random.default_rng(seed)
        (self.what, self.rows), self.tick_ds = draw_network(self.rng), self.rng.choice((10, 10, 20, 7))
        self.groups, self.noise = self.rows[-1].stop, self.rng.choice((0, 0.01, 0.1, 0.5))
        self.lag, self.calls = self.rng.choice((0, 0, 1, 3)), self.rng.choice((0, 0.02, 0.2))
        sites = self.what.intersections
        self.legal = [legal_displays(site, self.tick_ds, self.rng, TICKS) for site in sites]
        self.demand, self.preempt = self.draw.random(self.groups) < 0.5, np.zeros(self.groups, np.int8)
        self.write = np.ones(3, np.bool_)
        self.shown = self.command = np.full(self.groups, -1, np.int8)
        self.past = [self.command]

    def spoilt(self, aspects: np.ndarray, share: float) -> np.ndarray:
        anything = self.draw.integers(-2, 7, self.groups)
        return np.where(self.draw.random(self.groups) < share, anything, aspects).astype(np.int8)

    def advance(self) -> None:
        late = self.past[-1 - self.rng.randint(0, self.lag) :][0]
        self.shown = self.spoilt(late if self.rng.random() < 0.5 else self.command, self.noise / 2)
        self.command = self.spoilt(np.concatenate([next(site) for site in self.legal]), self.noise)
        self.past.append(self.command)
        if self.rng.random() < 0.1:
            self.demand = self.draw.random(self.groups) < 0.7
        called = self.draw.integers(-1, 4, self.groups).astype(np.int8)
        self.preempt = np.where(self.draw.random(self.groups) < self.calls, called, self.preempt)
        self.write = self.draw.random(3) > 0.02


def places(found: tuple[Violation, ...], what: Network, i: int, first: int) -> list[tuple[str, str, int, int]]:
    """Return what was found at one intersection as its twin says it, in the order of the alphabet."""
    return sorted(
        (v.rule, v.detail.split()[0], v.group - first, v.other - first if v.other >= 0 else -1)
        for v in found
        if v.intersection == i
    )


@pytest.mark.parametrize("block", range(8))
def test_the_monitor_and_its_twin_agree(block: int) -> None:
    for seed in range(block * 6, block * 6 + 6):
        traffic = Traffic(seed)
        rng, tick_ds, lag = traffic.rng, traffic.tick_ds, traffic.lag
        emergency_ds = rng.choice((0, tick_ds, 5 * tick_ds, 1_800))
        unseen = rng.choice((0, 0, 1, 2))
        monitor = Monitor(
            traffic.what, tick_ds=tick_ds, max_lag_ticks=lag, unseen_ticks=unseen, emergency_ds=emergency_ds
        )
        limits_ds = monitor._card.max_wait_ds
        limits_ds[:] = limits_ds // rng.choice((1, 4, 20))
        sites = zip(traffic.what.intersections, traffic.rows, strict=True)
        twins = [NaiveMonitor(site, tick_ds, lag, limits_ds[own].tolist(), emergency_ds, unseen) for site, own in sites]
        for tick in range(TICKS):
            traffic.advance()
            if rng.random() < 0.01:
                monitor.reset(1)
                twins[1].forget()
            given = (traffic.demand, traffic.preempt, traffic.shown, traffic.command)
            found = monitor.check(tick, *given, traffic.write)
            for i, (twin, own) in enumerate(zip(twins, traffic.rows, strict=True)):
                naive = twin.check(*(array[own].tolist() for array in given), write=bool(traffic.write[i]))
                assert places(found, traffic.what, i, own.start) == sorted(naive), (seed, tick, i)


def test_a_sound_sequence_is_left_alone() -> None:
    sound = [*rows(CAR, "r" * 12 + CAR, ""), *rows("", "", "r" * 4 + WALK)]
    assert as_command(sound) == as_display(sound) == []


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("rRG", "rrrR", ""), ("conflict", 1, 0)),
        (("rrrR", "rRG", ""), ("conflict", 0, 1)),
        (("", "rRG", "rrrG"), ("conflict", 2, 1)),
        (("", "r" * 9 + "R", WALK[:10]), ("conflict", 1, 2)),
        (("aaarrrrrrR", "r" * 9 + "R", ""), None),
        (("rR" + "G" * 4 + "a", "", ""), ("short-green", 0, -1)),
        (("", "", "r" + "G" * 5 + "c"), ("short-green", 2, -1)),
        (("rR" + "G" * 5 + "r", "", ""), ("skipped-amber", 0, -1)),
        (("rR" + "G" * 5 + "c", "", ""), ("skipped-amber", 0, -1)),
        (("rR" + "G" * 5 + "aar", "", ""), ("short-amber", 0, -1)),
        (("", "", "r" + "G" * 6 + "c" * 7 + "r"), ("clearance-cut", 2, -1)),
        (("", "", "r" + "G" * 6 + "r"), ("clearance-cut", 2, -1)),
        (("rG", "", ""), ("short-red-amber", 0, -1)),
        (("ra", "", ""), ("illegal-transition", 0, -1)),
        (("rc", "", ""), ("illegal-transition", 0, -1)),
        (("rRr", "", ""), ("illegal-transition", 0, -1)),
        (("rRa", "", ""), ("illegal-transition", 0, -1)),
        (("aaaG", "", ""), ("illegal-transition", 0, -1)),
        (("aaaR", "", ""), ("illegal-transition", 0, -1)),
        (("rR" + "G" * 5 + "R", "", ""), ("illegal-transition", 0, -1)),
        (("", "", "r" + "G" * 6 + "a"), ("illegal-transition", 2, -1)),
        (("", "", "r" + "G" * 6 + "c" * 8 + "G"), ("illegal-transition", 2, -1)),
        (("", "", "rR"), ("illegal-transition", 2, -1)),
    ],
    ids=str,
)
def test_each_rule(columns: tuple[str, str, str], expected: tuple[str, int, int] | None) -> None:
    both = [("conflict", 0, 1), ("conflict", 1, 0)]
    assert as_command(rows(*columns)) == as_display(rows(*columns)) == ([expected] if expected else both)
    assert as_command(rows(*columns)[:-1]) == as_display(rows(*columns)[:-1]) == []


def test_a_red_amber_that_lasts_longer_can_be_cut() -> None:
    longer = cross(red_amber_ds=20)
    assert as_command(rows("rRRG", "", ""), longer) == []
    assert as_command(rows("rRG", "", ""), longer) == [("short-red-amber", 0, -1)]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("rRGr", "", ""), ["short-green", "skipped-amber"]),
        (("", "", "rGr"), ["short-green", "clearance-cut"]),
        (("aG", "", ""), ["short-amber", "illegal-transition"]),
        (("", "", "cR"), ["clearance-cut", "illegal-transition"]),
    ],
)
def test_a_change_can_be_wrong_in_two_ways(columns: tuple[str, str, str], expected: list[str]) -> None:
    for found in (as_command(rows(*columns)), as_display(rows(*columns))):
        assert [rule for rule, _, _ in found] == expected


def test_a_conflict_is_reported_when_it_begins_as_a_command_and_as_a_display() -> None:
    assert as_command(["GrG", *["GRG"] * 9]) == [("conflict", 1, 0), ("conflict", 1, 2)] * 2
    assert as_command(["GGr"] * 9) == [("conflict", 0, 1), ("conflict", 1, 0)] * 2
    assert (
        as_command(rows("aaar", "RG", "")) == [("conflict", 0, 1), ("conflict", 1, 0)] * 2 + [("intergreen", 1, 0)] * 2
    )


def test_an_intergreen_of_nothing_is_a_conflict_all_the_same() -> None:
    groups = [SignalGroup(name, User.VEHICLE, (number,), max_green_ds=50) for number, name in enumerate("ab")]
    what = network(intersection(groups, {(0, 1): 0}))
    assert as_command(["rr", "Gr", "GG"], what) == [("conflict", 1, 0)]
    assert Watched(what).run(["Gr"] * 6, demand=[1]) == [("long-green", 0, 1)]


@pytest.mark.parametrize("tick_ds", [10, 7])
def test_an_intergreen_is_kept_from_the_end_of_green_to_the_start(tick_ds: int) -> None:
    for start, ends, between_ds in ((1, 0, 60), (0, 1, 45)):
        for ticks in range(1, 12):
            columns = ["rGG" + "r" * ticks, "rrr" + "r" * ticks + "G"][:: 1 if start else -1]
            expected = [("intergreen", start, ends)] if ticks * tick_ds < between_ds else []
            assert as_command(rows(*columns), pair(), tick_ds=tick_ds) == expected
            assert as_display(rows(*columns), pair(), tick_ds=tick_ds) == expected


def test_a_clock_of_its_own_makes_a_display_a_tick_longer_than_it_was_seen() -> None:
    for cut, rule in (
        ("rRGGGGGaar", "short-amber"),
        ("rRGGGGa", "short-green"),
        ("r" + "G" * 6 + "c" * 7 + "r", "clearance-cut"),
    ):
        columns = ("", "", cut) if "c" in cut else (cut, "", "")
        assert [fault[0] for fault in as_display(rows(*columns))] == [rule]
        assert as_display(rows(*columns), unseen_ticks=1) == []
        assert [fault[0] for fault in as_command(rows(*columns), unseen_ticks=1)] == [rule]
    assert [fault[0] for fault in as_display(rows("rRGGGGGar", "", ""), unseen_ticks=1)] == ["short-amber"]
    for ticks, expected in ((5, []), (4, [("intergreen", 1, 0)])):
        assert as_display(rows("rGG" + "r" * ticks, "rrr" + "r" * ticks + "G"), pair(), unseen_ticks=1) == expected


def test_a_clearance_without_a_lamp_that_was_seen_a_tick_late_is_over_in_time() -> None:
    commands = [*["rrG"] * 8, *["rrc"] * 8, *["rrr"] * 4]
    for late, unseen, stays in ((0, 0, 0), (1, 1, 0), (2, 1, 1), (1, 0, 1)):
        watched = Watched(max_lag_ticks=3, unseen_ticks=unseen)
        shown = [*["rrG"] * (8 + late), *["rrr"] * 12]
        watched.run(commands[:18], shown)
        assert watched.monitor._displays.seen[2] == (CLEARANCE if stays else RED), (late, unseen)


def test_an_intergreen_counts_from_the_last_end_of_green() -> None:
    assert as_command(rows("rGr", "rrrrrrrrG"), pair()) == []
    assert as_command(rows("rGrrrrGr", "r" * 12 + "G"), pair()) == [("intergreen", 1, 0)]


@pytest.mark.parametrize("first", "Rac")
def test_what_is_first_seen_between_green_and_red_has_just_ended_its_green(first: str) -> None:
    early = [fault for fault in as_command(rows(first + "r", "r" * 5 + "G"), pair()) if fault[0] == "intergreen"]
    late = [fault for fault in as_command(rows(first + "r", "r" * 6 + "G"), pair()) if fault[0] == "intergreen"]
    assert (early, late) == ([("intergreen", 1, 0)], [])


def test_what_is_first_seen_red_or_green_has_not_ended_its_green() -> None:
    assert as_command(rows("r", "rG"), pair()) == []
    assert as_command(rows("G", "rG"), pair()) == [("conflict", 1, 0)]


def test_skipping_both_amber_and_clearance_is_skipping_amber() -> None:
    both = SignalGroup("both", User.BICYCLE, (0,), amber_ds=20, clearance_ds=30, red_amber_ds=10)
    what = network(intersection([both], {}))
    green = ["r", "R", *"GGGGG"]
    assert as_command([*green, "r"], what) == [("skipped-amber", 0, -1)]
    assert as_command([*green, "c"], what) == [("skipped-amber", 0, -1)]
    assert as_command([*green, *"aa", "r"], what) == [("clearance-cut", 0, -1)]
    assert as_command([*green, "R"], what) == [("illegal-transition", 0, -1)]
    assert as_command([*green, *"aaccc", *"rRG"], what) == []


@pytest.mark.parametrize("unknown", "5-<")
def test_a_command_of_something_unknown_is_named_every_time(unknown: str) -> None:
    assert as_command(["rrr", *[f"{unknown}rr"] * 2, "Grr"]) == [("unknown-aspect", 0, -1)] * 2
    assert as_command([f"{unknown}rr"]) == [("unknown-aspect", 0, -1)]


def test_a_green_ends_when_something_unknown_follows() -> None:
    found = as_command(rows("rG5r", "r" * 7 + "G"), pair())
    assert found == [("unknown-aspect", 0, -1), ("intergreen", 1, 0)]
    assert as_command(rows("rG5r", "r" * 8 + "G"), pair()) == [("unknown-aspect", 0, -1)]


@pytest.mark.parametrize("unknown", "5<")
def test_a_display_of_something_unknown_is_named_and_counts_as_commanded(unknown: str) -> None:
    assert Watched().run(["rrr"] * 4, ["rrr", f"r{unknown}r", "rrr"]) == [("unknown-aspect", 1, -1)]
    green = rows("rR" + "G" * 6, "", "")
    assert Watched().run(green, [*green[:5], f"{unknown}rr", green[6]]) == [("unknown-aspect", 0, -1)]


def test_long_green_only_while_a_conflicting_group_waits() -> None:
    long = ["GrG"] * 32
    assert Watched().run(long) == Watched().run(long, demand=[0, 2]) == []
    assert Watched().run(long, demand=[1]) == [("long-green", 0, 1), ("long-green", 2, 1)] * 2
    assert Watched().run(long[:30], demand=[1]) == []
    assert Watched().run(["rGr"] * 31, demand=[0, 1, 2]) == [("long-green", 1, 0), ("long-green", 1, 2)]


def test_max_red_is_reported_once_when_the_bound_is_passed() -> None:
    longest = Watched().bounds_ds[1] // 10
    assert Watched().run(["rrr"] * longest, demand=[1]) == []
    assert Watched().run(["rrr"] * (longest + 5), demand=[1]) == [("max-red", 1, -1)]
    assert Watched().run(["rrr"] * (longest + 5)) == []


def test_a_wait_is_counted_while_demanded_until_green() -> None:
    watched, one, two = Watched(), ["rrr"] * 40, ["rrr"] * (Watched().bounds_ds[1] // 10 - 40)
    assert watched.run(one, demand=[1]) == watched.run(one) == watched.run(two, demand=[1]) == []
    green = [*rows("", "rR" + "G" * 5, ""), *rows("", "aaar", "")]
    assert watched.run(green) == watched.run([*one, *two], demand=[1]) == []
    assert watched.run(["rrr"], demand=[1]) == [("max-red", 1, -1)]


@pytest.mark.parametrize("most_ds", [20, 21, 25, 29])
def test_a_bound_need_not_be_a_multiple_of_the_tick(most_ds: int) -> None:
    watched = Watched(pair())
    watched.monitor._card.max_wait_ds[:] = most_ds
    assert watched.run(["rr", "rG", "rr", "rr"], demand=[1]) == []
    assert watched.check("rr", demand=[1]) == [("max-red", 1, -1)]
    assert watched.run(["rr"] * 9, demand=[1]) == []


def test_the_display_has_to_be_what_was_commanded() -> None:
    green, red = ["Grr"] * 4, ["rrr"] * 4
    assert Watched().run(green, ["Grr", "Gr-", "---"]) == []
    assert Watched().run(green, red) == [("display", 0, -1)]  # once, though it goes on
    assert ("display", 0, -1) in Watched().run(green, ["Grr", "arr", "arr"])


def test_a_display_that_differs_again_is_reported_again() -> None:
    green, red = ["rGr"] * 8, ["rrr"] * 8
    assert Watched().run(green, ["rrr", "rrr", "---", "rrr", "rrr"]).count(("display", 1, -1)) == 2
    assert Watched().run(green, ["rrr", "rrr", "rGr", "rrr", "rrr"]).count(("display", 1, -1)) == 2
    assert Watched().run(green, red[:1]).count(("display", 1, -1)) == 1


@pytest.mark.parametrize("lag", [0, 1, 3])
def test_the_display_may_be_a_little_late(lag: int) -> None:
    commands = rows("r" * 9 + "R" + "G" * 9, "", "")
    for late in range(6):
        shown = rows("r" * (9 + late) + "R" + "G" * 9, "", "")
        found = Watched(max_lag_ticks=lag).run(commands, shown)
        assert found == ([("display", 0, -1)] if late > lag else [])


def test_a_red_lamp_may_show_clearance() -> None:
    commands = [*["rrG"] * 6, *["rrc"] * 8, *["rrr"], "rRr", "rGr"]
    shown = [row.replace("c", "r") for row in commands]
    assert Watched().run(commands, shown) == []
    assert Watched(max_lag_ticks=3).run([*commands, "rGr"], shown) == []


def test_a_late_display_of_clearance_goes_on() -> None:
    """Red counts as clearance if that was commanded later than red, and no longer ago than the lag."""
    commands = rows("", "", WALK + "r" * 9)
    for late in range(4):
        shown = rows("", "", "r" * late + WALK.replace("c", "r") + "r" * 9)
        watched = Watched(max_lag_ticks=3)
        assert watched.run(commands, shown) == []
        assert watched.monitor._displays.seen[2] == RED
    watched = Watched(max_lag_ticks=1)
    watched.run(["rrc", "rrG"], ["rrr"])
    assert watched.monitor._displays.seen[2] == -1  # it may be red from before, or clearance
    watched.run(["rrc", "rrc", "rrr"], ["rrr", "rrr", "rrr"])
    assert watched.monitor._displays.seen[2] == CLEARANCE


def test_a_red_lamp_is_not_judged_where_it_may_be_older_than_any_command() -> None:
    watched = Watched(
        network(intersection([SignalGroup("walk", User.PEDESTRIAN, (0,), clearance_ds=10)], {})), max_lag_ticks=3
    )
    for seen in (*[UNSEEN] * 4, CLEARANCE, CLEARANCE):
        assert watched.check("c", "r") == []
        assert watched.monitor._displays.seen.tolist() == [seen]


def emergencies(**settings: int) -> Watched:
    return Watched(emergency_ds=30, **settings)


CUT = rows("", "", "rGc")
"""A walk of a tick: commanded in the second, cut in the third."""
SHORT = [("short-green", 2, -1)]


def test_the_call_of_a_conflicting_group_cuts_a_walk() -> None:
    assert emergencies().run(CUT, calls=["000", "000", "010"]) == []
    assert emergencies().run(CUT, calls=["000", "000", "090"]) == []
    assert emergencies().run(CUT, calls=["000", "010", "000"]) == SHORT
    assert emergencies().run(CUT, calls=["000", "000", "0-0"]) == SHORT
    assert emergencies().run(CUT, calls=["000", "000", "101"]) == SHORT


def test_the_call_of_another_intersection_does_not() -> None:
    one, two = cross().intersections[0], intersection(cross().intersections[0].groups, {(1, 2): 90}, "y")
    what = network(one, two)
    commands = rows("", "", "rGc", "", "", "")
    assert Watched(what).run(commands, calls=["000000", "000000", "000111"]) == SHORT
    assert Watched(what).run(commands, calls=["000000", "000000", "010000"]) == []


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("rRGa", "", ""), ("short-green", 0, -1)),
        (("aar", "", ""), ("short-amber", 0, -1)),
        (("", "", "ccr"), ("clearance-cut", 2, -1)),
        (("rG", "", ""), ("short-red-amber", 0, -1)),
        (("", "", "rGr"), ("clearance-cut", 2, -1)),
        (("", "rR", "G"), ("conflict", 1, 2)),
    ],
    ids=str,
)
def test_a_call_cuts_a_walk_and_nothing_else(columns: tuple[str, str, str], expected: tuple[str, int, int]) -> None:
    commands = rows(*columns)
    assert emergencies().run(commands, calls=["111"] * 9) == [expected]
    assert emergencies(max_lag_ticks=9).run(["rrr"] * (len(commands) + 1), commands, ["111"] * 9) == [expected]


def test_a_call_cuts_neither_a_green_of_bicycles_nor_an_intergreen() -> None:
    cycle = SignalGroup("cycle", User.BICYCLE, (0,), clearance_ds=30)
    what = network(intersection([cycle, SignalGroup("car", User.VEHICLE, (1,))], {(0, 1): 50}))
    assert Watched(what).run(["rr", "Gr", "ar"], calls=["01"] * 3) == [("short-green", 0, -1)]
    assert Watched(pair()).run(rows("rGr", "rrrG"), calls=["01"] * 4) == [("intergreen", 1, 0)]


def test_a_call_counts_for_as_long_as_an_emergency_lasts() -> None:
    for ticks in range(1, 7):
        cut = rows("", "", "r" * ticks + "Gc")
        expected = [] if ticks <= 4 else SHORT
        assert emergencies().run(cut, calls=["000", "000", *["010"] * ticks][-len(cut) :]) == expected


def test_a_call_counts_for_three_minutes_if_nothing_else_is_said() -> None:
    for ticks, expected in ((181, []), (182, SHORT)):
        assert Watched().run(rows("", "", "r" * (ticks - 1) + "Gc"), calls=["000", *["010"] * ticks]) == expected


def test_a_command_follows_its_own_tick_however_short_ticks_are() -> None:
    assert Watched(tick_ds=1).run(CUT, calls=["000", "000", "010"]) == []
    assert Watched(tick_ds=1).run(CUT, calls=["000", "010", "000"]) == SHORT


def test_a_stuck_call_counts_again_after_it_has_dropped_for_a_tick() -> None:
    calls = [*["010"] * 8, "000", *["020"] * 4]
    assert emergencies().run(rows("", "", "r" * 11 + "Gc"), calls=calls) == []
    assert emergencies().run(rows("", "", "r" * 12 + "Gc"), calls=[*calls, "010"]) == SHORT
    assert emergencies().run(rows("", "", "r" * 11 + "Gc"), calls=["010"] * 13) == SHORT


@pytest.mark.parametrize("lag", [0, 1, 3])
def test_a_display_of_a_cut_may_be_late(lag: int) -> None:
    quiet, shown = ["rrr"] * 12, rows("", "", "r" * 7 + "Gc")
    for tick in range(12):
        calls = ["000"] * tick + ["010"]
        watched = emergencies(max_lag_ticks=lag)
        found = [fault for fault in watched.run(quiet, shown, calls) if fault[0] == "short-green"]
        assert found == ([] if 8 - lag <= tick <= 8 else SHORT)  # it is cut in the display of the ninth tick


def test_a_called_group_may_stay_green() -> None:
    long, calls = ["Grr"] * 34, ["000"] * 30
    late = ("long-green", 0, 1)
    assert emergencies().run(long, calls=[*calls, *["100"] * 9], demand=[1]) == []
    assert emergencies().run(long, calls=[*calls, *["100"] * 2, "000", "100"], demand=[1]) == [late]
    assert emergencies().run(long, calls=[*calls[1:], *["100"] * 9], demand=[1]) == [late]
    assert emergencies().run(long, calls=[*calls, *["011"] * 9], demand=[1]) == [late] * 4


@pytest.mark.parametrize("called", ["100", "010", "001"])
def test_an_emergency_anywhere_during_a_wait_puts_its_bound_off(called: str) -> None:
    ticks = emergencies().bounds_ds[1] // 10
    for before in (0, ticks - 1, ticks):
        for most in (ticks + 3, ticks + 4):
            calls = ["000"] * before + [called]
            found = emergencies().run(["rrr"] * most, calls=calls, demand=[1])
            assert found == ([("max-red", 1, -1)] if most > ticks + 3 else [])
    calls = ["000"] * (ticks + 1) + [called]
    assert emergencies().run(["rrr"] * (ticks + 9), calls=calls, demand=[1]) == [("max-red", 1, -1)] * 2


def test_an_emergency_before_the_last_green_does_not() -> None:
    watched = Watched(pair(), emergency_ds=30)
    red, late = ["rr"] * (watched.bounds_ds[1] // 10 + 1), [("max-red", 1, -1)]
    assert watched.run(["rG", *red], calls=["01"], demand=[1]) == late
    assert watched.run(["rG", *red], calls=["00", "01"], demand=[1]) == []
    assert watched.run([*["rG"] * 5, *red], calls=["01"] * 9, demand=[1]) == late  # a stuck input


def test_an_emergency_at_another_intersection_does_not() -> None:
    groups = cross().intersections[0].groups
    what = network(*[intersection(groups, {(0, 1): 60}, name) for name in "xyz"])
    ticks = Watched(what).bounds_ds[1] // 10 + 1
    found = Watched(what).run(["r" * 9] * ticks, calls=["000010000"], demand=[1, 4, 7])
    assert found == [("max-red", 1, -1), ("max-red", 7, -1)]
