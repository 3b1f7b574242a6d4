"""A virtual TLC and an application at one crossing, in one loop, and a plant that moves the firmware on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.tlcfi.adapter import FRESH_S, TlcfiCabinet
from signals.adapters.tlcfi.virtual import TlcfiServer
from signals.model.cabinets import CabinetAddress, CabinetSite, GroupRequest, Mode, sites_of
from signals.model.crossroads import crossroads
from signals.model.values import Aspect

SPEED = 40.0
LAB = {
    "settle_s": 0.01,
    "dead_man_s": 12.0,
    "reply_s": 16.0,
    "refresh_s": 16.0,
    "setup_s": 120.0,
    "alive_timeout_s": 40.0,
    "release_s": 40.0,
}
"""At a bench that is this much faster than the wall, a busy machine must not look like a dead peer."""


def crossing(*, pedestrians: bool = True) -> CabinetSite:
    return sites_of(crossroads(pedestrians=pedestrians))[0]


def address(
    port: int = 0, *, name: str = "", secrets: dict[str, str] | None = None, **options: object
) -> CabinetAddress:
    return CabinetAddress(
        scheme="tlcfi", host="127.0.0.1", port=port, name=name, options={**LAB, **options}, secrets=secrets or {}
    )


def asked(site: CabinetSite, aspect: list[int] | np.ndarray, least: int = -1, likely: int = -1) -> GroupRequest:
    count = len(site.groups)
    return GroupRequest(np.array(aspect, np.int8), np.full(count, least, np.int32), np.full(count, likely, np.int32))


class Plant:
    """The street: nobody on it, unless a test says so."""

    def __init__(self, firmware: Firmware, server: TlcfiServer) -> None:
        self.firmware, self.server = firmware, server
        site = firmware.site
        self.call = np.zeros(len(site.groups), np.bool_)
        self.entered = np.zeros(len(site.detectors), np.int32)
        self.occupied = np.zeros(len(site.detectors), np.float32)

    def tick(self) -> None:
        self.firmware.step(self.call, self.entered, self.occupied)
        self.server.ticked()


class Place:
    """Both ends."""

    def __init__(self, site: CabinetSite, clock: Clock, server: TlcfiServer, link: TlcfiCabinet, plant: Plant) -> None:
        self.site, self.clock, self.server, self.link, self.plant = site, clock, server, link, plant
        self.firmware = plant.firmware

    async def until(self, done: Callable[[], bool], limit_s: float = 120.0, *, beats: bool = True) -> None:
        """Wait, and say that all is well in the meantime."""
        end_s = self.clock.now_s() + limit_s
        while not done():
            assert self.clock.now_s() < end_s, "it did not come"
            if beats and self.link._session.mode is Mode.OURS:
                await self.link.heartbeat()
            await self.clock.sleep(0.05)

    async def tick(self) -> None:
        """A tick of the plant, and time for what was sent before and what it shows to be told."""
        await self.clock.sleep(0.3)
        self.plant.tick()
        await self.clock.sleep(1.5 * FRESH_S)  # else it believes what it has heard just before
        await self.link.refresh()
        if self.link._session.mode is Mode.OURS:
            await self.link.heartbeat()

    async def take(self) -> None:
        await self.link.take()
        await self.until(lambda: self.link.report().mode is Mode.OURS)


@asynccontextmanager
async def street(
    site: CabinetSite | None = None,
    *,
    connect: bool = True,
    secrets: dict[str, str] | None = None,
    speed: float = SPEED,
    **options: object,
) -> AsyncIterator[Place]:
    """Both ends with the same options, connected."""
    site, clock = site or crossing(), Clock(speed)
    firmware = Firmware(site)
    server = TlcfiServer(firmware, address(secrets=secrets, **options), clock)
    await server.start()
    link = TlcfiCabinet(site, address(server.port, secrets=secrets, **options), clock)
    try:
        if connect:
            await link.connect()
        yield Place(site, clock, server, link, Plant(firmware, server))
    finally:
        await link.close()
        await server.stop()


def shown(place: Place) -> list[int]:
    return [int(aspect) for aspect in place.link.report().aspect]


RED = int(Aspect.RED)
