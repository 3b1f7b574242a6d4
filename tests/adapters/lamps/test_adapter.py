"""Lamps on a bench, against the server of pymodbus."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest

from signals.adapters.cabinet.clock import Clock
from signals.errors import MissingDependencyError, WorldError, WorldLostError
from signals.model.cabinets import CabinetAddress, CabinetLink, Capability, GroupRequest, Mode, sites_of
from signals.model.crossroads import crossroads
from signals.model.values import Aspect

pytest.importorskip("pymodbus")

from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from signals.adapters.lamps.adapter import LampsCabinet
from signals.adapters.lamps.coils import LAMPS, coils_of

SITE = sites_of(crossroads())[0]
GROUPS = len(SITE.groups)
COILS = LAMPS * GROUPS
READ_COILS = 1  # the function of Modbus


class Module:
    """An output module with coils and inputs."""

    def __init__(self, coils: int, *, pressed: int, stuck: bool) -> None:
        lamps = SimData(0, values=[False] * coils, datatype=DataType.BITS)
        inputs = SimData(0, values=[number == pressed for number in range(100)], datatype=DataType.BITS)
        others = [SimData(0, count=1)]
        self._device = SimDevice(1, simdata=([lamps], [inputs], others, others), action=_stuck if stuck else None)
        self._server: ModbusTcpServer | None = None
        self.port = 0

    async def start(self) -> None:
        self._server = ModbusTcpServer(self._device, address=("127.0.0.1", self.port))
        await self._server.serve_forever(background=True)
        self.port = self._server.transport.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.shutdown()
            self._server = None

    async def lit(self) -> list[bool]:
        assert self._server is not None
        return (await self._server.context.async_getValues(1, READ_COILS, 0, COILS))[:COILS]


async def _stuck(code: int, start: int, address: int, count: int, now: list[int], values: list[bool] | None) -> None:
    """Let the first lamp never be on."""
    if values is not None:
        values[0] = False


@asynccontextmanager
async def bench(
    coils: int = 100, *, pressed: int = -1, stuck: bool = False, **options: object
) -> AsyncIterator[tuple[LampsCabinet, Module, Clock]]:
    module, clock = Module(coils, pressed=pressed, stuck=stuck), Clock(50.0)
    await module.start()
    address = CabinetAddress(
        scheme="lamps", host="127.0.0.1", port=module.port, options={"bench_only": True, "reply_s": 50.0, **options}
    )
    link = LampsCabinet(SITE, address, clock)
    try:
        yield link, module, clock
    finally:
        await link.close()
        await module.stop()


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(1_000):
        if await true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never happened")


def test_it_is_a_link_that_says_what_it_can() -> None:
    async def main() -> None:
        async with bench() as (link, _, _):
            assert isinstance(link, CabinetLink)
            assert Capability.GROUPS in link.capabilities
            assert Capability.DETECTORS not in link.capabilities
            info = await link.connect()
            assert (info.protocol, info.backup_s) == ("lamps", 10.0)

    asyncio.run(main())


def test_the_lamps_show_what_the_controller_shows() -> None:
    async def main() -> None:
        async with bench() as (link, module, _):
            await link.connect()
            assert await module.lit() == coils_of([Aspect.RED] * GROUPS)

            async def green() -> bool:
                return sum((await module.lit())[2::3]) == 4

            await until(green)
            await link.refresh()
            assert (link.report().aspect == Aspect.GREEN).sum() == 4

    asyncio.run(main())


def test_requests_reach_the_lamps_by_way_of_the_interlock() -> None:
    async def main() -> None:
        async with bench(backup_s=0) as (link, module, clock):
            await link.connect()
            while link.firmware.stage != 0 or link.firmware.age_ds[0] < 50:
                await clock.sleep(0.2)
            await link.take()
            wish = link.firmware.aspect.copy()
            wish[[0, 4]] = Aspect.AMBER
            unknown = np.full(GROUPS, -1, np.int32)
            assert (await link.send(GroupRequest(wish, unknown, unknown))).accepted

            async def amber() -> bool:
                return (await module.lit())[1] and (await module.lit())[13]

            await until(amber)

    asyncio.run(main())


def test_buttons_are_calls() -> None:
    async def main() -> None:
        async with bench(first_button=10, pressed=18) as (link, _, _):
            await link.connect()

            async def called() -> bool:
                await link.refresh()
                return bool(link.report().call[8])

            await until(called)

    asyncio.run(main())


def test_they_are_dark_when_it_is_left() -> None:
    async def main() -> None:
        async with bench() as (link, module, _):
            await link.connect()
            assert any(await module.lit())
            await link.close()
            await link.close()
            assert not any(await module.lit())
            await link.connect()
            assert any(await module.lit())

    asyncio.run(main())


def test_a_module_that_is_gone_is_seen() -> None:
    async def main() -> None:
        async with bench() as (link, module, _):
            await link.connect()
            await link.refresh()
            await module.stop()

            async def lost() -> bool:
                try:
                    await link.refresh()
                except WorldError:
                    return True
                return False

            await until(lost)
            assert link.report().mode is Mode.OFFLINE
            with pytest.raises(WorldLostError):
                await link.heartbeat()
            with pytest.raises(WorldLostError, match="nobody answers"):
                await link.connect()
            await module.start()
            await link.connect()

    asyncio.run(main())


def test_lamps_that_do_not_show_what_was_written_are_lost() -> None:
    async def main() -> None:
        async with bench(stuck=True) as (link, _, _):
            with pytest.raises(WorldLostError, match="do not show what was written"):
                await link.connect()

    asyncio.run(main())


def test_a_module_with_too_few_coils_refuses() -> None:
    async def main() -> None:
        async with bench(coils=10) as (link, _, _):
            with pytest.raises(WorldLostError, match="refuse"):
                await link.connect()

    asyncio.run(main())


def test_without_pymodbus_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymodbus.client", None)
    with pytest.raises(MissingDependencyError, match=r"signals\[lamps\]"):
        LampsCabinet(SITE, CabinetAddress(scheme="lamps", host="h", options={"bench_only": True}), Clock())
