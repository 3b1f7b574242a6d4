"""What cabinets report is put together, and held against what they were asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from signals.drive.shown import Shown, lag_ticks
from signals.model.cabinets import CabinetReport, Mode
from signals.model.network import Detector
from signals.model.values import Aspect, Command
from signals.testing import two_crossroads

NETWORK = replace(two_crossroads(), detectors=(Detector("a", 0, 1.0), Detector("b", 0, 9.0)))
COUNT = len(NETWORK.arrays.group_user)
FIRST = np.arange(NETWORK.arrays.group_offset[1])
OTHERS = np.arange(len(FIRST), COUNT)
A, B = np.array([0]), np.array([1])
FIRST_ONLY = np.array([True, False])
RED, GREEN, AMBER, CLEARANCE = Aspect.RED, Aspect.GREEN, Aspect.AMBER, Aspect.CLEARANCE


def report_of(aspect: int, count: int = 1, occupied: float = 0.5, groups: int = len(FIRST)) -> CabinetReport:
    return CabinetReport(
        0.0,
        1,
        Mode.OURS,
        np.full(groups, aspect, np.int8),
        np.ones(groups, np.bool_),
        np.array([count], np.int32),
        np.array([occupied], np.float32),
    )


def command_of(aspect: int) -> Command:
    return Command(0.0, np.full(COUNT, aspect, np.int8), np.ones(2, np.bool_))


def tick(shown: Shown, aspect: int) -> int:
    shown.blank()
    shown.take([FIRST], [B], [report_of(aspect)])
    shown.compare()
    first, second = shown.late_ticks().tolist()
    assert second == 0
    return first


def test_readings_are_of_those_who_report() -> None:
    shown = Shown(NETWORK, 10)
    shown.take([FIRST], [B], [report_of(GREEN)])
    readings = shown.readings(5.0)
    assert readings.time_s == 5.0
    assert (readings.aspect[FIRST] == GREEN).all()
    assert (readings.aspect[OTHERS] == Aspect.UNKNOWN).all()
    assert readings.call[FIRST].all()
    assert not readings.call[OTHERS].any()
    assert readings.detector_count.tolist() == [-1, 1]
    assert np.isnan(readings.detector_occupied[0])


def test_everybody_is_taken_at_once() -> None:
    shown = Shown(NETWORK, 10)
    shown.take([OTHERS, FIRST], [A, B], [report_of(RED, count=2, groups=len(OTHERS)), report_of(GREEN, count=1)])
    readings = shown.readings(5.0)
    assert (readings.aspect[FIRST] == GREEN).all()
    assert (readings.aspect[OTHERS] == RED).all()
    assert readings.detector_count.tolist() == [2, 1]
    shown.blank()
    shown.take([], [], [])
    assert (shown.aspect == Aspect.UNKNOWN).all()


def test_what_cannot_be_is_not_passed_on() -> None:
    shown = Shown(NETWORK, 10)
    shown.take([FIRST], [B], [report_of(GREEN, count=10_000, occupied=7.0)])
    readings = shown.readings(5.0)
    assert readings.detector_count[1] == -1
    assert np.isnan(readings.detector_occupied[1])
    shown.aspect[0] = 77
    shown.readings(6.0)
    assert shown.strange.tolist() == [True, False]


def test_it_counts_for_how_long_a_cabinet_does_not_follow() -> None:
    shown = Shown(NETWORK, 10)
    assert tick(shown, GREEN) == 0  # it was asked for nothing
    shown.command(FIRST_ONLY, command_of(AMBER))
    assert [tick(shown, GREEN) for _ in range(3)] == [1, 2, 3]
    assert tick(shown, AMBER) == 0
    assert tick(shown, Aspect.UNKNOWN) == 0


def test_clearance_may_be_shown_red_and_a_new_owner_was_asked_nothing() -> None:
    shown = Shown(NETWORK, 10)
    shown.command(FIRST_ONLY, command_of(CLEARANCE))
    assert tick(shown, RED) == 0
    assert tick(shown, GREEN) == 1
    shown.forget(FIRST)
    assert tick(shown, GREEN) == 0


def test_a_display_may_be_two_ticks_late_or_half_a_second() -> None:
    assert [lag_ticks(tick_ds) for tick_ds in (1, 2, 5, 10)] == [5, 3, 2, 2]
