"""A cabinet that times itself is driven from a beginning at which nothing that it was asked before is to come."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from signals.drive.beginnings import Beginnings
from signals.drive.seat import Seat
from signals.drive.street import EDGE_SHARE, READ_SHARE
from signals.model.cabinets import CabinetSite, Capability, HoldRequest
from signals.model.crossroads import crossroads
from signals.model.values import Aspect

SITE = CabinetSite(crossroads().intersections[0])
GROUPS = len(SITE.groups)
LONGEST_TICKS = 1 + max(ds or 0 for row in SITE.intersection.intergreen_ds for ds in row) // 10


def beginnings(way: Capability = Capability.HOLD_FORCE_OFF) -> Beginnings:
    return Beginnings([cast("Seat", SimpleNamespace(site=SITE, way=way))], 10)


def shown(*green: int, aspect: Aspect = Aspect.GREEN) -> Any:
    found = np.full(GROUPS, Aspect.RED, np.int8)
    found[list(green)] = aspect
    return found


def asked(**which: int) -> HoldRequest:
    rows = {name: np.zeros(GROUPS, np.bool_) for name in HoldRequest._fields}
    for name, group in which.items():
        rows[name][group] = True
    return HoldRequest(**rows)


def test_it_begins_at_rest_and_its_greens_stay_for_the_longest_intergreen() -> None:
    one = beginnings()
    assert not one.begins(0, shown(0, aspect=Aspect.AMBER), 5)
    assert one.begins(0, shown(), 6)
    assert not one.begins(0, shown(), 7)
    assert one.settling(7) == [0]
    assert one.settling(6 + LONGEST_TICKS) == []


@pytest.mark.parametrize("way", [Capability.GROUPS, Capability.STAGES])
def test_who_shows_what_he_is_told_misses_no_beginning_and_settles_nothing(way: Capability) -> None:
    one = beginnings(way)
    assert one.begins(0, shown(), 0)
    assert one.settling(1) == []
    assert one.missed(3, lambda _: None) == []
    assert one.begun == [True]


@pytest.mark.parametrize(("now", "later"), [("AMBER", "RED"), ("CLEARANCE", "RED"), ("RED_AMBER", "GREEN")])
def test_who_shows_what_he_is_told_begins_anew_where_missed_edges_have_brought_what_comes_next(
    now: str, later: str
) -> None:
    asked, found = shown(3, aspect=Aspect[now]), shown(3, aspect=Aspect[later])
    one = beginnings(Capability.GROUPS)
    assert one.begins(0, shown(), 0)
    assert not one.is_ahead(0, found, asked, 1)  # without a missed edge that is no excuse
    one.missed(3, lambda _: None)
    assert not one.is_ahead(0, asked, asked, 4)
    assert one.is_ahead(0, found, asked, 5)
    assert not one.begins(0, found, 5)
    assert one.begins(0, found, 6)
    assert not one.is_ahead(0, found, asked, 7)


def test_what_was_missed_is_no_excuse_for_the_next_amber() -> None:
    one = beginnings(Capability.GROUPS)
    assert one.begins(0, shown(), 0)
    one.missed(3, lambda _: None)
    assert not one.is_ahead(0, shown(3), shown(3), 4)
    assert not one.is_ahead(0, shown(), shown(3, aspect=Aspect.AMBER), 5)


def test_a_green_that_was_called_and_one_that_was_to_end_are_waited_for() -> None:
    for request, before, after in (
        (asked(call=2), shown(), shown(2)),
        (asked(force_off=1), shown(1), shown()),
    ):
        one = beginnings()
        assert one.begins(0, before, 0)
        assert one.missed(3, lambda _, request=request: request) == [0]  # type: ignore[misc]
        assert one.begun == [False]
        assert not one.begins(0, before, 4)
        assert not one.begins(0, before, 5)
        assert one.begins(0, after, 6)


def test_who_is_at_rest_when_edges_were_missed_is_lost_for_a_tick() -> None:
    one = beginnings()
    assert one.begins(0, shown(1), 0)
    assert one.missed(3, lambda _: None) == [0]
    assert not one.begins(0, shown(1), 4)
    assert one.begins(0, shown(1), 5)


def test_what_never_comes_is_not_waited_for_for_ever() -> None:
    one = beginnings()
    assert one.begins(0, shown(), 0)
    one.missed(3, lambda _: asked(call=2))
    ticks = next(tick for tick in range(4, 100) if one.begins(0, shown(), tick))
    assert LONGEST_TICKS <= ticks - 3 <= LONGEST_TICKS + 4


def test_who_was_not_ours_meanwhile_was_asked_for_nothing_that_is_to_come() -> None:
    one = beginnings()
    assert one.begins(0, shown(), 0)
    one.missed(3, lambda _: asked(call=2))
    one.leave(0)
    assert one.begins(0, shown(), 5)


@pytest.mark.parametrize(("before", "after"), [(shown(), shown(2)), (shown(1), shown(1, aspect=Aspect.AMBER))])
def test_who_goes_on_with_his_own_program_begins_anew_twice(before: Any, after: Any) -> None:
    one = beginnings()
    for tick, (was, now) in enumerate([(before, after), (after, before)]):
        at = 4 * tick
        assert one.begins(0, np.where(was == Aspect.AMBER, Aspect.RED, was), at)
        assert not one.goes_on_by_itself(0, np.where(was == Aspect.AMBER, Aspect.RED, was), at + 1)
        assert one.goes_on_by_itself(0, now, at + 2)
        assert one.begun == [False]
        assert not one.begins(0, shown(), at + 2)
        assert not one.goes_on_by_itself(0, now, at + 3)
    assert one.begins(0, before, 9)
    assert not one.goes_on_by_itself(0, after, 10)
    one.leave(0)
    assert one.begins(0, before, 11)
    assert one.goes_on_by_itself(0, after, 12)


def test_what_was_settled_is_ours_to_begin_and_to_end() -> None:
    one = beginnings()
    assert one.begins(0, shown(), 0)
    assert one.goes_on_by_itself(0, shown(2), LONGEST_TICKS - 1)
    assert one.begins(0, shown(), LONGEST_TICKS)
    assert not one.goes_on_by_itself(0, shown(2), 2 * LONGEST_TICKS)


def test_what_is_read_lies_before_the_next_tick_of_a_cabinet() -> None:
    assert READ_SHARE < 1.0 - EDGE_SHARE
