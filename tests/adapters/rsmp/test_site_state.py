"""What a site remembers follows its firmware."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from signals.adapters.cabinet.firmware import Firmware
from signals.adapters.rsmp.bands import bands_of
from signals.adapters.rsmp.plan_tables import PlanTables
from signals.adapters.rsmp.site_state import Counts, SiteState
from signals.model.cabinets import Mode
from tests.adapters.rsmp.bench import SITE, step


def a_state() -> tuple[SiteState, Firmware]:
    plans = SITE.intersection.plans
    return SiteState(PlanTables(plans, tuple(map(bands_of, plans)))), Firmware(SITE, backup_s=77.0)


def test_its_codes_are_not_shown() -> None:
    state, _ = a_state()
    state.codes[2] = "canary"
    assert "canary" not in repr(state)


def test_what_the_firmware_no_longer_lets_us_do_is_over() -> None:
    state, firmware = a_state()
    firmware.take()
    state.forced_plan = 1
    state.tick(firmware, 0.0)
    assert state.forced_plan == 1
    firmware.misbehave("manual")
    state.tick(firmware, 1.0)
    assert state.forced_plan == 0


def test_flashing_ends_in_time_and_the_start_up_follows() -> None:
    state, firmware = a_state()
    assert state.stand(firmware, "YellowFlash", 5.0)
    assert firmware.backup_s == 77.0
    modes = []
    for second in range(13):
        step(firmware)
        state.tick(firmware, float(second))
        modes.append((firmware.mode, state.starting))
    assert modes[:5] == [(Mode.FLASH, False)] * 5
    assert (Mode.LOCAL, True) in modes[5:8]
    assert modes[-1] == (Mode.READY, False)
    assert state.position == "NormalControl"


def test_a_firmware_without_switches_cannot_flash() -> None:
    state, _ = a_state()
    assert not state.stand(object(), "Dark", inf)  # type: ignore[arg-type]


def test_normal_control_while_it_is_normal_changes_nothing() -> None:
    state, firmware = a_state()
    assert state.stand(firmware, "NormalControl", inf)
    assert firmware.mode is Mode.READY


def test_vehicles_are_counted_from_when_they_were_last_told() -> None:
    _, firmware = a_state()
    counts = Counts(firmware, 5.0)
    for _ in range(3):
        step(firmware, entered=1)
        counts.tick()
    step(firmware)
    counts.tick()
    assert counts.vehicles[:2].tolist() == [0, 3]
    assert 0.5 <= float(counts.occupied[1]) <= 1.0
    firmware.detector_fault = np.arange(len(SITE.detectors)) == 1
    assert counts.vehicles[1] == -1
    assert np.isnan(counts.occupied[1])
    counts.begin(9.0)
    assert (counts.since_utc_s, int(counts.vehicles[0])) == (9.0, 0)
    assert float(counts.occupied[0]) == pytest.approx(0.0)
