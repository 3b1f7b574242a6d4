"""Whoever comes while a server ends is either spoken to or turned away."""

from __future__ import annotations

import asyncio
import socket

import pytest

from signals.adapters.cabinet.listening import stop_listening


@pytest.mark.parametrize("turns", range(6))
def test_whoever_was_taken_belongs_to_somebody(turns: int) -> None:
    taken: list[asyncio.BaseTransport] = []

    class Takes(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            taken.append(transport)

    async def test() -> bytes | None:
        server = await asyncio.get_running_loop().create_server(Takes, "127.0.0.1", 0)
        client = socket.create_connection(server.sockets[0].getsockname())
        for _ in range(turns):
            await asyncio.sleep(0)
        await stop_listening(server)
        await stop_listening(server)
        for transport in taken:
            transport.close()
        await asyncio.sleep(0.01)
        with client:
            client.setblocking(False)
            try:
                return client.recv(1)
            except ConnectionResetError:
                return None

    found = asyncio.run(test())
    assert found == b"" if taken else found is None
