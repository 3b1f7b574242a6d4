"""Whoever comes in: few at a time, for a short time, and nobody is forgotten."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.handshakes import MAX_HANDSHAKES, Handshakes
from signals.adapters.cabinet.listening import stop_listening
from signals.adapters.cabinet.tls import Tls
from tests.adapters.cabinet.certificates import papers


class Echo(asyncio.Protocol):
    """Says back what it hears."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.said.append("made")

    def data_received(self, data: bytes) -> None:
        self.said.append(data.decode())
        self.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.said.append("lost")
        self.gone.set()


class Place(NamedTuple):
    handshakes: Handshakes
    port: int
    tls: Tls
    came: list[Echo]


@asynccontextmanager
async def listening(
    folder: Path, lets_in: Callable[[str], bool] = lambda _: True, speed: float = 1.0
) -> AsyncIterator[Place]:
    made, came = papers(folder), []

    def make() -> asyncio.Protocol:
        came.append(Echo())
        return came[-1]

    tls = Tls(protocol="test", least=ssl.TLSVersion.TLSv1_3, ca=made.ca, **made.server)
    handshakes = Handshakes(Tls(**{**given(tls), "ca": ""}).server(), make, lets_in, Clock(speed))
    server = await asyncio.get_running_loop().create_server(handshakes, "127.0.0.1", 0)
    try:
        yield Place(handshakes, server.sockets[0].getsockname()[1], tls, came)
    finally:
        await stop_listening(server)
        await handshakes.end()
        for echo in came:
            echo.transport.abort()
            await echo.gone.wait()
        await server.wait_closed()
    assert handshakes.under_way == 0


def given(tls: Tls) -> dict[str, object]:
    return {name: getattr(tls, name) for name in ("protocol", "least", "cert", "key", "ca")}


def run(test: Callable[[], object]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(20):
            await test()  # type: ignore[misc]  # they are coroutines

    asyncio.run(whole())


async def eventually(found: Callable[[], object]) -> None:
    while not found():  # noqa: ASYNC110  it is other people's state
        await asyncio.sleep(0.002)


def test_behind_the_handshake_everything_is_heard(tmp_path: Path) -> None:
    async def test() -> None:
        async with listening(tmp_path) as place:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", place.port, ssl=place.tls.client(), server_hostname="localhost"
            )
            writer.write(b"early")
            assert await reader.readexactly(5) == b"early"
            (echo,) = place.came
            assert echo.transport.get_extra_info("cipher")
            writer.close()
            await writer.wait_closed()
            await echo.gone.wait()
            assert echo.said == ["made", "early", "lost"]

    run(test)


def test_whoever_may_not_come_in_is_not_spoken_to(tmp_path: Path) -> None:
    asked: list[str] = []

    def nobody(peer: str) -> bool:
        asked.append(peer)
        return False

    async def test() -> None:
        async with listening(tmp_path, nobody) as place:
            with pytest.raises(OSError, match=r"closed|reset|EOF|abort"):
                await asyncio.open_connection(
                    "127.0.0.1", place.port, ssl=place.tls.client(), server_hostname="localhost"
                )
            assert asked == ["127.0.0.1"]
            assert not place.came

    run(test)


@pytest.mark.parametrize("says", [b"", b"GET / HTTP/1.0\r\n\r\n" + b"x" * 100_000])
def test_who_does_not_speak_tls_does_not_stay(tmp_path: Path, says: bytes) -> None:
    async def test() -> None:
        async with listening(tmp_path, speed=100.0) as place:
            reader, writer = await asyncio.open_connection("127.0.0.1", place.port)
            await eventually(lambda: place.handshakes.under_way)
            writer.write(says)
            with suppress(ConnectionError):
                assert len(await reader.read()) < 100  # an alert at most
            await eventually(lambda: not place.handshakes.under_way)
            writer.close()
            assert not place.came

    run(test)


def test_many_at_a_time_are_too_many_and_in_the_end_nobody_is_left(tmp_path: Path) -> None:
    async def test() -> None:
        async with listening(tmp_path) as place:
            silent = [await asyncio.open_connection("127.0.0.1", place.port) for _ in range(MAX_HANDSHAKES + 10)]
            await eventually(lambda: place.handshakes.under_way == MAX_HANDSHAKES)
            await asyncio.gather(*(reader.read() for reader, _ in silent[MAX_HANDSHAKES:]), return_exceptions=True)
            assert place.handshakes.under_way == MAX_HANDSHAKES
        for _, writer in silent:
            writer.close()

    run(test)


def test_what_is_lost_right_behind_the_handshake_is_told(tmp_path: Path) -> None:
    async def test() -> None:
        async with listening(tmp_path) as place:
            _, writer = await asyncio.open_connection(
                "127.0.0.1", place.port, ssl=place.tls.client(), server_hostname="localhost"
            )
            writer.write(b"hello")
            writer.close()
            await eventually(lambda: place.came)
            await place.came[0].gone.wait()
            assert place.came[0].said[0] == "made"
            assert place.came[0].said[-1] == "lost"

    run(test)


@pytest.mark.parametrize("turns", range(6))
def test_whoever_is_taken_in_the_last_moment_finds_the_door_shut(tmp_path: Path, turns: int) -> None:
    async def test() -> None:
        async with listening(tmp_path) as place:
            client = socket.create_connection(("127.0.0.1", place.port))
            client.setblocking(False)
            for _ in range(turns):
                await asyncio.sleep(0)
        with client, suppress(ConnectionResetError):  # it was not taken any more
            assert client.recv(1) == b""

    run(test)
