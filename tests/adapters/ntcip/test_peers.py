"""Both ends against programs that others wrote: the tools and the agent of net-snmp, and pysnmp.

They are Debian's `snmp` and `snmpd`, and the package `pysnmp`. Where they are missing the tests are skipped; where the
environment says ``SIGNALS_PEERS=required`` they fail.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.ntcip.adapter import NtcipCabinet
from signals.adapters.ntcip.objects import ASC, CONTROLS, OBJECTS, Access
from signals.errors import WorldError
from signals.model.cabinets import CabinetAddress, CabinetRefusedError, Mode, PlanRequest

from .street import READ, SECRETS, WRITE, Bench, Desk, bench, holds, site

pytestmark = pytest.mark.peers

STORE = Path(__file__).with_name("pass_persist_store.py")
PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
USER = {"user": "driver", "auth_password": "canary-auth-password", "priv_password": "canary-priv-password"}


def missing(what: str, how: str) -> None:
    sentence = f"{what} is not here: {how}"
    if os.environ.get("SIGNALS_PEERS") == "required":
        pytest.fail(f"SIGNALS_PEERS=required, but {sentence}")
    pytest.skip(sentence)


def program(name: str, package: str) -> str:
    found = shutil.which(name, path=PATH)
    if found is None:
        missing(name, f"apt-get install -y --no-install-recommends {package}")
    assert found is not None
    return found


def pysnmp() -> Any:
    try:
        return importlib.import_module("pysnmp.hlapi.v3arch.asyncio")
    except ImportError:
        missing("pysnmp", "pip install 'signals[snmpv3]'")


def dotted(name: str, *index: int) -> str:
    return ".".join(map(str, (*OBJECTS[name].arcs, *index)))


async def tool(name: str, version: str, community: str, server: Bench, *rest: str) -> str:
    """Run a tool of net-snmp against the virtual controller; numbers in, numbers out."""
    found = program(name, "snmp")
    words = ("-v", version, "-c", community, "-On", "-t", "5", "-r", "1", f"127.0.0.1:{server.server.port}", *rest)
    process = await asyncio.create_subprocess_exec(
        found, *words, env={**os.environ, "MIBS": ""}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await process.communicate()
    return out.decode()


def lines(text: str) -> dict[str, str]:
    return dict(line.split(" = ", 1) for line in text.splitlines() if " = " in line)


def run(story: Callable[[Bench], Any], **made: Any) -> None:
    async def told() -> None:
        async with bench(speed=1.0, **made) as street:
            street.tick(20)
            await story(street)

    asyncio.run(told())


@pytest.mark.parametrize("version", ["1", "2c"])
def test_net_snmp_reads_what_is_shown(version: str) -> None:
    async def story(street: Bench) -> None:
        names = [dotted("maxPhases", 0), dotted("phaseStatusGroupGreens", 1), dotted("phaseConcurrency", 1)]
        out = lines(await tool("snmpget", version, READ, street, *names))
        assert out[f".{names[0]}"] == "INTEGER: 16"
        assert out[f".{names[1]}"] == f"INTEGER: {street.server._board.lamps.greens & 255}"
        assert out[f".{names[2]}"].startswith("Hex-STRING: 02 05")

    run(story)


@pytest.mark.parametrize("version", ["1", "2c"])
def test_net_snmp_walks_the_whole_tree_in_order(version: str) -> None:
    async def story(street: Bench) -> None:
        root = ".".join(map(str, ASC[:7]))
        # -Cc off: the tool itself complains where an identifier does not grow.
        out = await tool("snmpwalk", version, READ, street, root)
        assert "not increasing" not in out
        assert list(lines(out)) == ["." + ".".join(map(str, arcs)) for arcs in street.server._agent._tree._arcs]

    run(story)


def test_net_snmp_reads_in_bulk() -> None:
    async def story(street: Bench) -> None:
        out = lines(
            await tool("snmpbulkget", "2c", READ, street, "-Cn1", "-Cr5", dotted("maxPhases"), dotted("phaseWalk"))
        )
        assert list(out) == [f".{dotted('maxPhases', 0)}", *(f".{dotted('phaseWalk', k)}" for k in range(1, 6))]
        out = lines(await tool("snmpbulkget", "2c", READ, street, "-Cr10000", dotted("maxPhases")))
        assert 40 < len(out) <= 64

    run(story)


@pytest.mark.parametrize("version", ["1", "2c"])
def test_net_snmp_drives_the_virtual_controller(version: str) -> None:
    async def story(street: Bench) -> None:
        held = street.server._board.lamps.greens & 255
        out = await tool("snmpset", version, WRITE, street, dotted("phaseControlGroupHold", 1), "i", str(held))
        assert lines(out) == {f".{dotted('phaseControlGroupHold', 1)}": f"INTEGER: {held}"}
        assert street.cabinet.mode is Mode.OURS
        for _ in range(3):  # 27 s of a hold, which the virtual controller would else have ended
            street.tick(9)
            await tool("snmpset", version, WRITE, street, dotted("phaseControlGroupHold", 1), "i", str(held))
        assert street.server._board.lamps.greens & 255 == held
        street.tick(11)
        assert street.cabinet.mode is Mode.BACKUP
        out = await tool(
            "snmpget", version, READ, street, dotted("phaseControlGroupHold", 1), dotted("unitControlStatus", 0)
        )
        assert list(lines(out).values()) == ["INTEGER: 0", "INTEGER: 4"]

    run(story)


def test_net_snmp_is_told_what_it_did_wrong() -> None:
    async def story(street: Bench) -> None:
        walk, hold = (dotted("phaseWalk", 1), "i", "1"), (dotted("phaseControlGroupHold", 1), "i", "256")
        reds, none = (dotted("phaseStatusGroupReds", 1), "i", "0"), (dotted("phaseControlGroupHold", 9), "i", "0")
        for version, words in (
            ("1", ("genError", "badValue", "readOnly", "noSuchName")),
            ("2c", ("genError", "wrongValue", "notWritable", "noCreation")),
        ):
            for rest, word in zip((walk, hold, reds, none), words, strict=True):
                assert word in await tool("snmpset", version, WRITE, street, *rest)
        assert "noSuchName" in await tool("snmpset", "1", READ, street, dotted("phaseControlGroupHold", 1), "i", "1")
        assert "noAccess" in await tool("snmpset", "2c", READ, street, dotted("phaseControlGroupHold", 1), "i", "1")
        assert "No Such Object" in await tool("snmpget", "2c", READ, street, "1.3.6.1.4.1.9.9")
        assert "No Such Instance" in await tool("snmpget", "2c", READ, street, dotted("phaseWalk", 99))
        assert "Timeout" in await tool("snmpget", "2c", "guess", street, "-t", "0.3", "-r", "0", dotted("maxPhases", 0))

    run(story)


@pytest.mark.parametrize("model", [0, 1])
def test_pysnmp_drives_the_virtual_controller(model: int) -> None:
    snmp = pysnmp()

    async def story(street: Bench) -> None:
        engine = snmp.SnmpEngine()
        try:
            there = await snmp.UdpTransportTarget.create(("127.0.0.1", street.server.port), timeout=5, retries=1)

            async def ask(command: Any, community: str, *rows: Any) -> tuple[int, list[int]]:
                who = snmp.CommunityData(community, mpModel=model)
                answer = await command(engine, who, there, snmp.ContextData(), *rows, lookupMib=False)
                trouble, status, _, bound = answer
                assert trouble is None
                return int(status), [int(value) for _, value in bound]

            def row(name: str, *value: int) -> Any:
                return snmp.ObjectType(snmp.ObjectIdentity(dotted(name, 1)), *(snmp.Integer32(v) for v in value))

            masks = dict.fromkeys(CONTROLS, 0) | {"phaseControlGroupHold": 4, "phaseControlGroupVehCall": 1}
            assert await ask(snmp.set_cmd, WRITE, *(row(n, v) for n, v in masks.items())) == (0, list(masks.values()))
            assert await ask(snmp.get_cmd, READ, *(row(name) for name in masks)) == (0, list(masks.values()))
            assert street.cabinet.mode is Mode.OURS
            assert (await ask(snmp.set_cmd, WRITE, row("phaseControlGroupHold", 256)))[0] == (10 if model else 3)
        finally:
            engine.close_dispatcher()

    run(story)


def table(path: Path) -> None:
    """Write the objects of a virtual controller as the peer's store takes them."""
    desk = Desk()
    desk.tick(20)
    desk.cabinet.alive()
    rows = []
    for arcs, (_, leaf) in zip(desk.agent._tree._arcs, desk.agent._tree._rows, strict=True):
        value = leaf.read()
        kind = {2: "integer", 4: "octet", 0x41: "counter"}[leaf.tag]
        text = value.hex(" ") if isinstance(value, bytes) else str(value)
        rows.append((".".join(map(str, arcs)), kind, text, leaf.access is Access.CONTROL))
    path.write_text(json.dumps(rows))


@asynccontextmanager
async def snmpd(folder: Path) -> AsyncIterator[int]:
    """Start net-snmp's agent with the objects of a controller; gives its port."""
    found = program("snmpd", "snmpd")
    table(folder / "table.json")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = f'createUser {USER["user"]} SHA "{USER["auth_password"]}" AES "{USER["priv_password"]}"'
    (folder / "snmpd.conf").write_text(
        f"agentaddress udp:127.0.0.1:{port}\n"
        f"rocommunity {READ} 127.0.0.1\nrwcommunity {WRITE} 127.0.0.1\n"
        f"{user}\nrwuser {USER['user']} priv\n"
        f"pass_persist .1.3.6.1.4.1.1206 {sys.executable} {STORE} {folder / 'table.json'}\n"
    )
    process = await asyncio.create_subprocess_exec(
        found, "-f", "-Lo", "-C", "-c", str(folder / "snmpd.conf"), "-I", "vacm_conf,usmConf,usmUser,pass_persist,pass",
        env={**os.environ, "MIBS": "", "SNMP_PERSISTENT_DIR": str(folder)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = b""
        while b"NET-SNMP version" not in said:
            line = await asyncio.wait_for(process.stdout.readline(), 10)
            assert line, f"snmpd ended: {said.decode()}"
            said += line
        yield port
    finally:
        process.terminate()
        await process.communicate()


def drive_snmpd(folder: Path, secrets: dict[str, str], story: Callable[[NtcipCabinet], Any], **options: Any) -> None:
    async def told() -> None:
        async with snmpd(folder) as port:
            options.setdefault("timeout_s", 2.0)
            address = CabinetAddress(scheme="ntcip", host="127.0.0.1", port=port, options=options, secrets=secrets)
            link = NtcipCabinet(site(), address, Clock())
            try:
                await story(link)
            finally:
                await link.close()
                await asyncio.sleep(0)

    asyncio.run(told())


async def whole_story(link: NtcipCabinet) -> None:
    """Connect, read, take, hold, repeat, plan, release."""
    info = await link.connect()
    assert (info.make, info.model, info.backup_s, info.plans) == ("signals", "virtual cabinet", 10, (1,))
    assert info.intergreen_ds is not None
    matrix = site().intersection.intergreen_ds
    assert [[b is None for b in row] for row in info.intergreen_ds] == [[b is None for b in row] for row in matrix]
    assert link.report().mode is Mode.READY
    await link.take()
    assert (await link.send(holds(hold=(2, 6), call=(0,), omit=(3,)))).accepted
    await link.refresh()
    assert link.report().mode is Mode.OURS
    await link.heartbeat()
    # It is a store and no controller: what it takes it keeps, a pattern among it.
    assert (await link.send(PlanRequest(1, sum(info.plans) and 94, 0, ()))).accepted
    await link.refresh()
    assert link.report().mode is Mode.OURS
    assert await link.release("end of the story")
    assert link.report().mode is not Mode.OURS


@pytest.mark.parametrize("version", ["1", "2c"])
def test_the_adapter_drives_net_snmps_agent(version: str, tmp_path: Path) -> None:
    drive_snmpd(tmp_path, SECRETS, whole_story, snmp_version=version)


def test_the_adapter_drives_net_snmps_agent_by_version_3(tmp_path: Path) -> None:
    pysnmp()
    drive_snmpd(tmp_path, USER, whole_story, snmpv3=True, auth="SHA", priv="AES")


def test_version_3_with_another_password_is_refused_and_tells_none(tmp_path: Path) -> None:
    pysnmp()

    async def story(link: NtcipCabinet) -> None:
        with pytest.raises(WorldError) as caught:
            await link.connect()
        assert "canary" not in str(caught.value)

    drive_snmpd(tmp_path, USER | {"auth_password": "canary-of-another"}, story, snmpv3=True, auth="SHA", timeout_s=0.5)


def test_net_snmps_agent_refuses_who_may_only_read(tmp_path: Path) -> None:
    async def story(link: NtcipCabinet) -> None:
        await link.connect()
        with pytest.raises(CabinetRefusedError, match=r"no-such-name|read-only|no-access"):
            await link.take()

    drive_snmpd(tmp_path, {"read_community": READ}, story)
