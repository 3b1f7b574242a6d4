"""The application over sockets, against a virtual TLC: the contract of a cabinet's link."""

from __future__ import annotations

import asyncio
import gc
import logging
import math
import timeit
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.tlcfi.adapter import FRESH_S, TlcfiCabinet
from signals.errors import InputError, WorldError, WorldLostError, WorldTimeoutError
from signals.model.cabinets import CabinetLink, CabinetRefusedError, HoldRequest, Mode
from signals.model.values import Aspect
from tests.adapters.cabinet.certificates import papers
from tests.adapters.tlcfi.places import SPEED, Place, address, asked, crossing, street

SITE = crossing()
COUNT = len(SITE.groups)


async def taken(place: Place) -> None:
    await place.tick()
    await place.take()


def test_connecting_changes_nothing_and_reads_everything() -> None:
    async def run() -> None:
        async with street(connect=False) as place:
            assert isinstance(place.link, CabinetLink)
            assert place.link.report().mode is Mode.OFFLINE
            told = await place.link.connect()
            assert told.intergreen_ds == SITE.intersection.intergreen_ds
            assert told.min_green_ds == tuple(group.min_green_ds for group in SITE.intersection.groups)
            assert (told.protocol, told.protocol_version, told.backup_s) == ("tlcfi", "1.1.0", 40.0)
            assert told.clock_offset_s == pytest.approx(0.0, abs=1.0)
            assert place.firmware.mode is Mode.READY
            report = place.link.report()
            assert report.mode is Mode.LOCAL
            assert report.received_s == pytest.approx(place.clock.now_s(), abs=2.0)
            with pytest.raises(WorldError, match="close the connection"):
                await place.link.connect()

    asyncio.run(run())


def test_what_it_shows_and_sees_is_reported() -> None:
    async def run() -> None:
        async with street() as place:
            place.plant.entered[:2], place.plant.occupied[:2] = (2, 0), (0.5, 0.0)
            place.plant.call[9] = True
            await place.tick()
            report = place.link.report()
            assert report.detector_count[:3].tolist() == [2, 0, 0]
            assert 0 < report.detector_occupied[0] <= 1
            assert report.call.tolist() == [number == 9 for number in range(COUNT)]
            assert place.link.report().detector_count[0] == 0
            for _ in range(25):
                await place.tick()
                told, true = place.link.report().aspect, place.firmware.aspect
                same = (told == true) | ((told == Aspect.CLEARANCE) & (true == Aspect.RED))
                assert same.all()
            assert report.sequence < place.link.report().sequence

    asyncio.run(run())


def test_groups_show_what_they_are_asked_for() -> None:
    async def run() -> None:
        async with street() as place:
            await taken(place)
            group, wish = SITE.intersection.groups[1], [int(Aspect.RED)] * COUNT
            receipt = await place.link.send(asked(SITE, wish, 20, 40))
            assert (receipt.accepted, receipt.code) == (True, "accepted")
            again = asked(SITE, wish, 20, 40)._replace(news=np.zeros(COUNT, np.bool_))
            assert (await place.link.send(again)).detail == "nothing has changed"
            for _ in range(12):
                await place.tick()
            for aspect in (Aspect.RED_AMBER, Aspect.GREEN) if group.red_amber_ds else (Aspect.GREEN,):
                wish[1] = int(aspect)
                await place.link.send(asked(SITE, wish))
                await place.tick()
                await place.until(lambda: place.link.report().aspect[1] == wish[1])
                assert place.firmware.aspect[1] == aspect
            assert place.link.report().alarms == ()

    asyncio.run(run())


def test_what_cannot_be_sent_is_not() -> None:
    async def run() -> None:
        async with street() as place:
            request = asked(SITE, [0] * COUNT)
            assert (await place.link.send(request)).code == "not-in-control"
            await taken(place)
            none = np.zeros(COUNT, np.bool_)
            assert (await place.link.send(HoldRequest(none, none, none, none))).code == "not-supported"
            with pytest.raises(InputError):
                await place.link.send(asked(SITE, [0]))

    asyncio.run(run())


def test_releasing_is_read_back() -> None:
    async def run() -> None:
        async with street() as place:
            assert await place.link.release("nothing to release")
            await taken(place)
            assert await place.link.release("test")
            assert place.link.report().mode is Mode.LOCAL
            assert place.firmware.mode is Mode.READY
            await place.link.take()
            await place.until(lambda: place.link.report().mode is Mode.OURS)

    asyncio.run(run())


def test_a_release_that_is_not_answered_is_none() -> None:
    async def run() -> None:
        async with street(release_s=2.0) as place:
            await taken(place)
            place.firmware.misbehave("silent")
            assert not await place.link.release("test")
            await place.link.close()
            assert not await place.link.release("test")

    asyncio.run(run())


def test_without_heartbeats_control_goes_back() -> None:
    async def run() -> None:
        async with street() as place:
            await taken(place)
            await place.until(lambda: place.firmware.mode is Mode.READY, beats=False)
            assert place.link.report().mode is Mode.LOCAL
            assert "dead-man" in place.link.report().alarms
            await place.link.refresh()

    asyncio.run(run())


@pytest.mark.parametrize("what", ["manual", "preempt", "flash", "fault", "refuses"])
def test_whoever_comes_first_goes_first(what: str) -> None:
    modes = {"flash": Mode.FLASH, "fault": Mode.FAULT}

    async def run() -> None:
        async with street() as place:
            await taken(place)
            place.firmware.misbehave(what)
            await place.tick()
            assert place.link.report().mode is modes.get(what, Mode.LOCAL)
            assert (await place.link.send(asked(SITE, [0] * COUNT))).code == "not-in-control"

    asyncio.run(run())


def test_illegal_requests_end_in_a_fault_and_control_can_be_had_again() -> None:
    async def run() -> None:
        async with street() as place:
            await taken(place)
            await place.link.send(asked(SITE, [int(Aspect.GREEN)] * COUNT))
            for _ in range(6):
                await place.tick()
            assert place.link.report().mode is Mode.FAULT
            with pytest.raises(CabinetRefusedError, match="keeps us in error"):
                await place.link.take()
            for _ in range(31):
                await place.tick()
            await place.until(lambda: place.plant.tick() is None and place.link.report().mode is Mode.LOCAL)
            await taken(place)

    asyncio.run(run())


def test_a_controller_that_lies_is_found_out() -> None:
    async def run() -> None:
        async with street() as place:
            await taken(place)
            place.firmware.misbehave("lies")
            wish = (place.firmware.aspect == Aspect.RED).astype(np.int8) * int(Aspect.GREEN)
            await place.link.send(asked(SITE, wish))
            await place.until(lambda: any("not-as-asked" in name for name in place.link.report().alarms))

    asyncio.run(run())


@pytest.mark.parametrize("call", ["refresh", "take", "heartbeat", "send"])
def test_a_lost_connection_is_an_error_of_every_call(call: str) -> None:
    async def run() -> None:
        async with street() as place:
            place.server.cut()
            await place.until(lambda: place.link.report().mode is Mode.OFFLINE)
            arguments = [asked(SITE, [0] * COUNT)] if call == "send" else []
            with pytest.raises(WorldLostError, match=r"TLC at 127\.0\.0\.1"):
                await getattr(place.link, call)(*arguments)
            assert not await place.link.release("test")

    asyncio.run(run())


def test_a_dead_peer_is_found_out_by_refreshing() -> None:
    async def run() -> None:
        async with street(refresh_s=2.0) as place:
            await place.clock.sleep(2 * FRESH_S)
            place.firmware.misbehave("silent")
            begin_s = place.clock.now_s()
            with pytest.raises(WorldTimeoutError):
                await place.link.refresh()
            assert place.clock.now_s() - begin_s < 6.0
            assert place.link.report().mode is Mode.OFFLINE

    asyncio.run(run())


def test_after_a_reconnection_everything_is_read_anew_and_nothing_is_sent_again() -> None:
    async def run() -> None:
        async with street() as place:
            await taken(place)
            await place.link.send(asked(SITE, [0] * COUNT))
            await place.tick()
            place.server.cut()
            await place.until(lambda: place.link.report().mode is Mode.OFFLINE)
            before = place.link.report().sequence
            await place.link.close()
            await place.link.connect()
            assert place.link.report().mode is Mode.LOCAL
            assert place.link.report().sequence > before
            shown = place.firmware.aspect.tolist()
            await place.link.take()
            await place.until(lambda: place.link._session.mode is Mode.OURS)
            assert place.server._facilities._asked == shown

    asyncio.run(run())


def test_nobody_there() -> None:
    async def run() -> None:
        async with street(connect=False) as place:
            port = place.server.port
            await place.server.stop()
            link = TlcfiCabinet(SITE, address(port), place.clock)
            with pytest.raises(WorldLostError, match="cannot be reached"):
                await link.connect()
            await link.close()
            with pytest.raises(WorldLostError, match=r"not connected|closed"):
                await link.refresh()

    asyncio.run(run())


def test_an_address_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        def black_hole(*_: object, **__: object) -> object:
            return asyncio.Event().wait()

        monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", black_hole)
        link = TlcfiCabinet(SITE, address(9, setup_s=1.0), Clock(SPEED))
        with pytest.raises(WorldTimeoutError, match="does not answer"):
            await link.connect()
        await link.close()

    asyncio.run(run())


def test_a_description_that_cannot_be_is_refused() -> None:
    async def run() -> None:
        async with street() as place:
            session = place.link._session
            assert session.known is not None
            session.known.groups["01"]["timing"] = 5
            with pytest.raises(CabinetRefusedError, match="what it says of itself cannot be"):
                place.link._information(session)
            with pytest.raises(WorldLostError, match="nothing is known"):
                place.link._information(place.link._new_session())

    asyncio.run(run())


def test_a_connection_that_ends_while_it_is_set_up() -> None:
    async def run() -> None:
        async with street(connect=False, settle_s=5.0) as place:
            connecting = asyncio.create_task(place.link.connect())
            await place.clock.sleep(2.0)
            place.server.cut()
            with pytest.raises(WorldLostError):
                await connecting
            connecting = asyncio.create_task(place.link.connect())
            await place.clock.sleep(2.0)
            connecting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await connecting
            assert place.link._wire is None

    asyncio.run(run())


def test_somebody_who_never_answers() -> None:
    async def run() -> None:
        async with street(connect=False, reply_s=2.0) as place:
            place.firmware.misbehave("silent")
            with pytest.raises(WorldTimeoutError, match="did not answer Register"):
                await place.link.connect()
            await place.link.close()

    asyncio.run(run())


def test_wrong_credentials_and_a_taken_place() -> None:
    async def run() -> None:
        async with street(secrets={"username": "u", "password": "p-canary"}) as place:
            other = TlcfiCabinet(SITE, address(place.server.port, secrets={"username": "u"}), place.clock)
            with pytest.raises(CabinetRefusedError, match="refused Register: not authorized"):
                await other.connect()
            second = {"username": "u", "password": "p-canary"}
            other = TlcfiCabinet(SITE, address(place.server.port, secrets=second), place.clock)
            with pytest.raises(CabinetRefusedError, match="already registered") as caught:
                await other.connect()
            assert "canary" not in f"{caught.value!r}"

    asyncio.run(run())


def test_another_intersection_is_refused() -> None:
    async def run() -> None:
        async with street(connect=False) as place:
            other = TlcfiCabinet(SITE, address(place.server.port, name="K999"), place.clock)
            with pytest.raises(CabinetRefusedError, match='no intersection "K999"'):
                await other.connect()

    asyncio.run(run())


def test_names_may_be_mapped() -> None:
    async def run() -> None:
        names = {
            "groups": [f"fc{number}" for number in range(COUNT)],
            "detectors": [f"d{number}" for number in range(len(SITE.detectors))],
            "buttons": ["", "k1", *[""] * (COUNT - 2)],
        }
        async with street(**names) as place:
            await taken(place)
            await place.link.send(asked(SITE, [0] * COUNT))

    asyncio.run(run())


def test_secrets_are_nowhere(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = {"username": "u-canary", "password": "p-canary"}

    async def run() -> list[str]:
        said = []
        async with street(secrets=secrets) as place:
            await taken(place)
            said.append(repr(await place.link.send(asked(SITE, [0] * COUNT))))
            said += [repr(place.link.report()), repr(place.link), repr(place.link._settings), repr(place.link._address)]
            place.server.cut()
            await place.until(lambda: place.link.report().mode is Mode.OFFLINE)
            try:
                await place.link.refresh()
            except WorldError as error:
                said.append(repr(error))
        return said

    out = capsys.readouterr()
    assert "canary" not in "".join(asyncio.run(run())) + caplog.text + out.out + out.err


def test_tls_on_both_sides(tmp_path: Path) -> None:
    made = papers(tmp_path)

    async def run() -> None:
        clock = Clock(SPEED)
        async with street(connect=False, ca=made.ca, **made.server) as place:
            port, warned = place.server.port, list[str]()
            place.server.on_warning = warned.append
            ours: dict[str, Any] = {"ca": made.ca, "server_name": "localhost"}
            link = TlcfiCabinet(SITE, address(port, **ours, **made.client), clock)
            told = await link.connect()
            assert told.protocol == "tlcfi"
            await link.refresh()
            await link.close()
            for options, why in (
                (ours, "lost before it said anything: .* not accept our certificate, or want one of ours"),
                ({"ca": made.ca, **made.client}, "cannot be reached: its certificate is not accepted: .*mismatch"),
                ({}, "lost before it said anything: .* speak TLS only"),
            ):
                other = TlcfiCabinet(SITE, address(port, **options), clock)
                with pytest.raises(WorldError, match=why):
                    await other.connect()
                await other.close()
            assert warned[0] == 'tlcfi: 127.0.0.1 came and was turned away: it shows no certificate, and "ca" wants one'
            assert "left in the middle of the TLS handshake" in warned[1]
            assert "does not speak TLS" in warned[2]


def test_one_that_speaks_no_tls_is_told_from_one_that_does_not_let_us_in(tmp_path: Path) -> None:
    made = papers(tmp_path)

    async def run() -> None:
        async with street(connect=False) as place:
            ours = {"ca": made.ca, "server_name": "localhost"}
            link = TlcfiCabinet(SITE, address(place.server.port, **ours), Clock(SPEED))
            with pytest.raises(WorldError, match=r"cannot be reached: .* it may speak no TLS"):
                await link.connect()
            await link.close()

    asyncio.run(run())


def test_closing_leaves_nothing_and_may_be_done_twice() -> None:
    async def run() -> None:
        async with street() as place:
            await taken(place)
            await place.link.close()
            assert place.firmware.mode is Mode.READY
            await place.link.close()
            assert place.link.report().mode is Mode.OFFLINE
            await place.until(lambda: not place.server._sessions)
            await place.server.stop()
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
    gc.collect()


def test_closing_after_a_cut_and_while_nobody_answers() -> None:
    async def run() -> None:
        async with street(release_s=1.0) as place:
            await taken(place)
            place.firmware.misbehave("silent")
            await place.link.close()

    asyncio.run(run())


def test_reporting_is_cheap() -> None:
    async def run() -> None:
        async with street() as place:
            await place.tick()
            best_s = min(timeit.repeat(place.link.report, number=50, repeat=5)) / 50
            assert best_s < 300e-6  # some 20 us where nobody else computes

    asyncio.run(run())


def test_unknown_is_not_a_number() -> None:
    link = TlcfiCabinet(SITE, address(), Clock())
    report = link.report()
    assert math.isnan(report.clock_offset_s)
    assert (report.aspect == Aspect.UNKNOWN).all()
    assert (report.detector_count == -1).all()
    assert report.received_s == -math.inf
