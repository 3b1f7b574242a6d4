"""The objects of a virtual TLC: what its firmware is and shows, in TLC-FI's words, and what is asked of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from signals.adapters.cabinet.station import VirtualFirmware
from signals.adapters.tlcfi.edges import edges_in
from signals.adapters.tlcfi.lamps import ASKED, aspect_of, states_of
from signals.adapters.tlcfi.objects import (
    LAST_GROUP_STATE,
    TICKS,
    ErrorCode,
    GroupState,
    IntersectionState,
    ObjectType,
    TlcfiError,
    number_in,
    optional_number_in,
    rows_in,
    ticks_after,
)
from signals.adapters.tlcfi.settings import Settings
from signals.model.cabinets import Mode
from signals.model.lanes import User
from signals.model.values import Aspect

__all__ = ["FACILITIES", "Facilities"]

FACILITIES: Final = "TLC1"
"""What the facilities are called."""

MAX_PREDICTIONS: Final = 8

_ENDS: Final = ("startTime", "minEnd", "maxEnd", "likelyEnd", "next")

Row = dict[str, Any]
Changes = list[tuple[ObjectType, dict[str, Row]]]


class Facilities:
    """The objects of one intersection and their state.

    Parameters
    ----------
    firmware
        What decides.
    settings
        What its objects are called.
    """

    def __init__(self, firmware: VirtualFirmware, settings: Settings) -> None:
        self.firmware, self.settings = firmware, settings
        groups = firmware.site.intersection.groups
        self._states = [states_of(group, settings.clearance) for group in groups]
        self._off = [GroupState.DARK if g.user is User.PEDESTRIAN else GroupState.CAUTION for g in groups]
        self._clears = [group.clearance_ds > 0 for group in groups]
        self._asked = [-1] * len(groups)
        self._predictions: list[list[Row]] = [[] for _ in groups]
        self._predicted: set[int] = set()
        self._buttons = {name: number for number, name in enumerate(settings.buttons) if name}
        self.ids: dict[ObjectType, tuple[str, ...]] = {
            **dict.fromkeys(ObjectType, ()),
            ObjectType.FACILITIES: (FACILITIES,),
            ObjectType.INTERSECTION: (settings.intersection,),
            ObjectType.SIGNAL_GROUP: settings.groups,
            ObjectType.DETECTOR: (*settings.detectors, *self._buttons),
        }
        self._on: list[bool] = (firmware.detector_occupied > 0).tolist()
        self._see()

    @property
    def intersection(self) -> IntersectionState:
        """What the intersection does."""
        states = {Mode.FAULT: IntersectionState.ERROR, Mode.FLASH: IntersectionState.FLASH}
        return states.get(self.firmware.mode, IntersectionState.CONTROL)

    def meta(self, kind: ObjectType, name: str) -> Row:
        """Say what an object is."""
        place = self.settings.intersection
        if kind is ObjectType.FACILITIES:
            return self._meta_facilities()
        if kind is ObjectType.INTERSECTION:
            return {"id": place, **self._parts()}
        if kind is ObjectType.SIGNAL_GROUP:
            return self._meta_group(self.settings.groups.index(name))
        return {"id": name, "generatesEvents": False}

    def state(self, kind: ObjectType, name: str, ticks: int) -> Row:
        """Say what state an object is in."""
        if kind is ObjectType.INTERSECTION:
            return {"state": int(self.intersection), "stateticks": ticks}
        if kind is ObjectType.SIGNAL_GROUP:
            return self._group(self.settings.groups.index(name), ticks)
        if name in self._buttons:
            return _detector(on=bool(self.firmware.call[self._buttons[name]]), fault=False, ticks=ticks)
        number = self.settings.detectors.index(name)
        return _detector(on=self._on[number], fault=self._fault[number], ticks=ticks)

    def begin(self) -> None:
        """Begin to be asked: what is shown stays until something else is asked for."""
        self._asked = self.firmware.aspect.tolist()
        self._request()

    def ask(self, states: Mapping[str, Mapping[str, Any]], ticks: int, now_ticks: int) -> None:
        """Take what is requested of signal groups, all of it or nothing.

        Parameters
        ----------
        states
            What is requested, by the name of the group.
        ticks, now_ticks
            Of the application when it said so, and ours now.

        Raises
        ------
        TlcfiError
            When it is nothing that can be requested.
        """
        asked = [(self.settings.groups.index(name), *_request(state)) for name, state in states.items()]
        for group, state, predictions in asked:
            if state is not None:
                self._asked[group] = aspect_of(state, clears=self._clears[group])
            if predictions is not None:
                self._predictions[group] = [_moved(row, ticks, now_ticks) for row in predictions]
                self._predicted.add(group)
        if any(state is not None for _, state, _ in asked):
            self._request()

    def changes(self, ticks: int) -> Changes:
        """Return what has changed since it was last asked: attributes by the name of the object, in order."""
        place, shown, lit, call = self._place, self._shown, self._lit, self._call
        count = self._count
        fault = self._fault
        self._see()
        found: Changes = []
        if self._place is not place:
            name = self.settings.intersection
            found.append((ObjectType.INTERSECTION, {name: {"state": int(self._place), "stateticks": ticks}}))
        if shown is not self._shown or lit != self._lit or self._predicted:
            found.extend(self._changed_groups(lit, ticks))
        found.extend(self._changed_detectors(count, fault, ticks))
        if call != self._call:
            rows = {name: number for name, number in self._buttons.items() if call[number] != self._call[number]}
            states = {name: {"state": int(self._call[number]), "stateticks": ticks} for name, number in rows.items()}
            found.extend([(ObjectType.DETECTOR, states)] * bool(states))
        return found

    def _request(self) -> None:
        self.firmware.request_groups(np.array(self._asked, np.int8))

    def _see(self) -> None:
        firmware = self.firmware
        self._place, self._shown = self.intersection, firmware.aspect
        self._lit: list[int] = firmware.aspect.tolist()
        self._call: list[bool] = firmware.call.tolist()
        self._count: list[int] = firmware.detector_count.tolist()
        self._fault: list[bool] = firmware.detector_fault.tolist()

    def _lamp(self, group: int, aspect: int) -> int:
        return int(self._off[group] if aspect == Aspect.UNKNOWN else self._states[group][aspect])

    def _group(self, group: int, ticks: int) -> Row:
        age_ds, aspect = int(self.firmware.age_ds[group]), self._lit[group]
        if aspect == Aspect.RED and self.settings.clearance is GroupState.RED:
            age_ds += self.firmware.site.intersection.groups[group].clearance_ds  # the same lamp
        return {
            "state": self._lamp(group, aspect),
            "stateticks": (ticks - 100 * age_ds) % TICKS,
            "predictions": self._predictions[group],
        }

    def _changed_groups(self, before: Sequence[int], ticks: int) -> Changes:
        rows: dict[str, Row] = {}
        for group, (was, now) in enumerate(zip(before, self._lit, strict=True)):
            row: Row = {}
            if was != now and (lamp := self._lamp(group, now)) != self._lamp(group, was):
                row = {"state": lamp, "stateticks": ticks}
            if group in self._predicted:
                row["predictions"] = self._predictions[group]
            if row:
                rows[self.settings.groups[group]] = row
        self._predicted.clear()
        return [(ObjectType.SIGNAL_GROUP, rows)] if rows else []

    def _changed_detectors(self, count: Sequence[int], fault: Sequence[bool], ticks: int) -> Changes:
        """Say every edge of this tick, so that as many enter, and for as long, as the controller has seen."""
        share = self.firmware.detector_occupied.tolist()
        if count == self._count and fault == self._fault and not any(self._on) and not any(share):
            return []
        edges: list[dict[str, Row]] = []
        tick_ms = 100 * self.firmware.tick_ds
        for number, name in enumerate(self.settings.detectors):
            seen = edges_in(on=self._on[number], entered=self._count[number] - count[number], share=share[number])
            rows: list[Row] = [
                {"state": int(state), "stateticks": (ticks - round(tick_ms * (1 - at))) % TICKS} for state, at in seen
            ]
            if seen:
                self._on[number] = seen[-1][0]
            if fault[number] != self._fault[number]:
                rows = rows or [{}]
                rows[-1]["faultstate"] = _fault(self._fault[number])
            for at, row in enumerate(rows):
                edges.extend([{}] * (at >= len(edges)))
                edges[at] = {**edges[at], name: row}
        return [(ObjectType.DETECTOR, rows) for rows in edges]

    def _parts(self) -> Row:
        return {
            "signalgroups": list(self.ids[ObjectType.SIGNAL_GROUP]),
            "detectors": list(self.ids[ObjectType.DETECTOR]),
            "inputs": [],
            "outputs": [],
            "spvehgenerator": None,
        }

    def _meta_facilities(self) -> Row:
        version = dict(zip(("major", "minor", "revision"), self.settings.version, strict=True))
        about = {"fiVersion": version, "companyname": "signals", "facilitiesVersion": "virtual"}
        return {
            "id": FACILITIES,
            "intersections": [self.settings.intersection],
            **self._parts(),
            "variables": [],
            "info": about,
        }

    def _meta_group(self, group: int) -> Row:
        site, names = self.firmware.site.intersection, self.settings.groups
        about, state = site.groups[group], self._states[group]
        least_ds = (0, about.red_amber_ds, about.min_green_ds, about.amber_ds)
        timing = [
            {"state": int(state[aspect]), "min": time_ds, "max": None}
            for aspect, time_ds in enumerate(least_ds)
            if time_ds
        ]
        if self._clears[group] and self.settings.clearance is not GroupState.RED:
            timing.append({"state": int(self.settings.clearance), "min": about.clearance_ds, "max": None})
        return {
            "id": names[group],
            "intersection": self.settings.intersection,
            "intergreen": [
                {"signalgroup": names[other], "intergreentime": between_ds}
                for other, between_ds in enumerate(site.intergreen_ds[group])
                if between_ds is not None
            ],
            "timing": timing,
        }


def _fault(broken: bool) -> int:  # noqa: FBT001  it is all that it takes
    """Return the faultstate: 4 = hardware."""
    return 4 if broken else 0


def _detector(*, on: bool, fault: bool, ticks: int) -> Row:
    return {"state": int(on), "faultstate": _fault(fault), "swico": 0, "stateticks": ticks}


def _request(state: Mapping[str, Any]) -> tuple[int | None, list[Row] | None]:
    """Read what is requested of a signal group."""
    wanted = optional_number_in(state, "reqState", 0, LAST_GROUP_STATE)
    if wanted is not None and wanted not in ASKED:
        raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_VALUE, "this state cannot be requested of a signal group")
    if state.get("reqPredictions") is None:
        return wanted, None
    rows = rows_in(state, "reqPredictions")
    if len(rows) > MAX_PREDICTIONS:
        raise TlcfiError(ErrorCode.INVALID_ATTRIBUTE_VALUE, f"there are more than {MAX_PREDICTIONS} predictions")
    return wanted, [_prediction(row) for row in rows]


def _prediction(row: Mapping[str, Any]) -> Row:
    found: Row = {"state": number_in(row, "state", 0, LAST_GROUP_STATE), "minEnd": number_in(row, "minEnd")}
    for key in ("startTime", "maxEnd", "likelyEnd", "next"):
        if (value := optional_number_in(row, key)) is not None:
            found[key] = value
    if (confidence := optional_number_in(row, "confidence", 0, 100)) is not None:
        found["confidence"] = confidence
    return found


def _moved(row: Row, ticks: int, now_ticks: int) -> Row:
    """Say a prediction in our ticks."""
    moved: Row = {key: (now_ticks + ticks_after(row[key], ticks)) % TICKS for key in _ENDS if key in row}
    return {**row, **moved}
