"""Who wants to be told which values, and when they are due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from signals.adapters.rsmp.messages import StatusValue, Value, Wanted

__all__ = ["MOST", "Subscriptions"]

MOST: Final = 4_096
"""The most values that can be subscribed."""

EARLY_S: Final = 0.25
"""By how much something may be told before it is due: who looks once a second is at times a little early, and a second
later it would be a second late."""

Read = Callable[[str, str, str], StatusValue]


class _Key(NamedTuple):
    component: str
    code: str
    name: str


@dataclass(slots=True)
class _Entry:
    every_s: int
    on_change: bool
    next_s: float
    last: Value


class Subscriptions:
    """Keeps what was subscribed; a connection that breaks ends nothing."""

    def __init__(self) -> None:
        self._entries: dict[_Key, _Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def subscribe(self, component: str, wanted: tuple[Wanted, ...], now_s: float) -> bool:
        """Take a subscription; where there is one already, its interval changes. False where there is no room."""
        new = {_Key(component, row.code, row.name) for row in wanted} - self._entries.keys()
        if len(new) + len(self._entries) > MOST:
            return False
        for row in wanted:
            key = _Key(component, row.code, row.name)
            known = self._entries.get(key)
            # What is new is due at once; what is known goes on, at its new pace.
            next_s = now_s if known is None else (now_s + row.every_s if row.every_s else float("inf"))
            self._entries[key] = _Entry(row.every_s, row.on_change, next_s, known.last if known else None)
        return True

    def unsubscribe(self, component: str, rows: tuple[tuple[str, str], ...]) -> None:
        """End subscriptions; those that are none are passed over."""
        for code, name in rows:
            self._entries.pop(_Key(component, code, name), None)

    def due(self, now_s: float, read: Read) -> dict[str, list[StatusValue]]:
        """Return, for each component, the values that must be told now.

        Parameters
        ----------
        now_s
            The time.
        read
            Gives the value of a component, a code and a name.
        """
        found: dict[str, list[StatusValue]] = {}
        for key, entry in self._entries.items():
            is_due = now_s >= entry.next_s - EARLY_S
            if not entry.on_change and not is_due:
                continue
            value = read(*key)
            if not is_due and value.value == entry.last:
                continue
            entry.last = value.value
            every_s = entry.every_s or float("inf")
            in_time = is_due and entry.next_s + every_s > now_s
            entry.next_s = (
                entry.next_s + every_s if in_time else now_s + every_s
            )  # on the beat: it would come ever later
            found.setdefault(key.component, []).append(value)
        return found
