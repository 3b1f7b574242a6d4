"""The adapter keeps the contract of a link to a street controller, over real sockets."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.ntcip.adapter import NtcipCabinet
from signals.adapters.ntcip.virtual import NtcipServer
from signals.model.cabinets import CabinetSite
from signals.model.timed_by_group import timed_by_group
from signals.testing_cabinets import check_cabinet

from .street import address, network

SITE = CabinetSite(timed_by_group(network(), 10).intersections[0])
SPEED = 20.0


class Wired:
    """Both ends, in one event loop."""

    def __init__(self, clock: Clock) -> None:
        self.firmware = Firmware(SITE, backup_s=5.0)
        self.server = NtcipServer(self.firmware, address(), clock)
        self.firmware.set_clock(clock.utc_s())
        self._clock = clock

    async def start(self) -> None:
        await self.server.start()
        for _ in range(20):  # it has been running before anybody comes
            self.tick()
        # At a bench an answer has as much less time as time goes faster.
        self.link = NtcipCabinet(SITE, address(self.server.port, varbinds=64, timeout_s=0.9, tries=1), self._clock)

    def tick(self) -> None:
        none = np.zeros(0, np.int32)
        self.firmware.step(np.zeros(len(SITE.groups), np.bool_), none, none.astype(np.float32))
        self.server.ticked()

    def cut(self) -> None:
        self.server.cut()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_it_keeps_the_contract(seed: int) -> None:
    async def check() -> dict[str, float]:
        clock = Clock(SPEED)
        wired = Wired(clock)
        await wired.start()
        try:
            return await check_cabinet(wired, clock, wishes=100, seed=seed)
        finally:
            await wired.link.close()
            await wired.server.stop()

    found = asyncio.run(check())
    assert found["lost_s"] <= 2.0
    assert 3.0 <= found["backup_s"] <= 7.0
