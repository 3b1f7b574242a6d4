"""What the monitor takes from a site, and what it says, remembers and forgets; its rules are tested in `test_watch`."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.safety.bounds import waiting_bounds
from signals.safety.monitor import RULES
from signals.safety.monitor import __doc__ as about
from tests.safety.layouts import cross, intersection, layouts, network
from tests.safety.watched import CAR, WALK, Watched, pair, rows


def test_the_table_names_the_rules() -> None:
    table = about.split("====\n")[1]
    assert sorted(RULES) == sorted(line.split()[0] for line in table.splitlines() if not line.startswith((" ", "=")))


def test_violations_say_when_who_where_and_what() -> None:
    one = cross().intersections[0]
    watched = Watched(network(intersection(one.groups[:1], {}, "w"), one))
    watched.check("GGrr")
    assert watched.check("GGRr", "5---") == [("unknown-aspect", 0, -1), ("conflict", 2, 1)]
    assert [violation.intersection for violation in watched.found] == [0, 1]
    assert [violation.time_s for violation in watched.found] == [1, 1]
    assert watched.details() == [
        'display of intersection "w", signal group "one": aspect 5 instead of green',
        'command of intersection "x", signal group "two" and "one": red-amber and green together',
    ]


@pytest.mark.parametrize(
    ("commands", "who", "text"),
    [
        (["rrr", "rRr", "rGr", "rar"], '"two"', "only 1.0 s of 5.0 s"),
        (["rar", "rrr"], '"two"', "only 1.0 s of 3.0 s"),
        ([*["arr"] * 3, "rRr", "rGr"], '"two" and "one"', "only 4.0 s of 6.0 s"),
        (["rrr", "rRr", *["rGr"] * 31], '"two" and "walk"', "30.0 s, at most 30.0 s are allowed"),
        (["rrr", "rGr"], '"two"', "left out or cut"),
        (["rrc", "rrr"], '"walk"', "left out or cut"),
        (["rGr", "rrr"], '"two"', "red instead of amber"),
        (["rrr", "rcr"], '"two"', "clearance instead of red-amber"),
        (["rrG", "rr7"], '"walk"', "aspect 7 instead of green"),
        (["rrG", "rr-"], '"walk"', "unknown instead of green"),
        (["rrc", "rGc"], '"two" and "walk"', "green and clearance together"),
    ],
)
def test_the_text_of_a_command_has_the_numbers(commands: list[str], who: str, text: str) -> None:
    watched = Watched()
    watched.run(commands, demand=[0, 1, 2])
    assert f'command of intersection "x", signal group {who}: {text}' in watched.details()


@pytest.mark.parametrize(
    ("shown", "who", "text"),
    [
        (["rrr", "rGr"], '"two"', "green instead of red"),
        (["rrr", "rrc"], '"walk"', "clearance instead of red"),
        (["rrr", "rr7"], '"walk"', "aspect 7 instead of red"),
        (["rrr", "rRr", "rGr", "rar"], '"two"', "only 1.0 s of 5.0 s"),
        (["rrc", "rGc"], '"two" and "walk"', "green and clearance together"),
    ],
)
def test_the_text_of_a_display_has_the_numbers(shown: list[str], who: str, text: str) -> None:
    watched = Watched()
    watched.run(["rrr"] * 9, shown)
    assert f'display of intersection "x", signal group {who}: {text}' in watched.details()


def test_the_text_of_a_wait_has_the_numbers() -> None:
    watched = Watched()
    watched.monitor._card.max_wait_ds[:] = 25
    watched.run(["rrr"] * 3, demand=[1])
    assert watched.details() == ['command of intersection "x", signal group "two": 3.0 s, at most 2.5 s are allowed']


def two_sites() -> Network:
    one = cross().intersections[0]
    return network(one, intersection(one.groups, {}, "y"))


def test_a_violation_latches_its_intersection_until_a_person_resets_it() -> None:
    watched = Watched(two_sites())
    assert watched.check("rGRrGG") == [("conflict", 1, 2), ("conflict", 2, 1)]
    assert watched.monitor.latched.tolist() == [True, False]
    watched.check("rGrrGG")
    assert watched.monitor.latched.tolist() == [True, False]
    watched.monitor.reset(1)
    assert watched.monitor.latched.tolist() == [True, False]
    watched.monitor.reset(0)
    assert watched.monitor.latched.tolist() == [False, False]


def test_an_intersection_can_be_latched_from_outside() -> None:
    watched = Watched(two_sites())
    watched.monitor.latched[1] = True
    watched.check("rrrrrr")
    assert watched.monitor.latched.tolist() == [False, True]
    watched.monitor.reset(1)
    assert watched.monitor.latched.tolist() == [False, False]


def begin_anew(watched: Watched, how: str) -> None:
    """Make the monitor forget the first intersection."""
    if how == "reset":
        watched.monitor.reset(0)
    else:
        watched.ours[0] = False
        first, rest = watched.sizes[0], sum(watched.sizes[1:])
        assert watched.check("G" * first + "r" * rest, "a" * first + "-" * rest, calls="9" * first + "0" * rest) == []
        watched.ours[0] = True


both_ways = pytest.mark.parametrize("how", ["reset", "not ours"])


@both_ways
def test_greens_and_their_ends_are_forgotten(how: str) -> None:
    watched = Watched(pair(min_green_ds=50))
    watched.check("rG")
    begin_anew(watched, how)
    assert watched.run(["rr", "Gr"], ["rr", "Gr"]) == watched.check("Gr") == []
    begin_anew(watched, how)
    assert watched.run(["rG"] * 6, ["rG"] * 5) == []


@both_ways
def test_ends_of_green_are_forgotten(how: str) -> None:
    watched = Watched(pair())
    assert watched.run(rows("rGr", "")) == []
    begin_anew(watched, how)
    assert watched.run(rows("", "rG")) == watched.check("rG") == []


@both_ways
def test_calls_are_forgotten(how: str) -> None:
    watched = Watched(emergency_ds=30)
    watched.run(["rrr"] * 9, calls=["010"] * 9)
    begin_anew(watched, how)
    assert watched.run(rows("", "", "rGc"), calls=["010"] * 3) == []


@both_ways
def test_what_a_call_excuses_is_forgotten(how: str) -> None:
    watched = Watched(max_lag_ticks=9)
    watched.check("rrr", calls="010")
    begin_anew(watched, how)
    commands = [*rows("", "", "rGc"), "rrc"]
    assert watched.run(commands, commands) == [("short-green", 2, -1)] * 2


def test_what_cannot_be_read_counts_as_commanded_where_a_display_is_never_late() -> None:
    walk = rows("", "", WALK)
    blind = [*walk[:7], "", *walk[8:]]
    assert Watched().run(walk, blind) == []


@pytest.mark.parametrize("hidden", range(16))
@pytest.mark.parametrize("lag", [1, 2])
def test_a_late_display_that_cannot_be_read_for_a_tick_is_no_violation(hidden: int, lag: int) -> None:
    commands = [*rows(CAR, "", ""), *["rrr"] * 9]
    shown = [*["rrr"] * lag, *commands]
    shown[hidden] = ""
    assert Watched(max_lag_ticks=lag).run(commands, shown[: len(commands) - 1]) == []


def test_what_is_seen_again_is_judged_again() -> None:
    commands = rows(CAR, "", "")
    shown = [*commands[:3], "", *["arr"] * 2, *commands[6:]]
    rules = [rule for rule, *_ in Watched(max_lag_ticks=1).run(commands, shown)]
    assert rules == ["display", "illegal-transition", "short-green"]


@both_ways
def test_waits_are_forgotten_and_what_they_were_allowed(how: str) -> None:
    watched = Watched(emergency_ds=1_800)
    long = ["rrr"] * (watched.bounds_ds[1] // 10)
    assert watched.run(long, calls=["100"], demand=[1]) == []
    begin_anew(watched, how)
    assert watched.run(long, demand=[1]) == []
    assert watched.check("rrr", demand=[1]) == [("max-red", 1, -1)]


@both_ways
def test_no_other_intersection_is_forgotten(how: str) -> None:
    watched = Watched(two_sites())
    watched.check("rrrrrr", demand=[4])
    begin_anew(watched, how)
    late = watched.run(["rrrrrr"] * 200, demand=[1, 4]).index(("max-red", 4, -1))
    assert late == 0


@both_ways
def test_no_display_differs_from_what_was_commanded_before(how: str) -> None:
    watched = Watched(pair(), max_lag_ticks=1)
    watched.check("rr")
    begin_anew(watched, how)
    assert watched.run(["rr", "rr"], ["Gr"]) == []
    assert watched.check("rr", "Gr") == [("display", 0, -1)]


def test_time_has_no_end() -> None:
    watched = Watched()
    watched.monitor._diary.counter[0] = 2**50
    assert watched.run(rows(CAR, "r" * 12 + CAR, "")) == []
    assert watched.check("rRr") == []
    assert watched.run(["rGr", "rar"]) == [("short-green", 1, -1)]


def site(*groups: SignalGroup, **between: int) -> Intersection:
    return intersection(groups, {(int(pair[1]), int(pair[2])): time for pair, time in between.items()})


def car(name: str, **times: int) -> SignalGroup:
    return SignalGroup(name, User.VEHICLE, (ord(name),), **{"min_green_ds": 50, "max_red_ds": 900} | times)


ODD = {"red_amber_ds": 15, "amber_ds": 30, "clearance_ds": 25}


@pytest.mark.parametrize(
    ("what", "tick_ds", "bounds_ds"),
    [
        # A turn of one alone: its way to red, a tick of red, a tick to notice. If that is more than its maximum red, it
        # counts instead, and a tick. A last tick for that in which it is counted.
        (site(car("a")), 10, [900 + 10]),
        (site(car("a", max_red_ds=10)), 10, [30 + 10 + 10 + 10 + 10]),
        (site(car("a", max_red_ds=60)), 10, [60 + 10]),
        (site(car("a", max_red_ds=10, **ODD)), 10, [30 + 30 + 20 + 10 + 10 + 10 + 10]),
        # Turns: 110 + 20, 150 + 20, 130 + 10. Each waits for those of the others, and a start-up of 90.
        (cross().intersections[0], 10, [900 + 170 + 140 + 100, 900 + 130 + 140 + 100, 1200 + 130 + 170 + 100]),
        # Rounded up: 0 + 21 + 105 + 21 + 7 = 154 and 21 + 56 + (35 + 28) + 7 = 147; a start-up of 105.
        (
            site(car("a", **ODD), car("b", min_green_ds=20, amber_ds=10, max_red_ds=10), _01=45, _10=100),
            7,
            [900 + 147 + 105 + 7, 147 + 7 + 154 + 105 + 7],
        ),
        # Its own way to red may be the longest: 30 + 250 + 10 + 10 = 300 and 50 + 280 + 10 = 340.
        (site(car("a", clearance_ds=250), car("b"), _01=50), 10, [900 + 340 + 50 + 10, 900 + 300 + 50 + 10]),
    ],
)
def test_its_bound_of_waiting_can_be_worked_out_by_hand(what: Intersection, tick_ds: int, bounds_ds: list[int]) -> None:
    assert Watched(network(what), tick_ds=tick_ds).bounds_ds == bounds_ds


@given(layouts, st.sampled_from([5, 10, 20, 7]))
def test_its_bound_of_waiting_is_never_tighter_than_what_the_kernel_promises(what: Intersection, tick_ds: int) -> None:
    _, guarantee_ds = waiting_bounds(network(what).arrays, tick_ds)
    assert (np.array(Watched(network(what), tick_ds=tick_ds).bounds_ds) >= guarantee_ds).all()


def test_a_tick_of_nothing_but_violations_fits_in_its_rows() -> None:
    groups = [car(name, red_amber_ds=10, amber_ds=0) for name in "abcdef"]
    watched = Watched(network(intersection(groups, {(i, j): 90 for i in range(6) for j in range(i)})))
    watched.run(["G" * 6, "r" * 6, "r" * 6], ["G" * 6, "r" * 6])
    found = watched.check("G" * 6, "G" * 6)
    assert len(found) == 6 * 3 + 30 * 4 < len(watched.monitor._diary.rows) // 6
    assert {rule for rule, _, _ in found} == {"display", "short-red-amber", "intergreen", "conflict"}


def test_a_group_with_nothing_but_violations_fits_in_its_rows() -> None:
    watched = Watched(network(site(car("a"))))
    watched.monitor._card.max_wait_ds[:] = 20
    watched.run("aa", "a", demand=[0])
    found = watched.check("R", "R", demand=[0])
    rules = ["display", "short-amber", "illegal-transition", "short-amber", "illegal-transition", "max-red"]
    assert [rule for rule, _, _ in found] == rules
    assert len(found) == len(watched.monitor._diary.rows) // 6
