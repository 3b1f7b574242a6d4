from __future__ import annotations

from signals.adapters.sumo.bridges import bridged
from signals.model.intersections import Plan, PlanStep


def plan(*steps: tuple[int, tuple[int, ...]]) -> Plan:
    return Plan("p", tuple(PlanStep(duration, groups) for duration, groups in steps))


def never(first: int, second: int) -> bool:
    return False


def test_a_gap_shorter_than_the_clearance_is_filled() -> None:
    found, groups = bridged(plan((100, (0,)), (20, ()), (100, (0,)), (300, (1,))), [80, 0], lambda a, b: a != b)
    assert [step.groups for step in found.steps] == [(0,), (0,), (0,), (1,)]
    assert groups == (0,)


def test_a_gap_across_the_end_of_the_cycle_is_one_gap() -> None:
    found, groups = bridged(
        plan((40, ()), (100, (0,)), (300, (1,)), (100, (0,)), (30, ())), [80, 0], lambda a, b: a != b
    )
    assert groups == (0,)
    assert [0 in step.groups for step in found.steps] == [True, True, False, True, True]
    assert bridged(plan((40, ()), (100, (0,)), (300, (1,)), (100, (0,)), (50, ())), [80, 0], never)[1] == ()


def test_a_gap_in_which_something_conflicting_is_wanted_stays() -> None:
    given = plan((100, (0,)), (20, (1,)), (100, (0,)))
    assert bridged(given, [80, 0], lambda a, b: a != b) == (given, ())


def test_gaps_as_long_as_the_clearance_and_groups_without_one_stay() -> None:
    given = plan((100, (0, 1)), (80, ()))
    assert bridged(given, [80, 0], never) == (given, ())


def test_always_and_never_green_have_no_gap() -> None:
    given = plan((100, (0,)), (10, (0,)))
    assert bridged(given, [80, 80], never) == (given, ())
