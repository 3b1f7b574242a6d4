"""Vehicles are counted over whole periods, and none is lost between two of them."""

from __future__ import annotations

from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.ntcip.counting import VolumeCount

from .street import firmware, step


def made(period_s: int = 2, tick_ds: int = 10) -> tuple[Firmware, VolumeCount, dict]:
    cabinet = firmware(tick_ds=tick_ds)
    count = VolumeCount(cabinet, period_s)
    return cabinet, count, {(name, index): read for name, index, read in count.statuses(tuple(range(1, 17)))}


def test_a_period_is_told_when_it_is_over() -> None:
    cabinet, count, read = made()
    for ticks, occupied, expected in (
        (1, (0,), (0, 0, 0)),
        (1, (), (1, 1, 100)),
        (1, (0,), (1, 1, 100)),
        (1, (0,), (2, 2, 200)),
    ):
        for _ in range(ticks):
            step(cabinet, occupied=occupied)
            count.ticked()
        values = (
            read["volumeOccupancySequence", (0,)](),
            read["detectorVolume", (1,)](),
            read["detectorOccupancy", (1,)](),
        )
        assert values == expected
    assert read["volumeOccupancyPeriod", (0,)]() == 2
    assert read["detectorVolume", (2,)]() == 0


def test_no_vehicle_is_lost_at_short_ticks() -> None:
    cabinet, count, read = made(period_s=1, tick_ds=3)
    total, sequence = 0, 0
    for k in range(200):
        step(cabinet, occupied=(5,) if k % 2 else ())
        count.ticked()
        if read["volumeOccupancySequence", (0,)]() != sequence:
            sequence = read["volumeOccupancySequence", (0,)]()
            total += read["detectorVolume", (6,)]()
    assert total in (99, 100)


def test_sets_of_detectors() -> None:
    cabinet, count, read = made()
    step(cabinet, occupied=(0, 9))
    count.ticked()
    assert read["vehicleDetectorStatusGroupActive", (1,)]() == 1
    assert read["vehicleDetectorStatusGroupActive", (2,)]() == 2
    assert read["vehicleDetectorStatusGroupAlarms", (1,)]() == 0


def test_a_detector_that_failed_says_so_instead() -> None:
    cabinet, _, read = made()
    cabinet.detector_fault = cabinet.detector_fault.copy()
    cabinet.detector_fault[0] = True
    assert read["detectorOccupancy", (1,)]() == 214
    assert read["vehicleDetectorStatusGroupAlarms", (1,)]() == 1


def test_a_restart_begins_a_period() -> None:
    cabinet, count, read = made()
    for _ in range(5):
        step(cabinet, occupied=(0,))
        count.ticked()
    cabinet.misbehave("reboot")
    for _ in range(8):
        step(cabinet)
        count.ticked()
    assert read["volumeOccupancySequence", (0,)]() >= 4
    assert read["detectorVolume", (1,)]() == 0


def test_without_detectors_there_is_nothing_to_see() -> None:
    cabinet = firmware()
    names = {name for name, _, _ in VolumeCount(cabinet, 2).statuses(())}
    assert names == {"volumeOccupancySequence", "volumeOccupancyPeriod"}
