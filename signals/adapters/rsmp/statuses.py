"""What a virtual site says when it is asked for a status."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from math import ceil
from types import MappingProxyType
from typing import Final

import numpy as np

from signals.adapters.cabinet.station import VirtualFirmware
from signals.adapters.rsmp.letters import DARK, FLASH, START, letter_of
from signals.adapters.rsmp.messages import StatusValue, Value
from signals.adapters.rsmp.options import Options
from signals.adapters.rsmp.site_state import PORTS, Counts, SiteState
from signals.adapters.rsmp.sxl import STATUSES, Part
from signals.adapters.rsmp.times import Now, stamp
from signals.model.cabinets import Mode
from signals.model.values import Aspect

__all__ = ["COUNTED", "StatusReader"]

COUNTED: Final = frozenset({"S0201", "S0203", "S0205", "S0207"})
"""Statuses that tell what happened since they were last told."""
MAKE: Final = "signals virtual 1"
Values = dict[str, Value]


class StatusReader:
    """Reads the statuses of a site.

    Parameters
    ----------
    firmware, state, options
        The site.

    Attributes
    ----------
    parts
        What each component is, and which one: a number from 0.
    """

    def __init__(self, firmware: VirtualFirmware, state: SiteState, options: Options) -> None:
        self.firmware, self.state, self.options = firmware, state, options
        groups = {options.group_component(n): (Part.GROUP, n) for n in range(len(firmware.site.groups))}
        detectors = {options.detector_component(n): (Part.DETECTOR, n) for n in range(len(firmware.site.detectors))}
        self.parts = {**groups, **detectors, options.component: (Part.CONTROLLER, 0)}
        self.now = Now(0.0, 0.0)
        self._counts: dict[tuple[str, int], Counts] = {}
        self._read: dict[tuple[str, int], Values | None] = {}
        config = json.dumps(asdict(firmware.site.intersection), sort_keys=True, default=str).encode()
        self._checksum, self._config = hashlib.sha256(config).hexdigest(), base64.b64encode(config).decode()
        self._configured_utc_s: float | None = None
        self._minimum_ds = np.array([group.min_green_ds for group in firmware.site.intersection.groups], np.int32)

    def tick(self, now: Now) -> None:
        """Take the time of the site; `counted` says whether a tick of the firmware has passed."""
        self.now = now
        self._read.clear()
        if self._configured_utc_s is None:
            self._configured_utc_s = now.utc_s

    def count(self) -> None:
        """Take a tick of the firmware into account."""
        for counts in self._counts.values():
            counts.tick()

    def against(self, component: str, code: str, name: str) -> str:
        """Return why a status cannot be asked for, or ""; a component that is not known is none of that."""
        kind = STATUSES.get(code)
        if kind is None:
            return f"unknown status {code[:8]}"
        if name not in kind.names:
            return f"unknown name of status {code}"
        part = self.parts.get(component)
        return "" if part is None or part[0] is kind.part else f"status {code} is none of that component"

    def read(self, component: str, code: str, name: str) -> StatusValue:
        """Return a value; undefined where there is no such component, unknown where the site cannot tell."""
        part = self.parts.get(component)
        if part is None:
            return StatusValue(code, name, None, "undefined")
        key = (code, part[1])
        if key not in self._read:
            reader = _READERS.get(code)
            self._read[key] = None if reader is None else reader(self, part[1])
        values = self._read[key]
        value = None if values is None else values.get(name)
        return StatusValue(code, name, value, "unknown" if value is None else "recent")

    def told(self, component: str, code: str) -> None:
        """Begin to count anew what was told."""
        part = self.parts.get(component)
        if part is not None and code in COUNTED:
            self.counts(code, part[1]).begin(self.now.utc_s)
            self._read.pop((code, part[1]), None)

    def counts(self, code: str, number: int) -> Counts:
        """Return the counts of a status; they begin when it is first asked for."""
        key = (code, number)
        if key not in self._counts:
            self._counts[key] = Counts(self.firmware, self.now.utc_s)
        return self._counts[key]

    def groups(self) -> str:
        """Return the letters of S0001."""
        firmware, state = self.firmware, self.state
        letters = ["-"] * max(self.options.group_at, default=0)
        fixed = ""
        if firmware.mode is Mode.FLASH:
            fixed = DARK if state.position == "Dark" else FLASH
        elif state.starting:
            fixed = START[-1]
        minimum = firmware.age_ds < self._minimum_ds
        rows = zip(firmware.aspect.tolist(), firmware.call.tolist(), minimum.tolist(), strict=True)
        for place, (aspect, called, early) in zip(self.options.group_at, rows, strict=True):
            letters[place - 1] = fixed or letter_of(aspect, called=called, in_minimum=early)
        return "".join(letters)

    def detectors(self) -> str:
        """Return the digits of S0002."""
        on = self.firmware.detector_on.tolist()
        for number, value in self.state.manual_detectors.items():
            on[number] = value
        return self.placed(["1" if one else "0" for one in on], "-", "")

    def placed(self, values: list[str], missing: str, between: str) -> str:
        """Return a text for each detector at its place."""
        row = [missing] * max(self.options.detector_at, default=0)
        for place, value in zip(self.options.detector_at, values, strict=True):
            row[place - 1] = value
        return between.join(row)

    def config(self, name: str) -> Values:
        """Return the traffic parameters, or their checksum."""
        told_at = stamp(self._configured_utc_s or 0.0)
        if name == "checksum":
            return {"checksum": self._checksum, "timestamp": told_at}
        return {"config": self._config, "timestamp": told_at, "version": f"{MAKE} {self.options.id}"}


def _truth(value: bool) -> str:  # noqa: FBT001  it is what is told
    return "True" if value else "False"


def _switch(ask: Callable[[StatusReader], bool]) -> Callable[[StatusReader, int], Values]:
    def read(site: StatusReader, _: int) -> Values:
        forced = site.state.position != "NormalControl" or site.state.forced_plan
        source = "forced" if forced else "startup" if site.state.starting else "calendar_clock"
        return {"intersection": "0", "status": _truth(ask(site)), "source": source}

    return read


def _status(ask: Callable[[StatusReader], str]) -> Callable[[StatusReader, int], Values]:
    return lambda site, _: {"status": ask(site)}


def _number(ask: Callable[[StatusReader], int]) -> Callable[[StatusReader, int], Values]:
    return lambda site, _: {"number": str(ask(site))}


def _shown(site: StatusReader, _: int) -> Values:
    firmware = site.firmware
    cycle_s, position_s = firmware.cycle_ds // 10, firmware.cycle_position_ds // 10
    times = site.state.tables.now.get(firmware.plan)
    counted = (position_s - (times.offset_s if times else 0)) % cycle_s if cycle_s else 0
    return {
        "signalgroupstatus": site.groups(),
        "cyclecounter": str(position_s % 1_000),
        "basecyclecounter": str(counted % 1_000),
        "stage": str(max(0, firmware.stage + 1)),
    }


def _mode(site: StatusReader) -> str:
    if site.firmware.mode is Mode.FLASH:
        return "standby"
    if site.state.starting:
        return "startup"
    return "failure" if site.firmware.mode is Mode.FAULT else "control"


def _plan(site: StatusReader, _: int) -> Values:
    source = "forced" if site.state.forced_plan else "startup" if site.state.starting else "calendar_clock"
    return {"status": str(max(1, site.firmware.plan)), "source": source}


def _marks(marked: Mapping[int, bool] | set[int], count: int) -> str:
    return "".join("1" if number in marked else "0" for number in range(1, count + 1))


def _inputs(site: StatusReader) -> str:
    inputs = dict(enumerate(site.state.inputs, 1)) | site.state.forced_inputs
    return "".join("1" if inputs[number] else "0" for number in range(1, PORTS + 1))


def _outputs(site: StatusReader) -> str:
    return "".join("1" if site.state.forced_outputs.get(number) else "0" for number in range(1, PORTS + 1))


def _date(site: StatusReader, _: int) -> Values:
    time = datetime.fromtimestamp(site.now.utc_s, UTC)
    return {name: str(getattr(time, name)) for name in ("year", "month", "day", "hour", "minute", "second")}


def _starting(site: StatusReader, _: int) -> Values:
    starting = _truth(site.state.starting)
    return {"status": starting, "statusByIntersection": [{"intersection": "1", "startup": starting}]}


def _rejected(site: StatusReader, _: int) -> Values:
    return {"status": [{"r": name, "t": at, "s": "rejected"} for name, at in site.state.rejected.items()]}


def _emergency(site: StatusReader, _: int) -> Values:
    routes, called = site.state.routes, site.firmware.mode is Mode.PREEMPT  # by a route, or by the vehicle itself
    return {"status": _truth(bool(routes) or called), "emergencystage": str(max(routes, default=int(called)))}


def _manual(site: StatusReader) -> str:
    manual = site.state.manual_detectors
    return site.placed(["1" if n in manual else "0" for n in range(len(site.firmware.site.detectors))], "0", "")


def _one_vehicles(site: StatusReader, number: int) -> Values:
    counts = site.counts("S0201", number)
    found = int(counts.vehicles[number])
    return {"starttime": stamp(counts.since_utc_s), "vehicles": str(found) if found >= 0 else None}


def _one_occupancy(site: StatusReader, number: int) -> Values:
    counts = site.counts("S0203", number)
    found = float(counts.occupied[number])
    return {"starttime": stamp(counts.since_utc_s), "occupancy": None if np.isnan(found) else str(round(100 * found))}


def _all_vehicles(site: StatusReader, _: int) -> Values:
    counts = site.counts("S0205", 0)
    return {"start": stamp(counts.since_utc_s), "vehicles": site.placed(list(map(str, counts.vehicles)), "-1", ",")}


def _all_occupancy(site: StatusReader, _: int) -> Values:
    counts = site.counts("S0207", 0)
    shares = ["-1" if np.isnan(share) else str(round(100 * share)) for share in counts.occupied.tolist()]
    return {"start": stamp(counts.since_utc_s), "occupancy": site.placed(shares, "-1", ",")}


def _all_red(site: StatusReader) -> bool:
    return site.firmware.mode is not Mode.FLASH and bool((site.firmware.aspect == Aspect.RED).all())


_READERS: Final[Mapping[str, Callable[[StatusReader, int], Values]]] = MappingProxyType(
    {
        "S0001": _shown,
        "S0002": lambda site, _: {"detectorlogicstatus": site.detectors()},
        "S0003": lambda site, _: {"inputstatus": _inputs(site)},
        "S0004": lambda site, _: {"outputstatus": _outputs(site)},
        "S0005": _starting,
        "S0006": _emergency,
        "S0007": _switch(lambda site: site.state.position != "Dark"),
        "S0008": _switch(lambda site: site.firmware.mode is Mode.MANUAL),
        "S0009": _switch(lambda site: site.state.fixed_time),
        "S0010": _switch(lambda site: site.firmware.mode is not Mode.OURS),
        "S0011": _switch(lambda site: site.firmware.mode is Mode.FLASH and site.state.position != "Dark"),
        "S0012": _switch(_all_red),
        "S0013": lambda _, __: {"intersection": "0", "status": "0"},
        "S0014": _plan,
        "S0015": lambda site, _: {
            "status": str(site.state.situation or 1),
            "source": "forced" if site.state.situation else "calendar_clock",
        },
        "S0016": _number(lambda site: max(site.options.detector_at, default=0)),
        "S0017": _number(lambda site: max(site.options.group_at, default=0)),
        "S0019": _number(lambda _: 1),
        "S0020": lambda site, _: {"intersection": "0", "controlmode": _mode(site)},
        "S0021": lambda site, _: {"detectorlogics": _manual(site)},
        "S0022": _status(lambda site: ",".join(map(str, site.state.tables.now)) or "1"),
        "S0023": _status(lambda site: site.state.tables.bands()),
        "S0024": _status(lambda site: site.state.tables.offsets() or "1-0"),
        "S0026": _status(lambda site: site.state.week),
        "S0027": _status(lambda site: site.state.day),
        "S0028": _status(lambda site: site.state.tables.cycles()),
        "S0029": _status(lambda site: _marks(site.state.forced_inputs, PORTS)),
        "S0030": _status(lambda site: _marks(site.state.forced_outputs, PORTS)),
        "S0031": _status(lambda site: ",".join(f"{one}-{two}" for one, two in site.state.levels.items())),
        "S0032": lambda site, _: {
            "intersection": "0",
            "status": "centralized" if site.firmware.cycle_ds else "off",
            "source": "calendar_clock",
        },
        "S0033": _rejected,
        "S0034": _status(lambda site: str(ceil(site.firmware.backup_s / 60))),
        "S0035": lambda site, _: {"emergencyroutes": [{"id": str(route)} for route in sorted(site.state.routes)]},
        "S0091": lambda _, __: {"user": "0"},
        "S0092": lambda _, __: {"user": "0"},
        "S0095": _status(lambda _: MAKE),
        "S0096": _date,
        "S0097": lambda site, _: site.config("checksum"),
        "S0098": lambda site, _: site.config("config"),
        "S0201": _one_vehicles,
        "S0203": _one_occupancy,
        "S0205": _all_vehicles,
        "S0207": _all_occupancy,
    }
)
"""How each status is read; what is missing, the site cannot tell (speeds, classes, predictions)."""
