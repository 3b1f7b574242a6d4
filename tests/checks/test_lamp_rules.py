from __future__ import annotations

import pytest

from signals.checks.breaches import Breach
from signals.checks.lamp_rules import lamp_breaches
from signals.model.lanes import User
from signals.model.timelines import Timeline
from tests.checks.made import cycle, graph, meeting, record

MEET = (meeting(0, 1),)
FINE = ((20, "Gr"), (3, "yr"), (2, "rr"), (20, "rG"), (3, "ry"), (2, "rr"))


def only(made: Timeline) -> Breach:
    (found,) = lamp_breaches(made)
    return found


def rules(made: Timeline) -> set[tuple[str, str]]:
    return {(found.level, found.rule) for found in lamp_breaches(made)}


def test_what_is_fine_is_not_mentioned() -> None:
    assert rules(cycle(FINE, MEET)) == set()
    with_red_amber = [(20, "G"), (3, "y"), (20, "r"), (1, "u")]
    assert rules(cycle(with_red_amber)) == set()
    assert rules(cycle([(20, "g"), (10, "G"), (3, "y"), (20, "s")])) == set()


def test_skipped_amber() -> None:
    found = only(cycle(((20, "Gr"), (2, "rr"), (20, "rG"), (3, "ry"), (2, "rr")), MEET))
    assert (found.level, found.rule, found.step, found.time_ds) == ("error", "skipped-amber", 1, 200)
    assert (found.groups, found.links, found.movements) == (("g0",), (0,), ("m0",))
    assert (found.seen, found.required, found.source) == ("red right after green", "3 s of amber", "the test")
    turning = only(cycle(((20, "Gr"), (2, "sr"), (20, "rG"), (3, "ry"), (2, "rr")), MEET))
    assert turning.rule == "skipped-amber", "turning on red is red"


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        (User.VEHICLE, {("warning", "skipped-amber")}),  # nobody else waits, as at a ramp
        (User.BICYCLE, {("warning", "skipped-amber")}),
        (User.TRANSIT, set()),
        (User.PEDESTRIAN, set()),
        (None, {("warning", "skipped-amber")}),
    ],
)
def test_not_everybody_has_amber(user: User | None, expected: set[tuple[str, str]]) -> None:
    assert rules(cycle(((20, "G"), (20, "r")), users=(user,))) == expected


def test_who_has_amber_elsewhere_is_no_pedestrian() -> None:
    made = cycle(((20, "G"), (3, "y"), (20, "r"), (20, "G"), (20, "r")), users=(None,))
    assert rules(made) == {("error", "skipped-amber")}


@pytest.mark.parametrize(
    ("amber_s", "user", "expected"),
    [
        (2.9, User.VEHICLE, {("error", "short-amber")}),
        (3, User.VEHICLE, set()),
        (1.9, User.BICYCLE, {("error", "short-amber")}),
        (2, User.BICYCLE, set()),
        (1.9, None, {("error", "short-amber")}),
        (2.9, None, {("warning", "short-amber")}),
        (2.5, User.TRANSIT, {("warning", "short-amber")}),
        (1, User.PEDESTRIAN, set()),
    ],
)
def test_short_amber(amber_s: float, user: User | None, expected: set[tuple[str, str]]) -> None:
    made = cycle(((20, "Gr"), (amber_s, "yr"), (20, "rG"), (3, "ry"), (2, "rr")), MEET, users=(user, User.VEHICLE))
    assert rules(made) == expected


def test_an_amber_that_is_long_enough_for_all_but_the_profile() -> None:
    made = cycle(((20, "G"), (3.5, "y"), (20, "r")))
    slow = made.layout.lamps[0]._replace(amber_ds=40)
    made = made._replace(layout=made.layout._replace(lamps=(slow,)))
    found = only(made)
    assert (found.level, found.seen, found.required, found.short_ds) == ("warning", "only 3.5 s", "4 s", 5)


def test_an_amber_is_as_long_as_the_shortest_way_through_it() -> None:
    made = graph(((20, "G"), (3, "y"), (2, "y"), (20, "r")), ((1, 2), (3,), (3,), (0,)))
    assert ("warning", "short-amber") in rules(made)


@pytest.mark.parametrize("what", ["yG", "ry", "Gu", "uy", "ur", "yu"])
def test_the_order_of_the_lights(what: str) -> None:
    ways = {"y": [(20, "G"), (3, "y")], "r": [(20, "r")], "G": [(20, "G")], "u": [(20, "r"), (1, "u")]}
    after = {"G": [(20, "G"), (3, "y"), (2, "r")], "y": [(3, "y"), (2, "r")], "u": [(1, "u"), (20, "G"), (3, "y")]}
    steps = [*ways[what[0]], *after.get(what[1], [(20, "r")])]
    wrong = [found for found in lamp_breaches(record(steps)) if found.rule == "illegal-transition"]
    assert len(wrong) == 1
    assert " right after " in wrong[0].seen


def test_people_on_foot_may_be_shown_anything_but_a_short_green() -> None:
    steps = ((4, "G"), (3, "y"), (20, "r"), (2, "y"))
    found = only(cycle(steps, users=(User.PEDESTRIAN,)))
    assert (found.level, found.rule, found.seen, found.required) == ("warning", "short-green", "only 4 s", "5 s")


def test_a_short_green_of_the_own_site_is_an_error() -> None:
    assert rules(cycle(((4, "G"), (3, "y"), (20, "r")), own=True)) == {("error", "short-green")}


def test_a_green_that_changes_its_letter_is_one_green() -> None:
    assert rules(cycle(((3, "G"), (3, "g"), (3, "y"), (20, "r")))) == set()


def test_what_is_off_is_not_judged() -> None:
    assert rules(cycle(((2, "G"), (20, "o"), (20, "r")))) == set()
    assert rules(cycle(((20, "o"), (20, "O")))) == set()
    assert rules(cycle(((2, "G"), (20, "?"), (20, "r")))) == set()


def test_never_green() -> None:
    assert rules(cycle(((20, "r"), (3, "r")))) == {("warning", "never-green")}
    assert rules(cycle(((20, "s"), (3, "r")))) == set(), "it may turn"
    assert rules(record(((20, "r"), (3, "r")))) == set(), "a record ends"
