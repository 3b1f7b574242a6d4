"""State, alarms and clock of the unit of a virtual controller, as its firmware's mode makes them. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from signals.adapters.cabinet.clock import Clock
from signals.adapters.cabinet.station import VirtualFirmware
from signals.model.cabinets import Mode

__all__ = ["Unit"]

SYSTEM, STANDBY, BACKUP, MANUAL, TIMEBASE = 2, 3, 4, 5, 6
CONTROLS: Final = {Mode.OURS: SYSTEM, Mode.BACKUP: BACKUP, Mode.MANUAL: MANUAL}
NOT_FLASH, AUTOMATIC_FLASH = 2, 3
DWELL, NOT_ACTIVE = 6, 2

SHORT_PREEMPT, SHORT_FLASH, SHORT_CYCLE_ZERO = 1 << 0, 1 << 1, 1 << 2
SHORT_DETECTOR, SHORT_NON_CRITICAL, SHORT_CRITICAL = 1 << 5, 1 << 6, 1 << 7
POWER_RESTART, PROCESS_FAILURE = 1 << 0, 1 << 7
COORD_ACTIVE: Final = 1 << 7
MOST_TIME_S: Final = 2**32 - 1
MOST_CYCLE_S: Final = 510
MOST_BACKUP_S: Final = 65_535


class Unit:
    """The unit.

    Parameters
    ----------
    firmware
        What it is.
    clock
        The true time.
    """

    def __init__(self, firmware: VirtualFirmware, clock: Clock) -> None:
        self._firmware, self._clock = firmware, clock
        self._restarted, self._cycle_zero = False, False
        self._time_ds, self._position_ds = firmware.time_ds, firmware.cycle_position_ds

    def ticked(self) -> None:
        """Look what has begun in this tick."""
        firmware = self._firmware
        self._restarted |= firmware.time_ds < self._time_ds
        self._cycle_zero |= firmware.cycle_position_ds < self._position_ds
        self._time_ds, self._position_ds = firmware.time_ds, firmware.cycle_position_ds

    def statuses(self) -> Iterator[tuple[str, tuple[int, ...], Callable[[], int]]]:
        """Return its objects."""
        firmware = self._firmware
        rows: dict[str, Callable[[], int]] = {
            "unitBackupTime": lambda: min(-int(-firmware.backup_s // 1), MOST_BACKUP_S),
            "unitControlStatus": lambda: CONTROLS.get(firmware.mode, TIMEBASE if firmware.plan else STANDBY),
            "unitFlashStatus": lambda: AUTOMATIC_FLASH if firmware.mode is Mode.FLASH else NOT_FLASH,
            "unitAlarmStatus1": lambda: COORD_ACTIVE if firmware.plan else 0,
            "unitAlarmStatus2": self._alarm2,
            "unitAlarmStatus3": lambda: 0,
            "unitAlarmStatus4": lambda: 0,
            "shortAlarmStatus": self._short_alarm,
            "coordCycleStatus": lambda: min((firmware.cycle_ds - firmware.cycle_position_ds) // 10, MOST_CYCLE_S),
            "coordSyncStatus": lambda: min(firmware.cycle_position_ds // 10, MOST_CYCLE_S),
            "timebaseAscActionStatus": lambda: 0,
            "globalTime": lambda: min(max(int(self._clock.utc_s() + firmware.clock_offset_s), 0), MOST_TIME_S),
        }
        for name, read in rows.items():
            yield name, (0,), read
        yield "preemptState", (1,), lambda: DWELL if firmware.mode is Mode.PREEMPT else NOT_ACTIVE

    def _short_alarm(self) -> int:
        """``shortAlarmStatus``; reading it clears that a cycle began."""
        firmware, zero = self._firmware, self._cycle_zero
        self._cycle_zero = False
        return (
            (SHORT_PREEMPT if firmware.mode is Mode.PREEMPT else 0)
            | (SHORT_FLASH if firmware.mode is Mode.FLASH else 0)
            | (SHORT_CYCLE_ZERO if zero else 0)
            | (SHORT_DETECTOR if firmware.detector_fault.any() else 0)
            | (SHORT_NON_CRITICAL if firmware.alarms else 0)
            | (SHORT_CRITICAL if firmware.mode is Mode.FAULT else 0)
        )

    def _alarm2(self) -> int:
        """``unitAlarmStatus2``; reading it clears that power was restored."""
        restarted, self._restarted = self._restarted, False
        return (POWER_RESTART if restarted else 0) | (PROCESS_FAILURE if self._firmware.alarms else 0)
