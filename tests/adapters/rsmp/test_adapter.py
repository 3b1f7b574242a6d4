"""A link to a site over real sockets: to the virtual one, and to a foreign one that misbehaves."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.rsmp.adapter import FRESH_S, RsmpCabinet
from signals.adapters.rsmp.orders import ALLOWED
from signals.adapters.rsmp.times import stamp
from signals.adapters.rsmp.virtual import RsmpServer
from signals.errors import InputError, WorldError, WorldLostError, WorldTimeoutError
from signals.model.cabinets import (
    CabinetAddress,
    CabinetLink,
    CabinetRefusedError,
    Capability,
    GroupRequest,
    Mode,
    PlanRequest,
)
from signals.model.values import Aspect
from tests.adapters.cabinet.certificates import CLIENT, COMMON_NAME, papers
from tests.adapters.rsmp.bench import (
    CODES,
    MAIN,
    SITE,
    SPEED,
    ForeignSite,
    address,
    eventually,
    free_port,
    identities,
    run,
    stepping,
)

GREEN = (24, 3, 5, 10, 5, 22, 3, 5, 12, 5)
PLAN = PlanRequest(1, sum(GREEN), 4, GREEN)
COUNT = len(SITE.detectors)
KNOWN = {
    "S0001_signalgroupstatus": "B" * 12,
    "S0014_status": "1",
    "S0014_source": "calendar_clock",
    "S0016_number": str(COUNT),
    "S0017_number": "12",
    "S0020_controlmode": "control",
    "S0022_status": "1,2",
    "S0034_status": "0",
    "S0095_status": "Maker Model X 7.1",
}


@contextlib.asynccontextmanager
async def a_street(
    speed: float = SPEED,
    *,
    ours: Mapping[str, object] | None = None,
    theirs: Mapping[str, object] | None = None,
    **options: object,
) -> AsyncIterator[tuple[RsmpCabinet, Firmware, RsmpServer]]:
    """A link, and the virtual site that comes to it; some options are only those of one of them."""
    clock, port = Clock(speed), free_port()
    firmware = Firmware(SITE, backup_s=30.0)
    server = RsmpServer(firmware, address(port, **options, **(theirs or {})), clock, identify=identities(7))
    link = RsmpCabinet(SITE, address(port, **options, **(ours or {})), clock, identify=identities(8))
    async with stepping(firmware, server, clock):
        await server.start()
        try:
            yield link, firmware, server
        finally:
            await link.close()
            await server.stop()


@contextlib.asynccontextmanager
async def a_foreigner(
    known: dict[str, str], **options: object
) -> AsyncIterator[tuple[RsmpCabinet, ForeignSite, asyncio.Task[object]]]:
    """A link that connects, and a foreign site that answers."""
    where = address(free_port(), **options)
    link = RsmpCabinet(SITE, where, Clock(SPEED), identify=identities(8))
    connecting: asyncio.Task[object] = asyncio.create_task(link.connect())
    site = await ForeignSite.connect(where.port)
    await site.greet()
    answering = asyncio.create_task(site.answer(known))
    try:
        yield link, site, connecting
    finally:
        await asyncio.gather(connecting, return_exceptions=True)
        await link.close()
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
        await site.close()


async def until(link: RsmpCabinet, mode: Mode) -> None:
    await eventually(lambda: link.report().mode is mode)


def test_it_is_a_link_and_says_what_it_can() -> None:
    link = RsmpCabinet(SITE, address(), Clock())
    assert isinstance(link, CabinetLink)
    assert Capability.PLANS | Capability.SPLITS | Capability.BACKUP_TIMER in link.capabilities
    watcher = RsmpCabinet(SITE, replace(address(), secrets={}), Clock())
    assert watcher.capabilities == Capability.STATUS | Capability.DETECTORS
    with pytest.raises(InputError, match="groups"):
        RsmpCabinet(SITE, address(groups=[1]), Clock())


def test_it_identifies_watches_takes_changes_and_gives_back() -> None:
    async def test() -> None:
        async with a_street(speed=150.0) as (link, firmware, _):
            info = await link.connect()
            assert (info.protocol, info.protocol_version, info.backup_s) == ("RSMP", "3.2.2", 60.0)
            assert (info.make, info.model, info.version, info.plans) == ("signals", "virtual", "1", (1,))
            assert info.clock_offset_s == pytest.approx(0.0, abs=5.0)
            await link.refresh()
            await until(link, Mode.READY)
            await link.take()
            await until(link, Mode.OURS)
            assert firmware.mode is Mode.OURS
            assert firmware.backup_s == 60.0
            receipt = await link.send(PLAN)
            assert (receipt.accepted, receipt.code) == (True, "accepted")
            assert receipt.answered_s >= receipt.sent_s
            while firmware.cycle_ds != 10 * PLAN.cycle_s or firmware._program._running.offset_ds != -40:  # type: ignore[attr-defined]
                await link.heartbeat()
                await asyncio.sleep(0.005)
            assert link.report().plan == 1
            assert await link.release("done")
            await until(link, Mode.READY)
            assert firmware.mode is Mode.READY

    run(test)


def test_it_shows_what_the_groups_show_and_counts_vehicles() -> None:
    async def test() -> None:
        async with a_street() as (link, firmware, _):
            await link.connect()
            link.report()
            before = int(firmware.detector_count[0])
            counted = 0
            while counted < 5:
                await asyncio.sleep(0.005)
                report = link.report()
                counted += int(report.detector_count[0])
            assert abs(counted - (int(firmware.detector_count[0]) - before)) <= 3
            assert int(report.detector_count[1]) == 0
            assert 0.0 <= float(np.nanmax(report.detector_occupied)) <= 1.0
            seen = set()
            while len(seen) < 3:
                await asyncio.sleep(0.005)
                seen |= set(link.report().aspect.tolist())
            assert seen <= {int(aspect) for aspect in Aspect if aspect >= 0}

    run(test)


@pytest.mark.parametrize(
    ("what", "mode"),
    [
        ("manual", Mode.MANUAL),
        ("preempt", Mode.PREEMPT),
        ("flash", Mode.FLASH),
        ("fault", Mode.FAULT),
        ("refuses", Mode.LOCAL),
    ],
)
def test_it_sees_who_else_decides(what: str, mode: Mode) -> None:
    async def test() -> None:
        async with a_street() as (link, firmware, _):
            await link.connect()
            await link.take()
            await until(link, Mode.OURS)
            firmware.misbehave(what)
            await until(link, mode)
            if what == "fault":
                assert "A0001" in link.report().alarms
            receipt = await link.send(PLAN)
            assert not receipt.accepted or firmware.mode is not Mode.OURS
            with pytest.raises(CabinetRefusedError):
                await link.take()

    run(test)


def test_a_time_out_that_somebody_changed_stops_the_heartbeat() -> None:
    async def test() -> None:
        async with a_street() as (link, firmware, _):
            await link.connect()
            await link.take()
            await link.heartbeat()
            firmware.misbehave("backup_changed")
            await eventually(lambda: "backup-changed" in link.report().alarms)
            with pytest.raises(CabinetRefusedError, match="changed the time"):
                await link.heartbeat()

    run(test)


def test_a_cut_wire_is_seen_and_everything_is_read_anew() -> None:
    async def test() -> None:
        async with a_street() as (link, firmware, server):
            await link.connect()
            await link.take()
            await link.send(PLAN)
            server.cut()
            await until(link, Mode.OFFLINE)
            for call in (link.refresh, link.heartbeat, link.take):
                with pytest.raises(WorldLostError):
                    await call()
            with pytest.raises(WorldLostError):
                await link.send(PLAN)
            assert not await link.release("lost")
            await link.close()
            await link.connect()
            assert link.report().mode is Mode.READY, "what was ours before is not ours now"
            assert not (await link.send(PLAN)).accepted
            await link.take()
            await until(link, Mode.OURS)
            assert firmware.mode is Mode.OURS

    run(test)


def test_without_a_heartbeat_the_connection_is_cut_and_the_site_falls_back() -> None:
    async def test() -> None:
        async with a_street(speed=100.0, dead_man_s=30.0) as (link, firmware, _):
            await link.connect()
            await link.take()
            until_s = link.now_s() + 60.0
            while link.now_s() < until_s:
                await link.heartbeat()
                await asyncio.sleep(0.01)
            assert firmware.mode is Mode.OURS
            from_ds = firmware.time_ds
            await eventually(lambda: firmware.mode is not Mode.OURS)
            assert firmware.mode is Mode.BACKUP
            assert 600 < firmware.time_ds - from_ds < 1_200
            assert link.report().mode is Mode.OFFLINE

    run(test)


def test_a_site_that_never_comes_is_given_up() -> None:
    async def test() -> None:
        link = RsmpCabinet(SITE, address(free_port(), connect_s=2.0), Clock(SPEED))
        with pytest.raises(WorldTimeoutError, match="has not come"):
            await link.connect()
        await link.close()
        await link.close()

    run(test)


def test_a_silent_site_is_offline_though_it_is_connected() -> None:
    async def test() -> None:
        async with a_foreigner(KNOWN, silent_s=3.0) as (link, site, connecting):
            await connecting
            site.update(stamp(link._clock.utc_s()), S0001_signalgroupstatus="1" * 12)
            await eventually(lambda: link.report().aspect[0] == Aspect.GREEN)
            await until(link, Mode.OFFLINE)
            asked = len(site.log)
            await link.refresh()
            assert [row["sS"][0]["sCI"] for way, row in site.log[asked:] if row["type"] == "StatusRequest"] == ["S0001"]
            assert link.report().mode is Mode.OFFLINE, "what it answers is of long ago"

    run(test)


def test_a_site_that_goes_on_talking_and_hears_nothing_is_offline() -> None:
    async def test() -> None:
        async with a_foreigner({**KNOWN, "S0034_status": "1"}, hears_s=2.0) as (link, site, connecting):
            await connecting
            site.obeys = True
            await link.take()
            await link.heartbeat()
            await link.refresh()
            link.view.received_s = link.now_s() + 60.0  # it talks
            assert link.report().mode is Mode.OURS
            site.answers = False
            await asyncio.sleep(0.03)
            await link.heartbeat()
            await until(link, Mode.OFFLINE)
            assert site.log[-1][1]["type"] == "Watchdog"
            with pytest.raises(WorldLostError, match="acknowledges nothing"):
                await link.refresh()
            link.view.choose(0)
            assert link.report().mode is not Mode.OFFLINE, "whoever is not ours may be slow"

    run(test)


def test_a_site_that_tells_of_itself_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        async with a_street() as (link, _, _):
            await link.connect()
            asked: list[Sequence[str]] = []

            async def read(codes: Sequence[str]) -> None:
                asked.append(codes)

            monkeypatch.setattr(link, "read", read)
            link.view.received_s = link.now_s() + 60.0
            await link.refresh()
            assert asked == []
            link.view.received_s = link.now_s() - 1.5 * FRESH_S
            await link.refresh()
            assert asked == [("S0001",)]

    run(test)


def test_a_foreign_site_is_read_and_stale_news_are_not() -> None:
    async def test() -> None:
        async with a_foreigner(KNOWN) as (link, site, connecting):
            info = await connecting
            assert (info.make, info.model, info.version) == ("Maker", "Model X", "7.1")  # type: ignore[attr-defined]
            assert info.plans == (1, 2)  # type: ignore[attr-defined]
            now_s = link._clock.utc_s()
            site.update(stamp(now_s + 1), S0001_signalgroupstatus="1" * 12)
            site.update(stamp(now_s - 9), S0001_signalgroupstatus="B" * 12)
            site.update(stamp(now_s + 2), quality="old", S0001_signalgroupstatus="B" * 12)
            site.update(stamp(now_s + 2), component="another", S0001_signalgroupstatus="B" * 12)
            bits = [False] * 8
            site.put("AggregatedStatus", cId="another", aSTS=stamp(now_s), fP=None, fS=None, se=[True] * 8)
            last = site.put("AggregatedStatus", cId=MAIN, aSTS=stamp(now_s), fP=None, fS=None, se=bits)
            await eventually(lambda: [row for way, row in site.log if way == "in" and row.get("oMId") == last])
            assert set(link.report().aspect.tolist()) == {Aspect.GREEN}
            wanted = next(row for _, row in site.log if row["type"] == "StatusSubscribe")["sS"]
            assert {"sCI": "S0002", "n": "detectorlogicstatus", "uRt": "1", "sOc": True} in wanted
            assert {row["sCI"] for row in wanted if row["uRt"] == "1"} == {"S0001", "S0002"}
            await link.close()
            await asyncio.sleep(0.01)

    run(test)


@pytest.mark.parametrize(("key", "value"), [("S0017_number", "11"), ("S0016_number", "3")])
def test_a_site_that_is_too_small_is_another_one(key: str, value: str) -> None:
    async def test() -> None:
        async with a_foreigner({**KNOWN, key: value}) as (link, _, connecting):
            with pytest.raises(CabinetRefusedError, match=f"has {value} .* expected"):
                await connecting
            assert link.report().mode is Mode.OFFLINE

    run(test)


def test_a_site_that_says_yes_and_does_nothing_is_not_taken() -> None:
    async def test() -> None:
        async with a_foreigner({**KNOWN, "S0034_status": "1"}, answer_s=20.0) as (link, _, connecting):
            await connecting
            with pytest.raises(CabinetRefusedError, match="does not say"):
                await link.take()
            with pytest.raises(CabinetRefusedError):
                await link.take()

    run(test)


def test_a_site_that_does_not_answer_is_late() -> None:
    async def test() -> None:
        where = address(free_port(), answer_s=2.0)
        link = RsmpCabinet(SITE, where, Clock(SPEED))
        connecting = asyncio.create_task(link.connect())
        site = await ForeignSite.connect(where.port)
        await site.greet()
        with pytest.raises(WorldTimeoutError, match="does not answer"):
            await connecting
        await site.close()

    run(test)


def test_a_site_that_does_not_know_a_status_is_watched_without_it() -> None:
    async def test() -> None:
        where = address(free_port())
        bare = replace(SITE, detectors=())
        for site, refuses in ((SITE, True), (bare, False)):
            link = RsmpCabinet(site, where, Clock(SPEED), identify=identities(8))
            connecting = asyncio.create_task(link.connect())
            foreigner = await ForeignSite.connect(where.port)
            await foreigner.greet()
            foreigner.refuses = ("S0205",) if refuses else ()
            answering = asyncio.create_task(foreigner.answer(KNOWN))
            await connecting
            await eventually(
                lambda foreigner=foreigner: [r for _, r in foreigner.log if r["type"] == "StatusSubscribe"]
            )
            wanted = next(row for _, row in foreigner.log if row["type"] == "StatusSubscribe")["sS"]
            assert {row["sCI"] for row in wanted} & {"S0002", "S0205"} == ({"S0002"} if refuses else set())
            await link.close()
            await answering
            await foreigner.close()

    run(test)


def test_a_link_that_waits_for_news_hears_that_the_site_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def test() -> None:
        async with a_foreigner(KNOWN, silent_s=30.0) as (link, site, connecting):
            await connecting
            monkeypatch.setattr(site, "put", lambda *_, **__: "")
            link.view.received_s = float("-inf")
            waiting = asyncio.create_task(link.refresh())
            await asyncio.sleep(0.01)
            await site.close()
            with pytest.raises(WorldLostError, match="gone"):
                await waiting

    run(test)


def test_only_plans_can_be_asked_for() -> None:
    async def test() -> None:
        async with a_street() as (link, _, __):
            await link.connect()
            count = len(SITE.groups)
            none = np.zeros(count, np.int32)
            receipt = await link.send(GroupRequest(np.zeros(count, np.int8), none, none))
            assert (receipt.accepted, receipt.code) == (False, "cannot")

    run(test)


def test_nothing_is_ever_sent_but_what_is_on_the_list() -> None:
    sent: set[str] = set()

    async def test() -> None:
        async with a_foreigner({**KNOWN, "S0034_status": "1"}) as (link, site, connecting):
            await connecting
            site.obeys = True
            await link.take()
            for request in (PLAN, PlanRequest(2, 60, 0, (60,)), PlanRequest(1, 0, -5, ()), PLAN._replace(plan=-1)):
                await link.send(request)
            await link.heartbeat()
            await link.release("done")
            for way, row in site.log:
                if way == "in" and row["type"] == "CommandRequest":
                    sent.update(value["cCI"] for value in row["arg"])
                    assert {value["v"] for value in row["arg"] if value["n"] == "securityCode"} == {"2222"}

    run(test)
    assert sent <= ALLOWED
    assert "M0002" in sent


def test_the_code_is_in_nothing_that_is_shown(caplog: pytest.LogCaptureFixture) -> None:
    shown: list[str] = []

    async def test() -> None:
        where: CabinetAddress = address(free_port())
        link = RsmpCabinet(SITE, replace(where, secrets={"security_code_2": "canary"}), Clock(SPEED))
        connecting = asyncio.create_task(link.connect())
        firmware = Firmware(SITE)
        server = RsmpServer(firmware, where, Clock(SPEED))
        async with stepping(firmware, server, Clock(SPEED)):
            await server.start()
            shown.append(repr(await connecting))
            with pytest.raises(CabinetRefusedError, match="wrong security code") as found:
                await link.take()
            link.view.choose(1)
            link.view.values["S0014", "source"] = "forced"
            receipt = await link.send(PLAN)
            shown.extend([repr(found.value), str(found.value), repr(receipt), repr(link), repr(link.report())])
            assert receipt.code == "refused"
            await link.close()
            await server.stop()

    run(test)
    assert not any("canary" in text for text in (*shown, caplog.text))
    assert CODES


def test_a_link_without_a_code_says_which_secret_it_lacks() -> None:
    async def test() -> None:
        clock, where = Clock(SPEED), address(free_port())
        for secrets, lacks in (({}, "security_code_2"), (CODES, "")):
            link, firmware = RsmpCabinet(SITE, replace(where, secrets=secrets), clock), Firmware(SITE)
            connecting = asyncio.create_task(link.connect())
            server = RsmpServer(firmware, where, clock)
            async with stepping(firmware, server, clock):
                await server.start()
                assert bool(lacks) is bool((await connecting).lacks)
                assert lacks in (await connecting).lacks
                await link.close()
                await server.stop()

    run(test)


def test_a_report_is_cheap() -> None:
    link = RsmpCabinet(SITE, address(), Clock())
    best_s = float("inf")
    for _ in range(20):
        from_s = time.perf_counter()
        for _ in range(50):
            link.report()
        best_s = min(best_s, (time.perf_counter() - from_s) / 50)
    assert best_s < 100e-6  # 20 on an idle machine


def test_two_links_share_a_port() -> None:
    async def test() -> None:
        port, clock = free_port(), Clock(SPEED)
        where = [replace(address(port), name=name) for name in ("S1", "S2")]
        firmware = [Firmware(SITE) for _ in where]
        servers = [RsmpServer(one, at, clock) for one, at in zip(firmware, where, strict=True)]
        links = [RsmpCabinet(SITE, at, clock) for at in where]
        async with stepping(firmware[0], servers[0], clock), stepping(firmware[1], servers[1], clock):
            for server in servers:
                await server.start()
            await asyncio.gather(*(link.connect() for link in links))
            assert [link.report().mode for link in links] == [Mode.READY] * 2
            await links[0].close()
            await links[1].refresh()
            await links[1].close()
            for server in servers:
                await server.stop()

    run(test)
    assert WorldError


def test_tls_on_both_sides(tmp_path: Path) -> None:
    made = papers(tmp_path)
    ours, theirs = {"ca": made.ca, **made.server}, {"ca": made.ca, "server_name": "localhost", **made.client}

    async def test() -> None:
        async with a_street(ours=ours, theirs=theirs) as (link, firmware, server):
            assert (await link.connect()).protocol == "RSMP"
            await link.take()
            await until(link, Mode.OURS)
            assert await link.release("done")
            assert firmware.mode is not Mode.OURS
            server.cut()
            await until(link, Mode.OFFLINE)
            await link.connect()
            await until(link, Mode.READY)

    run(test)


@pytest.mark.parametrize(
    ("who", "why", "warning"),
    [
        ("plain", "does not speak TLS", "has left before it said anything: it may not let us in, or speak TLS only"),
        ("no certificate", 'shows no certificate, and "ca" wants one', "or want one of ours"),
        (
            "another authority",
            "its certificate is not accepted: unable to get local issuer certificate",
            "not accept our certificate",
        ),
        ("another site", "the certificate is not that of this site", ""),
    ],
)
def test_whom_tls_does_not_let_in_is_not_there(tmp_path: Path, who: str, why: str, warning: str) -> None:
    for name in ("own", "other"):
        (tmp_path / name).mkdir()
    made, other = papers(tmp_path / "own"), papers(tmp_path / "other")
    ours = {"ca": made.ca, **made.server, "connect_s": 15.0}
    theirs: dict[str, object] = {"ca": made.ca, "server_name": "localhost", **made.client}
    match who:
        case "plain":
            theirs = {}
        case "no certificate":
            theirs = {"ca": made.ca, "server_name": "localhost"}
        case "another authority":
            theirs |= other.client
        case "another site":
            ours["client_name"] = "RN+SI0002"

    async def test() -> None:
        async with a_street(ours=ours, theirs=theirs) as (link, _, server):
            warned = warnings_of(server)
            with pytest.raises(
                WorldTimeoutError, match=rf"the site has not come .*; 127\.0\.0\.1 came and was turned away: .*{why}"
            ):
                await link.connect()
            assert not server.connected
            assert all(said.startswith("rsmp: the supervisor at 127.0.0.1:") for said in warned)
            assert not warning or any(warning in said for said in warned)

    run(test)


def test_the_plan_of_a_drive_that_was_killed_is_noted_by_who_looks_on() -> None:
    async def test() -> None:
        async with a_street() as (link, _, _):
            await link.connect()
            assert link.report().notes == ()
            await link.take()
            await until(link, Mode.OURS)
            assert link.report().notes == ()
            await link.close()  # without a word, as one that is killed
            other = RsmpCabinet(SITE, link._address, link._clock)
            await other.connect()
            assert "was not chosen by itself" in other.report().notes[0]
            assert other.report().mode is Mode.READY
            await other.close()

    run(test)


def warnings_of(server: RsmpServer) -> list[str]:
    """Return where everything will be that a site warns of."""
    warned: list[str] = []
    server.on_warning = warned.append
    return warned


def test_a_site_whose_supervisor_is_not_there_or_that_is_cut_warns_of_nothing() -> None:
    async def test() -> None:
        async with a_street() as (link, _, server):
            warned = warnings_of(server)
            await asyncio.sleep(0.05)
            await link.connect()
            server.cut()
            await until(link, Mode.OFFLINE)
            assert warned == []

    run(test)


@pytest.mark.parametrize(
    "theirs", [{"server_name": "elsewhere.example"}, {}, {"ca": "other", "server_name": "localhost"}]
)
def test_a_site_does_not_talk_to_a_supervisor_that_it_does_not_know(tmp_path: Path, theirs: dict[str, str]) -> None:
    for name in ("own", "other"):
        (tmp_path / name).mkdir()
    made, other = papers(tmp_path / "own"), papers(tmp_path / "other")
    options = {"ca": other.ca if "ca" in theirs else made.ca, **{key: theirs[key] for key in theirs if key != "ca"}}

    async def test() -> None:
        async with a_street(ours={**made.server, "connect_s": 15.0}, theirs=options) as (link, _, server):
            warned = warnings_of(server)
            with pytest.raises(WorldTimeoutError, match=r"has not come .* turned away: .*our certificate"):
                await link.connect()
            assert not server.connected
            assert "cannot be spoken to: its certificate is not accepted: " in warned[0]

    run(test)


def test_the_name_of_the_site_in_its_certificate_lets_it_in(tmp_path: Path) -> None:
    made = papers(tmp_path)
    theirs = {"ca": made.ca, "server_name": "localhost", **made.client}
    for name in (COMMON_NAME["client"], CLIENT):

        async def test(name: str = name) -> None:
            ours = {"ca": made.ca, **made.server, "client_name": name}
            async with a_street(ours=ours, theirs=theirs) as (link, _, _):
                assert (await link.connect()).protocol == "RSMP"

        run(test)


def test_certificates_are_looked_at_before_anybody_listens(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='rsmp: option "cert": who listens'):
        RsmpCabinet(SITE, address(tls=True), Clock())
    with pytest.raises(InputError, match=r'rsmp: option "ca": .* holds no certificates'):
        RsmpServer(Firmware(SITE, backup_s=30.0), address(ca=str(tmp_path / "none.pem")), Clock())
