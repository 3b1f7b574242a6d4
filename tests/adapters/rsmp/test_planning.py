"""What is sent to a site in which order, and what must be read back: against the pure virtual site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from signals.adapters.rsmp.messages import CommandRequest, CommandResponse, StatusName, StatusRequest, StatusResponse
from signals.adapters.rsmp.orders import ALLOWED, Order
from signals.adapters.rsmp.planning import TABLES, Planning, read_times
from signals.adapters.rsmp.session import Received, Refused
from signals.adapters.rsmp.sxl import STATUSES
from signals.adapters.rsmp.view import View
from signals.errors import WorldTimeoutError
from signals.model.cabinets import CabinetRefusedError, CabinetSite, Mode, PlanRequest
from tests.adapters.rsmp.bench import CODES, MAIN, SITE, Pair, run

GREEN = (22, 3, 5, 12, 5, 22, 3, 5, 12, 5)
MORE = (24, 3, 5, 10, 5, 22, 3, 5, 12, 5)


class Desk:
    """Asks the pure site, and remembers which commands went there."""

    def __init__(self, site: CabinetSite = SITE) -> None:
        self.pair = Pair(site=site)
        self.options, self.view = self.pair.options, View(SITE, self.pair.options)
        self.sent: list[str] = []
        self.twist: Any = lambda message: message
        self.ahead_s = 0.0
        self.pair.tick()

    async def command(self, order: Order) -> CommandResponse:
        self.sent.append(order[0].command)
        found = self._ask(CommandRequest(self.pair.supervisor.identity(), MAIN, order), CommandResponse)
        assert isinstance(found, CommandResponse)
        return found

    async def read(self, codes: Sequence[str]) -> None:
        names = tuple(StatusName(code, name) for code in codes for name in STATUSES[code].names)
        answer = self._ask(StatusRequest(self.pair.supervisor.identity(), MAIN, names), StatusResponse)
        self.view.tell(answer.values, answer.at, self.pair.now)

    def now_s(self) -> float:
        return self.pair.now.s + self.ahead_s

    async def pause(self, for_s: float) -> None:
        self.ahead_s += for_s

    def _ask(self, message: CommandRequest | StatusRequest, kind: type[Any]) -> Any:
        events = self.pair.ask(message)
        for event in events:
            if isinstance(event, Refused):
                raise CabinetRefusedError(event.reason)
        found = [event.message for event in events if isinstance(event, Received) and isinstance(event.message, kind)]
        return self.twist(found[0])


def request(green_s: tuple[int, ...] = MORE, **other: int) -> PlanRequest:
    return PlanRequest(**{"plan": 1, "cycle_s": sum(green_s), "offset_s": 0, **other}, green_s=green_s)


async def taken() -> tuple[Desk, Planning]:
    desk = Desk()
    planning = Planning(desk, CODES["security_code_2"])
    await planning.take()
    return desk, planning


def test_the_time_out_is_set_before_the_plan_is_taken() -> None:
    async def test() -> None:
        desk, _ = await taken()
        assert desk.sent == ["M0023", "M0002"]
        assert desk.pair.firmware.mode is Mode.OURS
        assert desk.pair.firmware.backup_s == 60.0
        assert (desk.view.plan_from_us, desk.view.backup_min) == (1, 1)

    run(test)


def test_without_the_code_nothing_is_asked() -> None:
    async def test() -> None:
        desk = Desk()
        with pytest.raises(CabinetRefusedError, match="security_code_2"):
            await Planning(desk, "").take()
        assert desk.sent == []
        with pytest.raises(CabinetRefusedError, match="wrong security code"):
            await Planning(desk, "canary").take()

    run(test)


def test_only_what_differs_is_sent_and_bands_come_last() -> None:
    async def test() -> None:
        desk, planning = await taken()
        desk.sent.clear()
        receipt = await planning.send(request())
        assert (receipt.accepted, receipt.code) == (True, "accepted")
        assert desk.sent == ["M0023", "M0014"]
        assert (await planning.send(request())).code == "unchanged"
        assert desk.sent == ["M0023", "M0014"]
        assert (await planning.send(request(GREEN))).code == "too-soon"
        desk.ahead_s += 91.0
        assert (await planning.send(request(GREEN))).code == "too-soon"
        desk.ahead_s += 2.0  # who sends once a cycle does not do so to the moment
        longer = request((26, *MORE[1:]), offset_s=7)
        assert (await planning.send(longer)).accepted
        assert desk.sent[2:] == ["M0023", "M0018", "M0015", "M0014"]
        assert read_times(desk.view)[1].cycle_s == longer.cycle_s
        assert set(desk.sent) <= ALLOWED

    run(test)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (request(plan=2), "no plan 2"),
        (request((0, *MORE[1:])), "cannot give"),
        (request((150, *MORE[1:])), "cannot give"),
        (request(MORE[:-1]), "cannot give"),
        (request(cycle_s=95), "sum of its steps"),
        (request((100, 3, 5, 100, 5, 22, 3, 5, 12, 5)), "at most 255"),
        (request(offset_s=300), "between 0 and 255"),
    ],
)
def test_what_cannot_be_said_is_not_sent(asked: PlanRequest, why: str) -> None:
    async def test() -> None:
        desk, planning = await taken()
        desk.sent.clear()
        receipt = await planning.send(asked)
        assert (receipt.accepted, receipt.code) == (False, "not-expressible")
        assert why in receipt.detail
        assert desk.sent == []

    run(test)


def test_what_is_not_ours_is_not_sent() -> None:
    async def test() -> None:
        desk = Desk()
        assert (await Planning(desk, "2222").send(request())).code == "not-in-control"
        assert desk.sent == []

    run(test)


def test_what_the_firmware_finds_impossible_is_refused_and_nothing_has_changed() -> None:
    async def test() -> None:
        desk, planning = await taken()
        receipt = await planning.send(request((31, 3, 5, 3, 5, 22, 3, 5, 12, 5)))  # 3 s of green, 5 at least
        assert (receipt.accepted, receipt.code) == (False, "refused")
        assert "2222" not in receipt.detail
        await desk.read(("S0023",))
        assert read_times(desk.view)[1].extensions[4] == 11

    run(test)


def test_a_site_that_reads_back_something_else_is_not_believed() -> None:
    async def test() -> None:
        desk, planning = await taken()
        keep = desk.pair.site.state.tables

        def twist(message: Any) -> Any:
            keep.restore()  # it answers, and forgets at once
            return message

        desk.twist = twist
        assert (await planning.send(request())).code == "not-verified"

    run(test)


def test_a_site_that_does_not_do_what_it_answers_is_not_taken() -> None:
    async def test() -> None:
        desk = Desk()
        planning = Planning(desk, "2222")
        desk.pair.firmware.take = lambda: False  # type: ignore[method-assign]
        with pytest.raises(CabinetRefusedError, match="another status"):
            await planning.take()

        desk = Desk()

        def deaf(message: Any) -> Any:
            desk.pair.site.state.forced_plan = 0
            return message

        desk.twist = deaf
        with pytest.raises(CabinetRefusedError, match="does not say that it runs plan 1"):
            await Planning(desk, "2222").take()
        assert desk.ahead_s >= 5.0

        desk = Desk()

        def stuck(message: Any) -> Any:
            desk.pair.firmware.backup_s = 0.0
            return message

        desk.twist = stuck
        with pytest.raises(CabinetRefusedError, match="time-out of 1 minutes"):
            await Planning(desk, "2222").take()

        desk = Desk()
        desk.twist = lambda message: (
            message._replace(returned=tuple(row._replace(value=None, age="unknown") for row in message.returned))
            if isinstance(message, CommandResponse)
            else message
        )
        with pytest.raises(CabinetRefusedError, match="cannot do M0023"):
            await Planning(desk, "2222").take()

    run(test)


@pytest.mark.parametrize("keeps", [False, True])
def test_what_was_found_is_restored_where_the_site_does_not_do_so_itself(keeps: bool) -> None:
    async def test() -> None:
        desk, planning = await taken()
        tables = desk.pair.site.state.tables
        before = tables.now[1]
        await planning.send(request((26, *MORE[1:]), offset_s=7))
        desk.sent.clear()
        if keeps:
            tables.restore = lambda: None  # type: ignore[method-assign]
        assert await planning.release()
        assert desk.pair.firmware.mode is Mode.READY
        assert desk.sent == ["M0002", *(["M0018", "M0015", "M0014"] if keeps else [])]
        assert tables.now[1] == before
        desk.sent.clear()
        assert await planning.release()
        assert desk.sent == []

    run(test)


def test_what_was_sent_by_halves_is_made_whole() -> None:
    async def test() -> None:
        desk, planning = await taken()
        command = desk.command

        async def broken(order: Order) -> CommandResponse:
            if order[0].command == "M0014":
                raise WorldTimeoutError("gone")
            return await command(order)

        desk.command = broken  # type: ignore[method-assign]
        with pytest.raises(WorldTimeoutError):
            await planning.send(request((26, *MORE[1:])))
        assert desk.pair.site.state.tables.now[1].cycle_s == 96
        desk.command = command  # type: ignore[method-assign]
        desk.ahead_s += 100.0
        assert (await planning.send(request())).accepted
        assert desk.pair.site.state.tables.now[1].cycle_s == 94
        assert await planning.release()

    run(test)


def test_a_plan_that_another_has_chosen_is_not_given_back_by_us() -> None:
    async def test() -> None:
        desk, _ = await taken()
        stranger = Planning(desk, "2222")
        desk.view.choose(0)
        desk.sent.clear()
        assert not await stranger.release()
        assert desk.sent == []

    run(test)


def test_another_plan_is_chosen_once_its_times_are_there() -> None:
    async def test() -> None:
        plan = SITE.intersection.plans[0]
        place = replace(SITE.intersection, plans=(plan, replace(plan, id="other")))
        desk = Desk(replace(SITE, intersection=place))
        planning = Planning(desk, "2222")
        await planning.take()
        desk.sent.clear()
        assert (await planning.send(request(plan=2))).accepted
        assert desk.sent == ["M0023", "M0014", "M0002"]
        assert desk.view.plan_from_us == 2
        assert desk.pair.site.state.forced_plan == 2
        assert await planning.release()

    run(test)


def test_a_plan_that_the_site_took_back_is_not_changed() -> None:
    async def test() -> None:
        desk, planning = await taken()
        desk.pair.firmware.misbehave("manual")
        desk.pair.tick()
        await desk.read(("S0014",))
        assert (await planning.send(request())).code == "not-in-control"

    run(test)


def test_after_a_new_connection_nothing_is_believed_to_be_there() -> None:
    async def test() -> None:
        desk, planning = await taken()
        await planning.send(request())
        planning.forget()
        desk.sent.clear()
        receipt = await planning.send(request())
        assert (receipt.code, desk.sent) == ("accepted", ["M0023"])

    run(test)


async def told_anew(desk: Desk) -> None:
    """What is subscribed comes by itself."""
    await desk.read(TABLES)


def test_what_we_change_ourselves_disturbs_nobody() -> None:
    async def test() -> None:
        desk, planning = await taken()
        for green in (MORE, GREEN):
            desk.ahead_s += 1_000.0
            assert (await planning.send(request(green))).accepted
            await told_anew(desk)
            assert not planning.disturbed
        assert await planning.release()
        assert not planning.disturbed

    run(test)


def test_times_of_other_plans_are_nobodys_business() -> None:
    async def test() -> None:
        desk, planning = await taken()
        desk.view.values["S0024", "status"] += ",2-7"
        assert not planning.disturbed
        assert not planning.disturbed

    run(test)


def test_what_another_has_changed_is_seen_and_left_alone() -> None:
    async def test() -> None:
        desk, planning = await taken()
        tables = desk.pair.site.state.tables
        tables.now[1] = replace(tables.now[1], offset_s=33)
        assert not planning.disturbed, "nobody has told yet"
        await told_anew(desk)
        assert planning.disturbed
        desk.sent.clear()
        assert not await planning.release()
        assert desk.sent == []
        assert tables.now[1].offset_s == 33
        with pytest.raises(CabinetRefusedError, match="somebody else"):
            await planning.take()
        assert desk.sent == [], "not even the time-out is set"

    run(test)


def test_another_plan_than_ours_is_seen_once_ours_has_run() -> None:
    async def test() -> None:
        desk, planning = await taken()
        assert not planning.disturbed
        desk.view.values["S0014", "status"] = "2"
        assert planning.disturbed

    run(test)


def test_a_plan_that_another_has_chosen_is_not_taken_until_he_has_gone() -> None:
    async def test() -> None:
        desk, planning = await taken()
        planning = Planning(desk, "2222")  # as after a start
        desk.view.choose(0)
        with pytest.raises(CabinetRefusedError, match="somebody else"):
            await planning.take()
        desk.pair.site.state.release()
        await planning.take()
        assert desk.view.plan_from_us == 1

    run(test)


def test_what_was_ours_when_the_connection_broke_is_taken_again_and_restored_in_the_end() -> None:
    async def test() -> None:
        desk, planning = await taken()
        built = desk.pair.site.state.tables.now[1]
        assert (await planning.send(request())).accepted
        planning.forget()
        desk.view.choose(0)
        await planning.take()
        assert desk.view.plan_from_us == 1
        keep = desk.pair.site.state.tables
        keep.restore = lambda: None  # type: ignore[method-assign]  # a site that keeps what it was told
        assert await planning.release()
        assert keep.now[1] == built

    run(test)


def test_a_text_of_the_site_is_told_without_the_code() -> None:
    assert Planning(Desk(), "canary").without_code("wrong code canary") == "wrong code ***"
    assert Planning(Desk(), "").without_code("a") == "a"


def test_tables_that_are_not_whole_are_left_out() -> None:
    view = View(SITE, Pair().options)
    view.values.update(
        {("S0028", "status"): "1-90,2-80", ("S0024", "status"): "1-5", ("S0023", "status"): "1-1-9,x,1-2,3-1-1"}
    )
    found = read_times(view)
    assert set(found) == {1}
    assert (found[1].cycle_s, found[1].offset_s, found[1].extensions) == (90, 5, {1: 9})
    view.values["S0028", "status"] = "nonsense"
    assert read_times(view) == {}
