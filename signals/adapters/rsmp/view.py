"""What a supervisor knows of a site, from the statuses that came; no clock, no I/O."""

from __future__ import annotations

from collections import OrderedDict
from math import nan
from typing import Final

import numpy as np

from signals.adapters.rsmp.letters import DARK, FLASH, MANUAL, START, aspect_of
from signals.adapters.rsmp.messages import Alarm, StatusValue
from signals.adapters.rsmp.options import Options
from signals.adapters.rsmp.sxl import STATUSES
from signals.adapters.rsmp.times import Now, seconds_of
from signals.model.cabinets import CabinetReport, CabinetSite, Mode
from signals.model.lanes import User
from signals.model.values import Aspect, BoolArray, ByteArray, FloatArray, IntArray

__all__ = ["ALARMS_SHOWN", "View", "is_number"]

ALARMS_SHOWN: Final = 256
KEPT: Final = frozenset((code, name) for code, kind in STATUSES.items() for name in kind.names) - {("S0098", "config")}
"""Values of a site that are remembered."""
LETTERS: Final = 1 << 16
"""The longest of them: no site has more detectors."""
REQUESTED: Final = frozenset("EFG")
NO_GROUP: Final = "-"
CHOSEN: Final = (
    "was not chosen by itself but by a supervisor, and not by us: another one, or a drive that has ended; "
    "it is kept as long as anybody is connected"
)


class View:
    """Follows one site.

    Parameters
    ----------
    site
        What it must be.
    options
        Where its groups and detectors are.

    Attributes
    ----------
    values
        Every value by code and name.
    received_s, sequence
        When the last S0001 came, and how many.
    plan_from_us
        The plan that we have chosen; 0 = none.
    backup_min
        What we have set its time-out to; 0 = nothing.
    clock_offset_s
        How much its clock is ahead of ours, by the last message; NaN = not known.
    """

    def __init__(self, site: CabinetSite, options: Options) -> None:
        self._options = options
        self._users = tuple(group.user for group in site.intersection.groups)
        groups, detectors = len(site.groups), len(site.detectors)
        self.values: dict[tuple[str, str], str] = {}
        self.received_s, self.sequence = float("-inf"), 0
        self.plan_from_us = self.backup_min = 0
        self._letters, self._letters_at, self._digits_at = "", -1.0, -1.0
        self._aspect: ByteArray = np.full(groups, Aspect.UNKNOWN, np.int8)
        self._call: BoolArray = np.zeros(groups, np.bool_)
        self._detectors = _Detectors(detectors)
        self._alarms: OrderedDict[str, None] = OrderedDict()
        self._local = self._failed = False
        self._mode: Mode | None = None
        self.clock_offset_s = nan

    def tell(self, values: tuple[StatusValue, ...], at: str, now: Now) -> None:
        """Take values of the controller; what is old, or older than what is known, changes nothing."""
        told_s = seconds_of(at)
        rows = [(row.code, row.name, row.value) for row in values if row.quality == "recent"]
        if told_s is None or not rows:
            return
        self.clock_offset_s = told_s - now.utc_s
        for code, name, value in rows:
            if isinstance(value, str) and len(value) <= LETTERS and (code, name) in KEPT:
                self._one(code, name, value, told_s, now)

    def aggregated(self, bits: tuple[bool, ...]) -> None:
        """Take the aggregated status: local mode, and a fault that makes it flash or go dark."""
        self._local, self._failed, self._mode = bits[0], bits[2], None

    def alarm(self, alarm: Alarm) -> None:
        """Take what a site says of an alarm."""
        if alarm.state is None:
            return
        where = "" if alarm.component == self._options.component else f" {alarm.component}"
        name = "".join(letter if letter.isascii() and letter.isprintable() else "?" for letter in alarm.code + where)[
            :64
        ]
        self._alarms.pop(name, None)
        if alarm.state.active and not alarm.state.suspended:
            self._alarms[name] = None
            if len(self._alarms) > ALARMS_SHOWN:
                self._alarms.popitem(last=False)

    def report(self, now_s: float, *, heard: bool) -> CabinetReport:
        """Return what is known, and count anew.

        Parameters
        ----------
        now_s
            The time.
        heard
            Whether the site is connected and speaks.
        """
        count, occupied = self._detectors.report(now_s)
        mode = self.mode if heard else Mode.OFFLINE
        return CabinetReport(
            self.received_s,
            self.sequence,
            mode,
            self._aspect.copy(),
            self._call.copy(),
            count,
            occupied,
            self.report_alarms(),
            self.plan,
            self.clock_offset_s,
            (f"its plan {self.plan} {CHOSEN}",) if self.forced and not self.plan_from_us else (),
        )

    def report_alarms(self) -> tuple[str, ...]:
        """Return what is wrong there: codes of alarms, with their component where it is not the controller."""
        alarms = tuple(self._alarms)
        if self.backup_min and self.values.get(("S0034", "status"), str(self.backup_min)) != str(self.backup_min):
            return (*alarms, "backup-changed")
        return alarms

    def texts_of(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """Return the values ``status`` of some statuses as they came; empty where they are not known."""
        return tuple([self.values.get((code, "status"), "") for code in codes])

    @property
    def plan(self) -> int:
        """The plan that runs; 0 = not known."""
        text = self.values.get(("S0014", "status"), "")
        return int(text) if is_number(text) else 0

    @property
    def forced(self) -> bool:
        """Whether the plan was chosen by a supervisor."""
        return self.values.get(("S0014", "source")) == "forced"

    @property
    def mode(self) -> Mode:
        """Who decides, as far as the site says."""
        if self._mode is None:
            self._mode = self._against() or self._ours()
        return self._mode

    def choose(self, plan: int) -> None:
        """We have chosen a plan; 0 = we have given it back."""
        self.plan_from_us, self._mode = plan, None

    def _ours(self) -> Mode:
        if not self.plan_from_us:
            return Mode.READY
        return Mode.OURS if self.forced else Mode.BACKUP

    def _against(self) -> Mode | None:
        control = self._first("S0020", "controlmode")
        if any(letter in MANUAL for letter in self._letters if letter != FLASH):
            return Mode.MANUAL
        if self._first("S0008", "status") == "True" or self._first("S0013", "status") not in {"", "0"}:
            return Mode.MANUAL
        if control == "failure" or self._failed:
            return Mode.FLASH if self._first("S0011", "status") == "True" and control != "failure" else Mode.FAULT
        dark = any(letter in DARK + FLASH + START for letter in self._letters)
        if dark or control in {"startup", "standby"} or self._first("S0011", "status") == "True":
            return Mode.FLASH
        if self._first("S0006", "status") == "True":
            return Mode.PREEMPT
        return Mode.LOCAL if self._local or not self._letters else None

    def _first(self, code: str, name: str) -> str:
        """Return the value of the first intersection of a site."""
        return self.values.get((code, name), "").split(",")[0]

    def _one(self, code: str, name: str, value: str, told_s: float, now: Now) -> None:
        if self.values.get((code, name)) != value:
            self._mode = None
        self.values[code, name] = value
        if name == "signalgroupstatus" and told_s >= self._letters_at:
            self._letters_at = told_s
            self._show(value)
            self.received_s, self.sequence = now.s, self.sequence + 1
        elif name == "detectorlogicstatus" and told_s >= self._digits_at:
            self._digits_at = told_s
            self._detectors.see([self._at(value, place) for place in self._options.detector_at], now.s)
        elif code in {"S0205", "S0207"} and name in {"vehicles", "occupancy"}:
            parts = value.split(",")
            numbers = [_number(parts[place - 1]) if place <= len(parts) else -1 for place in self._options.detector_at]
            (self._detectors.count if code == "S0205" else self._detectors.occupy)(numbers)

    @staticmethod
    def _at(text: str, place: int) -> str:
        return text[place - 1] if place <= len(text) else NO_GROUP

    def _show(self, letters: str) -> None:
        if letters == self._letters:
            return
        self._letters, self._mode = letters, None
        for group, (place, user) in enumerate(zip(self._options.group_at, self._users, strict=True)):
            letter = self._at(letters, place)
            self._aspect[group] = aspect_of(letter, user)
            self._call[group] = user is User.PEDESTRIAN and letter in REQUESTED


class _Detectors:
    """Counts and occupancy: what the site counts where it does, or else what its detectors were seen to do."""

    def __init__(self, count: int) -> None:
        self._counted, self._seen = np.zeros(count, np.int32), np.zeros(count, np.int32)
        self._counts = self._occupies = False
        self._known, self._on = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
        self._failed, self._any_failed = np.zeros(count, np.bool_), False
        self._share: FloatArray = np.full(count, np.nan, np.float32)
        self._shares = 0
        self._busy_s, self._since_s = np.zeros(count), np.zeros(count)
        self._from_s: float | None = None

    def see(self, digits: list[str], now_s: float) -> None:
        """Take S0002: a vehicle has come where a detector was off and is on."""
        on = np.array([digit == "1" for digit in digits], np.bool_)
        known = np.array([digit in "01" for digit in digits], np.bool_)
        self._seen += on & ~self._on & self._known
        self._busy_s += np.where(self._on, now_s - self._since_s, 0.0)
        self._since_s[:], self._on, self._known = now_s, on, known

    def count(self, vehicles: list[int]) -> None:
        """Take S0205, vehicles since it was last told."""
        found = np.array(vehicles, np.int32)
        self._counts, self._failed = True, found < 0
        self._any_failed = bool(self._failed.any())
        self._counted += np.maximum(found, 0)

    def occupy(self, percent: list[int]) -> None:
        """Take S0207, occupancy since it was last told."""
        share: FloatArray = (np.array(percent, np.float32) / 100).astype(np.float32)
        share[share < 0] = np.nan
        earlier = self._shares  # updates since the last report
        self._share = share if not earlier else ((self._share * earlier + share) / (earlier + 1)).astype(np.float32)
        self._occupies, self._shares = True, self._shares + 1

    def report(self, now_s: float) -> tuple[IntArray, FloatArray]:
        """Return vehicles and occupancy since this was last asked, and begin anew."""
        if self._counts:
            count: IntArray = self._counted.copy()
            if self._any_failed:
                count[self._failed] = -1
        else:
            count = np.where(self._known, self._seen, np.int32(-1))
        occupied = self._share.copy() if self._occupies else self._occupied(now_s)
        self._counted[:], self._seen[:], self._shares = 0, 0, 0
        return count, occupied

    def _occupied(self, now_s: float) -> FloatArray:
        self._busy_s += np.where(self._on, now_s - self._since_s, 0.0)
        self._since_s[:] = now_s
        passed_s = now_s - self._from_s if self._from_s is not None else 0.0
        share = np.clip(self._busy_s / passed_s, 0.0, 1.0) if passed_s > 0 else self._on.astype(np.float64)
        self._busy_s[:], self._from_s = 0.0, now_s
        return np.where(self._known, share, np.nan).astype(np.float32)


def _number(text: str) -> int:
    return int(text) if is_number(text) else -1


def is_number(text: str) -> bool:
    """Whether a text is a whole number from 0 to 99999."""
    return text.isascii() and text.isdigit() and len(text) < 6
