"""NEMA rings: who is wanted, when the barrier is crossed, and that the guard lets it through."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from signals.control.dual_ring import REST, Rings
from signals.errors import NetworkError, UnknownNameError
from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.values import Decision, Readings
from signals.safety.guard import Guard

SIDES = [[("1", "2"), ("5", "6")], [("3", "4"), ("7", "8")]]


def eight(*, without: Sequence[tuple[str, str]] = ()) -> Intersection:
    """Eight phases, four approaches: 1 and 2 share a ring with 3 and 4, 5 and 6 with 7 and 8."""
    names = "12345678"
    groups = tuple(SignalGroup(name, User.VEHICLE, (number,), min_green_ds=20) for number, name in enumerate(names))

    def between(i: int, j: int) -> int | None:
        same_ring, same_side = i // 4 == j // 4, i % 4 // 2 == j % 4 // 2
        allowed = (names[i], names[j]) in without or (names[j], names[i]) in without
        return 50 if i != j and (same_ring or not same_side) and not allowed else None

    return Intersection("x", groups, tuple(tuple(between(i, j) for j in range(8)) for i in range(8)), ())


def names(want: np.ndarray) -> str:
    return "".join("12345678"[number] for number in np.flatnonzero(want))


def test_each_ring_gets_the_phase_it_asks_for_on_its_side_of_the_barrier() -> None:
    rings = Rings(eight(), SIDES)
    assert names(rings.want(["2", "6"])) == "26"
    assert names(rings.want(["1", "6"])) == "16"
    assert names(rings.want([REST, "5"])) == "15"


def test_nobody_crosses_the_barrier_alone() -> None:
    rings = Rings(eight(), SIDES)
    rings.want(["2", "6"])
    assert names(rings.want(["4", "6"])) == "26"
    assert names(rings.want(["4", REST])) == "26"
    assert names(rings.want(["4", "7"])) == "47"
    assert names(rings.want(["3", "5"])) == "37"


def test_a_ring_that_has_not_asked_yet_wants_nothing() -> None:
    assert names(Rings(eight(), SIDES).want([REST, "6"])) == "6"


def test_a_barrier_may_have_a_side_on_which_a_ring_has_no_phase() -> None:
    rings = Rings(eight(), [[("1", "2"), ("5", "6")], [("4",), ()]])
    rings.want(["2", "6"])
    assert names(rings.want(["4", "6"])) == "26"


def test_all_that_the_rings_want_is_shown_without_a_violation() -> None:
    place = eight()
    guard, rings = Guard(Network("x", (), (), (place,))), Rings(place, SIDES)
    shown, seen = np.full(8, -1, np.int8), []
    nobody = np.zeros(8, np.bool_)
    cycle = [("1", "5"), ("2", "5"), ("2", "6"), ("3", "6"), ("3", "7"), ("4", "8"), ("1", "8"), ("1", "5")]
    for step in range(len(cycle) * 12):
        decision = Decision(rings.want(cycle[step // 12]), np.full(1, -1, np.int32))
        readings = Readings(step, shown, *[np.zeros(0)] * 7)
        verdict = guard.permit(decision, readings, nobody)
        assert not verdict.violations
        shown = verdict.command.aspect.copy()
        seen.append(names(shown == 2))
    assert [seen[number * 12 + 11] for number in range(len(cycle))] == ["15", "25", "26", "26", "37", "48", "48", "15"]


@pytest.mark.parametrize(
    ("sides", "what"),
    [
        ([[("1", "2"), ("5", "6")], [("3", "4")]], "side 1 of the barrier has 1 rings, side 0 has 2"),
        ([[("1", "2"), ("5", "1")]], '"1" stands in the rings twice'),
        ([[("1", "5"), ("2", "6")]], '"1" and "5" share a ring but do not conflict'),
    ],
)
def test_rings_that_make_no_sense_are_refused(sides: list[list[tuple[str, ...]]], what: str) -> None:
    with pytest.raises(NetworkError, match=what):
        Rings(eight(), sides)


def test_a_barrier_that_the_matrix_does_not_know_is_refused() -> None:
    with pytest.raises(NetworkError, match='"2" and "8" are on different sides of the barrier but do not conflict'):
        Rings(eight(without=[("2", "8")]), SIDES)


def test_a_phase_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownNameError, match='signal group "9"'):
        Rings(eight(), [[("1", "9"), ("5", "6")]])


def test_a_ring_cannot_ask_for_the_phase_of_another() -> None:
    rings = Rings(eight(), SIDES)
    with pytest.raises(NetworkError, match='ring 0 has no phase "6"'):
        rings.want(["6", "6"])
    with pytest.raises(NetworkError, match='ring 1 has no phase "x"'):
        rings.want(["1", "x"])
    with pytest.raises(NetworkError, match="has 2 rings, 1 asked"):
        rings.want(["1"])
