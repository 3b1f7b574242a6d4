"""One connection: bytes, and its end, whatever the other side does."""

from __future__ import annotations

import asyncio
import socket

from signals.adapters.rsmp.wire import Wire
from tests.adapters.rsmp.bench import run


class Owner:
    """Notes what happens to a connection."""

    def __init__(self) -> None:
        self.got, self.opened, self.gone = b"", 0, asyncio.Event()
        self.wire = Wire(self._open, self._take, self.gone.set)

    def _open(self, wire: Wire) -> None:
        self.opened += 1
        assert wire is self.wire

    def _take(self, data: bytes) -> None:
        self.got += data


def test_bytes_go_and_come_and_small_ones_at_once() -> None:
    async def test() -> None:
        owner, loop = Owner(), asyncio.get_running_loop()
        assert not owner.wire.is_open
        owner.wire.write(b"lost")
        owner.wire.close()
        owner.wire.abort()
        owner.wire.listen(True)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.setblocking(False)
            await loop.create_connection(lambda: owner.wire, *server.getsockname())
            other, _ = await loop.sock_accept(server)
        with other:
            transport = owner.wire._transport
            assert transport is not None
            assert transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert (owner.wire.is_open, owner.wire.peer, owner.opened) == (True, "127.0.0.1", 1)
            owner.wire.write(b"")
            owner.wire.write(b"there")
            assert await loop.sock_recv(other, 10) == b"there"
            owner.wire.listen(False)
            await loop.sock_sendall(other, b"back")
            await asyncio.sleep(0.02)
            assert owner.got == b""
            owner.wire.listen(True)
            await asyncio.sleep(0.02)
            assert owner.got == b"back"
            owner.wire.close()
            owner.wire.data_received(b"late")
            await owner.gone.wait()
        assert owner.got == b"back"

    run(test)


def test_whoever_does_not_read_is_left() -> None:
    async def test() -> None:
        owner, loop = Owner(), asyncio.get_running_loop()
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.setblocking(False)
            await loop.create_connection(lambda: owner.wire, *server.getsockname())
            other, _ = await loop.sock_accept(server)
        with other:
            for _ in range(200):
                owner.wire.write(b"x" * (1 << 18))
                if not owner.wire.is_open:
                    break
            await owner.gone.wait()

    run(test)
