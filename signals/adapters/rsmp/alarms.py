"""The alarms of a site: active or not, acknowledged or not, suspended or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from signals.adapters.rsmp.messages import AlarmState
from signals.adapters.rsmp.sxl import ALARMS

__all__ = ["AlarmBook", "AlarmKey", "Values"]

Values = tuple[tuple[str, str], ...]


class AlarmKey(NamedTuple):
    """Which alarm, of which component."""

    component: str
    code: str


@dataclass(slots=True)
class _Entry:
    at: str
    values: Values = ()
    active: bool = False
    acknowledged: bool = True
    suspended: bool = False


class AlarmBook:
    """Remembers every alarm that was ever active or suspended."""

    def __init__(self) -> None:
        self._entries: dict[AlarmKey, _Entry] = {}

    def update(self, active: Mapping[AlarmKey, Values], at: str) -> list[AlarmKey]:
        """Take which alarms are active now; return those that must be issued, in their order.

        Parameters
        ----------
        active
            The values of each alarm that is active.
        at
            The time, as text.
        """
        changed = []
        for key, values in active.items():
            entry = self._entries.setdefault(key, _Entry(at))
            if not entry.active:
                entry.active, entry.acknowledged, entry.at, entry.values = True, False, at, values
                changed.append(key)
        for key, entry in self._entries.items():
            if entry.active and key not in active:
                entry.active, entry.at = False, at
                changed.append(key)
        return [key for key in changed if not self._entries[key].suspended]

    def acknowledge(self, key: AlarmKey, at: str) -> bool:
        """Take an acknowledgement; False where there is no such alarm."""
        entry = self._entries.get(key)
        if entry is None:
            return False
        entry.acknowledged, entry.at = True, at
        return True

    def suspend(self, key: AlarmKey, at: str, *, on: bool) -> None:
        """Say nothing more of an alarm, or speak again."""
        entry = self._entries.setdefault(key, _Entry(at))
        entry.suspended, entry.at = on, at

    def state(self, key: AlarmKey, at: str) -> AlarmState:
        """Return what there is to say of an alarm; at the time `at`, where nothing has ever happened."""
        entry = self._entries.get(key) or _Entry(at)
        return AlarmState(
            acknowledged=entry.acknowledged,
            active=entry.active,
            suspended=entry.suspended,
            at=entry.at,
            category="D",
            priority=ALARMS[key.code].priority,
            values=entry.values,
        )

    @property
    def known(self) -> tuple[AlarmKey, ...]:
        """Every alarm that was ever active or suspended."""
        return tuple(self._entries)

    def priorities(self) -> set[str]:
        """Return how urgent what is active is."""
        return {ALARMS[key.code].priority for key, entry in self._entries.items() if entry.active}
