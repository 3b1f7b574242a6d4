"""The rules of the interstage kernel, one by one, on a clock that can be read."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from signals.kernels.compile import quick
from signals.model.crossroads import crossroads
from signals.model.intersections import SignalGroup
from signals.model.lanes import User
from signals.model.values import Aspect, Decision
from signals.safety import interstage
from signals.safety.guard import Guard
from tests.safety.driving import Run
from tests.safety.layouts import cross, intersection, network, random_intersection, readings
from tests.safety.planted import plain_step


def test_a_cold_simulated_world_starts_with_the_wish() -> None:
    run = Run(cross(red_amber_ds=0)).wish(0, 2)
    assert run.history == ["GrG"]
    assert run.reason(0) == run.reason(1) == ["granted"]


def test_green_ends_by_amber_and_the_intergreen_is_exact() -> None:
    run = Run(cross(red_amber_ds=0)).wish(0, ticks=10).wish(1, ticks=9)
    assert run.column(0) == "G" * 10 + "aaa" + "r" * 6
    assert run.column(1) == "r" * 10 + "r" * 6 + "GGG"
    assert run.reason(1)[10:] == ["conflicting group not red yet"] * 3 + ["intergreen"] * 3 + ["granted"] * 3
    assert not run.violations


def test_red_amber_ends_when_the_intergreen_does() -> None:
    run = Run(cross()).wish(0, ticks=10).wish(1, ticks=9)
    assert run.column(0) == "R" + "G" * 9 + "aaa" + "r" * 6
    assert run.column(1) == "r" * 15 + "R" + "GGG"
    assert run.reason(0)[:2] == ["red-amber", "granted"]


def test_red_amber_once_begun_goes_on_to_its_minimum_green() -> None:
    run = Run(cross(red_amber_ds=20)).wish(0).wish(ticks=8)
    assert run.column(0) == "RRGGGGGaa"
    assert run.reason(0) == ["red-amber"] * 2 + ["minimum green"] * 5 + ["granted"] * 2


def test_pedestrians_clear_before_anyone_who_conflicts_starts() -> None:
    run = Run(cross(red_amber_ds=0)).wish(2, ticks=6).wish(1, ticks=10)
    assert run.column(2) == "G" * 6 + "c" * 8 + "rr"
    assert run.column(1) == "r" * 15 + "G"


def test_a_group_with_amber_and_clearance_shows_both() -> None:
    both = SignalGroup("both", User.BICYCLE, (0,), min_green_ds=20, amber_ds=20, clearance_ds=30)
    run = Run(network(intersection([both], {}))).wish(0, ticks=2).wish(ticks=6)
    assert run.column(0) == "GGaacccr"
    run = Run(network(intersection([both], {}))).wish(0, ticks=2).wish(ticks=2).wish(0, ticks=5)
    assert run.column(0) == "GGaacccrG"
    assert run.reason(0)[4:] == ["clearance"] * 3 + ["intergreen", "granted"]
    assert not run.violations


def test_a_group_without_amber_and_clearance_turns_red_at_once_and_stays_red_for_a_tick() -> None:
    bare = SignalGroup("bare", User.PEDESTRIAN, (0,), min_green_ds=20, amber_ds=0)
    run = Run(network(intersection([bare], {}))).wish(0, ticks=2).wish().wish(0)
    assert run.column(0) == "GGrG"
    assert not run.violations


def test_a_wish_during_amber_waits_for_red() -> None:
    run = Run(cross(red_amber_ds=0)).wish(0, ticks=6).wish().wish(0, ticks=4)
    assert run.column(0) == "G" * 6 + "aaarG"
    assert run.reason(0)[6:] == ["granted", "amber", "amber", "intergreen", "granted"]


def test_an_interval_is_never_shortened_by_a_long_tick() -> None:
    run = Run(cross(red_amber_ds=10), tick_ds=20).wish(0, ticks=5).wish(1, ticks=6)
    assert run.column(0) == "RGGGGaarrrr"  # amber of 3 s lasts 4 s
    assert run.column(1) == "r" * 7 + "RGGG"  # red-amber of 1 s lasts 2 s, within the intergreen of 6 s
    assert not run.violations


def test_of_two_that_conflict_the_one_that_was_red_longer_is_first() -> None:
    run = Run(cross(red_amber_ds=0)).wish(0, 1, ticks=6)
    assert run.history[-1] == "Grr"  # equally long: the lower number
    assert run.reason(1) == ["conflicting groups wanted together"] * 6
    run.wish(ticks=20).wish(0, 1)
    assert run.history[-1] == "rGr"


def test_who_waits_only_for_time_is_not_overtaken() -> None:
    car = {"min_green_ds": 50, "amber_ds": 0}
    groups = [SignalGroup(name, User.VEHICLE, (number,), **car) for number, name in enumerate("abc")]
    # c ends; a has to wait longer than b, and a and b conflict.
    what = network(intersection(groups, {(2, 0): 90, (2, 1): 20, (0, 1): 10}))
    run = Run(what).wish(2, ticks=5).wish(0, 1, ticks=10)
    assert run.column(0) == "r" * 14 + "G"
    assert run.column(1) == "r" * 15
    assert run.reason(1)[-1] == "conflicting groups wanted together"


def test_who_waits_for_a_wanted_green_is_overtaken() -> None:
    car = {"min_green_ds": 50, "amber_ds": 0}
    groups = [SignalGroup(name, User.VEHICLE, (number,), **car) for number, name in enumerate("abc")]
    # a waits for c, which stays green; b conflicts with a only.
    what = network(intersection(groups, {(2, 0): 10, (0, 1): 10}))
    run = Run(what).wish(2, ticks=2).wish(0, 1, 2, ticks=2)
    assert run.history[-1] == "rGG"


def test_maximum_green_ends_only_while_a_conflicting_group_waits() -> None:
    run = Run(cross(red_amber_ds=0)).wish(0, ticks=40)
    assert run.column(0) == "G" * 40
    run.wish(0, demand=[2])  # does not conflict
    assert run.history[-1][0] == "G"
    run.wish(0, demand=[1])
    assert run.history[-1][0] == "a"
    assert run.reason(0)[-1] == "maximum green"


def test_at_maximum_green_the_one_who_waited_longest_is_next_whatever_is_wished() -> None:
    run = Run(cross(red_amber_ds=0)).wish(0, ticks=60, demand=[1])
    assert run.column(0) == "G" * 30 + "aaa" + "r" * 13 + "G" * 14
    assert run.column(1) == "r" * 36 + "G" * 5 + "aaa" + "r" * 16
    assert run.reason(0)[33] == "a group waited too long"
    assert run.reason(1)[36] == "a group waited too long"  # green though not wanted
    assert not run.violations


def test_a_group_alone_in_being_urgent_is_green_within_its_maximum_red() -> None:
    run = Run(cross(max_green_ds=9000)).wish(0, ticks=120, demand=[1])
    assert 70 < run.column(1).index("G") <= 90
    assert run.column(1).count("G") == 5  # its minimum, since nobody wanted it
    assert run.history[-1] == "Grr"
    assert not run.violations


def test_demand_that_comes_and_goes_is_not_forgotten() -> None:
    run = Run(cross(max_green_ds=9000))
    for _ in range(90):
        run.wish(0, demand=[1]).wish(0)
    assert 150 < run.column(1).index("G") <= 165


def test_an_emergency_vehicle_gets_green_whatever_is_wished() -> None:
    run = Run(cross(red_amber_ds=0)).wish(0, ticks=10).wish(0, ticks=12, calls={1: 1})
    assert run.column(0)[10:] == "aaa" + "r" * 9
    assert run.column(1)[10:] == "r" * 6 + "G" * 6  # its intergreen holds
    assert run.reason(0)[10:] == ["emergency"] * 12
    assert run.reason(1)[10:] == ["granted"] * 6 + ["emergency"] * 6
    run.wish(0, ticks=3)
    assert run.column(1)[22:] == "aaa"
    assert not run.violations


def test_an_emergency_cuts_a_walk_but_not_its_clearance() -> None:
    run = Run(cross(red_amber_ds=0)).wish(2, ticks=3).wish(2, ticks=10, calls={1: 1})
    assert run.column(2) == "GGG" + "c" * 8 + "rr"
    assert run.column(1).index("G") == 3 + 9  # the intergreen of people on foot
    assert not run.violations


def test_an_emergency_cuts_a_walk_that_nobody_wishes_any_more() -> None:
    run = Run(cross(red_amber_ds=0)).wish(2, ticks=2).wish().wish(ticks=2, calls={1: 1})
    assert run.column(2) == "GGGcc"
    assert not run.violations


def test_an_emergency_cuts_no_minimum_green_of_vehicles_no_amber_and_no_red_amber() -> None:
    run = Run(cross(red_amber_ds=20)).wish(0).wish(ticks=20, calls={1: 1})
    assert run.column(0) == "RRGGGGGaaa" + "r" * 11
    assert run.column(1) == "r" * 11 + "RR" + "G" * 8
    assert not run.violations


def test_of_two_emergencies_the_lower_number_goes_first_and_the_other_after_it() -> None:
    run = Run(cross(red_amber_ds=0)).wish(0, ticks=6, calls={0: 2}).wish(0, ticks=20, calls={0: 2, 1: 1})
    assert run.column(0)[6:10] == "aaar"
    assert run.column(1)[6:].index("G") == 6
    run.wish(ticks=15, calls={0: 2})
    assert run.history[-1] == "Grr"
    assert not run.violations


def test_emergencies_that_do_not_conflict_are_served_together() -> None:
    run = Run(cross(red_amber_ds=0)).wish(1, ticks=6).wish(1, ticks=12, calls={0: 1, 2: 5})
    assert run.history[-1] == "GrG"


def test_a_called_green_goes_on_beyond_its_maximum() -> None:
    run = Run(cross(red_amber_ds=0)).wish(ticks=60, demand=[1], calls={0: 1})
    assert run.column(0) == "G" * 60
    assert not run.violations


def test_a_call_that_does_not_end_is_a_stuck_input() -> None:
    run = Run(cross(red_amber_ds=0)).wish(1, ticks=200, calls={0: 1})
    assert run.column(0) == "G" * 180 + "aaa" + "r" * 17
    assert run.history[-1] == "rGr"
    run.wish(1).wish(1, ticks=8, calls={0: 1})  # it dropped, so it is heard again
    assert run.history[-1] == "Grr"
    assert not run.violations


def test_calls_cannot_starve_anybody() -> None:
    run = Run(cross(red_amber_ds=0))
    for _ in range(8):
        run.wish(0, ticks=60, demand=[1], calls={0: 1}).wish(0, demand=[1])
    assert 180 + 30 < run.column(1).index("G") <= 180 + 90
    assert run.column(1).count("G") > 4  # at least its minimum
    assert not run.violations


@pytest.mark.parametrize("number", [0, -1, -128])
def test_only_a_positive_number_is_a_call(number: int) -> None:
    assert Run(cross(red_amber_ds=0)).wish(0, ticks=5, calls={1: number}).column(0) == "GGGGG"


def test_start_up_on_the_street_is_red_for_the_longest_intergreen() -> None:
    run = Run(cross(red_amber_ds=0), cold_start="street").wish(0, ticks=11)
    assert run.history == ["rrr"] * 9 + ["Grr"] * 2
    assert run.reason(0) == ["start-up"] * 9 + ["granted"] * 2
    assert run.reason(1) == ["granted"] * 11


@pytest.mark.parametrize("cold_start", ["simulated", "street"])
def test_what_is_shown_is_taken_over(cold_start: str) -> None:
    run = Run(cross(), shown="Grc", cold_start=cold_start).wish(ticks=9)
    assert run.column(0) == "GGGGGaaar"  # as if it had just begun
    assert run.column(2) == "ccccccccr"


def test_red_taken_over_on_the_street_has_just_begun() -> None:
    assert Run(cross(red_amber_ds=0), shown="rrr", cold_start="street").wish(0, ticks=10).column(0).index("G") == 5
    assert Run(cross(red_amber_ds=0), shown="rrr").wish(0, ticks=10).column(0).index("G") == 0


@pytest.mark.parametrize("shown", [[2, 2, 0], [2, 0, -1], [2, 0, 7], [3, 1, 0]])
def test_a_display_that_cannot_be_taken_over_is_answered_by_a_start_up(shown: list[int]) -> None:
    run = Run(cross(red_amber_ds=0))
    run.shown = np.array(shown, np.int8)
    run.wish(0, ticks=10)
    assert run.history == ["rrr"] * 9 + ["Grr"]


def test_what_is_not_written_is_red_in_the_command_and_taken_over_again_afterwards() -> None:
    run = Run(cross(red_amber_ds=0)).wish(0, ticks=3)
    run.write = False
    run.wish(0, ticks=2)
    assert run.history[-2:] == ["rrr"] * 2
    assert run.reason(0)[-1] == "not written"
    run.write = True
    run.shown = np.array([0, 2, 0], np.int8)  # its own program went on meanwhile
    run.wish(0, ticks=15)
    assert run.column(1)[5:] == "GGGGG" + "aaa" + "r" * 7
    assert run.column(0)[5:].index("G") == 10
    assert not run.violations


def test_a_memory_that_cannot_be_is_red_that_has_just_begun() -> None:
    run = Run(cross(red_amber_ds=0), on_violation="count").wish(0)
    run.guard._state.aspect[0] = 77
    run.wish(1, ticks=9)
    assert run.column(0) == "G" + "r" * 9
    assert run.column(1).index("G") == 1 + 6
    assert "red instead of amber" in run.violations[-1]


@pytest.mark.parametrize("seed", range(6))
def test_compiled_and_plain_python_agree(seed: int) -> None:
    rng = random.Random(seed)
    what = network(*[random_intersection(rng, name=f"x{number}") for number in range(3)])
    compiled, plain = (Guard(what, tick_ds=rng.choice((5, 10, 20)), on_violation="count") for _ in range(2))
    plain._site = compiled._site
    plain_kernel = plain_step()
    groups = len(what.arrays.min_green_ds)
    draw = np.random.default_rng(seed)
    for _ in range(150):
        want, demand = draw.random((2, groups)) < 0.5
        preempt = draw.choice([0, 0, 0, 0, 1, 2, -1], groups).astype(np.int8)
        shown, write = draw.integers(-1, 5, groups).astype(np.int8), draw.random(3) < 0.95
        inputs = (want, demand, preempt, shown, write)
        interstage.step(quick(compiled._site), quick(compiled._state), *quick(inputs))
        plain_kernel(tuple(plain._site), tuple(plain._state), *inputs)
        for one, other in zip(compiled._state, plain._state, strict=True):
            assert one.tobytes() == other.tobytes()


def test_the_numbers_are_those_of_the_model() -> None:
    assert [interstage.RED, interstage.RED_AMBER, interstage.GREEN, interstage.AMBER, interstage.CLEARANCE] == [
        Aspect.RED,
        Aspect.RED_AMBER,
        Aspect.GREEN,
        Aspect.AMBER,
        Aspect.CLEARANCE,
    ]
    assert interstage.UNKNOWN == Aspect.UNKNOWN
    assert len(interstage.REASONS) == interstage.NOT_WRITTEN + 1


def test_a_city_is_one_call_and_its_intersections_do_not_touch_each_other() -> None:
    one = crossroads().intersections[0]
    rng = random.Random(7)
    others = [random_intersection(rng, name=f"x{number}") for number in range(4)]
    city = Guard(replace(crossroads(), intersections=(*others[:2], one, *others[2:])))
    alone = Guard(crossroads())
    first = sum(len(other.groups) for other in others[:2])
    draw = np.random.default_rng(3)
    for tick in range(200):
        want, demand = draw.random((2, len(city._want))) < 0.4
        rows = slice(first, first + 12)
        big = city.permit(Decision(want, np.full(5, -1, np.int32)), readings(tick, np.full(len(want), -1)), demand)
        small = alone.permit(Decision(want[rows], np.full(1, -1, np.int32)), readings(tick, [-1] * 12), demand[rows])
        assert big.command.aspect[rows].tolist() == small.command.aspect.tolist()
        assert big.reason[rows].tolist() == small.reason.tolist()
