"""Each cabinet is asked in its own way, and only for what is permitted where a beginning is known."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.line import Line
from signals.drive.config import Level
from signals.drive.foresight import Ends
from signals.drive.requests import Permitted, Requests
from signals.drive.seat import Seat
from signals.drive.shown import Shown
from signals.model.cabinets import Capability, GroupRequest, HoldRequest, Request, sites_of
from signals.model.values import Aspect, BoolArray, Command
from signals.testing import two_crossroads
from tests.drive.cabinet_of_mine import MyCabinet, Plan

NETWORK = two_crossroads()
OFFSET = NETWORK.arrays.group_offset
COUNT = int(OFFSET[-1])
WANT = np.arange(COUNT) % 3 == 0


class Bench:
    """Two seats, the second of which is driven by holds."""

    def __init__(self) -> None:
        self.line, clock = Line("requests"), Clock()
        self.seats = [
            Seat(
                lambda site=site: MyCabinet(site, Plan(), clock),  # type: ignore[misc]
                self.line,
                wanted=Level.DIRECT,
                armed=True,
                clock=clock,
                tick_ds=10,
            )
            for site in sites_of(NETWORK)
        ]
        self.seats[0].way, self.seats[1].way = Capability.GROUPS, Capability.HOLD_FORCE_OFF
        self.shown = Shown(NETWORK, 10)
        self.requests = Requests(NETWORK, self.seats, [0, 1], self.shown, 10)

    def permitted(self, want: BoolArray | None = WANT, *begun: bool) -> Permitted:
        aspect = np.where(WANT, Aspect.GREEN, Aspect.RED).astype(np.int8)
        command = Command(0.0, aspect, np.ones(2, np.bool_))
        return Permitted(command, want, np.ones(COUNT, np.bool_), begun or (True, True))


@pytest.fixture(name="bench")
def fixture_bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.line.close()


def test_each_in_its_own_way(bench: Bench) -> None:
    found = bench.requests.of([0, 1], bench.permitted())
    first, second = found[0], found[1]
    assert isinstance(first, GroupRequest)
    assert isinstance(second, HoldRequest)
    assert (first.aspect == np.where(WANT[: OFFSET[1]], Aspect.GREEN, Aspect.RED)).all()
    assert (first.min_end_ds == -1).all()  # nobody has said
    assert (first.likely_end_ds == -1).all()
    assert first.max_end_ds is None
    assert (second.call == WANT[OFFSET[1] :]).all()


def test_a_cabinet_is_told_what_is_known_of_the_ends_of_its_own_groups(bench: Bench) -> None:
    least = np.arange(COUNT, dtype=np.int32)
    ends = Ends(least, least + 10, least + 20, np.full(COUNT, 70, np.int8))
    first = bench.requests.of([0], bench.permitted()._replace(ends=ends))[0]
    assert isinstance(first, GroupRequest)
    own = slice(0, OFFSET[1])
    assert (first.min_end_ds == least[own]).all()
    assert (first.likely_end_ds == least[own] + 10).all()
    assert (first.max_end_ds == least[own] + 20).all()
    assert (first.confidence == 70).all()


def test_who_remembers_is_given_the_same_again_until_something_is_news(bench: Bench) -> None:
    bench.seats[0]._is_prompt = True
    ends = Ends(*np.full((3, COUNT), 100, np.int32), np.full(COUNT, 70, np.int8))
    permitted = bench.permitted()._replace(ends=ends)

    def asked(time_s: float, *who: int) -> Request | None:
        now = permitted._replace(command=permitted.command._replace(time_s=time_s))
        return bench.requests.of(who, now)[who[0]]

    first = asked(0.0, 0, 1)
    assert asked(0.4, 0, 1) is first
    assert asked(0.4, 1) is not asked(0.4, 1)  # holds are asked for each time
    back = asked(0.4, 0, 1)  # not asked in between: everything is news
    assert back is not first
    assert isinstance(back, GroupRequest)
    assert back.news is not None
    assert back.news.all()
    later = asked(6.0, 0, 1)
    assert isinstance(later, GroupRequest)
    assert later.news is not None
    assert later.news.all()
    assert asked(6.0, 0, 1) is later
    permitted.command.aspect[0] ^= 1
    assert asked(6.0, 0, 1) is not later


def test_who_has_no_beginning_is_asked_for_nothing_and_shall_show_nothing(bench: Bench) -> None:
    found = bench.requests.of([0, 1], bench.permitted(WANT, True, False))
    assert found[1] is None
    bench.shown.aspect[:] = Aspect.AMBER
    bench.shown.compare()
    assert bench.shown.late_ticks().tolist() == [1, 0]


def test_who_is_not_among_them_is_not_asked(bench: Bench) -> None:
    assert list(bench.requests.of([1], bench.permitted())) == [1]
    bench.shown.aspect[:] = Aspect.AMBER
    bench.shown.compare()
    assert bench.shown.late_ticks().tolist() == [0, 1]


def test_without_an_answer_nothing_is_asked_second_by_second(bench: Bench) -> None:
    assert bench.requests.of([0, 1], bench.permitted(None)) == {0: None, 1: None}
    assert bench.requests.of([], bench.permitted()) == {}


def test_plans_go_to_whoever_has_them(bench: Bench) -> None:
    seat = bench.seats[0]
    seat.way, seat.level = None, Level.PLAN
    found = {type(bench.requests.of([0], bench.permitted())[0]).__name__ for _ in range(200)}
    assert found == ({"PlanRequest", "NoneType"} if seat.site.intersection.plans else {"NoneType"})
    seat.level = Level.OBSERVE
    assert bench.requests.planned(0, WANT) is None
