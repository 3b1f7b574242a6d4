"""The numbers of a sweep, and what they mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.adapters.ntcip.objects import CONTROLS, instance
from signals.adapters.ntcip.phases import Lamps, Masks, PhaseMap, Service
from signals.adapters.ntcip.status import (
    Reader,
    Status,
    alarms_of,
    grows_serious,
    lamp_names,
    mode_of,
    sheet_of,
    status_of,
)
from signals.model.cabinets import CabinetRefusedError, Mode

from .street import site

OWN = PhaseMap.of(site(), None)
VEHICLES = PhaseMap((Service(1, people=False), Service(20, people=False)))
QUIET = Status(6, 2, 0, 0, 1, 0, 1_000, None, 0, 0, 0, -1, None)


def test_only_what_is_needed_is_asked_for() -> None:
    assert len(lamp_names(OWN)) == 6
    assert lamp_names(VEHICLES) == tuple(f"phaseStatusGroup{word}" for word in ("Reds", "Yellows", "Greens"))
    assert lamp_names(PhaseMap((Service(1, people=True),)))[0] == "phaseStatusGroupDontWalks"
    unit, octets = 7, 2
    assert len(sheet_of(VEHICLES, (), lamps=True, masks=False).cells) == unit + 3 * octets
    assert len(sheet_of(VEHICLES, (), lamps=False, masks=True).cells) == unit + 3 + 6 * octets
    assert len(sheet_of(OWN, (), lamps=True, masks=False).cells) == unit + 7 * octets
    assert len(sheet_of(OWN, (1, 8, 9), lamps=False, masks=False).cells) == unit + octets + 2 * 2 + 1


def test_groups_of_eight_become_one_number() -> None:
    sheet = sheet_of(VEHICLES, (), lamps=True, masks=True)
    got = dict.fromkeys(sheet.cells, 0) | {
        instance("phaseStatusGroupGreens", 1): 1,
        instance("phaseStatusGroupGreens", 3): 8,
        instance("phaseControlGroupHold", 3): -1,  # no octet; its bits in place count
        instance("unitFlashStatus", 0): 2,
        instance("globalTime", 0): b"no number",
    }
    status = status_of(sheet.gathered(got), VEHICLES, lamps=True, masks=True)
    assert status.lamps == Lamps(0, 0, 1 | 8 << 16, 0, 0, 0)
    assert status.masks == Masks(0, 0, 255 << 16, 0, 0, 0)
    assert (status.flash, status.time_s) == (2, -1)
    assert mode_of(status) is Mode.READY


sweeps = st.dictionaries(
    st.sampled_from(list(sheet_of(OWN, (1, 9), lamps=True, masks=True).cells)), st.integers(0, 3) | st.just(b"x")
)


@given(st.lists(sweeps, min_size=1))
def test_a_reader_finds_in_each_sweep_what_is_found_in_it_alone(changes: list[dict[bytes, int | bytes]]) -> None:
    sheet = sheet_of(OWN, (1, 9), lamps=True, masks=True)
    reader, got = Reader(sheet, OWN, lamps=True, masks=True), dict[bytes, int | bytes](dict.fromkeys(sheet.cells, 2))
    for change in changes:
        got |= change
        try:
            alone = status_of(sheet.gathered(got), OWN, lamps=True, masks=True)
        except CabinetRefusedError:
            with pytest.raises(CabinetRefusedError):
                reader.read(got)
        else:
            assert reader.read(got) == alone


def test_a_sheet_without_what_is_missing() -> None:
    sheet = sheet_of(OWN, (), lamps=True, masks=False)
    gone = [instance("unitAlarmStatus1", 0)]
    assert set(sheet.cells) - set(sheet.without(gone).cells) == set(gone)


@pytest.mark.parametrize("name", ["unitFlashStatus", "phaseStatusGroupWalks", CONTROLS[0]])
def test_without_these_nothing_can_be_known(name: str) -> None:
    sheet = sheet_of(OWN, (), lamps=True, masks=True)
    whole = {cell: 0 for cell, _, _ in sheet.cells.values()}
    del whole[name]
    with pytest.raises(CabinetRefusedError, match=f"does not tell {name}"):
        status_of(whole, OWN, lamps=True, masks=True)


@pytest.mark.parametrize(
    ("change", "mode"),
    [
        ({}, Mode.READY),
        ({"control": 2}, Mode.READY),
        ({"unit": 2}, Mode.LOCAL),
        ({"control": 4}, Mode.BACKUP),
        ({"control": 5}, Mode.MANUAL),
        ({"control": 9}, Mode.MANUAL),
        ({"control": 10}, Mode.MANUAL),
        ({"short_alarm": 8}, Mode.MANUAL),
        ({"short_alarm": 1}, Mode.PREEMPT),
        ({"short_alarm": 128}, Mode.FAULT),
        ({"short_alarm": 4}, Mode.READY),
        ({"flash": 3}, Mode.FLASH),
        ({"flash": 8}, Mode.FLASH),
        ({"flash": 1}, Mode.FLASH),
        ({"flash": 5}, Mode.FAULT),
        ({"flash": 6}, Mode.FAULT),
        ({"flash": 6, "control": 5, "short_alarm": 1}, Mode.FAULT),
        ({"control": 5, "short_alarm": 1}, Mode.MANUAL),
    ],
    ids=str,
)
def test_who_decides(change: dict[str, int], mode: Mode) -> None:
    assert mode_of(QUIET._replace(**change)) is mode


def test_alarms_have_names() -> None:
    assert alarms_of(QUIET, 0) == ()
    loud = QUIET._replace(short_alarm=255, alarm1=255)
    assert alarms_of(loud, 255) == tuple(
        sorted(
            {
                "flash", "local-override", "coordination-alarm", "detector-fault", "non-critical", "critical", "cycle-fault",
                "coordination-fault", "coordination-failure", "cycle-failure", "monitor-flash", "local-flash", "local-free",
                "power-restart", "low-battery", "response-fault", "external-start", "stop-time", "stall", "process-failure",
            }
        )
    )  # fmt: skip
    # That coordination runs, that an offset is in transition and that a cycle began is nothing wrong.
    assert alarms_of(QUIET._replace(short_alarm=4, alarm1=128), 32) == ()


def test_only_a_new_serious_alarm_is_looked_into() -> None:
    assert grows_serious(0, 128)
    assert grows_serious(64, 192)
    assert not grows_serious(192, 64)
    assert not grows_serious(0, 1)
