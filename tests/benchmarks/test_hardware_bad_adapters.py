"""A bad adapter is good until it is told to go wrong, and then it goes wrong as its name says."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping

import pytest

from benchmarks.hardware.bad_adapters import KINDS, Act, BadLink
from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.cabinet.firmware_link import FirmwareLink
from signals.drive.sound import Soundness
from signals.model.cabinets import CabinetLink, CabinetSite, StageRequest
from signals.model.crossroads import crossroads

SITE = CabinetSite(crossroads(pedestrians=False).intersections[0])
METHODS = {"connect", "close", "refresh", "report", "take", "send", "heartbeat", "release"}


def made(acts: Mapping[str, Act]) -> tuple[BadLink, threading.Event]:
    mischief, free = threading.Event(), threading.Event()
    free.set()
    return BadLink(FirmwareLink(SITE, Firmware(SITE), Clock(50.0), "memory"), acts, mischief, free), mischief


def test_there_are_thirty_and_more_and_each_has_an_own_name() -> None:
    assert len(KINDS) > 30
    assert all(acts and set(acts) <= METHODS for acts in KINDS.values())


def test_it_is_a_link_that_does_what_it_must() -> None:
    async def told() -> None:
        link, _ = made(dict.fromkeys(METHODS, lambda *_: None))
        assert isinstance(link, CabinetLink)
        assert Soundness(SITE).of_info(await link.connect())
        await link.refresh()
        await link.take()
        assert (await link.send(StageRequest(0))).accepted
        await link.heartbeat()
        assert Soundness(SITE).of_report(link.report())
        assert await link.release("done")
        await link.close()
        assert not link.acted.is_set()

    asyncio.run(told())


@pytest.mark.parametrize("name", KINDS)
def test_then_it_does_not(name: str) -> None:
    """Something of a tick raises, never comes, or is not what it must be; those that block are let go here."""

    async def tick(link: BadLink) -> bool:
        try:
            await link.refresh()
            report = link.report()
            receipt = await link.send(StageRequest(0))
            await link.heartbeat()
            sound = Soundness(SITE).of_report(report) and Soundness.of_receipt(receipt)
            return sound and 0.0 <= report.received_s < 1_000.0 and receipt.accepted  # noqa: TRY300  it may raise, too
        except BaseException:  # noqa: BLE001  whatever it is
            return False

    link, mischief = made(KINDS[name])

    async def told() -> bool:
        await link.connect()
        await link.take()
        mischief.set()
        try:
            return await asyncio.wait_for(tick(link), 0.05)
        except TimeoutError:
            return False

    assert not asyncio.run(told())
    assert link.acted.is_set()
