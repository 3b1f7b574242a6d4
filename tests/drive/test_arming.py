"""A cabinet is taken over when it is what the network says and nothing stands against it, and not before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.drive.arming import differences, level_of, obstacles, obstacles_now
from signals.drive.config import Level
from signals.model.cabinets import CabinetInfo, CabinetReport, CabinetSite, Capability, Mode
from signals.model.crossroads import crossroads
from signals.model.values import Aspect

SITE = CabinetSite(crossroads().intersections[0])
GROUPS = SITE.intersection.groups
FIRST = GROUPS[0].id
CAN = Capability.STATUS | Capability.BACKUP_TIMER
HOLDS, TOLD = CAN | Capability.HOLD_FORCE_OFF, CAN | Capability.GROUPS


def info_of(capabilities: Capability = TOLD, **other: object) -> CabinetInfo:
    same = CabinetInfo(
        protocol="test",
        protocol_version="1",
        capabilities=capabilities,
        min_green_ds=tuple(group.min_green_ds for group in GROUPS),
        amber_ds=tuple(group.amber_ds for group in GROUPS),
        red_amber_ds=tuple(group.red_amber_ds for group in GROUPS),
        clearance_ds=tuple(group.clearance_ds for group in GROUPS),
        intergreen_ds=SITE.intersection.intergreen_ds,
        backup_s=10.0,
        clock_offset_s=0.0,
    )
    return replace(same, **other)  # type: ignore[arg-type]


def report_of(mode: Mode = Mode.READY, **other: object) -> CabinetReport:
    none = np.zeros(0, np.int32)
    shown = np.zeros(len(GROUPS), np.int8)
    report = CabinetReport(0.0, 1, mode, shown, shown.astype(np.bool_), none, none.astype(np.float32))
    return report._replace(**other)


def refusals(site: CabinetSite, info: CabinetInfo, report: CabinetReport, tick_ds: int) -> tuple[str, ...]:
    return tuple(found.text for found in (*obstacles(site, info, tick_ds), *obstacles_now(info, report)))


def changed(times: tuple[int | None, ...], by_ds: int) -> tuple[int | None, ...]:
    return ((times[0] or 0) + by_ds, *times[1:])


def test_a_cabinet_that_is_the_same_is_taken_over() -> None:
    assert refusals(SITE, info_of(), report_of(), 1) == ()
    assert refusals(SITE, info_of(HOLDS), report_of(), 1) == ()


@pytest.mark.parametrize("name", ["min_green_ds", "clearance_ds"])
def test_we_may_be_more_careful_but_not_less_where_it_shows_what_it_is_told(name: str) -> None:
    times = getattr(info_of(), name)
    assert differences(SITE, info_of(**{name: changed(times, 10)}))[0].startswith(f'group "{FIRST}"')
    less = tuple(None if ds is None else max(0, ds - 10) for ds in times)
    assert not differences(SITE, info_of(**{name: less}))
    assert differences(SITE, info_of(HOLDS, **{name: less}))


@pytest.mark.parametrize("name", ["amber_ds", "red_amber_ds"])
@pytest.mark.parametrize("by_ds", [-5, 5])
def test_amber_must_be_the_same(name: str, by_ds: int) -> None:
    assert differences(SITE, info_of(**{name: changed(getattr(info_of(), name), by_ds)}))


def test_what_is_not_told_cannot_differ() -> None:
    assert not differences(SITE, info_of(min_green_ds=(), amber_ds=(None,) * len(GROUPS), intergreen_ds=None))


def matrix(i: int, j: int, value: int | None) -> tuple[tuple[int | None, ...], ...]:
    rows = [list(row) for row in SITE.intersection.intergreen_ds]
    rows[i][j] = value
    return tuple(map(tuple, rows))


def test_conflicts_must_be_the_same_and_intergreens_long_enough() -> None:
    own = SITE.intersection.intergreen_ds
    i, j = next((i, j) for i, row in enumerate(own) for j, ds in enumerate(row) if ds)
    own_ds = own[i][j] or 0
    (missing,) = differences(SITE, info_of(intergreen_ds=matrix(i, j, None)))
    assert missing.endswith("conflict only here")
    (longer,) = differences(SITE, info_of(intergreen_ds=matrix(i, j, own_ds + 5)))
    assert longer.startswith("intergreen from")
    assert not differences(SITE, info_of(intergreen_ds=matrix(i, j, own_ds - 5)))
    assert differences(SITE, info_of(HOLDS, intergreen_ds=matrix(i, j, own_ds - 5)))
    k, m = next((k, m) for k, row in enumerate(own) for m, ds in enumerate(row) if ds is None and k != m)
    (more,) = differences(SITE, info_of(intergreen_ds=matrix(k, m, 0)))
    assert more.endswith("conflict only at the cabinet")


@pytest.mark.parametrize("backup_s", [0.0, 61.0, 65_535.0, None])
def test_its_backup_must_come_and_soon(backup_s: float | None) -> None:
    assert refusals(SITE, info_of(backup_s=backup_s), report_of(), 1)


def test_a_cabinet_without_a_backup_timer_is_not_taken_over() -> None:
    assert refusals(SITE, info_of(Capability.GROUPS), report_of(), 1)


@pytest.mark.parametrize("mode", [Mode.MANUAL, Mode.PREEMPT, Mode.FLASH, Mode.FAULT])
def test_whoever_is_in_charge_there_stays_in_charge(mode: Mode) -> None:
    assert len(refusals(SITE, info_of(), report_of(mode), 1)) == 1


@pytest.mark.parametrize("mode", [Mode.LOCAL, Mode.READY, Mode.BACKUP])
def test_its_own_program_stands_against_nothing(mode: Mode) -> None:
    assert not refusals(SITE, info_of(), report_of(mode), 1)


def test_alarms_clocks_and_displays_that_are_not_known() -> None:
    assert refusals(SITE, info_of(), report_of(alarms=("lamp", "door")), 1) == ("alarm: lamp", "alarm: door")
    for offset in (-1.5, 1.1, 3_600.0):
        assert "its clock is off" in refusals(SITE, info_of(clock_offset_s=offset), report_of(), 1)[0]
        assert "its clock is off" in refusals(SITE, info_of(), report_of(clock_offset_s=offset), 1)[0]
    assert not refusals(SITE, info_of(clock_offset_s=None), report_of(clock_offset_s=0.5), 1)
    dark = np.full(len(GROUPS), Aspect.UNKNOWN, np.int8)
    assert "not known of every group" in refusals(SITE, info_of(), report_of(aspect=dark), 1)[0]


def test_a_cabinet_that_times_itself_needs_a_tick_that_fits() -> None:
    (sentence,) = refusals(SITE, info_of(HOLDS), report_of(), 70)
    assert "drive with a tick of" in sentence
    assert not refusals(SITE, info_of(TOLD), report_of(), 70)


@pytest.mark.parametrize(
    ("wanted", "armed", "capabilities", "level"),
    [
        (Level.DIRECT, True, TOLD, Level.DIRECT),
        (Level.DIRECT, False, TOLD, Level.ADVISE),
        (Level.OBSERVE, True, TOLD, Level.OBSERVE),
        (Level.DIRECT, True, CAN | Capability.SPLITS, Level.PLAN),
        (Level.PLAN, True, TOLD, Level.ADVISE),
        (Level.DIRECT, True, CAN, Level.ADVISE),
    ],
)
def test_as_much_as_is_wanted_allowed_and_possible(
    wanted: Level, armed: bool, capabilities: Capability, level: Level
) -> None:
    assert level_of(wanted, armed=armed, capabilities=capabilities) is level


def test_a_clock_that_is_right_again_stands_against_nothing_whatever_it_was_when_we_connected() -> None:
    assert not refusals(SITE, info_of(clock_offset_s=-11.0), report_of(clock_offset_s=0.2), 1)
    assert "off by -11.0 s" in refusals(SITE, info_of(clock_offset_s=-11.0), report_of(clock_offset_s=np.nan), 1)[0]


def test_a_clock_that_drifts_is_one_obstacle_and_two_alarms_are_two() -> None:
    (first,), (second,) = (obstacles_now(info_of(), report_of(clock_offset_s=offset)) for offset in (73_374.9, -1.2))
    assert first.code == second.code
    assert first.text != second.text
    one, other = obstacles_now(info_of(), report_of(alarms=("phase-3-not-served", "phase-5-not-served")))
    assert one.code != other.code
