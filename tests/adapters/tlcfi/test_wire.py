"""A connection that is not read is broken, and one that has ended says so once."""

from __future__ import annotations

import asyncio
import socket

from signals.adapters.tlcfi.wire import MAX_UNREAD, Wire


class Ends:
    """What a wire tells."""

    def __init__(self) -> None:
        self.heard, self.opened, self.ended = bytearray(), 0, 0
        self.there = asyncio.Event()
        self.wire = Wire(self.hear, self.open, self.end)

    def hear(self, wire: Wire, data: bytes) -> None:
        self.heard += data

    def open(self, wire: Wire) -> None:
        self.opened += 1
        self.there.set()

    def end(self, wire: Wire) -> None:
        self.ended += 1


async def pair() -> tuple[Ends, Ends, asyncio.Server]:
    loop, here, there = asyncio.get_running_loop(), Ends(), Ends()
    server = await loop.create_server(lambda: there.wire, "127.0.0.1", 0)
    await loop.create_connection(lambda: here.wire, *server.sockets[0].getsockname())
    await there.there.wait()
    return here, there, server


def test_bytes_go_there_and_nothing_after_the_end() -> None:
    async def run() -> None:
        here, there, server = await pair()
        assert here.wire.is_open
        assert here.wire.was_open
        assert there.wire.peer == "127.0.0.1"
        plug = here.wire._transport.get_extra_info("socket")  # type: ignore[union-attr]
        assert plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        here.wire.send(b"")
        here.wire.send(b"abc")
        here.wire.close()
        here.wire.send(b"never")
        await asyncio.gather(here.wire.closed.wait(), there.wire.closed.wait())
        assert bytes(there.heard) == b"abc"
        assert (here.ended, there.ended) == (1, 1)
        assert not there.wire.is_open
        server.close()

    asyncio.run(run())


def test_whoever_does_not_read_is_left() -> None:
    async def run() -> None:
        here, there, server = await pair()
        there.wire._transport.pause_reading()  # type: ignore[union-attr]
        sent = 0
        while here.wire.is_open and sent < 100 * MAX_UNREAD:
            here.wire.send(b"x" * 65_536)
            sent += 65_536
        assert not here.wire.is_open
        there.wire.abort()
        await asyncio.gather(here.wire.closed.wait(), there.wire.closed.wait())
        server.close()

    asyncio.run(run())


def test_what_comes_after_closing_is_not_heard() -> None:
    ends = Ends()
    ends.wire.send(b"x")
    ends.wire.close()
    ends.wire.abort()
    ends.wire.data_received(b"x")
    assert not ends.heard
    assert not ends.wire.was_open


def test_a_transport_without_a_socket_will_do() -> None:
    class Bare(asyncio.Transport):
        def get_write_buffer_size(self) -> int:
            return 0

        def write(self, data: object) -> None:
            sent.append(data)

    sent: list[object] = []
    ends = Ends()
    ends.wire.connection_made(Bare())
    ends.wire.send(b"x")
    assert (sent, ends.wire.peer) == ([b"x"], "")
