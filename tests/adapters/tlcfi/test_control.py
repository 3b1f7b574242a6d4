"""Control comes and goes by the way of TLC-FI, and is never kept where it is not wanted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.tlcfi.control import MAX_ERRORS, Seat
from signals.adapters.tlcfi.objects import ControlState

S = ControlState


def offline() -> Seat:
    seat = Seat()
    seat.told(S.OFFLINE)
    return seat


def in_control() -> Seat:
    seat = offline()
    assert seat.take() == (S.READY,)
    assert seat.told(S.READY) == ()
    assert seat.told(S.START) == (S.IN_CONTROL,)
    assert not seat.is_ours
    assert seat.told(S.IN_CONTROL) == ()
    assert seat.is_ours
    return seat


def test_the_way_to_control_and_back() -> None:
    seat = in_control()
    assert seat.leave() == (S.END,)
    assert not seat.is_ours
    assert not seat.is_left
    assert seat.told(S.END) == (S.OFFLINE,)
    assert seat.told(S.OFFLINE) == ()
    assert seat.is_left
    assert not seat.broken


def test_a_tlc_that_begins_anew_is_confirmed() -> None:
    seat = Seat()
    assert seat.told(S.NOT_CONFIGURED) == (S.NOT_CONFIGURED,)
    assert seat.told(S.OFFLINE) == (S.OFFLINE,)
    assert seat.told(S.OFFLINE) == ()


def test_a_tlc_that_takes_control_back_is_left_and_not_asked_again() -> None:
    seat = in_control()
    assert seat.told(S.END) == (S.END, S.OFFLINE)
    assert not seat.wanted
    assert seat.told(S.OFFLINE) == ()
    assert seat.take() == (S.READY,)


@pytest.mark.parametrize(("state", "asked"), [(S.READY, (S.OFFLINE,)), (S.OFFLINE, (S.OFFLINE,)), (S.ERROR, ())])
def test_control_that_is_taken_without_a_word_is_gone(state: ControlState, asked: tuple[ControlState, ...]) -> None:
    seat = in_control()
    assert seat.told(state) == asked
    assert not seat.is_ours
    assert not seat.wanted


@pytest.mark.parametrize("until", [S.READY, S.START])
def test_who_does_not_want_control_any_more_leaves_before_it_comes(until: ControlState) -> None:
    seat = offline()
    seat.take()
    for state in (S.READY, S.START)[: until - 2]:
        seat.told(state)
    assert seat.leave() == (S.OFFLINE,)
    assert seat.told(S.START if until is S.READY else S.IN_CONTROL) == ()  # it has been asked to end already
    assert seat.told(S.OFFLINE) == ()


def test_control_that_comes_unwanted_is_left_at_once() -> None:
    seat = offline()
    seat.take()
    seat.told(S.READY)
    seat.wanted = False
    assert seat.told(S.START) == (S.OFFLINE,)
    assert seat.told(S.IN_CONTROL) == ()
    seat = offline()
    assert seat.told(S.IN_CONTROL) == (S.END,)
    assert seat.told(S.END) == (S.OFFLINE,)


def test_control_is_asked_for_once_and_when_it_can_be_had() -> None:
    seat = Seat()
    assert seat.take() == ()
    assert seat.take() == ()
    assert seat.told(S.NOT_CONFIGURED) == (S.NOT_CONFIGURED,)
    assert not seat.is_free
    assert seat.told(S.OFFLINE) == (S.OFFLINE, S.READY)
    assert seat.is_free
    assert seat.leave() == ()


def test_control_can_be_had_back_before_it_is_left() -> None:
    seat = in_control()
    seat.told(S.END)
    assert seat.take() == (S.READY,)
    assert seat.told(S.READY) == ()
    assert seat.told(S.START) == (S.IN_CONTROL,)


def test_errors_are_borne_five_times() -> None:
    seat = offline()
    for number in range(1, MAX_ERRORS + 1):
        assert seat.told(S.ERROR) == ()
        assert seat.errors == number
        expected = (S.NOT_CONFIGURED,) if number < MAX_ERRORS else ()
        assert seat.told(S.NOT_CONFIGURED) == expected
    assert seat.is_spent


def test_a_way_that_is_not_allowed_is_noticed() -> None:
    seat = offline()
    seat.told(S.IN_CONTROL)
    assert seat.broken
    assert not seat.is_ours


@given(st.lists(st.sampled_from([*S, "take", "leave"]), max_size=30))
def test_whatever_happens_control_is_only_ours_if_we_asked_for_it(steps: list[ControlState | str]) -> None:
    seat, wanted = Seat(), False
    for step in steps:
        if step == "take":
            seat.take()
            wanted = True
        elif step == "leave":
            requests = seat.leave()
            wanted = False
            assert S.IN_CONTROL not in requests
            assert S.READY not in requests
        else:
            requests = seat.told(S(step))
            assert wanted or (S.IN_CONTROL not in requests and S.READY not in requests)
        assert wanted or not seat.is_ours
