"""A cabinet in memory: whose firmware it is, and its options."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.virtual.adapter import VirtualCabinet
from signals.errors import InputError
from signals.model.cabinets import CabinetAddress, CabinetLink, Mode, sites_of
from signals.model.crossroads import crossroads
from signals.model.values import Aspect

SITE = sites_of(crossroads())[0]


class HandClock(Clock):
    """A clock that moves when it is told to, and when somebody sleeps."""

    def __init__(self) -> None:
        self.at_s = 100.0
        super().__init__(monotonic=lambda: self.at_s)

    async def sleep(self, for_s: float) -> None:
        self.at_s += max(0.0, for_s)
        await asyncio.sleep(0)


def linked(**options: object) -> tuple[VirtualCabinet, HandClock]:
    clock = HandClock()
    address = CabinetAddress(scheme="virtual", host="", options=options)
    return VirtualCabinet(SITE, address, clock), clock


def run(what: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(what)


def test_it_is_a_link() -> None:
    link, _ = linked(backup_s=7)
    assert isinstance(link, CabinetLink)
    assert run(link.connect()).backup_s == 7.0


def test_a_firmware_of_its_own_follows_the_clock() -> None:
    link, clock = linked()
    run(link.connect())
    clock.at_s += 20.5
    run(link.refresh())
    assert link.firmware.time_ds == 200
    report = link.report()
    assert (report.mode, report.received_s, report.sequence) == (Mode.READY, 20.5, 1)
    assert report.aspect[0] == Aspect.GREEN


def test_a_given_firmware_is_stepped_by_whoever_has_it() -> None:
    link, clock = linked(firmware=Firmware(SITE))
    run(link.connect())
    clock.at_s += 20.0
    run(link.refresh())
    assert link.firmware.time_ds == 0


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"speed": 1}, 'unknown option "speed"'),
        ({"firmware": 3}, '"firmware" must be'),
        ({"firmware": Firmware(sites_of(crossroads(pedestrians=False))[0])}, '"firmware" must be'),
        ({"tick_s": 0}, '"tick_s" must be'),
        ({"backup_s": -1}, '"backup_s" must be'),
        ({"seed": True}, '"seed" must be'),
        ({"backup_s": "10"}, '"backup_s" must be'),
    ],
)
def test_options_that_make_no_sense_are_named(options: dict[str, object], what: str) -> None:
    with pytest.raises(InputError, match=f'cabinet "centre".*{what}'):
        linked(**options)
