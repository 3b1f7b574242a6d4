"""Both ends over sockets on loopback: from connecting to letting go, and everything that can go wrong between."""

from __future__ import annotations

import asyncio
import gc
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import cast

import numpy as np
import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.ntcip import adapter
from signals.adapters.ntcip.adapter import COUNTED_S, NtcipCabinet
from signals.adapters.ntcip.ber import arcs_of
from signals.adapters.ntcip.gate import AT_ONCE, gate_of
from signals.adapters.ntcip.messages import Answer, Ask, Kind
from signals.adapters.ntcip.objects import SENDABLE_ARCS, instance
from signals.adapters.ntcip.tscbm import encode_spat
from signals.drive import errands
from signals.errors import InputError, WorldError, WorldLostError, WorldTimeoutError
from signals.model.cabinets import (
    CabinetLink,
    CabinetRefusedError,
    CabinetReport,
    HoldRequest,
    Mode,
    PlanRequest,
    Receipt,
    StageRequest,
)
from signals.model.values import Aspect

from .street import SECRETS, Bench, address, bench, firmware, holds, site

QUICK = {"timeout_s": 0.5, "tries": 2, "lost_s": 1.0}


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """At twenty times the speed of the wall, counts have 20 ms, and the machine may be busy."""
    monkeypatch.setattr(adapter, "COUNTED_S", 4.0)


def story(tell: Callable[[Bench], Awaitable[None]], **made: object) -> None:
    async def run() -> None:
        async with bench(**made) as street:
            street.tick(20)
            await tell(street)

    asyncio.run(run())


async def turn(street: Bench, request: HoldRequest | None = None, **seen: tuple[int, ...]) -> CabinetReport:
    """One tick of a loop: look, ask, keep alive."""
    street.tick(**seen)
    await street.clock.sleep(street.cabinet.tick_ds / 10)  # both ends have one time
    await street.link.refresh()
    report = street.link.report()
    if request is not None:
        receipt = await street.link.send(request)
        assert receipt.accepted, receipt
    await street.link.heartbeat()
    return report


async def refusal(link: NtcipCabinet) -> str:
    """Return why a cabinet lets nobody in."""
    try:
        await link.connect()
        await link.take()
    except WorldError as error:
        return str(error)
    pytest.fail("it let us in")


async def taken(street: Bench) -> None:
    await street.link.connect()
    await street.link.take()


def test_it_is_a_cabinet_link_and_knows_nothing_before_it_is_connected() -> None:
    link = NtcipCabinet(site(), address(), Clock())
    assert isinstance(link, CabinetLink)
    report = link.report()
    assert (report.mode, report.sequence, report.received_s) == (Mode.OFFLINE, 0, float("-inf"))
    assert report.aspect.tolist() == [-1] * 12
    assert report.detector_count.tolist() == [-1] * 16

    async def nothing_works() -> None:
        for call in (link.refresh, link.take):
            with pytest.raises(WorldLostError):
                await call()
        assert (await link.send(holds())).code == "not-ours"
        assert not await link.release("nothing to give back")
        await link.close()

    asyncio.run(nothing_works())


def test_a_wrong_option_is_refused_at_once() -> None:
    with pytest.raises(InputError, match="unknown option"):
        NtcipCabinet(site(), address(group=[]), Clock())


def test_connecting_tells_what_is_there() -> None:
    async def tell(street: Bench) -> None:
        info = await street.link.connect()
        assert (info.protocol, info.protocol_version) == ("NTCIP 1202", "1202 v02/v03, SNMPv1")
        assert info.backup_s == 10
        assert info.clock_offset_s is not None
        assert abs(info.clock_offset_s) < 0.5 + 20 * 0.2  # at 20 times the speed of the wall
        report = street.link.report()
        assert (report.mode, report.sequence, report.plan, report.alarms) == (Mode.READY, 1, 1, ())
        assert report.aspect.tolist() == street.cabinet.aspect.tolist()
        assert street.cabinet.mode is Mode.READY  # nothing has changed there

    story(tell)


@pytest.mark.parametrize("version", ["1", "2c"])
def test_a_round_of_holds(version: str) -> None:
    async def tell(street: Bench) -> None:
        await taken(street)
        greens: set[int] = set()
        for k in range(60):
            target = (0, 4) if k % 40 < 20 else (2, 6)
            green = np.flatnonzero(street.link.report().aspect == Aspect.GREEN).tolist()
            request = holds(
                hold=tuple(g for g in target if g in green),
                call=tuple(g for g in target if g not in green),
                force_off=tuple(g for g in green if g not in target),
                omit=tuple(g for g in range(12) if g not in target and g not in green),
            )
            report = await turn(street, request)
            assert report.mode is Mode.OURS
            assert report.aspect.tolist() == street.cabinet.aspect.tolist()
            greens |= set(green)
        assert {0, 4, 2, 6} <= greens
        assert street.link.report().alarms == ()
        assert await street.link.release("the end")
        assert street.cabinet.mode is Mode.READY
        assert street.link.report().mode is Mode.READY

    story(tell, link={"snmp_version": version, "varbinds": 64})


def test_a_plan() -> None:
    async def tell(street: Bench) -> None:
        await taken(street)
        receipt = await street.link.send(PlanRequest(1, 94, 20, ()))
        assert (receipt.accepted, receipt.code) == (True, "accepted")
        assert receipt.answered_s >= receipt.sent_s
        assert (await street.link.send(PlanRequest(1, 90, 20, ()))).code == "other-cycle"
        for _ in range(15):
            assert (await turn(street)).mode is Mode.OURS
        assert (await street.link.send(StageRequest(0))).code == "unsupported"

    story(tell)


def test_without_a_heartbeat_it_falls_back() -> None:
    async def tell(street: Bench) -> None:
        await taken(street)
        await turn(street, holds(hold=(0,)))
        for _ in range(12):
            street.tick()
            await street.link.refresh()
        assert street.link.report().mode is Mode.BACKUP
        assert street.cabinet.mode is Mode.BACKUP
        receipt = await street.link.send(holds(hold=(0,)))
        assert (receipt.accepted, receipt.code) == (False, "not-ours")

    story(tell)


def test_a_cut_is_seen_and_nothing_is_sent_again_afterwards() -> None:
    async def tell(street: Bench) -> None:
        await taken(street)
        await turn(street, holds(hold=(0,)))
        street.server.cut()
        start_s = street.clock.now_s()
        with pytest.raises(WorldTimeoutError, match="did not answer"):
            await street.link.refresh()
        assert street.link.report().mode is Mode.OFFLINE
        assert street.clock.now_s() - start_s < 2.0 + 20 * 0.1
        for call in (street.link.refresh, street.link.take):
            with pytest.raises(WorldLostError, match="connection is lost"):
                await call()
        await street.link.heartbeat()  # it is not ours: nothing is kept alive
        assert not await street.link.release("lost")
        street.tick(12)
        assert street.cabinet.mode is Mode.BACKUP
        await street.link.connect()
        assert street.link.report().mode is Mode.BACKUP
        street.tick(5)
        assert street.server._board._registers["phaseControlGroupHold", (1,)] == 0

    story(tell, link=QUICK)


def test_a_status_that_is_old_is_none() -> None:
    async def tell(street: Bench) -> None:
        await street.link.connect()
        await street.clock.sleep(2.5)
        report = street.link.report()
        assert (report.mode, report.aspect.tolist()) == (Mode.OFFLINE, [-1] * 12)
        await street.link.refresh()
        assert street.link.report().mode is Mode.READY

    story(tell)


def test_a_controller_that_is_silent_for_a_moment_is_not_lost() -> None:
    async def tell(street: Bench) -> None:
        await taken(street)
        street.cabinet.misbehave("silent")
        with pytest.raises(WorldTimeoutError):
            await street.link.refresh()
        street.cabinet.misbehave("silent", on=False)
        await street.link.refresh()
        assert street.link.report().mode is Mode.OURS

    story(tell, link={"timeout_s": 2.0, "tries": 1, "lost_s": 60.0})


@pytest.mark.parametrize("wrong", [{"read_community": "guess"}, {"write_community": "guess"}])
def test_another_password_lets_nobody_in(wrong: dict[str, str]) -> None:
    async def tell(street: Bench) -> None:
        where = address(street.server.port, **QUICK)
        object.__setattr__(where, "secrets", {**SECRETS, **wrong})
        link = NtcipCabinet(site(), where, street.clock)
        caught = await refusal(link)
        assert "guess" not in caught
        assert "canary" not in caught
        await link.close()

    story(tell)


def test_who_says_no_is_believed() -> None:
    async def tell(street: Bench) -> None:
        street.cabinet.misbehave("refuses")
        await street.link.connect()
        assert street.link.report().mode is Mode.LOCAL
        with pytest.raises(CabinetRefusedError):
            await street.link.take()

    story(tell)


def test_a_refused_write_is_a_receipt() -> None:
    async def tell(street: Bench) -> None:
        await taken(street)
        street.server._agent._allowed = lambda write: False
        receipt = await street.link.send(holds(hold=(0,)))
        assert (receipt.accepted, receipt.code) == (False, "refused")
        assert "bad-value" in receipt.detail
        assert not await street.link.release("cannot")

    story(tell)


def test_a_wrong_clock_is_told() -> None:
    async def tell(street: Bench) -> None:
        street.cabinet.clock_offset_s = 3_600.0
        info = await street.link.connect()
        assert info.clock_offset_s == pytest.approx(3_600, abs=0.6 + 20 * 0.2)
        assert street.link.report().clock_offset_s == info.clock_offset_s

    story(tell)


def test_a_clock_that_is_not_told_is_not_made_up() -> None:
    async def tell(street: Bench) -> None:
        tree = street.server._agent._tree
        gone = {oid for oid, leaf in tree._rows if leaf.name == "globalTime"}
        tree._by_oid = {oid: leaf for oid, leaf in tree._by_oid.items() if oid not in gone}
        info = await street.link.connect()
        assert info.clock_offset_s is None
        assert np.isnan(street.link.report().clock_offset_s)

    story(tell)


def test_detectors_and_buttons() -> None:
    async def tell(street: Bench) -> None:
        await street.link.connect()
        street.link.report()
        red = next(g for g in (8, 9) if street.cabinet.aspect[g] == Aspect.RED)
        count = np.zeros(16, np.int32)
        for k in range(20):
            report = await turn(street, occupied=(3,) if k % 4 == 0 else (), call=(red,) if k == 0 else ())
            count += report.detector_count
            if k == 0:
                assert report.call.tolist() == [g == red for g in range(12)]
        assert count[3] in (4, 5)
        assert count.sum() == count[3]

    story(tell)


def test_a_status_is_not_late_for_counts_that_do_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "COUNTED_S", COUNTED_S)

    async def tell(street: Bench) -> None:
        await taken(street)
        transport = street.link._transport
        assert transport is not None
        carry, volume = transport.ask, instance("detectorVolume", 1)

        async def ask(what: Ask, until_s: float) -> Answer:
            if what.bindings[0].oid == volume:
                await street.clock.sleep(until_s - street.clock.now_s())
                raise WorldTimeoutError("not in time")
            return await carry(what, until_s)

        transport.ask = ask  # type: ignore[method-assign]
        for _ in range(3):
            street.tick(occupied=(0,))
            begin_s = street.clock.now_s()
            await street.link.refresh()
            assert street.clock.now_s() - begin_s < COUNTED_S + 0.1 * street.clock.speed  # of the wall: it may be busy
            report = street.link.report()
            assert report.received_s >= begin_s
            assert report.mode is Mode.OURS
            assert report.detector_count.tolist() == [-1] * 16
            await street.link.heartbeat()
        transport.ask = carry  # type: ignore[method-assign]
        monkeypatch.setattr(adapter, "COUNTED_S", 4.0)
        report = await turn(street, occupied=(0,))
        assert report.detector_count[0] >= 0


def test_who_answers_late_is_asked_before_the_tick_and_by_nobody_but_the_heartbeat() -> None:
    async def tell(street: Bench) -> None:
        await taken(street)
        link = street.link
        await turn(street, holds())
        before = link.report().sequence
        link._ahead.took(0.1)
        link._ahead.looked(link._clock.now_s() - 1.0)
        link._ahead.looked(link._clock.now_s())
        await link.heartbeat()
        await street.clock.sleep(1.0)
        assert link.is_fresh()
        await link.refresh()
        report = link.report()
        assert report.sequence == before + 1  # it was not asked again
        assert street.clock.now_s() - report.received_s < 0.45
        assert not link.is_fresh()  # what was reported is news once
        await street.clock.sleep(3.0)
        assert link.report().sequence == before + 1  # without a heartbeat nobody asks

    story(tell)


def test_what_was_begun_before_a_tick_ends_with_the_link() -> None:
    async def tell(street: Bench) -> None:
        await taken(street)
        link = street.link
        before = link.report().sequence
        link._look_ahead()
        assert not link.is_fresh()
        await link.refresh()  # waits for what is on its way
        assert link.report().sequence == before + 1
        link._look_ahead()
        street.server.cut()
        assert not await link.release("the end")
        link._look_ahead()
        link._next = street.clock.later(100.0, link._look_ahead)
        await link.close()
        assert link._looking is link._next is None

    story(tell, link=QUICK)


def test_nothing_to_write_is_known_beforehand() -> None:
    async def tell(street: Bench) -> None:
        await taken(street)
        link = street.link
        await turn(street, holds(hold=(0,)))
        assert link.is_prompt(holds(hold=(0,)))
        assert link.is_prompt(None)
        assert not link.is_prompt(holds(hold=(4,)))
        assert not link.is_prompt(PlanRequest(1, 94, 0, ()))
        sending = link.send(holds(hold=(0,)))
        with pytest.raises(StopIteration) as end:
            sending.send(None)
        assert end.value.value.accepted
        await street.clock.sleep(4.0)
        assert not link.is_prompt(holds(hold=(0,)))  # it is to be repeated

    story(tell)


def test_where_nothing_is_to_be_written_no_turn_is_waited_for() -> None:
    async def tell(street: Bench) -> None:
        await taken(street)
        link, busy = street.link, gate_of(street.clock)
        await turn(street, holds(hold=(0,)))
        async with AsyncExitStack() as others:
            for _ in range(AT_ONCE):
                await others.enter_async_context(busy.turn())
            receipt = errands.send_now(link, holds(hold=(0,)))
            assert cast("Receipt", receipt).accepted
            assert errands.send_now(link, None) is None

    story(tell)


def test_what_is_to_be_repeated_in_a_moment_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "SOON_S", 8.0)  # the machine may be busy

    async def tell(street: Bench) -> None:
        await taken(street)
        link, session = street.link, street.link._session
        await turn(street, holds(hold=(0,)))
        session._sent_s = street.clock.now_s() + 4.0
        assert not session.is_beat_due(street.clock.now_s())
        assert not link.is_prompt(holds(hold=(0,)))
        session._sent_s += 20.0
        assert link.is_prompt(holds(hold=(0,)))

    story(tell)


def test_reports_belong_to_whoever_asked() -> None:
    async def tell(street: Bench) -> None:
        await street.link.connect()
        first = street.link.report()
        first.aspect[:] = 7
        first.call[:] = True
        assert street.link.report().aspect.tolist() == street.cabinet.aspect.tolist()
        assert not street.link.report().call.any()

    story(tell)


def test_a_report_is_cheap() -> None:
    async def tell(street: Bench) -> None:
        await street.link.connect()
        times = []
        for _ in range(300):
            start = time.perf_counter()
            street.link.report()
            times.append(time.perf_counter() - start)
        assert sorted(times)[10] < 100e-6  # 15 µs on a machine that does nothing else

    story(tell)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_signal_data_that_come_by_themselves_are_the_status() -> None:
    port = free_port()

    async def tell(street: Bench) -> None:
        await street.link.connect()
        street.tick()
        for _ in range(100):
            if street.link._spat.spat is not None:
                break
            await asyncio.sleep(0.01)
        assert street.link._spat.spat is not None
        asked = []
        whole = street.link._carry
        street.link._carry = lambda ask, until_s: (asked.append(ask), whole(ask, until_s))[1]  # type: ignore[method-assign]
        street.link._spat.received_s = street.clock.now_s()
        await street.link.refresh()
        columns = {arcs_of(binding.oid)[10:14] for ask in asked for binding in ask.bindings}
        assert not columns & {(1, 4, 1, lamps) for lamps in range(2, 8)}
        assert columns & {(1, 4, 1, 9)}
        street.tick(3)
        await asyncio.sleep(0.05)
        assert street.link.report().aspect.tolist() == street.cabinet.aspect.tolist()
        before = street.link._spat.received_s
        street.link.hear_spat(b"rubbish", "127.0.0.1")
        street.link.hear_spat(encode_spat(street.server._spat()), "10.9.9.9")
        assert street.link._spat.received_s == before
        with pytest.raises(WorldLostError, match="cannot listen for signal data"):
            await NtcipCabinet(site(), address(street.server.port, spat_port=port), street.clock).connect()

    story(tell, speed=1.0, server={"spat": True, "spat_port": port}, link={"spat_port": port})


def test_nothing_but_what_is_allowed_is_ever_sent() -> None:
    async def tell(street: Bench) -> None:
        sent = []
        await street.link.connect()
        whole = street.link._transport.ask  # type: ignore[union-attr]

        async def ask(ask: Ask, until_s: float) -> Answer:
            sent.append(ask)
            return await whole(ask, until_s)

        street.link._transport.ask = ask  # type: ignore[union-attr, method-assign]
        await street.link.take()
        rng = np.random.default_rng(3)
        for k in range(40):
            await street.link.send(HoldRequest(*(rng.random((4, 12)) < 0.2)))
            await street.link.send(PlanRequest(int(rng.integers(-300, 300)), 94, int(rng.integers(-300, 300)), ()))
            if k % 5 == 0:
                street.tick()
                await street.link.heartbeat()
        await street.link.release("done")
        writes = [binding for ask in sent if ask.kind is Kind.SET for binding in ask.bindings]
        assert len(writes) > 50
        assert all(arcs_of(binding.oid)[:-1] in SENDABLE_ARCS for binding in writes)

    story(tell, link={"varbinds": 64})


def test_closing_leaves_nothing() -> None:
    async def tell(street: Bench) -> None:
        for k in range(1, 6):
            await taken(street)
            assert street.link.report().sequence == k  # never goes back
            await street.link.close()
            await street.link.close()
        assert street.link.report().mode is Mode.OFFLINE
        assert len(asyncio.all_tasks()) == 1
        await asyncio.sleep(0)
        gc.collect()  # a socket that was left open would be a warning, and warnings are errors

    story(tell)


def test_nobody_there() -> None:
    async def run() -> None:
        link = NtcipCabinet(site(), address(free_port(), timeout_s=0.1, tries=2), Clock(20.0))
        with pytest.raises(WorldTimeoutError):
            await link.connect()
        assert link._transport is None
        await asyncio.sleep(0)

    asyncio.run(run())


def test_names_of_groups_reach_the_controller() -> None:
    names = ["2", "4", "6", "8", "1", "3", "5", "7", "6p", "2p", "5p", "20p"]

    async def tell(street: Bench) -> None:
        await taken(street)
        await turn(street, holds(hold=(0, 4), call=(9, 11)))
        registers = street.server._board._registers
        assert registers["phaseControlGroupHold", (1,)] == 0b11
        assert registers["phaseControlGroupPedCall", (1,)] == 0b10
        assert registers["phaseControlGroupPedCall", (3,)] == 0b1000
        assert (await turn(street)).aspect.tolist() == street.cabinet.aspect.tolist()

    story(tell, server={"groups": names}, link={"groups": names})


def test_secrets_are_in_no_repr() -> None:
    link = NtcipCabinet(site(), address(), Clock())
    assert "canary" not in f"{link!r} {link._settings!r} {link._address!r}"
    assert firmware().mode is Mode.READY
