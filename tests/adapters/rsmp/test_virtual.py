"""What a foreign test-suite asks of a site, over real sockets, by a supervisor that knows nothing of our code."""

from __future__ import annotations

import asyncio
import re

import pytest

from signals.adapters.rsmp.times import seconds_of
from signals.adapters.rsmp.virtual import RsmpServer
from signals.model.cabinets import Mode
from tests.adapters.rsmp.bench import CODES, MAIN, NAME, SITE, STAMP, Bench, Peer, address, run

CODE = {"securityCode": CODES["security_code_2"]}


@pytest.mark.parametrize("core", ["3.1.3", "3.1.4", "3.1.5", "3.2.0", "3.2.1", "3.2.2"])
def test_the_connection_is_made_in_the_order_of_the_standard(core: str) -> None:
    async def test() -> None:
        async with Bench((core,)) as bench:
            peer = await bench.supervisor.site()
            found = [(way, row["type"]) for way, row in peer.log]
            assert found[:8] == [
                ("in", "Version"),
                ("out", "MessageAck"),
                ("out", "Version"),
                ("in", "MessageAck"),
                ("in", "Watchdog"),
                ("out", "MessageAck"),
                ("out", "Watchdog"),
                ("in", "MessageAck"),
            ]
            assert found[8] == ("in", "AggregatedStatus")
            version = peer.log[0][1]
            assert version["siteId"] == [{"sId": NAME}]
            assert {"vers": core} in version["RSMP"]

    run(test)


@pytest.mark.parametrize(("versions", "sxl"), [(("3.1.1",), "1.2.1"), (("3.2.2",), "1.0.15")])
def test_another_version_is_refused_and_the_connection_closed(versions: tuple[str, ...], sxl: str) -> None:
    async def test() -> None:
        async with Bench(versions, sxl) as bench:
            peer = await bench.supervisor.peer()
            await peer.kind("Version")
            bench.supervisor.say_version(peer)
            assert (await peer.kind("MessageNotAck"))["rea"]
            assert await peer.is_closed()

    run(test)


def test_before_the_versions_nothing_is_acknowledged() -> None:
    async def test() -> None:
        async with Bench() as bench:
            peer = await bench.supervisor.peer()
            await peer.kind("Version")
            early = peer.put("Watchdog", wTs=STAMP)
            bench.supervisor.say_version(peer)
            await peer.kind("Watchdog")
            assert not [row for way, row in peer.log if way == "in" and row.get("oMId") == early]

    run(test)


def test_it_closes_the_connection_when_its_watchdogs_are_not_acknowledged() -> None:
    async def test() -> None:
        async with Bench(ack_s=30.0) as bench:
            peer = await bench.supervisor.site()
            peer.answers = False
            from_s = bench.clock.now_s()
            assert await peer.is_closed()
            assert bench.clock.now_s() - from_s < 100.0

    run(test)


def test_it_closes_the_connection_when_no_watchdogs_come() -> None:
    async def test() -> None:
        async with Bench(watchdog_s=5.0, ack_s=5.0) as bench:
            peer = await bench.supervisor.site()
            assert await peer.is_closed()
            watchdogs = [row for way, row in peer.log if way == "in" and row["type"] == "Watchdog"]
            assert len(watchdogs) > 1

    run(test)


def test_it_connects_again_and_what_was_missed_keeps_its_time_and_is_called_old() -> None:
    async def test() -> None:
        async with Bench() as bench:
            peer = await bench.supervisor.site()
            row = {"sCI": "S0001", "n": "signalgroupstatus", "uRt": "1", "sOc": True}
            peer.put("StatusSubscribe", cId=MAIN, sS=[row])
            assert (await peer.kind("StatusUpdate"))["sS"][0]["q"] == "recent"
            bench.server.cut()
            away_s = bench.clock.utc_s()
            assert await peer.is_closed()
            await bench.clock.sleep(5.0)
            back_s = bench.clock.utc_s()
            again = await bench.supervisor.site()
            updates = []
            while not updates or updates[-1]["sS"][0]["q"] == "old":
                updates.append(await again.kind("StatusUpdate"))
            old = [update for update in updates if update["sS"][0]["q"] == "old"]
            times = [seconds_of(update["sTs"]) or 0.0 for update in updates]
            assert len(old) >= 3
            assert times == sorted(times)
            assert away_s - 2.0 < times[0] < back_s

    run(test)


def test_unknown_parts_are_undefined_and_unknown_words_are_refused() -> None:
    async def test() -> None:
        async with Bench() as bench:
            peer = await bench.supervisor.site()
            peer.put("StatusRequest", cId="bad", sS=[{"sCI": "S0001", "n": "stage"}])
            row = (await peer.kind("StatusResponse"))["sS"][0]
            assert (row["q"], row["s"]) == ("undefined", None)
            given = {"status": "NormalControl", **CODE, "timeout": "0", "intersection": "0"}
            answer = await peer.command("M0001", "setValue", component="bad", **given)
            assert {(row["age"], row["v"]) for row in answer["rvs"]} == {("undefined", None)}
            for refused in (
                await peer.status("S0000", "status"),
                await peer.status("S0001", "bad"),
                await peer.command("M0000", "wrong", status="wrong"),
                await peer.command("M0001", "bad", **given),
                await peer.command("M0001", "setValue", **CODE, timeout="0", intersection="0"),
                await peer.command("M0001", "setValue", **{**given, "securityCode": "1234"}),
            ):
                assert refused["type"] == "MessageNotAck"
                assert "1234" not in refused["rea"]
            assert bench.server.connected

    run(test)


def test_a_message_that_comes_twice_changes_nothing() -> None:
    async def test() -> None:
        async with Bench() as bench:
            peer = await bench.supervisor.site()
            rows = [
                {"cCI": "M0006", "n": n, "cO": "setInput", "v": v}
                for n, v in {"status": "True", **CODE, "input": "3"}.items()
            ]
            identity = peer.put("CommandRequest", cId=MAIN, arg=rows)
            await peer.kind("CommandResponse")
            await peer.command("M0006", "setInput", status="False", **CODE, input="3")
            peer.put("CommandRequest", mId=identity, cId=MAIN, arg=rows)
            assert (await peer.verdict(identity))["type"] == "MessageNotAck"
            assert (await peer.status("S0003", "inputstatus"))["inputstatus"][2] == "0"

    run(test)


def test_yellow_flash_is_everywhere_ends_in_time_and_is_followed_by_the_start_up() -> None:
    async def test() -> None:
        async with Bench() as bench:
            peer = await bench.supervisor.site()
            rows = [
                {"sCI": code, "n": name, "uRt": "0", "sOc": True}
                for code, name in (("S0001", "signalgroupstatus"), ("S0005", "status"), ("S0020", "controlmode"))
            ]
            peer.put("StatusSubscribe", cId=MAIN, sS=rows)
            await peer.command("M0001", "setValue", status="YellowFlash", **CODE, timeout="1", intersection="0")
            told: list[tuple[str, str]] = []
            latest: dict[str, str] = {"signalgroupstatus": ""}

            async def letters(pattern: str) -> None:
                while not re.fullmatch(pattern, latest["signalgroupstatus"]):
                    update = await peer.kind("StatusUpdate")
                    told.extend((row["n"], row["s"]) for row in update["sS"])
                    latest.update(told)

            await letters("c{12}")
            from_s = bench.clock.now_s()
            assert (await peer.status("S0011", "status"))["status"] == "True"
            assert bench.firmware.mode is Mode.FLASH
            await letters("[efg]{12}")
            assert 50.0 < bench.clock.now_s() - from_s < 70.0
            await letters("[^a-h]{12}")
            rows = [row for way, row in peer.log if way == "in" and row["type"] == "StatusUpdate"]
            modes = [value["s"] for row in rows for value in row["sS"] if value["n"] == "controlmode"]
            assert modes[-3:] == ["standby", "startup", "control"]
            assert ("status", "True") in told

    run(test)


def test_dark_is_dark_until_normal_control_is_asked_for() -> None:
    async def test() -> None:
        async with Bench() as bench:
            peer = await bench.supervisor.site()
            await peer.command("M0001", "setValue", status="Dark", **CODE, timeout="0", intersection="0")
            await bench.clock.sleep(2.0)
            assert (await peer.status("S0007", "status"))["status"] == "False"
            assert (await peer.status("S0001", "signalgroupstatus"))["signalgroupstatus"] == "a" * 12
            await peer.command("M0001", "setValue", status="NormalControl", **CODE, timeout="0", intersection="0")
            await bench.clock.sleep(2.0)
            assert (await peer.status("S0007", "status"))["status"] == "True"
            assert (await peer.status("S0001", "signalgroupstatus"))["signalgroupstatus"] == "g" * 12

    run(test)


def test_the_clock_is_set_with_the_first_code_only_and_told_in_everything_that_follows() -> None:
    async def test() -> None:
        async with Bench() as bench:
            peer = await bench.supervisor.site()
            date = {"year": "2020", "month": "9", "day": "29", "hour": "17", "minute": "29", "second": "51"}
            assert (await peer.command("M0104", "setDate", **CODE, **date))["type"] == "MessageNotAck"
            await peer.command("M0104", "setDate", securityCode=CODES["security_code_1"], **date)
            now = await peer.status("S0096", *date)
            assert (now["year"], now["month"], now["day"], now["hour"]) == ("2020", "9", "29", "17")
            await peer.status("S0095", "status")
            assert str(peer.log[-2][1]["sTs"]).startswith("2020-09-29T17:")
            await bench.clock.sleep(61.0)
            barked = await peer.kind("Watchdog")
            assert str(barked["wTs"]).startswith("2020-09-29T17:")
            peer.put("AggregatedStatusRequest", cId=MAIN)
            assert str((await peer.kind("AggregatedStatus"))["aSTS"]).startswith("2020-09-29T17:")

    run(test)


def test_codes_are_changed_by_whoever_knows_them() -> None:
    async def test() -> None:
        async with Bench() as bench:
            peer = await bench.supervisor.site()
            change = {"status": "Level2", "oldSecurityCode": "wrong", "newSecurityCode": "9999"}
            assert (await peer.command("M0103", "setSecurityCode", **change))["type"] == "MessageNotAck"
            await peer.command("M0103", "setSecurityCode", **{**change, "oldSecurityCode": "2222"})
            assert (await peer.command("M0007", "setFixedTime", status="True", **CODE))["type"] == "MessageNotAck"
            done = await peer.command("M0007", "setFixedTime", status="True", securityCode="9999")
            assert done["type"] == "CommandResponse"
            assert (await peer.status("S0009", "status"))["status"] == "True"

    run(test)


def test_an_interval_changes_under_way_and_ends() -> None:
    async def test() -> None:
        async with Bench() as bench:
            peer = await bench.supervisor.site()
            row = {"sCI": "S0001", "n": "cyclecounter", "uRt": "60", "sOc": False}
            peer.put("StatusSubscribe", cId=MAIN, sS=[row])
            await peer.kind("StatusUpdate")
            from_s = bench.clock.now_s()
            peer.put("StatusSubscribe", cId=MAIN, sS=[{**row, "uRt": "1"}])
            for _ in range(3):
                await peer.kind("StatusUpdate")
            assert bench.clock.now_s() - from_s < 10.0
            await peer.verdict(peer.put("StatusUnsubscribe", cId=MAIN, sS=[{"sCI": "S0001", "n": "cyclecounter"}]))
            seen = len(peer.log)
            await bench.clock.sleep(5.0)
            await peer.status("S0095", "status")
            assert not [row for _, row in peer.log[seen:] if row["type"] == "StatusUpdate"]

    run(test)


def test_plans_cycles_offsets_and_bands_are_set_and_read_back() -> None:
    async def test() -> None:
        async with Bench(speed=200.0) as bench:
            peer = await bench.supervisor.site()
            done = await peer.command("M0002", "setPlan", status="True", **CODE, timeplan="1")
            assert {row["age"] for row in done["rvs"]} == {"recent"}
            assert await peer.status("S0014", "status", "source") == {"status": "1", "source": "forced"}
            assert bench.firmware.mode is Mode.OURS
            await peer.command("M0015", "setOffset", status="99", plan="1", **CODE)
            assert (await peer.status("S0024", "status"))["status"] == "1-99"
            await peer.command("M0014", "setCommands", plan="1", status="1-22", **CODE)
            await peer.command("M0018", "setCycleTime", status="95", plan="1", **CODE)
            assert "1-1-22" in (await peer.status("S0023", "status"))["status"].split(",")
            assert (await peer.status("S0028", "status"))["status"] == "1-95"
            while bench.firmware.cycle_ds != 950:
                await bench.clock.sleep(1.0)
                await peer.status("S0014", "status")
            nowhere = await peer.command("M0002", "setPlan", status="True", **CODE, timeplan="7")
            assert nowhere["type"] == "MessageNotAck"
            await peer.command("M0002", "setPlan", status="False", **CODE, timeplan="1")
            assert bench.firmware.mode is Mode.READY
            assert (await peer.status("S0028", "status"))["status"] == "1-94"

    run(test)


def test_what_the_firmware_finds_impossible_is_answered_with_what_stands() -> None:
    async def test() -> None:
        async with Bench() as bench:
            peer = await bench.supervisor.site()
            await peer.command("M0002", "setPlan", status="True", **CODE, timeplan="1")
            # 2 s of green for a group that needs 5; the ten seconds go to another step.
            answer = await peer.command("M0014", "setCommands", plan="1", status="4-1,1-31", **CODE)
            assert {row["n"]: row["v"] for row in answer["rvs"]}["status"] != "4-1,1-31"
            assert "1-4-11" in (await peer.status("S0023", "status"))["status"].split(",")

    run(test)


def test_without_a_supervisor_it_returns_to_its_own_program_after_the_time_that_was_set() -> None:
    async def test() -> None:
        async with Bench(reconnect_s=1_000.0) as bench:
            peer = await bench.supervisor.site()
            await peer.command("M0023", "setTimeout", status="1", **CODE)
            assert (await peer.status("S0034", "status"))["status"] == "1"
            await peer.command("M0002", "setPlan", status="True", **CODE, timeplan="1")
            bench.server.cut()
            from_s = bench.firmware.time_ds
            while bench.firmware.mode is Mode.OURS:
                await bench.clock.sleep(1.0)
            assert 590 <= bench.firmware.time_ds - from_s <= 640

    run(test)


def test_alarms_are_issued_acknowledged_suspended_and_requested() -> None:
    async def test() -> None:
        async with Bench() as bench:
            peer = await bench.supervisor.site()
            bench.firmware.misbehave("fault")
            issued = await peer.kind("Alarm")
            assert (issued["aCId"], issued["aS"], issued["ack"]) == ("A0001", "Active", "notAcknowledged")
            assert (issued["sS"], issued["pri"], issued["cId"]) == ("notSuspended", "2", MAIN)
            about = {"cId": MAIN, "aCId": "A0001", "xACId": "", "xNACId": ""}
            peer.put("Alarm", **about, aSp="Acknowledge")
            known = await peer.kind("Alarm")
            assert (known["aSp"], known["ack"]) == ("Acknowledge", "Acknowledged")
            peer.put("Alarm", **about, aSp="Suspend")
            assert (await peer.kind("Alarm"))["sS"] == "Suspended"
            bench.firmware.misbehave("fault", on=False)
            await bench.clock.sleep(3.0)
            peer.put("Alarm", **about, aSp="Request")
            quiet = await peer.kind("Alarm")
            assert (quiet["aSp"], quiet["aS"], quiet["sS"]) == ("Issue", "inActive", "suspended")
            peer.put("Alarm", **about, aSp="Resume")
            assert (await peer.kind("Alarm"))["sS"] == "notSuspended"
            nothing = peer.put("Alarm", cId=MAIN, aCId="A9999", xACId="", xNACId="", aSp="Acknowledge")
            assert (await peer.verdict(nothing))["type"] == "MessageNotAck"

    run(test)


def test_a_restart_breaks_the_connection_and_forgets_subscriptions() -> None:
    async def test() -> None:
        async with Bench() as bench:
            peer = await bench.supervisor.site()
            row = {"sCI": "S0001", "n": "stage", "uRt": "1", "sOc": False}
            peer.put("StatusSubscribe", cId=MAIN, sS=[row])
            await peer.kind("StatusUpdate")
            await peer.command("M0004", "setRestart", status="True", **CODE)
            assert await peer.is_closed()
            again = await bench.supervisor.site()
            await again.status("S0095", "status")
            seen = len(again.log)
            await bench.clock.sleep(4.0)
            await again.status("S0005", "status")
            assert not [row for _, row in again.log[seen:] if row["type"] == "StatusUpdate"]

    run(test)


def test_a_silent_firmware_says_nothing_until_it_speaks_again() -> None:
    async def test() -> None:
        async with Bench() as bench:
            peer = await bench.supervisor.site()
            bench.firmware.misbehave("silent")
            await bench.clock.sleep(3.0)
            peer.put("StatusRequest", cId=MAIN, sS=[{"sCI": "S0095", "n": "status"}])
            with pytest.raises(TimeoutError):
                await bench.clock.within(5.0, peer.kind("StatusResponse"))
            bench.firmware.misbehave("silent", on=False)
            await peer.kind("StatusResponse")

    run(test)


def test_a_supervisor_that_sends_nonsense_is_left() -> None:
    async def test() -> None:
        async with Bench() as bench:
            peer = await bench.supervisor.site()
            peer.writer.write(b"nonsense\x0c" * 30)
            assert await peer.is_closed()
            flood = await bench.supervisor.site()
            flood.writer.write(b"[" * (3 << 20))
            assert await flood.is_closed()
            await bench.supervisor.site()

    run(test)


def test_it_starts_and_stops_without_a_supervisor_and_leaves_nothing() -> None:
    async def test() -> None:
        bench = Bench()
        server = RsmpServer(bench.firmware, address(1), bench.clock)
        await server.stop()
        await server.start()
        await server.start()
        server.ticked()
        await bench.clock.sleep(3.0)
        assert server.port == 1
        assert not server.connected
        assert server.kept >= 1
        await server.stop()
        await server.stop()

    run(test)


def test_its_codes_are_in_nothing_that_it_shows() -> None:
    server = None

    async def test() -> None:
        nonlocal server
        async with Bench() as bench:
            peer: Peer = await bench.supervisor.site()
            await peer.command("M0007", "setFixedTime", status="True", **CODE)
            server = bench.server
            shown = repr(vars(server)) + repr(vars(vars(server)["site"])["state"])
            assert not any(code in shown for code in CODES.values())

    run(test)
    assert asyncio.iscoroutinefunction(RsmpServer.start)
    assert SITE.groups
