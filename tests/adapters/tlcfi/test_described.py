"""What a TLC says that it is, becomes values that a site card can be held against."""

from __future__ import annotations

from typing import Any

import pytest

from signals.adapters.tlcfi.described import CAPABILITIES, check_intersection, information, rows_of
from signals.adapters.tlcfi.facilities import Facilities
from signals.adapters.tlcfi.objects import ObjectType, Reference, TlcfiError
from signals.adapters.tlcfi.settings import read_settings
from signals.model.cabinets import CabinetRefusedError, Capability
from tests.adapters.tlcfi.pairs import Pair, plain
from tests.adapters.tlcfi.places import crossing

SITE = crossing()
SETTINGS = read_settings(SITE, plain({}))
GROUPS = SITE.intersection.groups


def metas(**options: Any) -> tuple[Any, dict[str, Any], dict[str, dict[str, Any]]]:
    pair = Pair(SITE, **options)
    facilities: Facilities = pair.facilities
    rows = {name: facilities.meta(ObjectType.SIGNAL_GROUP, name) for name in pair.settings.groups}
    return pair.settings, facilities.meta(ObjectType.FACILITIES, "TLC1"), rows


def test_what_a_tlc_tells_of_its_timing_is_what_the_site_has() -> None:
    settings, facilities, rows = metas()
    told = information(settings, facilities, rows, (1, 1, 0), 0.25)
    assert told.min_green_ds == tuple(group.min_green_ds for group in GROUPS)
    assert told.amber_ds == tuple(group.amber_ds or None for group in GROUPS)
    assert told.red_amber_ds == tuple(group.red_amber_ds or None for group in GROUPS)
    assert told.clearance_ds == (None,) * len(GROUPS)
    assert told.intergreen_ds == SITE.intersection.intergreen_ds
    assert (told.protocol, told.protocol_version, told.make, told.version) == ("tlcfi", "1.1.0", "signals", "virtual")
    assert (told.backup_s, told.clock_offset_s, told.capabilities) == (5.0, 0.25, CAPABILITIES)


def test_a_clearance_that_is_shown_is_told() -> None:
    settings, facilities, rows = metas(clearance="flashing-green")
    told = information(settings, facilities, rows, (1, 1, 0), None)
    assert told.clearance_ds == tuple(group.clearance_ds or None for group in GROUPS)
    assert told.clock_offset_s is None


def test_what_it_does_not_tell_is_none() -> None:
    told = information(SETTINGS, {"info": {"companyname": 5}}, {name: {} for name in SETTINGS.groups}, (1, 1, 0), 0.0)
    assert told.min_green_ds == told.amber_ds == (None,) * len(GROUPS)
    assert told.intergreen_ds == ((None,) * len(GROUPS),) * len(GROUPS)
    assert (told.make, told.version) == ("", "")


def test_recorded_numbers_are_tenths_of_seconds() -> None:
    """As a SWARCO TLC tells them: red 20, green 40, amber 30 to 60, an intergreen of 58."""
    _, facilities, rows = metas()
    row = {
        "timing": [
            {"state": 3, "min": 20, "max": None},
            {"state": 5, "min": 40},
            {"state": 6, "min": 50},
            {"state": 8, "min": 30, "max": 60},
            {"state": 4},
        ],
        "intergreen": [{"signalgroup": "05", "intergreentime": 58}, {"signalgroup": "99", "intergreentime": 30}],
    }
    told = information(SETTINGS, {**facilities, "info": None}, {**rows, "01": row}, (1, 1, 0), 0.0)
    assert (told.min_green_ds[0], told.amber_ds[0], told.red_amber_ds[0]) == (50, 30, None)
    assert told.intergreen_ds is not None
    assert told.intergreen_ds[0] == tuple(58 if number == 4 else None for number in range(len(GROUPS)))


@pytest.mark.parametrize(
    "row",
    [
        {"timing": 5},
        {"timing": [{"min": 5}]},
        {"timing": [{"state": 12, "min": 5}]},
        {"timing": [{"state": 6, "min": -1}]},
        {"timing": [{"state": 6, "min": 36_001}]},
        {"intergreen": {}},
        {"intergreen": [{"signalgroup": "05"}]},
        {"intergreen": [{"signalgroup": 5, "intergreentime": 5}]},
    ],
)
def test_timing_that_cannot_be_is_refused(row: dict[str, Any]) -> None:
    _, facilities, rows = metas()
    with pytest.raises(TlcfiError):
        information(SETTINGS, facilities, {**rows, "01": row}, (1, 1, 0), 0.0)


def test_the_intersection_must_be_ours() -> None:
    pair = Pair(SITE)
    row = pair.facilities.meta(ObjectType.INTERSECTION, SITE.id)
    assert check_intersection(SETTINGS, row) == ("K09", "K10", "K11", "K12")
    without = {**row, "detectors": list(SETTINGS.detectors)}
    assert check_intersection(SETTINGS, without) == ()
    with pytest.raises(CabinetRefusedError, match="has no signal group 01"):
        check_intersection(SETTINGS, {**row, "signalgroups": row["signalgroups"][1:]})
    with pytest.raises(CabinetRefusedError, match="has more signal groups: 99"):
        check_intersection(SETTINGS, {**row, "signalgroups": [*row["signalgroups"], "99"]})
    with pytest.raises(CabinetRefusedError, match="has no detector D1, D10"):
        check_intersection(SETTINGS, {**row, "detectors": []})
    given = read_settings(SITE, plain({"buttons": list(SETTINGS.buttons)}))
    with pytest.raises(CabinetRefusedError, match="has no detector K09, K10"):
        check_intersection(given, without)
    for wrong in (5, [5], ["a\nb"]):
        with pytest.raises(TlcfiError):
            check_intersection(SETTINGS, {**row, "signalgroups": wrong})


def test_an_answer_must_be_about_what_was_asked() -> None:
    asked = Reference(ObjectType.DETECTOR, ("D1", "D2"))
    good = {"objects": {"type": 4, "ids": ["D2", "D1"]}, "meta": [{"id": "D2"}, {"id": "D1"}]}
    assert rows_of(good, "meta", asked) == {"D1": {"id": "D1"}, "D2": {"id": "D2"}}
    for wrong in (
        None,
        {**good, "objects": {"type": 3, "ids": ["D1", "D2"]}},
        {**good, "objects": {"type": 4, "ids": ["D1", "D3"]}},
        {**good, "meta": [{}]},
        {**good, "meta": None},
    ):
        with pytest.raises(TlcfiError):
            rows_of(wrong, "meta", asked)


def test_capabilities() -> None:
    assert Capability.GROUPS in CAPABILITIES
    assert not CAPABILITIES & (Capability.PLANS | Capability.SPLITS | Capability.STAGES | Capability.HOLD_FORCE_OFF)
