"""One adapter: what it is called for, and what its answers make of it."""

from __future__ import annotations

import numpy as np
import pytest

from signals.model.values import Command
from signals.safety.adapter_seat import BUSY, LATE, AdapterSeat, still_entering
from signals.safety.fallback import Failure, attempt
from signals.safety.intake import MALFORMED
from tests.safety.worlds import Cabinet, joined, site

CITY = joined(site("a"), site("b"))
GREEN = Command(3.0, np.array([0, 1, 2, 2, 3, 4], np.int8), np.array([True, True]))


def seated(name: str = "b") -> tuple[AdapterSeat, Cabinet]:
    world = Cabinet(site(name))
    seat = AdapterSeat(world, CITY)
    seat.entered(attempt(seat.enter()))
    return seat, world


def tick(seat: AdapterSeat, *, allowed: bool = True) -> None:
    seat.took(attempt(seat.read()))
    if seat.awake:
        seat.wrote(attempt(seat.write(GREEN, allowed=allowed)))


def test_one_that_is_well_is_trusted_from_the_start() -> None:
    world = Cabinet(site("b"), end=100)
    seat = AdapterSeat(world, CITY)
    assert not seat.trusted
    seat.entered(attempt(seat.enter()))
    assert seat.trusted
    for _ in range(5):
        tick(seat)
        assert (seat.awake, seat.failed, seat.doubted, seat.trusted) == (True, False, False, True)
    assert world.calls == ["enter", *["read", "write"] * 5]
    assert world.shown.tolist() == [2, 3, 4]
    assert (seat.finished, seat.progress) == (False, pytest.approx(0.05))


def test_nothing_is_shown_that_is_not_allowed() -> None:
    seat, world = seated()
    tick(seat, allowed=False)
    assert world.written == [[False]]


@pytest.mark.parametrize("what", ["read", "write"])
def test_one_that_fails_is_left_entered_anew_and_watched(what: str) -> None:
    seat, world = seated()
    tick(seat)
    world.raises = {what: OSError("no route to host"), "exit": OSError("not open")}
    tick(seat)
    assert (seat.awake, seat.failed, seat.doubted, seat.trusted) == (False, True, False, False)
    assert seat.trouble == ("adapter-raised", "OSError: no route to host")
    assert (seat.intake.aspect == -1).all()
    world.raises, world.calls, seat.failed = {"exit": OSError("not open")}, [], False
    trusted = []
    for _ in range(4):
        tick(seat, allowed=False)
        trusted.append(seat.trusted)
    assert trusted == [False, False, True, True]
    assert world.calls == ["exit", "enter", *["read", "write"] * 3]


def test_doubt_during_the_trial_begins_it_anew_but_does_not_end_trust() -> None:
    seat, world = seated()
    world.raises["read"] = ValueError()
    tick(seat)
    world.raises.clear()
    tick(seat)
    tick(seat)
    world.tells = lambda honest: honest._replace(aspect=honest.aspect + 50)
    tick(seat)
    assert (seat.doubted, seat.intake.strange.tolist()) == (False, [True])
    assert seat.trouble == ("readings-impossible", "it shows what is no aspect")
    assert not seat.trusted
    world.tells = lambda honest: honest
    tick(seat)
    assert not seat.trusted
    tick(seat)
    assert seat.trusted
    world.tells = lambda honest: honest._replace(time_s=honest.time_s + 1000)
    tick(seat)
    assert (seat.doubted, seat.trusted) == (True, True)
    assert seat.trouble.code == "clock-stepped"


@pytest.mark.parametrize("garbage", [None, 7, "readings", (), object()])
def test_one_that_reports_garbage_has_failed(garbage: object) -> None:
    seat, world = seated()
    world.tells = lambda _: garbage
    tick(seat)
    assert (seat.failed, seat.trouble.code) == (True, MALFORMED)


def test_one_that_reports_what_can_not_even_be_looked_at_has_failed() -> None:
    seat, world = seated()
    world.tells = lambda honest: honest._replace(time_s="noon")
    tick(seat)
    assert (seat.failed, seat.trouble.code) == (True, MALFORMED)
    assert "must be real number" in seat.trouble.detail


def test_entering_may_take_longer_than_a_tick() -> None:
    world = Cabinet(site("b"))
    seat = AdapterSeat(world, CITY)
    seat.entered(LATE)
    assert (seat.failed, seat.trusted, seat.trouble.code) == (False, False, "adapter-late")
    assert seat.read() is still_entering
    seat.took(still_entering())
    assert seat.read() is still_entering
    seat.took((False, 0.0))
    assert seat.read() == world.read


def test_entering_may_fail_in_the_end() -> None:
    seat = AdapterSeat(Cabinet(site("b")), CITY)
    seat.entered(LATE)
    seat.took(Failure(OSError("refused")))
    assert (seat.failed, seat.trouble) == (True, ("adapter-raised", "OSError: refused"))
    assert seat.read() is not still_entering


def test_one_that_is_busy_cannot_be_entered_anew_yet() -> None:
    seat, _ = seated()
    seat.took(LATE)
    assert (seat.failed, seat.trouble.code) == (True, "adapter-late")
    seat.failed = False
    seat.took(BUSY)
    assert (seat.failed, seat.trouble.detail) == (True, "it is still busy with an earlier tick")
    assert seat.read() is not still_entering


def test_leaving_is_worth_a_word_only_where_all_was_well() -> None:
    seat, _ = seated()
    assert seat.left(attempt(seat.leave())) == ""
    seat, world = seated()
    world.raises["exit"] = OSError("broken pipe")
    assert seat.left(attempt(seat.leave())) == "adapter Cabinet: OSError: broken pipe"
    assert seat.left(attempt(seat.leave())) == ""


def test_it_accounts_for_its_travellers_or_fails() -> None:
    seat, world = seated()
    assert not isinstance(seat.account(), Failure)
    world.raises["outcome"] = OSError()
    assert isinstance(seat.account(), Failure)
