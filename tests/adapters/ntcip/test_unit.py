"""State, alarms and clock of a virtual unit."""

from __future__ import annotations

import pytest

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.ntcip.unit import Unit
from signals.model.cabinets import Mode

from .street import firmware, step


def made() -> tuple[Firmware, Unit, dict]:
    cabinet = firmware()
    unit = Unit(cabinet, Clock(wall=lambda: 1_000_000.7, monotonic=lambda: cabinet.time_ds / 10))
    return cabinet, unit, {name: read for name, _, read in unit.statuses()}


@pytest.mark.parametrize(
    ("mode", "control"),
    [(Mode.OURS, 2), (Mode.BACKUP, 4), (Mode.MANUAL, 5), (Mode.READY, 6), (Mode.LOCAL, 6), (Mode.PREEMPT, 6)],
)
def test_who_controls(mode: Mode, control: int) -> None:
    cabinet, _, read = made()
    cabinet.mode = mode
    assert read["unitControlStatus"]() == control


def test_backup_times_are_whole_seconds_rounded_up() -> None:
    cabinet, _, read = made()
    for backup_s, told in ((10.0, 10), (0.0, 0), (2.5, 3), (1e9, 65_535)):
        cabinet.backup_s = backup_s
        assert read["unitBackupTime"]() == told


def test_what_reading_clears_is_told_once() -> None:
    cabinet, unit, read = made()
    assert read["unitAlarmStatus2"]() == 0
    for _ in range(100):  # longer than a cycle
        step(cabinet)
        unit.ticked()
    assert [read["shortAlarmStatus"]() for _ in range(2)] == [4, 0]
    cabinet.misbehave("reboot")
    unit.ticked()
    assert [read["unitAlarmStatus2"]() for _ in range(2)] == [1, 0]


def test_alarms_and_failed_detectors_are_short_alarms() -> None:
    cabinet, _, read = made()
    cabinet.alarms = ("illegal-request",)
    cabinet.detector_fault = cabinet.detector_fault.copy()
    cabinet.detector_fault[3] = True
    assert read["shortAlarmStatus"]() == 64 | 32
    assert read["unitAlarmStatus2"]() == 128


def test_time() -> None:
    cabinet, _, read = made()
    assert read["globalTime"]() == 1_000_000
    cabinet.clock_offset_s = -2e6
    assert read["globalTime"]() == 0
