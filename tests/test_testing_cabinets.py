"""The contract of a link finds what is wrong with one, and lets one pass that keeps it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.virtual.adapter import VirtualCabinet
from signals.model.cabinets import CabinetAddress, CabinetInfo, CabinetReport, CabinetSite, Mode, Receipt, Request
from signals.model.crossroads import crossroads
from signals.testing_cabinets import check_cabinet

SITE = CabinetSite(crossroads().intersections[0])


class Bench:
    """A cabinet in memory, and its link."""

    def __init__(self, clock: Clock, link: type[VirtualCabinet] = VirtualCabinet) -> None:
        self.firmware = Firmware(SITE, backup_s=5.0)
        address = CabinetAddress(scheme="virtual", host="", options={"firmware": self.firmware})
        self.link = link(SITE, address, clock)

    def tick(self) -> None:
        none = np.zeros(0, np.int32)
        self.firmware.step(np.zeros(len(SITE.groups), np.bool_), none, none.astype(np.float32))

    def cut(self) -> None:
        self.link.cut()


def checked(link: type[VirtualCabinet] = VirtualCabinet, wishes: int = 100) -> dict[str, float]:
    async def check() -> dict[str, float]:
        clock = Clock(1_000.0)
        return await check_cabinet(Bench(clock, link), clock, wishes=wishes)

    return asyncio.run(check())


def test_a_link_that_keeps_the_contract_passes() -> None:
    found = checked(wishes=500)
    assert found["wishes"] == 500
    assert 3.0 <= found["backup_s"] <= 5.0 + 2.0


class Longer(VirtualCabinet):
    async def connect(self) -> CabinetInfo:
        info = await super().connect()
        return replace(info, min_green_ds=tuple(999 for _ in SITE.groups))


class TakesByItself(VirtualCabinet):
    async def connect(self) -> CabinetInfo:
        info = await super().connect()
        await self.take()
        return info


class NeverOurs(VirtualCabinet):
    async def take(self) -> None:
        return


class Deaf(VirtualCabinet):
    async def send(self, request: Request) -> Receipt:
        now_s = self._clock.now_s()
        return Receipt(True, "accepted", "", now_s, now_s)


class Refuses(Deaf):
    async def send(self, request: Request) -> Receipt:
        return (await super().send(request))._replace(accepted=False, code="no")


class Unaware(VirtualCabinet):
    def cut(self) -> None:
        return


class Keeps(VirtualCabinet):
    async def release(self, reason: str) -> bool:
        return True


class Unsure(VirtualCabinet):
    async def release(self, reason: str) -> bool:
        await super().release(reason)
        return False


class Wide(VirtualCabinet):
    def report(self) -> CabinetReport:
        found = super().report()
        return found._replace(aspect=found.aspect.astype(np.int32))


class Backwards(VirtualCabinet):
    def report(self) -> CabinetReport:
        found = super().report()
        return found._replace(sequence=-found.sequence)


class Manual(VirtualCabinet):
    def report(self) -> CabinetReport:
        return super().report()._replace(mode=Mode.MANUAL)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        (Longer, "what it tells of its timing is not that of its site"),
        (TakesByItself, "connecting alone took control"),
        (NeverOurs, "asked for control it stayed READY"),
        (Deaf, r"the monitor saw|was not green within"),
        (Refuses, "what the guard permits was refused: no"),
        (Unaware, "a cut wire was not noticed within 2 s"),
        (Keeps, "given back it is still ours"),
        (Unsure, "did not confirm"),
        (Wide, "aspect must be int8"),
        (Backwards, "sequence went back"),
        (Manual, "a person is in charge there"),
    ],
)
def test_whatever_is_wrong_with_a_link_is_said(link: type[VirtualCabinet], sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        checked(link)
