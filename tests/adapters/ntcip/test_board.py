"""What writing does at a virtual controller, and what it shows of itself."""

from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.ntcip.ber import oid_of
from signals.adapters.ntcip.messages import Ask, Kind, integer, nothing
from signals.adapters.ntcip.objects import CONTROLS, RESETS, SPAT_ENABLE, instance
from signals.model.cabinets import Mode
from signals.model.values import Aspect

from .street import Desk, firmware


def desk(**made: object) -> Desk:
    street = Desk(cabinet=firmware(**made))
    street.cabinet.set_clock(street.clock.utc_s())
    street.tick(20)
    return street


def read(street: Desk, name: str, *index: int) -> int:
    (binding,) = street.ask(Ask(Kind.GET, (nothing(instance(name, *index)),))).bindings
    assert isinstance(binding.value, int), name
    return binding.value


def write(street: Desk, *rows: tuple[str, int, int]) -> int:
    return street.ask(Ask(Kind.SET, tuple(integer(instance(name, index), value) for name, index, value in rows))).error


def test_every_control_starts_the_backup_timer_anew() -> None:
    street = desk()
    write(street, ("phaseControlGroupHold", 1, 4))
    for name in sorted(RESETS):
        index = next(index[0] for register, index in street.board._registers if register == name)
        street.tick(8)
        assert write(street, (name, index, 0)) == 0
    assert street.cabinet.mode is not Mode.BACKUP


def test_without_any_it_goes_home_and_all_controls_are_0() -> None:
    street = desk()
    rows = [*((name, 1, 1) for name in CONTROLS), ("ringControlGroupMax2", 1, 1), ("unitControl", 0, 128)]
    assert write(street, *rows, ("specialFunctionOutputControl", 1, 1)) == 0
    street.tick(9)
    assert read(street, "phaseControlGroupHold", 1) == 1
    street.tick(3)
    assert (street.cabinet.mode, read(street, "unitControlStatus", 0)) == (Mode.BACKUP, 4)
    assert [read(street, name, index) for name, index, _ in rows] == [0] * 8


def test_without_any_all_controls_are_0_whoever_decides() -> None:
    street = desk()
    write(street, ("phaseControlGroupHold", 1, 4))
    street.cabinet.misbehave("refuses")
    street.tick(9)
    assert read(street, "phaseControlGroupHold", 1) == 4
    street.tick(2)
    assert (street.cabinet.mode, read(street, "phaseControlGroupHold", 1)) == (Mode.LOCAL, 0)


def test_after_a_restart_all_controls_are_0() -> None:
    street = desk()
    write(street, ("phaseControlGroupHold", 1, 4))
    street.cabinet.misbehave("reboot")
    street.tick(1)
    assert read(street, "phaseControlGroupHold", 1) == 0
    assert read(street, "unitAlarmStatus2", 0) & 1
    assert not read(street, "unitAlarmStatus2", 0) & 1


def test_holds_reach_the_firmware_and_zeros_end_them() -> None:
    street = desk()
    held = street.board.lamps.greens & 255
    write(street, ("phaseControlGroupHold", 1, held))
    for _ in range(10):
        street.tick(9)
        write(street, ("phaseControlGroupHold", 1, held))
    assert street.board.lamps.greens & 255 == held
    write(street, ("phaseControlGroupHold", 1, 0))
    street.tick(9)
    assert street.board.lamps.greens & 255 != held
    assert street.cabinet.mode is Mode.OURS
    write(street, ("systemPatternControl", 0, 0))
    assert street.cabinet.mode is Mode.READY


def test_a_force_off_is_cleared_when_its_green_ends() -> None:
    street = desk()
    green = int(np.flatnonzero(street.cabinet.aspect[:8] == Aspect.GREEN)[0])
    other = next(g for g in range(8) if street.cabinet.site.intersection.conflict(green, g))
    bit = 1 << green
    write(street, ("phaseControlGroupForceOff", 1, bit), ("phaseControlGroupVehCall", 1, 1 << other))
    assert read(street, "phaseControlGroupForceOff", 1) == bit
    street.tick(10)
    assert read(street, "phaseControlGroupForceOff", 1) == 0


def test_who_is_kept_out_may_write_and_nothing_comes_of_it() -> None:
    street = desk()
    street.cabinet.misbehave("manual")
    assert write(street, ("phaseControlGroupHold", 1, 4)) == 0
    assert (street.cabinet.mode, read(street, "unitControlStatus", 0)) == (Mode.MANUAL, 5)
    assert write(street, ("systemPatternControl", 0, 1)) == 0
    assert read(street, "localFreeStatus", 0) == 7


def test_a_pattern_runs_from_its_position_on() -> None:
    street = desk()
    assert write(street, ("systemPatternControl", 0, 1), ("systemSyncControl", 0, 30)) == 0
    assert (street.cabinet.mode, read(street, "coordPatternStatus", 0)) == (Mode.OURS, 1)
    start_s = street.cabinet.time_ds / 10
    for _ in range(60):
        street.tick(9)
        write(street, ("systemPatternControl", 0, 1))
    wanted = (30 + street.cabinet.time_ds / 10 - start_s) % 94
    assert abs(read(street, "coordSyncStatus", 0) - wanted) <= 1
    assert read(street, "coordCycleStatus", 0) == 94 - read(street, "coordSyncStatus", 0)
    assert write(street, ("systemSyncControl", 0, 255)) == 0
    assert street.cabinet.mode is Mode.OURS


def test_a_pattern_that_it_does_not_have_is_free() -> None:
    street = desk()
    assert write(street, ("systemPatternControl", 0, 9)) == 0
    assert [read(street, name, 0) for name in ("coordPatternStatus", "localFreeStatus")] == [254, 7]
    assert street.cabinet.mode is Mode.READY
    write(street, ("systemPatternControl", 0, 0))
    assert read(street, "localFreeStatus", 0) == 2


@pytest.mark.parametrize(
    ("name", "index", "value"),
    [
        ("systemPatternControl", 0, 255),
        ("ringControlGroupStopTime", 1, 1),
        ("ringControlGroupOmitRedClear", 1, 1),
        ("preemptControlState", 1, 1),
    ],
)
def test_nobody_far_away_flashes_stops_or_shortens_anything(name: str, index: int, value: int) -> None:
    street = desk()
    assert write(street, (name, index, value)) == 3
    assert write(street, (name, index, 0)) == 0


@pytest.mark.parametrize(
    ("what", "objects"),
    [
        ("flash", {"unitFlashStatus": 3, "shortAlarmStatus": 2}),
        ("preempt", {"unitFlashStatus": 2, "shortAlarmStatus": 1}),
        ("fault", {"unitFlashStatus": 2, "shortAlarmStatus": 128 | 64}),
        ("refuses", {"unitControl": 2, "shortAlarmStatus": 0}),
    ],
)
def test_modes_are_shown(what: str, objects: dict[str, int]) -> None:
    street = desk()
    read(street, "shortAlarmStatus", 0)
    street.cabinet.misbehave(what)
    street.tick()
    assert {name: read(street, name, 0) for name in objects} == objects
    assert read(street, "preemptState", 1) == (6 if what == "preempt" else 2)


def test_lamps_channels_and_rings() -> None:
    street = desk()
    for _ in range(120):
        street.tick()
        shown = street.cabinet.aspect.tolist()
        columns = [read(street, f"phaseStatusGroup{word}", 1) for word in ("Reds", "Yellows", "Greens")]
        assert sum(columns) == 255  # each phase shows one of them
        channels = [read(street, f"channelStatusGroup{word}", 2) for word in ("Reds", "Yellows", "Greens")]
        assert channels[2] == sum(1 << k for k, aspect in enumerate(shown[8:]) if aspect == Aspect.GREEN)
        rings = [read(street, "ringStatus", number) for number in range(1, read(street, "maxRings", 0) + 1)]
        assert set(rings) <= {0, 3, 4, 6}
    assert (
        read(street, "phaseStatusGroupPhaseOns", 1)
        == street.board.lamps.greens & 255 | street.board.lamps.yellows & 255
    )
    assert read(street, "phaseStatusGroupPhaseNexts", 1) == 0


def test_calls() -> None:
    street = desk()
    street.tick(call=(8,))
    assert read(street, "phaseStatusGroupPedCalls", 2) == read(street, "pedestrianDetectorStatusGroupActive", 2) == 1
    assert read(street, "pedestrianDetectorStatusGroupAlarms", 2) == 0
    write(street, ("phaseControlGroupVehCall", 1, 7))
    assert read(street, "phaseStatusGroupVehCalls", 1) == 7


@pytest.mark.parametrize("k", [0, 1])
def test_signal_data_are_enabled_at_either_instance(k: int) -> None:
    street = desk()
    assert not street.board.spat_on
    oid = oid_of((*SPAT_ENABLE.arcs, k))
    assert street.ask(Ask(Kind.SET, (integer(oid, 6),))).error == 0
    assert street.board.spat_on
    street.cabinet.misbehave("reboot")
    street.tick()
    assert street.board.spat_on
    assert street.ask(Ask(Kind.SET, (integer(oid, 7),))).error == 3


def test_time_is_told_with_what_it_is_wrong_by() -> None:
    street = desk()
    assert read(street, "globalTime", 0) == int(street.clock.utc_s())
    street.cabinet.clock_offset_s = 5.0
    assert read(street, "globalTime", 0) == int(street.clock.utc_s()) + 5


def test_every_object_can_be_read_at_any_time() -> None:
    street = desk()
    for _ in range(3):
        for leaf in street.board.leaves():
            value = leaf.read()
            assert isinstance(value, bytes) or leaf.low <= value <= leaf.high, leaf.name
        street.tick(17, occupied=(0,))
