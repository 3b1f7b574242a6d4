"""What is not what it must be is none, whatever it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.drive.sound import Soundness
from signals.model.cabinets import CabinetInfo, CabinetReport, CabinetSite, Capability, Mode, Receipt
from signals.model.crossroads import crossroads

SITE = CabinetSite(crossroads().intersections[0], ("d1", "d2"))
GROUPS = len(SITE.groups)
SOUND = Soundness(SITE)
REPORT = CabinetReport(
    1.0,
    1,
    Mode.READY,
    np.zeros(GROUPS, np.int8),
    np.zeros(GROUPS, np.bool_),
    np.zeros(2, np.int32),
    np.zeros(2, np.float32),
    ("lamp",),
)
TIMES = (10,) * GROUPS
INFO = CabinetInfo(
    protocol="p",
    protocol_version="1",
    capabilities=Capability.STATUS,
    min_green_ds=TIMES,
    amber_ds=(None,) * GROUPS,
    intergreen_ds=((None, *TIMES[1:]),) * GROUPS,
    backup_s=10,
)
RECEIPT = Receipt(True, "accepted", "", 1.0, 2)


def test_what_is_as_it_must_be() -> None:
    assert SOUND.of_report(REPORT)
    assert SOUND.of_report(REPORT._replace(alarms=()))
    assert SOUND.of_info(INFO)
    assert SOUND.of_info(replace(INFO, intergreen_ds=None, min_green_ds=(), backup_s=None))
    assert Soundness.of_receipt(RECEIPT)


@pytest.mark.parametrize(
    "changed",
    [
        {"mode": 3},
        {"mode": None},
        {"received_s": None},
        {"received_s": "now"},
        {"clock_offset_s": None},
        {"alarms": 7},
        {"alarms": "lamp"},
        {"alarms": ("lamp", 7)},
        {"notes": "a note"},
        {"aspect": None},
        {"aspect": [0] * GROUPS},
        {"aspect": np.zeros(GROUPS + 1, np.int8)},
        {"aspect": np.zeros(GROUPS, np.float64)},
        {"aspect": np.full(GROUPS, 77, np.int8)},
        {"aspect": np.full(GROUPS, -2, np.int8)},
        {"call": np.zeros(GROUPS, np.int8)},
        {"detector_count": np.zeros(3, np.int32)},
        {"detector_count": np.zeros(2, np.int64)},
        {"detector_occupied": np.zeros(2, np.float64)},
        {"detector_occupied": np.zeros((2, 1), np.float32)},
    ],
)
def test_a_report_that_is_none(changed: dict[str, Any]) -> None:
    assert not SOUND.of_report(REPORT._replace(**changed))


@pytest.mark.parametrize(
    "changed",
    [
        {"capabilities": None},
        {"protocol": None},
        {"version": 7},
        {"lacks": None},
        {"backup_s": "long"},
        {"clock_offset_s": "little"},
        {"min_green_ds": TIMES[1:]},
        {"min_green_ds": "a" * GROUPS},
        {"amber_ds": None},
        {"red_amber_ds": (1.5,) * GROUPS},
        {"clearance_ds": ("x",) * GROUPS},
        {"intergreen_ds": ()},
        {"intergreen_ds": 7},
        {"intergreen_ds": ((),) * GROUPS},
        {"intergreen_ds": (TIMES[1:],) * GROUPS},
        {"intergreen_ds": (None,) * GROUPS},
    ],
)
def test_an_information_that_is_none(changed: dict[str, Any]) -> None:
    assert not SOUND.of_info(replace(INFO, **changed))


@pytest.mark.parametrize(
    "changed",
    [{"accepted": 1}, {"accepted": None}, {"code": None}, {"detail": 7}, {"sent_s": None}, {"answered_s": ""}],
)
def test_a_receipt_that_is_none(changed: dict[str, Any]) -> None:
    assert not Soundness.of_receipt(RECEIPT._replace(**changed))


@given(st.one_of(st.none(), st.integers(), st.text(), st.lists(st.integers()), st.binary(), st.just(REPORT)))
def test_anything_else_is_none_of_it(found: object) -> None:
    assert SOUND.of_report(found) is (found is REPORT)
    assert not SOUND.of_info(found)
    assert not Soundness.of_receipt(found)
