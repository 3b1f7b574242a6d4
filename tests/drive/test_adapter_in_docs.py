"""The adapter in 50 lines of docs/street.md keeps the contract, against a board that takes lines of text."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import numpy as np

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.model.cabinets import CabinetAddress, CabinetLink, CabinetSite, Mode
from signals.model.crossroads import crossroads
from signals.testing_cabinets import check_cabinet

PAGE = Path(__file__).parents[2] / "docs" / "street.md"
SITE = CabinetSite(crossroads().intersections[0])
SPEED = 25.0


def board_class() -> type:
    (code,) = re.findall(r"```python\n(import asyncio\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) <= 60
    found: dict[str, type] = {}
    exec(compile(code, str(PAGE), "exec"), found)  # noqa: S102  it is ours
    return found["Board"]


class Bench:
    """A lamp board of firmware, and the adapter of the page."""

    def __init__(self, clock: Clock) -> None:
        self.firmware = Firmware(SITE, backup_s=5.0)
        self._clock = clock
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        address = CabinetAddress(scheme="board", host="127.0.0.1", port=port)
        self.link: CabinetLink = board_class()(SITE, address, self._clock)

    async def stop(self) -> None:
        await self.link.close()
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def tick(self) -> None:
        nobody = np.zeros(0, np.int32)
        self.firmware.step(np.ones(len(SITE.groups), np.bool_), nobody, nobody.astype(np.float32))

    def cut(self) -> None:
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        while line := await reader.readline():
            writer.write(self._answer(line.decode().split()).encode() + b"\n")
        self._writers.discard(writer)
        writer.close()

    def _answer(self, words: list[str]) -> str:
        match words:
            case ["status"]:
                mode = "ours" if self.firmware.mode is Mode.OURS else "local"
                return f"{mode} {''.join(str(max(0, aspect)) for aspect in self.firmware.aspect.tolist())}"
            case ["take"]:
                return "ok" if self.firmware.take() else "no"
            case ["show", digits]:
                self.firmware.request_groups(np.array([int(digit) for digit in digits], np.int8))
            case ["alive"]:
                self.firmware.alive()
            case ["release"]:
                self.firmware.give_back()
        return "ok"


def test_it_keeps_the_contract() -> None:
    async def check() -> dict[str, float]:
        clock = Clock(SPEED)
        bench = Bench(clock)
        await bench.start()
        try:
            return await check_cabinet(bench, clock, wishes=60)
        finally:
            await bench.stop()

    assert asyncio.run(check())["wishes"] == 60
