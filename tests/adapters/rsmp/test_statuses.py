"""What a site says when it is asked."""

from __future__ import annotations

import base64
import hashlib
import json

import numpy as np
import pytest

from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.rsmp.bands import bands_of
from signals.adapters.rsmp.options import Options
from signals.adapters.rsmp.plan_tables import PlanTables
from signals.adapters.rsmp.site_state import SiteState
from signals.adapters.rsmp.statuses import COUNTED, StatusReader
from signals.adapters.rsmp.sxl import STATUSES, Part
from signals.adapters.rsmp.times import Now
from signals.model.cabinets import Mode
from tests.adapters.rsmp.bench import MAIN, NAME, SITE, address, step

GROUP, DETECTOR = f"{NAME}=001SG001", f"{NAME}=001DL001"
UNKNOWN = {"S0025", "S0202", "S0204", "S0206", "S0208"}


def a_reader(**options: object) -> StatusReader:
    plans = SITE.intersection.plans
    state = SiteState(PlanTables(plans, tuple(map(bands_of, plans))))
    reader = StatusReader(Firmware(SITE), state, Options.of(SITE, address(**options)))
    reader.tick(Now(0.0, 1_769_860_800.0))
    return reader


def value(reader: StatusReader, code: str, name: str, component: str = MAIN) -> object:
    reader.tick(reader.now)
    return reader.read(component, code, name).value


@pytest.mark.parametrize("code", sorted(STATUSES))
def test_every_status_has_a_value_or_says_that_it_has_none(code: str) -> None:
    reader, kind = a_reader(), STATUSES[code]
    component = {Part.CONTROLLER: MAIN, Part.GROUP: GROUP, Part.DETECTOR: DETECTOR}[kind.part]
    step(reader.firmware)  # type: ignore[arg-type]
    for name in kind.names:
        assert reader.against(component, code, name) == ""
        found = reader.read(component, code, name)
        known = code not in UNKNOWN
        assert found.quality == ("recent" if known else "unknown")
        assert (found.value is not None) is known


def test_what_cannot_be_asked_for_is_told() -> None:
    reader = a_reader()
    assert "unknown status" in reader.against(MAIN, "S0000", "status")
    assert "unknown name" in reader.against(MAIN, "S0001", "bad")
    assert "none of that component" in reader.against(GROUP, "S0001", "stage")
    assert reader.against("nobody", "S0001", "stage") == ""
    assert reader.read("nobody", "S0001", "stage").quality == "undefined"


def test_letters_stand_where_the_groups_are() -> None:
    reader = a_reader(groups=[14, *range(2, 13)])
    step(reader.firmware)  # type: ignore[arg-type]
    letters = str(value(reader, "S0001", "signalgroupstatus"))
    assert len(letters) == 14
    assert (letters[0], letters[12]) == ("-", "-")
    reader.firmware.mode = Mode.FLASH
    assert value(reader, "S0001", "signalgroupstatus") == "-" + "c" * 11 + "-c"
    reader.state.position = "Dark"
    assert str(value(reader, "S0001", "signalgroupstatus"))[1] == "a"


def test_detectors_that_are_set_by_hand_show_that() -> None:
    count = len(SITE.detectors)
    reader = a_reader(detectors=[count + 1, *range(2, count + 1)])
    reader.state.manual_detectors[0] = True
    assert value(reader, "S0002", "detectorlogicstatus") == "-" + "0" * (count - 1) + "1"
    assert value(reader, "S0021", "detectorlogics") == "0" * count + "1"


def test_vehicles_are_told_once() -> None:
    reader = a_reader()
    reader.told(MAIN, "S0205")
    value(reader, "S0201", "vehicles", DETECTOR)
    for _ in range(2):
        step(reader.firmware, entered=0)  # type: ignore[arg-type]
        reader.count()
    assert str(value(reader, "S0205", "vehicles")).startswith("2,0,")
    assert value(reader, "S0201", "vehicles", DETECTOR) == "2"
    for code, component in (("S0205", MAIN), ("S0201", DETECTOR), ("S0001", MAIN), ("S0205", "nobody")):
        reader.told(component, code)
    assert str(value(reader, "S0205", "vehicles")).startswith("0,")
    assert value(reader, "S0201", "vehicles", DETECTOR) == "0"
    assert {"S0201", "S0205"} < COUNTED


def test_of_a_detector_that_has_failed_nothing_is_told() -> None:
    reader = a_reader()
    reader.firmware.detector_fault = np.ones(len(SITE.detectors), np.bool_)
    assert value(reader, "S0201", "vehicles", DETECTOR) is None
    assert value(reader, "S0203", "occupancy", DETECTOR) is None
    assert set(str(value(reader, "S0205", "vehicles")).split(",")) == {"-1"}
    assert set(str(value(reader, "S0207", "occupancy")).split(",")) == {"-1"}


def test_the_checksum_is_that_of_the_configuration() -> None:
    reader = a_reader()
    config = base64.b64decode(str(value(reader, "S0098", "config")))
    assert value(reader, "S0097", "checksum") == hashlib.sha256(config).hexdigest()
    assert len(json.loads(config)["groups"]) == len(SITE.groups)


def test_the_cycle_counts_as_the_standard_says() -> None:
    reader = a_reader()
    for _ in range(30):
        step(reader.firmware)  # type: ignore[arg-type]
    cycle, base = (int(str(value(reader, "S0001", name))) for name in ("cyclecounter", "basecyclecounter"))
    times = reader.state.tables.now[1]
    assert cycle == (base + times.offset_s) % times.cycle_s


@pytest.mark.parametrize(
    ("mode", "starting", "found"),
    [
        (Mode.READY, False, "control"),
        (Mode.FLASH, False, "standby"),
        (Mode.LOCAL, True, "startup"),
        (Mode.FAULT, False, "failure"),
    ],
)
def test_the_control_mode_follows_the_firmware(mode: Mode, starting: bool, found: str) -> None:
    reader = a_reader()
    reader.firmware.mode, reader.state.starting = mode, starting
    assert value(reader, "S0020", "controlmode") == found
    source = "startup" if starting else "calendar_clock"
    assert value(reader, "S0014", "source") == source
    assert value(reader, "S0011", "status") == str(mode is Mode.FLASH)


def test_a_site_without_plans_still_has_one_to_speak_of() -> None:
    reader = a_reader()
    reader.state.tables.now.clear()
    reader.firmware.cycle_ds = 0
    assert value(reader, "S0022", "status") == "1"
    assert value(reader, "S0024", "status") == "1-0"
    assert value(reader, "S0032", "status") == "off"
    assert value(reader, "S0001", "basecyclecounter") == "0"
