"""A firmware in TLC-FI's words: what it is, what changes in a tick, and what may be asked of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from signals.adapters.tlcfi.objects import TICKS, GroupState, IntersectionState, ObjectType, TlcfiError
from signals.model.cabinets import Mode
from tests.adapters.tlcfi.pairs import Pair
from tests.adapters.tlcfi.places import crossing

SITE = crossing()
COUNT = len(SITE.groups)


class Street:
    """Facilities, and a firmware that is stepped by hand."""

    def __init__(self, **options: Any) -> None:
        pair = Pair(SITE, **options)
        self.firmware, self.facilities = pair.firmware, pair.facilities
        self.entered = np.zeros(len(SITE.detectors), np.int32)
        self.occupied = np.zeros(len(SITE.detectors), np.float32)
        self.call = np.zeros(COUNT, np.bool_)

    def step(self) -> None:
        self.firmware.step(self.call, self.entered, self.occupied)

    def of(self, kind: ObjectType, ticks: int = 5000) -> list[dict[str, dict[str, Any]]]:
        return [rows for found, rows in self.facilities.changes(ticks) if found is kind]


def test_what_it_is() -> None:
    street = Street()
    facilities = street.facilities
    whole = facilities.meta(ObjectType.FACILITIES, "TLC1")
    assert whole["intersections"] == [SITE.id]
    assert whole["info"]["fiVersion"] == {"major": 1, "minor": 1, "revision": 0}
    group = facilities.meta(ObjectType.SIGNAL_GROUP, "02")
    site = SITE.intersection
    assert group["intergreen"] == [
        {"signalgroup": f"{other + 1:02d}", "intergreentime": time_ds}
        for other, time_ds in enumerate(site.intergreen_ds[1])
        if time_ds is not None
    ]
    assert {row["state"]: row["min"] for row in group["timing"]}[8 if not site.groups[1].permissive_links else 7] == 30
    assert facilities.meta(ObjectType.DETECTOR, "K09") == {"id": "K09", "generatesEvents": False}
    assert facilities.ids[ObjectType.OUTPUT] == ()


def test_what_state_it_is_in() -> None:
    street = Street()
    street.entered[0], street.occupied[0], street.call[8] = 1, 0.5, True
    street.entered[1] = -1
    for _ in range(7):
        street.step()
    street.facilities.changes(0)
    state = street.facilities.state
    assert state(ObjectType.INTERSECTION, SITE.id, 9) == {"state": 7, "stateticks": 9}
    age_ms = 100 * int(street.firmware.age_ds[1])
    assert state(ObjectType.SIGNAL_GROUP, "02", 9)["stateticks"] == (9 - age_ms) % TICKS
    walk = next(group for group in (8, 9) if street.firmware.aspect[group] == 0)
    lamp_ms = 100 * (int(street.firmware.age_ds[walk]) + SITE.intersection.groups[walk].clearance_ds)
    assert (
        state(ObjectType.SIGNAL_GROUP, f"{walk + 1:02d}", 9)["stateticks"] == (9 - lamp_ms) % TICKS
    )  # since its clearance began
    assert state(ObjectType.DETECTOR, "D1", 9) == {"state": 1, "faultstate": 0, "swico": 0, "stateticks": 9}
    assert state(ObjectType.DETECTOR, "D2", 9)["faultstate"] == 4
    assert state(ObjectType.DETECTOR, "K09", 9)["state"] == int(street.firmware.call[8])


def test_nothing_is_told_where_nothing_changes() -> None:
    street = Street()
    assert street.facilities.changes(0) == []


def test_lamps_are_told_when_they_change() -> None:
    street = Street()
    told: dict[str, list[int]] = {}
    for _ in range(200):
        before = street.firmware.aspect.copy()
        street.step()
        changed = {f"{group + 1:02d}" for group in np.flatnonzero(before != street.firmware.aspect).tolist()}
        for rows in street.of(ObjectType.SIGNAL_GROUP):
            assert set(rows) <= changed
            for name, row in rows.items():
                told.setdefault(name, []).append(row["state"])
    for group, about in enumerate(SITE.intersection.groups):
        ring = [5, 7, 3] if about.permissive_links else [6, 8, 3] if about.amber_ds else [6, 3]
        ring = [*[4] * (about.red_amber_ds > 0), *ring]
        states = told[f"{group + 1:02d}"]
        assert states == (ring * len(states))[: len(states)]
        assert len(states) > len(ring)


def test_flashing_is_told() -> None:
    street = Street()
    street.firmware.misbehave("flash")
    street.step()
    changes = street.facilities.changes(7)
    assert (ObjectType.INTERSECTION, {SITE.id: {"state": int(IntersectionState.FLASH), "stateticks": 7}}) in changes
    (lamps,) = [rows for kind, rows in changes if kind is ObjectType.SIGNAL_GROUP]
    assert {row["state"] for row in lamps.values()} == {GroupState.CAUTION, GroupState.DARK}
    street.firmware.misbehave("flash", on=False)
    street.firmware.misbehave("fault")
    for _ in range(6):  # it starts up first
        street.step()
    assert street.facilities.intersection is IntersectionState.ERROR


def test_calls_are_told() -> None:
    street = Street()
    street.call[9] = True
    street.step()
    assert street.of(ObjectType.DETECTOR, 5) == [{"K10": {"state": 1, "stateticks": 5}}]
    street.call[9] = False
    for _ in range(300):
        street.step()
        if found := street.of(ObjectType.DETECTOR, 6):
            break
    assert found == [{"K10": {"state": 0, "stateticks": 6}}]
    assert street.firmware.aspect[9] == 2


def test_edges_are_as_many_as_were_counted_and_last_as_long() -> None:
    street = Street()
    street.entered[:3], street.occupied[:3] = (3, 1, 0), (0.3, 0.4, 0.0)
    street.step()
    rows = street.of(ObjectType.DETECTOR, 1000)
    states = {name: [row[name]["state"] for row in rows if name in row] for name in ("D1", "D2", "D3")}
    assert states == {"D1": [1, 0, 1, 0, 1], "D2": [1], "D3": []}
    times = [row["D1"]["stateticks"] for row in rows]
    assert times == sorted(set(times))
    assert times[-1] == 900
    assert [row["D2"]["stateticks"] for row in rows if "D2" in row] == [600]
    street.entered[:3], street.occupied[:3] = (0, -1, 0), (0.0, np.nan, 0.0)
    street.step()
    gone = {"D1": {"state": 0, "stateticks": 1000}, "D2": {"state": 0, "stateticks": 1000, "faultstate": 4}}
    assert street.of(ObjectType.DETECTOR, 2000) == [gone]
    street.entered[1] = 0
    street.step()
    assert street.of(ObjectType.DETECTOR, 3000) == [{"D2": {"faultstate": 0}}]


def test_requests_reach_the_firmware_all_or_none() -> None:
    street = Street()
    street.firmware.take()
    street.facilities.begin()
    wanted = {"01": {"reqState": 5}, "09": {"reqState": 3}}
    street.facilities.ask(wanted, 0, 0)
    assert street.facilities._asked[:2] == [2, 0]
    for wrong in (
        {"02": {"reqState": 6}, "03": {"reqState": 1}},
        {"02": {"reqState": 6}, "03": {"reqState": 9}},
        {"02": {"reqState": 6}, "03": {"reqState": 12}},
        {"02": {"reqState": 6}, "03": {"reqPredictions": [{}]}},
        {"02": {"reqState": 6}, "03": {"reqPredictions": [{"state": 6, "minEnd": 1}] * 9}},
        {"02": {"reqState": 6}, "03": {"reqPredictions": [{"state": 6, "minEnd": 1, "confidence": 101}]}},
    ):
        with pytest.raises(TlcfiError):
            street.facilities.ask(wrong, 0, 0)
        assert street.facilities._asked[:2] == [2, 0]
    street.facilities.begin()
    assert street.facilities._asked == street.firmware.aspect.tolist()


def test_what_is_shown_stays_from_the_beginning() -> None:
    street = Street()
    for _ in range(200):
        street.step()
        if (street.firmware.aspect == 2).any() and (street.firmware.age_ds > 100).all():
            break
    street.firmware.take()
    street.facilities.begin()
    shown = street.firmware.aspect.tolist()
    for _ in range(100):
        street.firmware.alive()
        street.step()
        assert street.firmware.aspect.tolist() == shown
    assert street.firmware.illegal == ()


def test_predictions_are_passed_on_in_our_ticks() -> None:
    street = Street()
    prediction = {"state": 3, "minEnd": 100, "likelyEnd": TICKS - 100, "confidence": 50}
    street.facilities.ask({"02": {"reqPredictions": [prediction]}}, TICKS - 50, 1000)
    assert street.of(ObjectType.SIGNAL_GROUP) == [
        {"02": {"predictions": [{"state": 3, "minEnd": 1150, "likelyEnd": 950, "confidence": 50}]}}
    ]
    assert street.of(ObjectType.SIGNAL_GROUP) == []
    assert street.facilities.state(ObjectType.SIGNAL_GROUP, "02", 0)["predictions"][0]["minEnd"] == 1150
    assert street.firmware.mode is Mode.READY
