"""A virtual TLC over sockets: who may come, who must go, and what it does when it is told to misbehave."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.tlcfi.virtual import MAX_CONNECTIONS, TlcfiServer
from signals.errors import InputError, WorldError
from signals.model.cabinets import CabinetAddress, Mode
from tests.adapters.tlcfi.places import LAB, SPEED, address, crossing, street
from tests.adapters.tlcfi.test_tlc_session import REGISTER

SITE = crossing()


@asynccontextmanager
async def tlc(**options: Any) -> AsyncIterator[tuple[TlcfiServer, Firmware, Clock]]:
    clock, firmware = Clock(SPEED), Firmware(SITE)
    server = TlcfiServer(firmware, address(**options), clock)
    await server.start()
    try:
        yield server, firmware, clock
    finally:
        await server.stop()


async def ended(reader: asyncio.StreamReader, clock: Clock, limit_s: float = 60.0) -> bytes:
    """Read to the end, which must come."""
    try:
        return await clock.within(limit_s, reader.read())
    except ConnectionError:
        return b""


def test_it_answers_and_says_goodbye() -> None:
    async def run() -> None:
        async with tlc() as (server, _, clock):
            assert server.port > 0
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            call = {"jsonrpc": "2.0", "method": "Register", "params": REGISTER, "id": 1}
            writer.write(json.dumps(call).encode())  # without a delimiter
            answer = json.loads(await clock.within(120.0, reader.readline()))
            assert answer["result"]["sessionid"] == "S1"
            with pytest.raises(WorldError, match="started already"):
                await server.start()
            await server.stop()
            rest = await ended(reader, clock)
            assert b'"events":[{"code":1}]' in rest
            writer.close()
            await server.stop()

    asyncio.run(run())


def test_garbage_ends_a_connection_and_no_other() -> None:
    async def run() -> None:
        async with street() as place:
            for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"[" * 100_000, b'{"jsonrpc":"2.0"}', b"\x16\x03\x01" * 50):
                reader, writer = await asyncio.open_connection("127.0.0.1", place.server.port)
                writer.write(garbage)
                assert await ended(reader, place.clock) == b""
                writer.close()
            await place.tick()
            assert place.link.report().mode is Mode.LOCAL

    asyncio.run(run())


def test_a_message_of_ten_megabytes_is_not_kept() -> None:
    async def run() -> None:
        async with tlc() as (server, _, clock):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b'{"a":"')
            for _ in range(160):
                writer.write(b"x" * 65_536)
            assert await ended(reader, clock) == b""
            writer.close()

    asyncio.run(run())


def test_whoever_does_not_register_must_go() -> None:
    async def run() -> None:
        async with tlc() as (server, _, clock):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            assert await ended(reader, clock) == b""
            assert clock.now_s() >= 10.0
            writer.close()

    asyncio.run(run())


def test_only_peers_on_the_list_may_come_and_not_too_many() -> None:
    async def run() -> None:
        async with tlc(peers=["10.0.0.0/8"]) as (server, _, clock):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            assert await ended(reader, clock) == b""
            writer.close()
        async with tlc() as (server, _, clock):
            open_ones = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(MAX_CONNECTIONS)]
            await clock.sleep(1.0)
            assert len(server._sessions) == MAX_CONNECTIONS
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            assert await ended(reader, clock, 9.0) == b""
            for _, one in [*open_ones, (reader, writer)]:
                one.close()

    asyncio.run(run())


def test_a_port_that_is_taken_is_named() -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(WorldError, match=f"cannot listen at 127.0.0.1 port {port}"):
                await TlcfiServer(Firmware(SITE), address(port), Clock()).start()

    asyncio.run(run())


def test_a_wrong_option_is_refused_before_anything_listens() -> None:
    with pytest.raises(InputError, match='"groups"'):
        TlcfiServer(Firmware(SITE), address(groups=["01"]), Clock())


def test_a_cable_that_is_cut_gives_control_back() -> None:
    async def run() -> None:
        async with street() as place:
            await place.tick()
            await place.take()
            assert place.firmware.mode is Mode.OURS
            place.server.cut()
            await place.until(lambda: place.link.report().mode is Mode.OFFLINE)
            assert place.firmware.mode is Mode.READY
            await place.link.close()
            await place.link.connect()  # the place at the desk is free again
            assert place.link.report().mode is Mode.LOCAL

    asyncio.run(run())


def test_whoever_is_silent_is_found_out_and_so_is_a_silent_firmware() -> None:
    async def run() -> None:
        async with street(alive_timeout_s=12.0) as place:
            place.firmware.misbehave("silent")
            await place.until(lambda: place.link.report().mode is Mode.OFFLINE)
            place.plant.tick()
            place.firmware.misbehave("silent", on=False)
            await place.until(lambda: not place.server._sessions)

    asyncio.run(run())


def test_a_firmware_that_was_switched_off_and_on_has_lost_its_connections() -> None:
    async def run() -> None:
        async with street() as place:
            for _ in range(3):
                await place.tick()
            place.firmware.misbehave("reboot")
            place.plant.tick()
            await place.until(lambda: place.link.report().mode is Mode.OFFLINE)
            assert place.firmware.silent

    asyncio.run(run())


def test_two_may_listen_and_one_controls() -> None:
    async def run() -> None:
        async with street() as place:
            reader, writer = await asyncio.open_connection("127.0.0.1", place.server.port)
            for number, kind in enumerate((2, 0)):
                call = {"jsonrpc": "2.0", "method": "Register", "params": {**REGISTER, "type": kind}, "id": number}
                writer.write(json.dumps(call).encode() + b"\n")
            refused = json.loads(await place.clock.within(120.0, reader.readline()))
            assert refused["error"]["code"] == 4
            assert json.loads(await place.clock.within(120.0, reader.readline()))["result"]["sessionid"] == "S2"
            writer.close()

    asyncio.run(run())


def test_the_lab_is_no_street() -> None:
    """What tests allow themselves is not the default."""
    there = CabinetAddress(scheme="tlcfi", host="127.0.0.1")
    server = TlcfiServer(Firmware(SITE), there, Clock())
    assert {name: getattr(server._settings, name) for name in LAB} != LAB
    assert server._settings.dead_man_s == 2.0
