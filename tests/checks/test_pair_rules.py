from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.checks.breaches import Breach
from signals.checks.pair_rules import pair_breaches
from signals.model.lanes import User
from signals.model.timelines import Relation, Timeline
from tests.checks.made import Steps, cycle, graph, meeting, record

WALKS = (User.PEDESTRIAN, User.VEHICLE)
FINE = ((20, "Gr"), (3, "yr"), (2, "rr"), (20, "rG"), (3, "ry"), (2, "rr"))


def only(made: Timeline) -> Breach:
    (found,) = pair_breaches(made)
    return found


def rules(made: Timeline) -> list[tuple[str, str]]:
    return [(found.level, found.rule) for found in pair_breaches(made)]


def test_what_is_fine_is_not_mentioned() -> None:
    assert rules(cycle(FINE, [meeting(0, 1)])) == []
    assert rules(cycle(((20, "GG"), (3, "yy")))) == [], "they never meet"


def test_conflict() -> None:
    found = only(cycle(((20, "GG"), (3, "yy"), (2, "rr")), [meeting(0, 1, yields=(True, True))]))
    assert (found.level, found.rule, found.step, found.time_ds) == ("error", "conflict", 0, 0)
    assert (found.groups, found.links, found.movements) == (("g0", "g1"), (0, 1), ("m0", "m1"))
    assert found.seen == "both green (G and G), neither yields"


@pytest.mark.parametrize(
    ("letters", "yields", "fine"),
    [
        ("Gg", (False, True), True),
        ("gG", (True, False), True),
        ("gg", (True, False), True),
        ("gG", (False, True), False),  # the one that has to yield is shown the other green
        ("gg", (False, False), False),
        ("GG", (True, False), False),
        ("Go", (False, True), True),
        ("GO", (False, True), False),
        ("oo", (False, False), True),  # no signal at all
        ("Gs", (False, False), True),
    ],
)
def test_who_yields(letters: str, yields: tuple[bool, bool], *, fine: bool) -> None:
    made = cycle(((20, letters),), [meeting(0, 1, yields=yields)])
    assert (rules(made) == []) is fine


def test_people_on_foot_never_yield() -> None:
    made = cycle(((20, "gG"),), [meeting(0, 1, yields=(True, False))], users=WALKS)
    assert rules(made) == [("error", "conflict")]


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        (Relation.ASIDE, ("warning", "implied-yield")),
        (Relation.ONCOMING, ("warning", "implied-yield")),
        (Relation.MERGE, ("warning", "merging-lanes")),
    ],
)
def test_those_who_sort_it_out(relation: Relation, expected: tuple[str, str]) -> None:
    assert rules(cycle(((20, "GG"), (3, "yy"), (2, "rr")), [meeting(0, 1, relation=relation)])) == [expected]


def test_intergreen() -> None:
    short = ((20, "Gr"), (3, "yr"), (1, "rr"), (20, "rG"), (3, "ry"), (2, "rr"))
    found = only(cycle(short, [meeting(0, 1)]))
    assert (found.level, found.rule, found.step, found.time_ds) == ("warning", "intergreen", 3, 240)
    assert (found.groups, found.seen, found.required) == (("g0", "g1"), "only 4 s", "5 s")
    assert (found.source, found.short_ds) == ("the test", 10)


def test_an_intergreen_over_the_end_of_the_cycle() -> None:
    found = only(cycle(FINE[:-1], [meeting(0, 1)]))
    assert (found.groups, found.seen, found.step) == (("g1", "g0"), "only 3 s", 0)


@pytest.mark.parametrize(
    ("steps", "seen"),
    [
        ([(20, "Gr"), (20, "yG"), (9, "rr")], "only 0 s, the other is still amber"),
        ([(20, "Gr"), (3, "yr"), (3, "yG"), (9, "rr")], "only 3 s, the other is still amber"),
        ([(20, "Gr"), (6, "yr"), (3, "yG"), (9, "rr")], "only 6 s, the other is still amber"),
        ([(20, "Gr"), (2, "yr"), (20, "rG"), (9, "rr")], "only 2 s, less than the shortest amber"),
    ],
)
def test_who_may_still_come_makes_it_an_error(steps: Steps, seen: str) -> None:
    found = only(cycle(steps, [meeting(0, 1)]))
    assert (found.level, found.seen) == ("error", seen)


def test_who_yields_may_begin_a_little_early() -> None:
    steps = ((20, "Gr"), (2, "yr"), (20, "rg"), (9, "rr"))
    assert rules(cycle(steps, [meeting(0, 1, yields=(False, True))])) == [("warning", "intergreen")]
    assert rules(cycle(steps, [meeting(0, 1, yields=(True, False))])) == [("error", "intergreen")]
    turning = [meeting(0, 1, relation=Relation.ASIDE)]
    assert rules(cycle(((20, "Gr"), (2, "yr"), (20, "rG"), (9, "rr")), turning)) == [("warning", "intergreen")]
    oncoming = [meeting(0, 1, relation=Relation.ONCOMING)]
    assert rules(cycle(((20, "Gr"), (2, "yr"), (20, "rG"), (9, "rr")), oncoming)) == [("error", "intergreen")]


def test_lanes_that_merge_need_no_intergreen() -> None:
    assert rules(cycle(((20, "Gr"), (20, "rG")), [meeting(0, 1, relation=Relation.MERGE)])) == []


def test_those_who_are_green_together_need_no_intergreen() -> None:
    steps = ((20, "Gr"), (3, "GG"), (20, "rg"), (3, "ry"))
    assert rules(cycle(((20, "Gr"), (3, "Gg"), (20, "rg")), [meeting(0, 1, yields=(False, True))])) == []
    assert rules(cycle(steps, [meeting(0, 1)])) == [("error", "conflict")], "said once"


def test_clearance_cut() -> None:
    steps = ((20, "Gr"), (6, "rr"), (20, "rG"), (20, "rr"))
    found = only(cycle(steps, [meeting(0, 1, needed=(9, 3), floor=(7, 3))], users=WALKS))
    assert (found.level, found.rule) == ("error", "clearance-cut")
    assert found.seen == "only 6 s, and who walks briskly has not left yet"
    assert rules(cycle(steps, [meeting(0, 1, needed=(9, 3), floor=(5, 3))], users=WALKS)) == [
        ("warning", "clearance-cut")
    ]


def test_a_green_that_comes_back_first_ends_the_wait() -> None:
    steps = ((9, "Gr"), (1, "yr"), (9, "Gr"), (3, "yr"), (2, "rr"), (9, "rG"), (9, "rr"))
    assert rules(cycle(steps, [meeting(0, 1)])) == []


def test_what_is_off_begins_no_intergreen() -> None:
    assert rules(cycle(((9, "Gr"), (9, "or"), (9, "oG"), (9, "rr")), [meeting(0, 1, yields=(True, False))])) == []
    assert rules(cycle(((9, "Gr"), (9, "?G"), (9, "rr")), [meeting(0, 1)])) == []


def test_a_record_is_judged_as_far_as_it_goes() -> None:
    assert rules(record(((9, "rG"), (3, "ry"), (1, "rr"), (9, "Gr"), (1, "yr")), [meeting(0, 1)])) == [
        ("warning", "intergreen")
    ]
    assert rules(record(((9, "Gr"), (3, "yr")), [meeting(0, 1)])) == []


def test_the_shortest_way_between_two_greens_counts() -> None:
    steps = ((20, "Gr"), (3, "yr"), (2, "rr"), (20, "rG"), (9, "ry"))
    assert rules(graph(steps, ((1,), (2,), (3,), (4,), (0,)), [meeting(0, 1)])) == []
    assert rules(graph(steps, ((1,), (2, 3), (3,), (4,), (0,)), [meeting(0, 1)])) == [("warning", "intergreen")]


def test_early_red_amber() -> None:
    steps = ((20, "Gr"), (2, "yr"), (1, "yu"), (20, "rG"), (3, "ry"), (2, "rr"))
    assert ("warning", "early-red-amber") in rules(cycle(steps, [meeting(0, 1)]))
    steps = ((20, "Gr"), (1, "Gu"), (3, "yr"), (20, "rG"), (3, "ry"), (2, "rr"))
    found = next(one for one in pair_breaches(cycle(steps, [meeting(0, 1)])) if one.rule == "early-red-amber")
    assert (found.groups, found.seen) == (("g0", "g1"), "red-amber while the other is green")


states = st.text("rGy", min_size=2, max_size=2)


@given(st.lists(st.tuples(st.integers(1, 6), states), min_size=2, max_size=7))
def test_the_same_as_second_by_second(steps: list[tuple[int, str]]) -> None:
    """A slow, obvious twin: two cycles written out, every start looked at by itself."""
    made = cycle(steps, [meeting(0, 1, floor=(0, 0))])
    seconds = "".join(letter for duration, state in steps for letter in [state[0]] * duration)
    other = "".join(letter for duration, state in steps for letter in [state[1]] * duration)
    together = any(a == b == "G" for a, b in zip(seconds, other, strict=True))
    assert ("conflict" in {rule for _, rule in rules(made)}) == together
    if together:
        return
    expected = set()
    for one, two, names in ((seconds, other, ("g0", "g1")), (other, seconds, ("g1", "g0"))):
        one, two = one * 3, two * 3  # noqa: PLW2901
        for now in range(len(seconds), 2 * len(seconds)):
            end = one.rfind("G", 0, now)
            starts = two[now] == "G" != two[now - 1] and end >= 0 and "G" not in two[end:now]
            amber = one[end + 1 : now + 1]
            if starts and (now - end - 1 < 5 or amber == "y" * len(amber)):
                expected.add(names)
    assert {found.groups for found in pair_breaches(made) if found.rule == "intergreen"} == expected
