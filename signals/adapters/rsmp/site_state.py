"""What a virtual site remembers besides its firmware: codes, plans as commanded, inputs, tables, counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Final, Protocol, runtime_checkable

import numpy as np

from signals.adapters.cabinet.station import VirtualFirmware
from signals.adapters.rsmp.plan_tables import PlanTables
from signals.model.cabinets import Mode
from signals.model.values import Aspect, FloatArray, IntArray

__all__ = ["PORTS", "Counts", "SiteState", "Switchable"]

PORTS: Final = 255
"""Inputs and outputs of a site."""
BUILT_CODES: Final = {1: "", 2: ""}


@runtime_checkable
class Switchable(Protocol):
    """A firmware that can be told to flash, to give way to an emergency vehicle, and to start anew."""

    def misbehave(self, what: str, on: bool = True) -> None:  # noqa: FBT001, FBT002  a switch
        """Begin or end it."""
        ...


class Counts:
    """Vehicles and occupancy of the detectors since somebody was last told."""

    def __init__(self, firmware: VirtualFirmware, utc_s: float) -> None:
        self._firmware = firmware
        self._ticks, self._busy = 0, np.zeros(len(firmware.site.detectors), np.int32)
        self._from = firmware.detector_count.copy()
        self.since_utc_s = utc_s

    def tick(self) -> None:
        """Take another tick into account."""
        self._ticks += 1
        self._busy += self._firmware.detector_on

    def begin(self, utc_s: float) -> None:
        """Count anew."""
        self._ticks, self._from, self.since_utc_s = 0, self._firmware.detector_count.copy(), utc_s
        self._busy[:] = 0

    @property
    def vehicles(self) -> IntArray:
        """Vehicles of each detector, int32 [nD]; -1 where it has failed."""
        found = np.clip(self._firmware.detector_count - self._from, 0, 65_535).astype(np.int32)
        return np.where(self._firmware.detector_fault, np.int32(-1), found)

    @property
    def occupied(self) -> FloatArray:
        """Share of the time during which each detector was occupied, [nD]; NaN where it has failed."""
        share = self._busy / max(1, self._ticks)
        return np.where(self._firmware.detector_fault, np.nan, share).astype(np.float32)


@dataclass(slots=True)
class SiteState:
    """What commands have changed.

    Attributes
    ----------
    codes
        The security codes by level; they are in no `repr`. An empty one lets nobody in.
    forced_plan
        The plan that the supervisor has chosen; 0 = the site chooses.
    position, position_until_s
        Normal control, flashing or dark, and until when.
    starting
        Whether the start-up after flashing is going on.
    restarted
        Whether it was told to start anew, and has not yet.
    """

    tables: PlanTables
    codes: dict[int, str] = field(default_factory=BUILT_CODES.copy, repr=False)
    forced_plan: int = 0
    position: str = "NormalControl"
    position_until_s: float = inf
    starting: bool = False
    situation: int = 0
    routes: set[int] = field(default_factory=set)
    fixed_time: bool = False
    inputs: list[bool] = field(default_factory=lambda: [False] * PORTS)
    forced_inputs: dict[int, bool] = field(default_factory=dict)
    forced_outputs: dict[int, bool] = field(default_factory=dict)
    manual_detectors: dict[int, bool] = field(default_factory=dict)
    levels: dict[int, int] = field(default_factory=dict)
    week: str = "0-1,1-1,2-1,3-1,4-1,5-1,6-1"
    day: str = "1-1-0-0"
    rejected: dict[str, str] = field(default_factory=dict)
    flashed: bool = False
    restarted: bool = False

    def tick(self, firmware: VirtualFirmware, now_s: float) -> None:
        """Follow the firmware: what it no longer lets us do is over, and a start-up is one until somebody is green."""
        if now_s >= self.position_until_s:
            self.stand(firmware, "NormalControl", inf)
        if self.forced_plan and firmware.mode is not Mode.OURS:
            self.release()
        if firmware.mode is Mode.FLASH:
            self.flashed, self.starting = True, False
        elif self.flashed:
            self.flashed, self.starting = False, True
        if self.starting and (firmware.mode is not Mode.LOCAL or bool((firmware.aspect > Aspect.RED).any())):
            self.starting = False

    def release(self) -> None:
        """Let the site choose its plan, with the times as built."""
        self.forced_plan = 0
        self.tables.restore()

    def stand(self, firmware: VirtualFirmware, position: str, until_s: float) -> bool:
        """Go to normal control, flashing or dark; False where the firmware cannot."""
        if not isinstance(firmware, Switchable):
            return False
        if position != "NormalControl" or self.position != "NormalControl":
            firmware.misbehave("flash", position != "NormalControl")
        self.position, self.position_until_s = position, until_s
        return True
