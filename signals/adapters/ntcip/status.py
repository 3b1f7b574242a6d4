"""What a controller reports each second: which objects that takes, and what their numbers mean. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from signals.adapters.ntcip.objects import CONTROLS, PATTERN, instance
from signals.adapters.ntcip.phases import Lamps, Masks, PhaseMap
from signals.model.cabinets import CabinetRefusedError, Mode

__all__ = [
    "Reader",
    "Sheet",
    "Status",
    "alarms_of",
    "grows_serious",
    "lamp_names",
    "mode_of",
    "sheet_of",
    "status_of",
]

TIME: Final = "globalTime"
UNIT: Final = (
    "unitControlStatus",
    "unitFlashStatus",
    "shortAlarmStatus",
    "unitAlarmStatus1",
    "coordPatternStatus",
    "unitControl",
    TIME,
)
BACKUPS: Final = ("unitUserDefinedBackupTime", "unitBackupTime")
"""The one that a user has defined goes before the other."""
VEHICLES: Final = ("phaseStatusGroupReds", "phaseStatusGroupYellows", "phaseStatusGroupGreens")
PEOPLE: Final = ("phaseStatusGroupDontWalks", "phaseStatusGroupPedClears", "phaseStatusGroupWalks")
CALLS: Final = "phaseStatusGroupPedCalls"
ACTIVE: Final = "vehicleDetectorStatusGroupActive"
FAILED: Final = "vehicleDetectorStatusGroupAlarms"
SEQUENCE: Final = "volumeOccupancySequence"
LIVELY: Final = frozenset({TIME, ACTIVE, SEQUENCE})
"""What is another number nearly every second."""

OCTET: Final = 0xFF
NUMBER: Final = 0xFFFFFFFF

BACKUP: Final = 4
HANDS: Final = frozenset({5, 9, 10})  # manual, remote manual, local manual
NOT_FLASH: Final = 2
FAULT_FLASHES: Final = frozenset({5, 6})  # fault monitor, malfunction management unit

DISABLE_REMOTE: Final = 1 << 1
PREEMPT: Final = 1 << 0
LOCAL_OVERRIDE: Final = 1 << 3
CRITICAL: Final = 1 << 7  # stop time
SERIOUS: Final = CRITICAL | 1 << 6

SHORT_ALARMS: Final = {
    1: "flash", 3: "local-override", 4: "coordination-alarm", 5: "detector-fault", 6: "non-critical", 7: "critical",
}  # fmt: skip
ALARMS_1: Final = {
    0: "cycle-fault", 1: "coordination-fault", 2: "coordination-failure", 3: "cycle-failure", 4: "monitor-flash",
    5: "local-flash", 6: "local-free",
}  # fmt: skip
ALARMS_2: Final = {
    0: "power-restart", 1: "low-battery", 2: "response-fault", 3: "external-start", 4: "stop-time", 6: "stall",
    7: "process-failure",
}  # fmt: skip


class Status(NamedTuple):
    """One sweep over a controller, as it came.

    Attributes
    ----------
    control, flash, short_alarm, alarm1, pattern, unit, time_s
        Objects of the unit; `unit` is ``unitControl``, `time_s` its clock, -1 = not told.
    lamps
        What the phases show; `None` where it was not asked for.
    ped_calls
        Buttons, as a set of phases.
    active, failed
        Detectors, as sets.
    sequence
        Number of the counting period that has ended; -1 = it does not count.
    masks
        What it takes to be asked of it; `None` where it was not asked for.
    pattern_asked
        The pattern that it takes to be asked for; 0 = none, or it was not asked for.
    backup_s
        Its backup time; `None` where it was not asked for, or lies elsewhere.
    """

    control: int
    flash: int
    short_alarm: int
    alarm1: int
    pattern: int
    unit: int
    time_s: int
    lamps: Lamps | None
    ped_calls: int
    active: int
    failed: int
    sequence: int
    masks: Masks | None
    pattern_asked: int = 0
    backup_s: int | None = None


class Sheet(NamedTuple):
    """Objects of a sweep.

    Attributes
    ----------
    cells
        Name of each object, by how many bits its number is shifted into that of the whole, and which of its bits count,
        by identifier.
    """

    cells: Mapping[bytes, tuple[str, int, int]]

    def gathered(self, got: Mapping[bytes, int | bytes]) -> dict[str, int]:
        """Put the numbers of the groups of eight together, by name."""
        whole: dict[str, int] = {}
        for oid, value in got.items():
            name, shift, bits = self.cells[oid]
            if isinstance(value, int):
                whole[name] = whole.get(name, 0) | (value & bits) << shift
        return whole

    def without(self, missing: Iterable[bytes]) -> Sheet:
        """Return the sheet without objects that the controller does not have."""
        gone = set(missing)
        return Sheet({oid: cell for oid, cell in self.cells.items() if oid not in gone})


def lamp_names(map_: PhaseMap) -> tuple[str, ...]:
    """Return the columns that tell what the groups show."""
    people = any(service.people for service in map_.services)
    vehicles = any(not service.people for service in map_.services)
    return (VEHICLES if vehicles else ()) + (PEOPLE if people else ())


def sheet_of(map_: PhaseMap, detectors: tuple[int, ...], *, lamps: bool, masks: bool) -> Sheet:
    """Return the objects of a sweep.

    Parameters
    ----------
    map_
        Which phases are spoken about.
    detectors
        Numbers of the detectors.
    lamps
        Whether to ask what is shown; not where that comes by itself.
    masks
        Whether to ask what is asked of it.
    """
    people = any(service.people for service in map_.services)
    columns = (lamp_names(map_) if lamps else ()) + ((CALLS,) if people else ()) + (CONTROLS if masks else ())
    unit = (*UNIT, PATTERN, *BACKUPS) if masks else UNIT
    cells = {instance(name, 0): (name, 0, NUMBER) for name in unit}
    cells |= {instance(name, octet): (name, 8 * octet - 8, OCTET) for name in columns for octet in map_.octets}
    if detectors:
        octets = sorted({(number + 7) // 8 for number in detectors})
        cells |= {instance(name, octet): (name, 8 * octet - 8, OCTET) for name in (ACTIVE, FAILED) for octet in octets}
        cells[instance(SEQUENCE, 0)] = (SEQUENCE, 0, OCTET)
    return Sheet(cells)


def status_of(whole: Mapping[str, int], map_: PhaseMap, *, lamps: bool, masks: bool) -> Status:
    """Read a sweep.

    Raises
    ------
    CabinetRefusedError
        When it does not tell what the phases show, or whether it flashes.
    """
    needed = ("unitFlashStatus", *(lamp_names(map_) if lamps else ()), *(CONTROLS if masks else ()))
    missing = [name for name in needed if name not in whole]
    if missing:
        raise CabinetRefusedError(f"NTCIP: it does not tell {', '.join(missing)}")
    told = whole.get
    return Status(
        told("unitControlStatus", 1),
        whole["unitFlashStatus"],
        told("shortAlarmStatus", 0),
        told("unitAlarmStatus1", 0),
        told("coordPatternStatus", 0),
        told("unitControl", 0),
        told(TIME, -1),
        Lamps(*(told(name, 0) for name in (*VEHICLES, *PEOPLE))) if lamps else None,
        told(CALLS, 0),
        told(ACTIVE, 0),
        told(FAILED, 0),
        told(SEQUENCE, -1),
        Masks(*(whole[name] for name in CONTROLS)) if masks else None,
        told(PATTERN, 0),
        told(BACKUPS[0]) or told(BACKUPS[1]),
    )


class Reader:
    """Reads sweeps of one sheet; of what is as it was in the last one, most of a status is known already.

    Parameters
    ----------
    sheet
        The objects.
    map_, lamps, masks
        As in `status_of`.
    """

    def __init__(self, sheet: Sheet, map_: PhaseMap, *, lamps: bool, masks: bool) -> None:
        self.sheet, self._map, self._lamps, self._masks = sheet, map_, lamps, masks
        self._lively = [oid for oid, (name, _, _) in sheet.cells.items() if name in LIVELY]
        self._last: tuple[dict[bytes, int | bytes], Status] | None = None

    def read(self, got: Mapping[bytes, int | bytes]) -> Status:
        """Return the status of a sweep. Raises what `status_of` raises."""
        rest = dict(got)
        lively = {oid: rest.pop(oid) for oid in self._lively if oid in rest}
        if self._last is None or self._last[0] != rest:
            whole = self.sheet.gathered(rest)
            self._last = rest, status_of(whole, self._map, lamps=self._lamps, masks=self._masks)
        told = self.sheet.gathered(lively).get
        return self._last[1]._replace(time_s=told(TIME, -1), active=told(ACTIVE, 0), sequence=told(SEQUENCE, -1))


def mode_of(status: Status) -> Mode:
    """Return who decides there, as far as that does not depend on us: never `Mode.OURS`."""
    if status.flash != NOT_FLASH:
        return Mode.FAULT if status.flash in FAULT_FLASHES else Mode.FLASH
    if status.short_alarm & CRITICAL:
        return Mode.FAULT
    if status.control in HANDS or status.short_alarm & LOCAL_OVERRIDE:
        return Mode.MANUAL
    if status.short_alarm & PREEMPT:
        return Mode.PREEMPT
    if status.control == BACKUP:
        return Mode.BACKUP
    return Mode.LOCAL if status.unit & DISABLE_REMOTE else Mode.READY


def alarms_of(status: Status, alarm2: int) -> tuple[str, ...]:
    """Return what is wrong, a short name each, sorted."""
    words = ((status.short_alarm, SHORT_ALARMS), (status.alarm1, ALARMS_1), (alarm2, ALARMS_2))
    return tuple(sorted({name for bits, names in words for bit, name in names.items() if bits >> bit & 1}))


def grows_serious(before: int, after: int) -> bool:
    """Whether a short alarm has begun that only ``unitAlarmStatus2`` explains."""
    return bool(after & ~before & SERIOUS)
