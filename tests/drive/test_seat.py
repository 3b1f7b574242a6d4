"""A seat knows how far it has got, and whatever goes wrong leads one way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import Future

import numpy as np
import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.line import LATE, Line
from signals.drive.arming import Obstacle
from signals.drive.config import Level
from signals.drive.errands import Heard
from signals.drive.seat import ANEW_S, CHANGE_S, CONNECT_S, Seat, Standing, told
from signals.errors import InputError, WorldLostError, WorldTimeoutError
from signals.model.cabinets import (
    CabinetLink,
    CabinetRefusedError,
    CabinetReport,
    CabinetSite,
    Capability,
    GroupRequest,
    Mode,
    PlanRequest,
    Receipt,
    Request,
)
from signals.model.crossroads import crossroads
from tests.drive.cabinet_of_mine import EVERYTHING, MyCabinet, Plan

SITE = CabinetSite(crossroads().intersections[0])


class Hands:
    now_s = 0.0


class Bench:
    """A seat and the time around it."""

    def __init__(self, plan: Plan, *, armed: bool = True, wanted: Level = Level.DIRECT, tick_ds: int = 10) -> None:
        self.hands, self.plan = Hands(), plan
        clock = Clock(wall=lambda: 0.0, monotonic=lambda: self.hands.now_s)
        self.line = Line("seat")
        self.seat = Seat(
            lambda: MyCabinet(SITE, plan, clock), self.line, wanted=wanted, armed=armed, clock=clock, tick_ds=tick_ds
        )

    def connect(self) -> None:
        self.seat.is_left_to_be_met_anew()
        self.seat.advance(resting=False)
        for _ in range(500):
            if self.seat.standing is not Standing.CONNECTING:
                return
            time.sleep(0.002)
            self.seat.advance(resting=False)

    def read(self) -> None:
        work = self.seat.reading()
        assert work is not None
        (answer,) = self.line.each([work], 5.0)
        self.seat.took(answer)

    def wait_for_the_line(self) -> None:
        for _ in range(5):
            self.line.each([_nothing], 5.0)

    def do(self, work: object) -> object:
        (answer,) = self.line.each([work], 5.0)  # type: ignore[list-item]
        return answer

    def take(self) -> None:
        self.seat.taken(self.do(self.seat.taking()))
        self.read()


async def _nothing() -> None:
    pass


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench(Plan())
    yield made
    made.line.close()


def test_it_rests_connects_is_read_and_taken(bench: Bench) -> None:
    bench.seat.advance(resting=True)
    assert bench.seat.standing is Standing.AWAY
    assert bench.seat.reading() is None
    assert [found.text for found in bench.seat.obstacles()] == ["it is not connected yet"]
    bench.connect()
    assert bench.seat.standing is Standing.THERE
    assert bench.seat.level is Level.DIRECT
    assert bench.seat.way is Capability.GROUPS
    bench.read()
    assert bench.seat.obstacles() == ()
    bench.take()
    assert bench.seat.standing is Standing.OURS
    assert bench.seat.reached == "ours"


def test_what_stands_against_it_is_news_once_until_it_is_ours(bench: Bench) -> None:
    bench.connect()
    bench.read()
    assert bench.seat.is_news(Obstacle("clock", "its clock is off by 2 s"))
    assert not bench.seat.is_news(Obstacle("clock", "its clock is off by 3 s"))
    assert bench.seat.why == "its clock is off by 3 s"
    assert bench.seat.is_news(Obstacle("alarm lamp", "alarm: lamp"))
    bench.seat.fail("a fault")
    bench.connect()
    bench.read()
    assert not bench.seat.is_news(Obstacle("alarm lamp", "alarm: lamp"))
    bench.take()
    assert bench.seat.is_news(Obstacle("alarm lamp", "alarm: lamp"))


def test_what_it_can_do_no_more_than_is_said() -> None:
    bench = Bench(Plan(capabilities=EVERYTHING & ~Capability.GROUPS, lacks="there is no code"))
    bench.connect()
    assert bench.seat.level is Level.ADVISE
    assert bench.seat.way is None
    assert "direct is wanted, but it can do no more than advise: there is no code" in bench.seat.describe()
    bench.line.close()


def test_one_that_is_not_what_it_must_be_is_looked_at_anew_and_not_told_of_again() -> None:
    bench = Bench(Plan(backup_s=0.0))
    bench.connect()
    bench.read()
    assert "backup time" in bench.seat.introduce()
    bench.hands.now_s = ANEW_S
    assert not bench.seat.is_left_to_be_met_anew()
    assert bench.seat.standing is Standing.THERE
    bench.hands.now_s = ANEW_S + 0.1
    bench.connect()
    bench.read()
    assert bench.plan.log.count("connect") == 2
    assert bench.seat.introduce() == ""
    assert bench.seat.wrong == ""
    bench.plan.backup_s = 10.0
    bench.hands.now_s += ANEW_S + 0.1
    bench.connect()
    bench.read()
    assert bench.seat.obstacles() == ()
    assert bench.seat.introduce() != ""
    bench.hands.now_s += 1_000.0
    assert not bench.seat.is_left_to_be_met_anew()
    assert bench.seat.standing is Standing.THERE
    bench.seat.fail("a fault")
    bench.connect()
    assert bench.seat.introduce() != "", "after a fault it is told again"
    bench.line.close()


def test_what_was_news_when_it_came_is_news_though_others_were_waited_for(bench: Bench) -> None:
    bench.connect()
    work = bench.seat.reading()
    assert work is not None
    (answer,) = bench.line.each([work], 5.0)
    bench.hands.now_s += 1.5
    bench.seat.took(answer)
    assert bench.seat.standing is Standing.THERE


def test_one_request_may_be_lost_and_not_two(bench: Bench) -> None:
    bench.connect()
    bench.read()
    bench.take()
    for answer, wrong in ((LATE, False), (None, False), (LATE, False), (LATE, True)):
        bench.seat.sent(answer)
        assert bool(bench.seat.wrong) is wrong
        assert bench.seat.standing is Standing.OURS


def test_nobody_there(bench: Bench) -> None:
    bench.plan.away = True
    bench.connect()
    assert bench.seat.standing is Standing.AWAY
    assert bench.seat.wrong == "the connection broke: nobody there"
    assert bench.seat.describe() == ""


def test_one_that_never_connects_is_given_up(bench: Bench) -> None:
    bench.seat.advance(resting=False)
    bench.seat._connecting = Future()
    bench.hands.now_s = CONNECT_S + 1
    bench.seat.advance(resting=False)
    assert bench.seat.standing is Standing.AWAY
    assert "cannot be connected in time" in bench.seat.wrong


def test_one_that_returns_nonsense_is_not_connected(bench: Bench) -> None:
    bench.seat.advance(resting=False)
    bench.seat._connecting = Future()
    bench.seat._connecting.set_result("hello")
    bench.seat.advance(resting=False)
    assert bench.seat.wrong == "it did not say what it is"


def test_a_status_may_be_a_tick_old_and_no_more(bench: Bench) -> None:
    bench.connect()
    bench.read()
    bench.hands.now_s = 1.0
    bench.seat.took(LATE)
    assert bench.seat.standing is Standing.THERE
    bench.hands.now_s = 1.1
    bench.seat.took(LATE)
    assert bench.seat.standing is Standing.AWAY
    assert bench.seat.wrong == "it did not answer in time"


class PromptCabinet(MyCabinet):
    """A cabinet that says when there is nothing to wait for, and may be wrong."""

    fresh = prompt = True

    def is_fresh(self) -> bool:
        return self.fresh

    def is_prompt(self, request: Request | None) -> bool:
        return self.prompt


def test_who_has_nothing_to_wait_for_is_read_and_told_at_once() -> None:
    bench = Bench(Plan())
    link = PromptCabinet(SITE, bench.plan, Clock(wall=lambda: 0.0, monotonic=lambda: bench.hands.now_s))
    bench.seat._speak_through(link)
    bench.connect()
    work = bench.seat.reading()
    assert work is not None
    assert isinstance(work(), Heard)
    link.fresh = False
    reading = work()
    assert asyncio.iscoroutine(reading)
    reading.close()
    bench.take()
    assert bench.seat.sending(None)() is None
    link.prompt = False
    sending = bench.seat.sending(None)()
    assert asyncio.iscoroutine(sending)
    sending.close()
    bench.line.close()


def test_who_remembers_is_not_asked_again_for_what_was_accepted() -> None:
    bench = Bench(Plan())
    link = PromptCabinet(SITE, bench.plan, Clock(wall=lambda: 0.0, monotonic=lambda: bench.hands.now_s))
    bench.seat._speak_through(link)
    bench.connect()
    bench.take()
    groups = len(SITE.groups)
    request = GroupRequest(*np.zeros((3, groups), np.int8))

    def asked(answer: object = None) -> Receipt | None:
        given = bench.seat.sending(request)()
        return bench.seat.sent(given if answer is None else answer)

    first = asked()
    assert first is not None
    assert first.accepted
    again = asked()
    assert again is not None
    assert (again.accepted, again.code, again.detail) == (True, first.code, "nothing has changed")
    assert (len(link.requests), link.heartbeats) == (1, 2)
    asked(LATE)  # whether it has heard us nobody knows
    asked()
    assert len(link.requests) == 2
    request = request._replace(aspect=request.aspect.copy())
    asked()
    assert len(link.requests) == 3
    bench.seat.way = Capability.HOLD_FORCE_OFF
    asked()
    assert len(link.requests) == 4
    bench.line.close()


def test_who_waits_though_there_is_nothing_to_wait_for_is_a_fault() -> None:
    bench = Bench(Plan())
    link = PromptCabinet(SITE, bench.plan, Clock(wall=lambda: 0.0, monotonic=lambda: bench.hands.now_s))

    async def heartbeat() -> None:
        await asyncio.sleep(0)

    link.heartbeat = heartbeat  # type: ignore[method-assign]
    bench.seat._speak_through(link)
    bench.connect()
    bench.read()
    bench.seat.sent(bench.seat.sending(None)())
    assert "has waited where it said that it would not" in bench.seat.wrong
    assert bench.seat.standing is Standing.AWAY
    bench.line.close()


def test_where_plans_are_all_a_status_may_be_older_however_short_a_tick_is() -> None:
    bench = Bench(Plan(capabilities=Capability.STATUS | Capability.SPLITS | Capability.BACKUP_TIMER), tick_ds=2)
    bench.connect()
    bench.read()
    bench.hands.now_s = 1.5
    bench.seat.took(LATE)
    assert bench.seat.standing is Standing.THERE
    bench.plan.frozen = True
    bench.hands.now_s = 1.6
    bench.read()
    assert bench.seat.wrong == "what it reports is old"
    bench.line.close()


def test_what_was_ours_is_given_back_though_nobody_may_hear_it(bench: Bench) -> None:
    bench.connect()
    bench.read()
    bench.seat.took(WorldLostError("cut"))
    bench.wait_for_the_line()
    assert bench.plan.log == ["close", "connect", "close"], "it was not ours"
    bench.connect()
    bench.read()
    bench.take()
    assert bench.seat.standing is Standing.OURS
    bench.plan.log.clear()
    bench.seat.took(WorldLostError("cut"))
    assert bench.seat.standing is Standing.AWAY
    bench.wait_for_the_line()
    assert bench.plan.log == ["release: the connection broke: cut", "close"]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        7,
        CabinetReport(0.0, 1, Mode.READY, *([np.zeros(0, np.int8)] * 4)),  # type: ignore[arg-type]
        CabinetReport(0.0, 1, 99, *([np.zeros(0, np.int8)] * 4)),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_report_is_not_believed(bench: Bench, answer: object) -> None:
    bench.connect()
    bench.seat.took(answer)
    assert bench.seat.wrong == "it reported what is no report"


def test_one_that_does_not_let_us_is_left_in_the_end(bench: Bench) -> None:
    bench.plan.mode = Mode.READY
    bench.connect()
    bench.read()
    bench.take()
    assert bench.seat.standing is Standing.ASKED
    bench.hands.now_s = 61.0
    bench.read()
    assert bench.seat.wrong == "it does not let us"


def test_whoever_takes_it_from_us_is_noticed(bench: Bench) -> None:
    bench.connect()
    bench.read()
    bench.take()
    bench.plan.mode = Mode.MANUAL
    bench.read()
    assert bench.seat.standing is Standing.THERE
    assert bench.seat.wrong == "it is not ours any more: manual"


def test_what_sending_comes_to(bench: Bench) -> None:
    bench.connect()
    bench.read()
    bench.take()
    refused = Receipt(accepted=False, code="no", detail="busy", sent_s=0.0, answered_s=0.0)
    assert bench.seat.sent(refused) is refused
    assert bench.seat.wrong == "it refused: no, busy"
    assert bench.seat.sent(None) is None
    assert bench.seat.sent(LATE) is None
    assert bench.seat.standing is Standing.OURS
    bench.seat.sent(WorldLostError("cut"))
    assert bench.seat.standing is Standing.AWAY


PLAN = PlanRequest(1, 60, 0, (60,))


def asked_for_a_plan(bench: Bench, answer: object) -> Seat:
    """Ask a cabinet that is ours to run a plan, and wait until it has answered that."""
    bench.connect()
    bench.read()
    bench.take()
    bench.plan.answers = answer
    assert bench.seat.sent(bench.do(bench.seat.sending(PLAN))) is None  # the heartbeat
    bench.wait_for_the_line()
    return bench.seat


def test_a_plan_is_sent_beside_the_heartbeat(bench: Bench) -> None:
    receipt = Receipt(True, "accepted", "", 0.0, 0.0)
    seat = asked_for_a_plan(bench, receipt)
    link = seat.link
    assert isinstance(link, MyCabinet)
    assert (link.heartbeats, link.requests) == (1, [PLAN])
    assert seat.changed() == receipt
    assert (seat.changed(), seat.wrong, seat.standing) == (None, "", Standing.OURS)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Receipt(False, "no", "today", 0.0, 0.0), "it refused: no, today"),
        ("yes", "it answered what is no answer"),
        (None, "it answered what is no answer"),
    ],
)
def test_a_plan_that_is_not_taken_is_a_fault(bench: Bench, answer: object, why: str) -> None:
    if answer is None:
        bench.plan.answers = None
        bench.connect()
        bench.read()
        bench.take()

        async def nothing(_: Request) -> None:
            pass

        bench.seat.link.send = nothing  # type: ignore[assignment,method-assign]
        bench.do(bench.seat.sending(PLAN))
        bench.wait_for_the_line()
        seat = bench.seat
    else:
        seat = asked_for_a_plan(bench, answer)
    seat.changed()
    assert seat.wrong == why


def test_a_plan_that_is_never_answered_is_ended_before_the_cabinet_is_given_back(bench: Bench) -> None:
    bench.connect()
    bench.read()
    bench.take()
    ended = []

    async def hang(_: Request) -> Receipt:
        try:
            return await asyncio.Event().wait()  # type: ignore[return-value]
        finally:
            ended.append(bench.plan.log[-1])

    bench.seat.link.send = hang  # type: ignore[method-assign]
    bench.do(bench.seat.sending(PLAN))
    bench.do(bench.seat.sending(PLAN))  # one at a time
    bench.hands.now_s += CHANGE_S
    assert (bench.seat.changed(), bench.seat.wrong) == (None, "")
    bench.hands.now_s += 0.1
    bench.seat.changed()
    assert bench.seat.wrong == "it did not acknowledge its plan in time"
    bench.wait_for_the_line()
    assert ended == ["take"]
    assert bench.plan.log[-2:] == [f"release: {bench.seat.wrong}", "close"]


@pytest.mark.parametrize("answer", [LATE, WorldLostError("cut"), False])
def test_one_that_does_not_confirm_is_left(bench: Bench, answer: object) -> None:
    bench.connect()
    bench.read()
    bench.take()
    bench.seat.releasing("we must")
    assert bench.seat.standing is Standing.THERE
    assert not bench.seat.released(answer)
    assert bench.seat.standing is Standing.AWAY
    assert bench.seat.wrong.startswith("we must; it did not confirm")


def test_asking_may_fail(bench: Bench) -> None:
    bench.connect()
    bench.read()
    bench.seat.taken(LATE)
    assert bench.seat.standing is Standing.THERE
    bench.seat.taken(WorldTimeoutError("no"))
    assert bench.seat.standing is Standing.AWAY


def test_a_new_line_means_a_new_link(bench: Bench) -> None:
    bench.connect()
    old, line = bench.seat.link, Line("other")
    bench.seat.renew(line)
    assert bench.seat.link is not old
    assert (bench.seat.line, bench.seat.standing, bench.seat.report) == (line, Standing.AWAY, None)
    line.close()


def test_where_no_new_link_can_be_made_the_old_one_stays(bench: Bench) -> None:
    bench.connect()
    old, line = bench.seat.link, Line("other")

    def make() -> CabinetLink:
        raise InputError("no board is left")

    bench.seat._make = make
    bench.seat.renew(line)
    assert bench.seat.link is old
    assert (bench.seat.line, bench.seat.standing) == (line, Standing.AWAY)
    line.close()


def test_errors_are_one_line() -> None:
    assert told(CabinetRefusedError("no\nentry")) == "it refused: no entry"
    assert told(WorldTimeoutError("a\nb")) == "it did not answer in time: a b"
    assert told(ZeroDivisionError("x" * 500)).startswith("ZeroDivisionError: x")
    assert len(told(ZeroDivisionError("x" * 500))) == 300
