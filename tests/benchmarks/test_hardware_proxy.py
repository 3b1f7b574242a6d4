"""A wire is as bad as it is told to be, and good otherwise."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from benchmarks.hardware.proxy import Fault, TcpProxy, UdpProxy, pieces

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1_000):
        writer.write(data)
    writer.close()


def over_tcp(story: Callable[[TcpProxy, Streams], Awaitable[None]]) -> None:
    async def told() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        proxy = TcpProxy("127.0.0.1", server.sockets[0].getsockname()[1], seed=1)
        reader, writer = await asyncio.open_connection("127.0.0.1", await proxy.start())
        try:
            await story(proxy, (reader, writer))
        finally:
            writer.transport.abort()
            await proxy.stop()
            server.close()
            await server.wait_closed()

    asyncio.run(told())


async def answer(streams: Streams, text: bytes, within_s: float = 1.0) -> bytes:
    """Send a text, and return what of it comes back in time."""
    streams[1].write(text)
    found = b""
    try:
        async with asyncio.timeout(within_s):
            while len(found) < len(text) and (more := await streams[0].read(1_000)):
                found += more
    except (TimeoutError, ConnectionError):
        pass
    return found


def test_a_good_wire_carries_everything() -> None:
    async def story(_: TcpProxy, streams: Streams) -> None:
        assert await answer(streams, b"hello") == b"hello"

    over_tcp(story)


@pytest.mark.parametrize("kind", ["black_hole", "half_open"])
def test_nothing_comes_back_until_the_wire_is_good_again(kind: str) -> None:
    async def story(proxy: TcpProxy, streams: Streams) -> None:
        await answer(streams, b"x")
        proxy.set(Fault(kind))
        assert await answer(streams, b"hello", 0.1) == b""
        proxy.set(Fault())
        assert await answer(streams, b"again") == b"again"

    over_tcp(story)


def test_what_a_stream_held_comes_when_the_wire_is_good_again() -> None:
    async def story(proxy: TcpProxy, streams: Streams) -> None:
        await answer(streams, b"x")
        proxy.set(Fault("hold"))
        assert await answer(streams, b"hello", 0.1) == b""
        proxy.set(Fault())
        assert await answer(streams, b"", 0.0) == b""
        assert await streams[0].readexactly(5) == b"hello"

    over_tcp(story)


@pytest.mark.parametrize("kind", ["reset", "refuse"])
def test_connections_are_broken(kind: str) -> None:
    async def story(proxy: TcpProxy, streams: Streams) -> None:
        await answer(streams, b"x")
        proxy.set(Fault(kind))
        assert await answer(streams, b"hello") == b""
        assert streams[0].at_eof() or streams[0].exception() is not None

    over_tcp(story)


def test_streams_are_late_sliced_and_spoilt() -> None:
    async def story(proxy: TcpProxy, streams: Streams) -> None:
        await answer(streams, b"x")
        proxy.set(Fault("delay", delay_s=0.1))
        begun = time.monotonic()
        assert await answer(streams, b"late") == b"late"
        assert time.monotonic() - begun >= 0.2
        proxy.set(Fault("slice"))
        assert await answer(streams, b"0123456789") == b"0123456789"
        proxy.set(Fault("flip"))
        found = await answer(streams, b"\0" * 8)
        assert sum(byte.bit_count() for byte in found) in (0, 2)  # there and back
        proxy.set(Fault("truncate"))
        assert len(await answer(streams, b"0123456789", 0.2)) < 10
        proxy.set(Fault("loss", delay_s=0.05))
        assert await answer(streams, b"once more") == b"once more"

    over_tcp(story)


def test_the_beginning_of_what_was_read_comes_in_small_pieces() -> None:
    assert list(pieces(b"01234567")) == [b"012", b"345", b"67"]
    cut = list(pieces(bytes(200)))
    assert [len(piece) for piece in cut] == [3] * 6 + [182]
    assert list(pieces(b"")) == []


def test_garbage_floods_until_it_is_over() -> None:
    async def story(proxy: TcpProxy, streams: Streams) -> None:
        await answer(streams, b"x")
        proxy.set(Fault("flood", rate_hz=1_000.0))
        assert len(await streams[0].readexactly(500)) == 500
        proxy.set(Fault())

    over_tcp(story)


class Ear(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.heard.append(data)


class Echo(Ear):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.way = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.way.sendto(data, addr)  # type: ignore[attr-defined]


def over_udp(fault: Fault, texts: list[bytes], within_s: float = 0.2) -> list[bytes]:
    async def told() -> list[bytes]:
        loop = asyncio.get_running_loop()
        server, _ = await loop.create_datagram_endpoint(Echo, ("127.0.0.1", 0))
        proxy = UdpProxy("127.0.0.1", server.get_extra_info("sockname")[1], seed=3)
        near, ear = await loop.create_datagram_endpoint(Ear, remote_addr=("127.0.0.1", await proxy.start()))
        proxy.set(fault)
        for text in texts:
            near.sendto(text)
        await asyncio.sleep(within_s)
        proxy.cut()
        near.close()
        await proxy.stop()
        server.close()
        return ear.heard

    return asyncio.run(told())


TEXTS = [b"a", b"bb", b"ccc", b"dddd"]


def test_datagrams() -> None:
    assert over_udp(Fault(), TEXTS) == TEXTS
    assert over_udp(Fault("loss"), TEXTS) == []
    assert over_udp(Fault("black_hole"), TEXTS) == []
    assert over_udp(Fault("hold"), TEXTS) == []
    assert over_udp(Fault("half_open"), TEXTS) == []
    assert sorted(over_udp(Fault("duplicate"), TEXTS)) == sorted(TEXTS * 4)
    assert over_udp(Fault("delay", delay_s=0.05), TEXTS) == TEXTS
    assert over_udp(Fault("delay", delay_s=5.0), TEXTS) == []
    turned = over_udp(Fault("reorder", share=0.4), TEXTS * 5)
    assert turned != TEXTS * 5
    assert sorted(turned) == sorted(TEXTS * 5)
    assert over_udp(Fault("reorder", share=1.0, delay_s=0.01), TEXTS[:1]) == TEXTS[:1]
    assert all(len(found) < 8 for found in over_udp(Fault("truncate"), [b"01234567"] * 5))
    assert len(over_udp(Fault("flood", rate_hz=1_000.0), TEXTS)) > 20


def test_the_same_seed_is_the_same_wire() -> None:
    fault = Fault("loss", share=0.5)
    assert over_udp(fault, TEXTS * 8) == over_udp(fault, TEXTS * 8)


def test_a_fault_that_there_is_not() -> None:
    with pytest.raises(ValueError, match='unknown fault "rust"'):
        Fault("rust")
