"""A link to a firmware in this process keeps the contract of a link."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import numpy as np
import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.cabinet.firmware_link import FirmwareLink
from signals.errors import WorldError, WorldLostError, WorldTimeoutError
from signals.model.cabinets import (
    CabinetLink,
    CabinetRefusedError,
    Capability,
    GroupRequest,
    HoldRequest,
    Mode,
    PlanRequest,
    Request,
    StageRequest,
    sites_of,
)
from signals.model.crossroads import crossroads
from signals.model.values import Aspect

SITE = sites_of(crossroads())[0]
NONE = np.zeros(12, np.bool_)
NOTHING = np.zeros(16, np.int32)


class HandClock(Clock):
    """A clock that moves when it is told to, and when somebody sleeps."""

    def __init__(self) -> None:
        self.at_s = 100.0
        super().__init__(monotonic=lambda: self.at_s)

    async def sleep(self, for_s: float) -> None:
        self.at_s += max(0.0, for_s)
        await asyncio.sleep(0)


def linked(**settings: float) -> tuple[FirmwareLink, HandClock]:
    clock = HandClock()
    return FirmwareLink(SITE, Firmware(SITE, **settings), clock, "memory"), clock  # type: ignore[arg-type]


def run(what: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(what)


def step(link: FirmwareLink, ticks: int, *, alive: bool = True) -> None:
    for _ in range(ticks):
        if alive:
            link.firmware.alive()
        link.firmware.step(NONE, NOTHING, NOTHING.astype(np.float32))


def taken() -> FirmwareLink:
    link, _ = linked()
    run(link.connect())
    step(link, 20)
    run(link.take())
    return link


def test_it_is_a_link_that_can_do_everything() -> None:
    link, _ = linked()
    assert isinstance(link, CabinetLink)
    assert all(capability in link.capabilities for capability in Capability)


def test_it_tells_the_times_of_its_site() -> None:
    info = run(linked(backup_s=7.0)[0].connect())
    assert info.min_green_ds[0] == 50
    assert info.amber_ds[8] is None
    assert info.clearance_ds == (None,) * 8 + (80,) * 4
    assert info.intergreen_ds == SITE.intersection.intergreen_ds
    assert (info.backup_s, info.clock_offset_s, info.plans) == (7.0, 0.0, (1,))


def test_nothing_is_known_before_it_is_connected() -> None:
    link, _ = linked()
    report = link.report()
    assert (report.mode, report.sequence, report.received_s) == (Mode.OFFLINE, 0, float("-inf"))
    assert set(report.aspect.tolist()) == {Aspect.UNKNOWN}
    assert set(report.detector_count.tolist()) == {-1}
    for what in (link.refresh(), link.take(), link.heartbeat(), link.release("test"), link.send(StageRequest(0))):
        with pytest.raises(WorldLostError, match='cabinet "centre" is not connected'):
            run(what)


def test_vehicles_are_counted_anew_with_every_report() -> None:
    link, _ = linked()
    firmware = link.firmware
    firmware.step(NONE, NOTHING + 5, np.ones(16, np.float32))
    run(link.connect())
    firmware.step(NONE, NOTHING + 2, np.ones(16, np.float32))
    run(link.refresh())
    assert link.report().detector_count.tolist() == [2] * 16
    assert link.report().detector_count.tolist() == [0] * 16
    firmware.step(NONE, NOTHING - 1, np.full(16, np.nan, np.float32))
    run(link.refresh())
    report = link.report()
    assert report.detector_count.tolist() == [-1] * 16
    assert np.isnan(report.detector_occupied).all()


def test_a_report_is_the_callers() -> None:
    link = taken()
    run(link.refresh())
    first = link.report()
    first.aspect[:] = 9
    first.call[:] = True
    assert link.report().aspect.max() < 9
    assert not link.report().call.any()


@pytest.mark.parametrize(
    "request_",
    [
        GroupRequest(np.full(12, -1, np.int8), np.full(12, -1, np.int32), np.full(12, -1, np.int32)),
        HoldRequest(NONE, NONE, NONE, NONE),
        StageRequest(2),
        PlanRequest(1, 100, 0, (28, 3, 5, 12, 5, 22, 3, 5, 12, 5)),
    ],
    ids=lambda request_: type(request_).__name__,
)
def test_every_kind_of_request_is_taken(request_: Request) -> None:
    link, _ = linked()
    run(link.connect())
    assert run(link.send(request_)).code == "not-ours"
    run(link.take())
    receipt = run(link.send(request_))
    assert receipt.accepted
    assert receipt.code == "accepted"


def test_requests_reach_the_lamps() -> None:
    link = taken()
    run(link.send(StageRequest(3)))
    step(link, 40)
    run(link.refresh())
    report = link.report()
    assert report.mode is Mode.OURS
    assert [SITE.groups[g] for g in np.flatnonzero(report.aspect == Aspect.GREEN)] == ["east_left", "west_left"]


def test_what_is_impossible_is_refused_in_a_word() -> None:
    link = taken()
    assert run(link.send(StageRequest(9)))[:2] == (False, "unknown-stage")
    assert run(link.send(PlanRequest(1, 9, 0, (9,))))[:2] == (False, "impossible-plan")


def test_without_a_heartbeat_it_falls_back() -> None:
    link = taken()
    run(link.send(StageRequest(3)))
    step(link, 9, alive=False)
    run(link.heartbeat())
    step(link, 9, alive=False)
    run(link.refresh())
    assert link.report().mode is Mode.OURS
    step(link, 1, alive=False)
    run(link.refresh())
    assert link.report().mode is Mode.BACKUP


def test_release_says_that_it_is_released() -> None:
    link = taken()
    assert run(link.release("test"))
    assert link.firmware.mode is Mode.READY


def test_control_that_is_refused_is_an_error() -> None:
    link, _ = linked()
    run(link.connect())
    link.firmware.misbehave("manual")
    with pytest.raises(CabinetRefusedError, match="MANUAL"):
        run(link.take())


@pytest.mark.parametrize("way", ["cut", "close", "silent"])
def test_a_lost_cabinet_is_offline_until_it_is_connected_again(way: str) -> None:
    link, clock = linked()
    run(link.connect())
    run(link.refresh())
    if way == "silent":
        link.firmware.misbehave("silent")
        began_s = clock.at_s
        with pytest.raises(WorldTimeoutError, match="2 s"):
            run(link.refresh())
        assert clock.at_s - began_s == 2.0
        link.firmware.misbehave("silent", on=False)
    elif way == "cut":
        link.cut()
    else:
        run(link.close())
        run(link.close())
    assert link.report().mode is Mode.OFFLINE
    with pytest.raises(WorldError):
        run(link.refresh())
    run(link.connect())
    run(link.refresh())
    assert link.report().mode is Mode.READY
    assert link.report().sequence == 2
