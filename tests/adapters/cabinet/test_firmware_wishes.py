"""What exact aspects, a stage, and hold, force-off, omit and call make of the lamps."""

from __future__ import annotations

import numpy as np

from signals.adapters.cabinet.firmware_lamps import Lamps
from signals.adapters.cabinet.firmware_wishes import Aspects, Greens, Holds, Wish
from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import User
from signals.model.values import Aspect, BoolArray

RED, GREEN, AMBER = Aspect.RED, Aspect.GREEN, Aspect.AMBER

GROUPS = tuple(SignalGroup(name, User.VEHICLE, (link,), min_green_ds=50) for link, name in enumerate("abcd"))
# a and b conflict, c conflicts with b alone, d with nobody.
MATRIX = ((None, 40, None, None), (40, None, 40, None), (None, 40, None, None), (None,) * 4)


def lamps() -> Lamps:
    made = Lamps(Intersection("j", GROUPS, MATRIX, ()), 10)
    for _ in range(20):
        made.tick()
    return made


def mask(names: str) -> BoolArray:
    return np.array([name in names for name in "abcd"])


def holds(hold: str = "", force_off: str = "", omit: str = "") -> Holds:
    return Holds(mask(hold), mask(force_off), mask(omit))


def run(made: Lamps, wish: Wish, ticks: int, called: str) -> list[str]:
    """Show a wish; return which groups were green in each tick. Who is called first stands first."""
    seen = []
    for _ in range(ticks):
        made.tick()
        assert wish.show(made, [called.find(name) for name in "abcd"]) == []
        seen.append("".join(name for name, aspect in zip("abcd", made.aspect, strict=True) if aspect == GREEN))
    return seen


def test_exact_aspects_are_the_lamps_own_business() -> None:
    made = lamps()
    made.tick()
    assert Aspects([GREEN, RED, RED, RED]).show(made, []) == []
    assert made.aspect[0] == GREEN
    assert Aspects([RED, RED, RED, RED]).show(made, [])[0][0] == 0


def test_greens_are_shown_and_all_others_end() -> None:
    made = lamps()
    assert run(made, Greens([True, False, True, False]), 1, "")[-1] == "ac"
    assert run(made, Greens([False, True, False, False]), 10, "")[-1] == "b"


def test_a_green_rests_until_somebody_who_conflicts_is_called() -> None:
    made = lamps()
    assert run(made, holds(), 30, "a")[-1] == "a"
    assert run(made, holds(), 30, "d")[-1] == "ad"
    seen = run(made, holds(), 10, "b")
    assert seen[0] == "d"
    assert seen[-1] == "bd"


def test_its_minimum_is_kept() -> None:
    made = lamps()
    run(made, holds(), 1, "a")
    assert run(made, holds(force_off="a"), 5, "b") == ["a"] * 4 + [""]


def test_a_held_green_stays() -> None:
    made = lamps()
    run(made, holds(), 1, "a")
    assert run(made, holds(hold="a", force_off="a"), 60, "bd")[-1] == "ad"
    assert run(made, holds(), 10, "b")[-1] == "bd"


def test_a_forced_off_green_ends_though_nobody_waits_and_may_come_again() -> None:
    made = lamps()
    run(made, holds(), 10, "a")
    wish = holds(force_off="a")
    assert run(made, wish, 5, "")[-1] == ""
    assert run(made, wish, 20, "a")[-1] == "a"  # the force-off ended with the green


def test_an_omitted_group_does_not_start_but_goes_on() -> None:
    made = lamps()
    assert run(made, holds(omit="ab"), 20, "abd")[-1] == "d"
    run(made, holds(), 1, "a")
    assert run(made, holds(omit="a"), 20, "")[-1] == "ad"
    assert run(made, holds(omit="b"), 20, "b")[-1] == "ad"  # nobody waits who could be served


def test_who_is_called_first_goes_first() -> None:
    made = lamps()
    assert run(made, holds(), 1, "bac")[-1] == "b"
    made = lamps()
    assert run(made, holds(), 1, "abc")[-1] == "a"  # c is in the way of b, which waits for a


def test_who_is_called_later_goes_first_while_the_earlier_one_waits_for_a_held_green() -> None:
    made = lamps()
    run(made, holds(), 1, "a")
    assert run(made, holds(hold="a"), 10, "bc")[-1] == "ac"
