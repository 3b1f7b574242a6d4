"""A watched controller remembers what was asked of it, and for how long it was ready."""

from __future__ import annotations

import numpy as np

from benchmarks.hardware.watched import Watched
from signals.adapters.cabinet.clock import Clock
from signals.model.cabinets import CabinetSite, Mode, PlanRequest
from signals.model.crossroads import crossroads

SITE = CabinetSite(crossroads().intersections[0])


def step(firmware: Watched, ticks: int) -> None:
    for _ in range(ticks):
        firmware.step(np.ones(len(SITE.groups), np.bool_), np.zeros(0, np.int32), np.zeros(0, np.float32))


def test_it_remembers_who_asked_for_what() -> None:
    now_s = 5.0
    firmware = Watched(SITE, Clock(monotonic=lambda: now_s), tick_ds=10, backup_s=10.0)
    none = np.zeros(len(SITE.groups), np.bool_)
    now_s = 7.0
    assert firmware.take()
    firmware.request_groups(firmware.aspect)
    firmware.request_holds(none, none, none, none)
    firmware.request_stage(0)
    firmware.request_plan(PlanRequest(1, 94, 0, ()))
    assert [ask.what for ask in firmware.asked] == ["take", "groups", "holds", "stage", "plan"]
    assert {ask.time_s for ask in firmware.asked} == {2.0}


def test_it_counts_for_how_long_it_was_ready() -> None:
    firmware = Watched(SITE, Clock(), tick_ds=10, backup_s=10.0)
    step(firmware, 4)
    firmware.take()
    step(firmware, 2)
    assert firmware.ready_ticks == 4
    firmware.misbehave("reboot")
    step(firmware, 3)
    assert firmware.ready_ticks == 0
    step(firmware, 8)
    assert firmware.mode is Mode.READY
    assert firmware.ready_ticks == 4
    assert [mode for _, mode in firmware.modes] == [Mode.READY, Mode.OURS, Mode.FLASH, Mode.LOCAL, Mode.READY]
