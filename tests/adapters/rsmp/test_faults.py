"""A bad wire between both ends: whatever it does, nothing breaks, it is seen, and a new connection is as good as the first."""

from __future__ import annotations

import asyncio
import contextlib
from random import Random
from typing import Any

import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.rsmp.adapter import RsmpCabinet
from signals.adapters.rsmp.virtual import RsmpServer
from signals.errors import WorldError
from signals.model.cabinets import Mode, PlanRequest
from tests.adapters.rsmp.bench import SITE, SPEED, address, eventually, free_port, identities, run, stepping

GREEN = (24, 3, 5, 10, 5, 22, 3, 5, 12, 5)


class BadWire:
    """A proxy that hands on what comes, and spoils it.

    Attributes
    ----------
    fault
        ``none``, ``flip``, ``lose``, ``double``, ``slice`` or ``hole``.
    """

    def __init__(self, to_port: int) -> None:
        self.port, self._to_port, self.fault = free_port(), to_port, "none"
        self._rng = Random(1)
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> BadWire:  # noqa: PYI034
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()
        for writer in self._writers:
            with contextlib.suppress(OSError):
                await writer.wait_closed()
        await self._server.wait_closed()
        await asyncio.sleep(0.01)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        try:
            there = await asyncio.open_connection("127.0.0.1", self._to_port)
        except OSError:
            writer.close()
            return
        self._writers.append(there[1])
        await asyncio.gather(self._carry(reader, there[1]), self._carry(there[0], writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                for piece in self._spoil(data):
                    writer.write(piece)
                    await asyncio.sleep(0)
        writer.close()

    def _spoil(self, data: bytes) -> list[bytes]:
        if self.fault == "slice":
            return [data[at : at + 3] for at in range(0, len(data), 3)]
        if self.fault == "hole":
            return []
        if self.fault == "none" or self._rng.random() < 0.5:
            return [data]
        if self.fault == "double":
            return [data, data]
        at = self._rng.randrange(len(data))
        if self.fault == "lose":
            return [data[:at] + data[at + 7 :]]
        return [data[:at] + bytes([data[at] ^ (1 << self._rng.randrange(8))]) + data[at + 1 :]]


@pytest.mark.parametrize("fault", ["slice", "double", "flip", "lose", "hole"])
def test_nothing_breaks(fault: str) -> None:
    async def test() -> None:
        broken: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: broken.append(context))
        clock, where = Clock(SPEED), address(free_port(), silent_s=20.0, answer_s=30.0, ack_s=60.0)
        firmware = Firmware(SITE, backup_s=30.0)
        link = RsmpCabinet(SITE, where, clock, identify=identities(8))
        async with BadWire(where.port) as wire:
            near = address(wire.port, ack_s=60.0)
            server = RsmpServer(firmware, near, clock, identify=identities(7))
            async with stepping(firmware, server, clock):
                await server.start()
                await link.connect()
                await link.take()
                wire.fault = fault
                until_s = clock.now_s() + 30.0
                while clock.now_s() < until_s:
                    with contextlib.suppress(WorldError):
                        await link.refresh()
                        await link.send(PlanRequest(1, sum(GREEN), 4, GREEN))
                        await link.heartbeat()
                    await asyncio.sleep(0.01)
                    assert firmware.illegal == ()
                if fault == "slice":
                    assert link.report().mode is Mode.OURS
                if fault == "hole":
                    await eventually(lambda: link.report().mode is Mode.OFFLINE)
                wire.fault = "none"
                await link.close()
                server.cut()
                await link.connect()
                await eventually(lambda: link.report().mode in {Mode.READY, Mode.BACKUP})
                await link.take()
                await eventually(lambda: link.report().mode is Mode.OURS)
                assert await link.release("done")
            await link.close()
            await server.stop()
        assert broken == []

    run(test)
