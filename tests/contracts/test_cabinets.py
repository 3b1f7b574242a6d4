"""Every link to a street controller keeps the contract, over real sockets, with random wishes."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from signals import plugins
from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.errors import WorldError
from signals.model.cabinets import CabinetAddress, CabinetLink, CabinetSite, Capability
from signals.model.crossroads import crossroads
from signals.model.timed_by_group import TIMED_BY_GROUP, timed_by_group
from signals.testing_cabinets import check_cabinet

PROTOCOLS = sorted(plugins.BUILT_IN["servers"])
DIRECT = [name for name in PROTOCOLS if name != "rsmp"]
SPEED = 25.0


class Bench:
    """Both ends of a protocol on loopback sockets."""

    def __init__(self, protocol: str, clock: Clock) -> None:
        network = timed_by_group(crossroads(), 10) if protocol in TIMED_BY_GROUP else crossroads()
        site = CabinetSite(network.intersections[0])
        self.firmware = Firmware(site, backup_s=8.0)
        self.firmware.set_clock(clock.utc_s())
        self._protocol, self._clock, self._site = protocol, clock, site
        self._server = plugins.load("servers", protocol)(self.firmware, self._address(0), clock)

    def _address(self, port: int) -> CabinetAddress:
        return CabinetAddress(scheme=self._protocol, host="127.0.0.1", port=port, name="J1")

    async def start(self) -> None:
        await self._server.start()  # type: ignore[attr-defined]
        address = self._address(self._server.port)  # type: ignore[attr-defined]
        self.link: CabinetLink = plugins.load("cabinets", self._protocol)(self._site, address, self._clock)  # type: ignore[assignment]

    async def stop(self) -> None:
        await self.link.close()
        await self._server.stop()  # type: ignore[attr-defined]

    def tick(self) -> None:
        nobody = np.zeros(len(self._site.detectors), np.int32)
        self.firmware.step(np.ones(len(self._site.groups), np.bool_), nobody, nobody.astype(np.float32))
        self._server.ticked()  # type: ignore[attr-defined]

    def cut(self) -> None:
        self._server.cut()  # type: ignore[attr-defined]


@pytest.mark.parametrize("protocol", DIRECT)
def test_a_link_keeps_the_contract(protocol: str) -> None:
    async def check() -> dict[str, float]:
        clock = Clock(SPEED)
        bench = Bench(protocol, clock)
        await bench.start()
        try:
            return await check_cabinet(bench, clock, wishes=150)
        finally:
            await bench.stop()

    found = asyncio.run(check())
    assert found["wishes"] == 150
    assert found["lost_s"] <= 2.0 + 2.0  # ticks are late on a busy machine; `benchmarks.hardware.faults` measures


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_link_is_a_link_and_says_what_it_can_do(protocol: str) -> None:
    site = CabinetSite(crossroads().intersections[0])
    address = CabinetAddress(scheme=protocol, host="127.0.0.1", port=1, name="J1")
    link = plugins.load("cabinets", protocol)(site, address, Clock())
    assert isinstance(link, CabinetLink)
    assert Capability.STATUS in link.capabilities
    assert not link.capabilities & (Capability.PLANS | Capability.SPLITS) or protocol != "tlcfi"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nobody_at_home_is_an_error_of_the_world_and_soon(protocol: str) -> None:
    async def knock() -> None:
        clock = Clock(100.0)
        address = CabinetAddress(scheme=protocol, host="127.0.0.1", port=1 if protocol != "rsmp" else 0, name="J1")
        link = plugins.load("cabinets", protocol)(CabinetSite(crossroads().intersections[0]), address, clock)
        assert isinstance(link, CabinetLink)
        with pytest.raises(WorldError):
            await link.connect()
        await link.close()

    asyncio.run(asyncio.wait_for(knock(), 20.0))
