"""Red, or red-amber, that was asked for is shown before more is asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from signals.adapters.tlcfi.objects import GroupState
from signals.adapters.tlcfi.starts import EARLY_S, LATE_S, Starts
from signals.model.cabinets import CabinetSite
from signals.model.values import Aspect
from tests.adapters.tlcfi.pairs import Pair
from tests.adapters.tlcfi.places import asked, crossing

RED, RED_AMBER, GREEN, AMBER = (
    int(state)
    for state in (GroupState.RED, GroupState.RED_AMBER, GroupState.PROTECTED_GREEN, GroupState.PROTECTED_AMBER)
)
SITE = crossing()


def test_who_was_asked_for_something_else_waits_for_nothing() -> None:
    starts = Starts([1.0, 1.0], [0.0, 0.0])
    starts.asked({0: GREEN, 1: RED}, [RED, RED])
    starts.shown(0, RED_AMBER, 0.0)
    assert not starts.early(0.0)
    assert starts.ready_s == float("inf")


def test_it_is_early_until_red_amber_has_nearly_been_shown_for_its_time() -> None:
    starts = Starts([1.0, 1.0], [0.0, 0.0])
    starts.asked({0: RED_AMBER, 1: RED_AMBER}, [RED, RED])
    assert list(starts.early(100.0)) == [0, 1]
    starts.shown(0, RED, 100.0)
    assert list(starts.early(100.0)) == [0, 1]
    starts.shown(0, RED_AMBER, 101.0)
    assert starts.ready_s == pytest.approx(102.0 - EARLY_S)
    assert list(starts.early(101.5)) == [0, 1]
    assert list(starts.early(102.0)) == [1]
    starts.asked({0: GREEN}, [RED_AMBER, RED])
    assert starts.ready_s == float("inf")


def test_it_is_early_until_red_is_shown() -> None:
    starts = Starts([0.0], [0.0])
    starts.asked({0: RED}, [GREEN])
    starts.shown(0, AMBER, 1.0)
    assert list(starts.early(100.0)) == [0]
    starts.shown(0, RED, 4.0)
    assert not starts.early(4.0)


def test_it_is_early_until_a_clearance_that_looks_red_is_over() -> None:
    starts = Starts([0.0], [8.0])
    starts.asked({0: RED}, [GREEN])
    starts.shown(0, RED, 4.0)
    assert starts.ready_s == pytest.approx(12.0 + LATE_S)
    assert list(starts.early(12.0)) == [0]
    assert not starts.early(12.0 + 2 * LATE_S)


def test_a_short_red_amber_is_enough_once_it_is_shown() -> None:
    starts = Starts([0.1], [0.0])
    starts.asked({0: RED_AMBER}, [RED])
    starts.shown(0, RED_AMBER, 5.0)
    assert starts.ready_s == 5.0
    assert not starts.early(5.0)


def test_who_goes_another_way_is_not_waited_for() -> None:
    starts = Starts([1.0, 1.0], [0.0, 0.0])
    starts.asked({0: RED_AMBER, 1: RED_AMBER}, [RED, RED])
    starts.shown(0, GREEN, 1.0)
    assert list(starts.early(1.0)) == [1]
    starts.forget()
    assert not starts.early(1.0)


def greens(pair: Pair, group: int) -> list[Any]:
    """All states that a group was asked for."""
    name, found = f"{group + 1:02d}", []
    for row in pair.said(">", "UpdateState"):
        for part in row["update"]:
            states = dict(zip(part["objects"]["ids"], part["states"], strict=True))
            found += [states.get(name, {}).get("reqState")] * (part["objects"]["type"] == 3)
    return [state for state in found if state is not None]


def all_red(site: CabinetSite) -> Pair:
    """Control is ours, all is red and has been for long."""
    pair = Pair(site).start()
    pair.tick()
    pair.take()
    for _ in range(20):  # each goes the way that it has to go
        lit = [int(Aspect.AMBER) * (aspect in (Aspect.GREEN, Aspect.AMBER)) for aspect in pair.firmware.aspect]
        pair.carry(pair.app.ask(asked(site, lit), pair.now_s))
        pair.tick()
    assert not pair.firmware.aspect.any()
    pair.log.clear()
    return pair


def wish(pair: Pair, aspect: Aspect) -> None:
    """Ask for something for the first group, and for red for the others."""
    reds = [int(Aspect.RED)] * (len(pair.site.groups) - 1)
    pair.carry(pair.app.ask(asked(pair.site, [int(aspect), *reds]), pair.now_s))


def with_red_amber() -> CabinetSite:
    place = SITE.intersection
    groups = (replace(place.groups[0], red_amber_ds=10), *place.groups[1:])
    return replace(SITE, intersection=replace(place, groups=groups))


def test_who_is_asked_for_red_and_for_green_between_two_ticks_of_a_controller_shows_both() -> None:
    """Two requests between two ticks of a controller are one to it, and amber is not followed by green."""
    pair = all_red(SITE)
    for aspect, seconds in ((Aspect.GREEN, 6), (Aspect.AMBER, 3)):
        wish(pair, aspect)
        for _ in range(seconds):
            pair.tick()
    wish(pair, Aspect.RED)
    wish(pair, Aspect.GREEN)
    assert greens(pair, 0) == [5, 7, 3]
    pair.tick()
    assert (pair.firmware.aspect[0], pair.firmware.illegal) == (Aspect.RED, ())
    pair.tick()
    assert greens(pair, 0) == [5, 7, 3, 5]
    assert (pair.firmware.aspect[0], pair.firmware.illegal) == (Aspect.GREEN, ())
    assert pair.app.next_s == float("inf")


def test_a_green_that_is_asked_for_before_red_amber_is_shown_waits_for_it() -> None:
    pair = all_red(with_red_amber())
    wish(pair, Aspect.RED_AMBER)
    wish(pair, Aspect.GREEN)
    pair.tick()
    assert (pair.firmware.aspect[0], pair.firmware.illegal) == (Aspect.RED_AMBER, ())
    assert pair.app.next_s == pytest.approx(pair.now_s + 0.8)
    pair.wait(0.7, step_s=0.1)
    assert greens(pair, 0) == [4]
    pair.tick()
    assert greens(pair, 0) == [4, 5]
    assert pair.firmware.aspect[0] == Aspect.GREEN
    pair.tick()
    assert greens(pair, 0) == [4, 5]


def test_red_amber_is_not_left_out_where_its_tick_was_waited_for() -> None:
    pair = all_red(with_red_amber())
    for aspect, seconds in ((Aspect.RED_AMBER, 1), (Aspect.GREEN, 6), (Aspect.AMBER, 3)):
        wish(pair, aspect)
        for _ in range(seconds):
            pair.tick()
    for aspect in (Aspect.RED, Aspect.RED_AMBER, Aspect.GREEN):
        wish(pair, aspect)
    shown = []
    for _ in range(3):
        pair.tick()
        shown.append(pair.firmware.aspect[0])
        assert pair.firmware.illegal == ()
    assert shown == [Aspect.RED, Aspect.RED_AMBER, Aspect.GREEN]
    assert greens(pair, 0) == [4, 5, 7, 3, 4, 5]


def test_a_walk_whose_clearance_began_late_is_not_asked_for_green_before_its_end() -> None:
    pair, walk = all_red(SITE), 8

    def wish_of(aspect: Aspect) -> None:
        reds = [int(Aspect.RED)] * len(SITE.groups)
        reds[walk] = int(aspect)
        pair.carry(pair.app.ask(asked(SITE, reds), pair.now_s))

    wish_of(Aspect.GREEN)
    for _ in range(8):
        pair.tick()
    wish_of(Aspect.CLEARANCE)
    for _ in range(8):  # it began in the first, so that it ends in the ninth
        pair.tick()
    for aspect in (Aspect.RED, Aspect.GREEN):
        wish_of(aspect)
    shown = []
    for _ in range(3):
        pair.tick()
        shown.append(pair.firmware.aspect[walk])
        assert pair.firmware.illegal == ()
    assert shown == [Aspect.RED, Aspect.GREEN, Aspect.GREEN]


def test_what_waits_is_forgotten_where_red_is_wanted_or_control_ends() -> None:
    pair = all_red(with_red_amber())
    for aspect in (Aspect.RED_AMBER, Aspect.GREEN, Aspect.RED):
        wish(pair, aspect)
    assert greens(pair, 0) == [4, 3]
    for aspect in (Aspect.RED_AMBER, Aspect.GREEN):
        wish(pair, aspect)
    pair.carry(pair.app.leave(pair.now_s))
    for _ in range(3):
        pair.tick()
    assert greens(pair, 0) == [4, 3, 4]


def test_what_was_not_shown_before_control_was_given_back_is_no_alarm() -> None:
    pair = all_red(SITE)
    pair.firmware.misbehave("lies")
    wish(pair, Aspect.GREEN)
    for _ in range(4):
        pair.tick()
    assert pair.app.alarms(pair.now_s) == (f"not-as-asked:{SITE.groups[0]}",)
    pair.carry(pair.app.leave(pair.now_s))
    assert pair.app.alarms(pair.now_s) == ()
