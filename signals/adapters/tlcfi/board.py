"""What an application knows of one intersection: what a TLC says of its objects, and what they show. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from signals.adapters.tlcfi.detectors import Detectors
from signals.adapters.tlcfi.lamps import aspect_of
from signals.adapters.tlcfi.objects import (
    LAST_GROUP_STATE,
    LAST_INTERSECTION_STATE,
    ErrorCode,
    GroupState,
    IntersectionState,
    ObjectType,
    TlcfiError,
    Update,
    number_in,
    optional_number_in,
    ticks_after,
)
from signals.adapters.tlcfi.settings import Settings
from signals.adapters.tlcfi.starts import Starts
from signals.model.cabinets import CabinetSite
from signals.model.values import Aspect, BoolArray, ByteArray, FloatArray, IntArray

__all__ = ["OVERDUE_S", "Board"]

OVERDUE_S: Final = 3.0
"""After how long a group that does not show what it was asked for is an alarm."""

OLD_S: Final = 60.0
"""A change is not believed to be older than this, whatever its ticks say."""


class Board:
    """The state of the objects of one intersection.

    Parameters
    ----------
    site
        What it must be.
    settings
        What its objects are called.
    now_s
        The time.

    Attributes
    ----------
    intersection
        What the intersection does; `None` = not told.
    call
        bool [nG] a push button asks for this group.
    starts
        Groups on their way to green.
    """

    def __init__(self, site: CabinetSite, settings: Settings, now_s: float) -> None:
        self._site, self._settings = site, settings
        self._groups = {name: number for number, name in enumerate(settings.groups)}
        self._detectors = {name: number for number, name in enumerate(settings.detectors)}
        self._buttons = {name: number for number, name in enumerate(settings.buttons) if name}
        self._clearance_s = [
            group.clearance_ds / 10 if settings.clearance is GroupState.RED else 0.0
            for group in site.intersection.groups
        ]
        self._ambiguous = [group for group, time_s in enumerate(self._clearance_s) if time_s]
        self._clears = [group.clearance_ds > 0 for group in site.intersection.groups]
        self._rivals = {
            group: [other for other in range(len(site.groups)) if site.intersection.conflict(group, other)]
            for group in self._ambiguous
        }
        self._state = [-1] * len(site.groups)
        self._aspect: ByteArray = np.full(len(site.groups), Aspect.UNKNOWN, np.int8)
        self._clearing: dict[int, float] = {}
        self._seen: ByteArray | None = None
        self._pressed = [False] * len(site.groups)
        self._asked: dict[int, tuple[int, float]] = {}
        self._meant: list[int] | None = None
        self.starts = Starts([group.red_amber_ds / 10 for group in site.intersection.groups], self._clearance_s)
        self._senses = Detectors(len(site.detectors), now_s)
        self._swico: set[str] = set()
        self.intersection: IntersectionState | None = None
        self.call: BoolArray = np.zeros(len(site.groups), np.bool_)

    def update(self, update: Update, ticks: int, now_s: float, *, first: bool = False) -> None:
        """Take what has changed, of any objects that are known here.

        Parameters
        ----------
        update
            What has changed.
        ticks
            Of the TLC, when it said so.
        now_s
            Our time.
        first
            Whether it is the whole state, as it is at the beginning.

        Raises
        ------
        TlcfiError
            When something in it cannot be; nothing of it is taken then.
        """
        kind = update.objects.type
        if kind is ObjectType.INTERSECTION:
            self._update_intersection(update)
        elif kind is ObjectType.SIGNAL_GROUP:
            self._update_groups(update, ticks, now_s)
        elif kind is ObjectType.DETECTOR:
            self._update_detectors(update, ticks, now_s, first=first)

    def asked(self, aspect: list[int], states: Mapping[int, int], now_s: float) -> None:
        """Remember what was requested, to see whether it comes.

        Parameters
        ----------
        aspect
            Of every group.
        states
            What is new of it, by the number of the group.
        now_s
            The time.
        """
        self._meant, self._seen = aspect, None
        for group in self._ambiguous:
            if aspect[group] == Aspect.RED:
                self._clearing.pop(group, None)
        if states:
            shown = self._state
            self._asked.update({group: (state, now_s) for group, state in states.items() if shown[group] != state})
            self.starts.asked(states, shown)

    def forget_asked(self) -> None:
        """Nothing is requested any more."""
        self._asked.clear()
        self.starts.forget()
        self._meant = self._seen = None

    def aspects(self, now_s: float) -> ByteArray:
        """Return int8 [nG] what each group shows; the array is the caller's.

        A pedestrian clearance is red to a TLC, whose intergreens keep it. Which of the two it is, is what we asked for;
        where we asked for nothing, its age tells, as long as nobody is let in whom it keeps out.
        """
        if self._seen is None or self._clearing:  # else time changes nothing
            self._seen = self._aspect.copy()
            for group in self._ambiguous:
                if self._state[group] == GroupState.RED:
                    self._seen[group] = self._red_or_clearance(group, now_s)
        return self._seen.copy()

    def _red_or_clearance(self, group: int, now_s: float) -> int:
        if self._meant is not None and self._meant[group] in (Aspect.RED, Aspect.CLEARANCE):
            return self._meant[group]
        if now_s < self._clearing.get(group, now_s):
            return Aspect.CLEARANCE
        self._clearing.pop(group, None)
        return Aspect.RED

    def detectors(self, now_s: float) -> tuple[IntArray, FloatArray]:
        """Return vehicles and occupancy since it was last asked (`Detectors.report`)."""
        return self._senses.report(now_s)

    def alarms(self, now_s: float) -> list[str]:
        """Name what is wrong with the objects."""
        if not (self._asked or self._swico or self._senses.are_doubted):
            return []
        found = [f"detector-fault:{self._site.detectors[number]}" for number in self._senses.doubted()]
        found += [f"detector-switched-by-hand:{name}" for name in sorted(self._swico)]
        found += [
            f"not-as-asked:{self._site.groups[group]}"
            for group, (_, since_s) in self._asked.items()
            if now_s - since_s > OVERDUE_S
        ]
        return found

    def _update_intersection(self, update: Update) -> None:
        for name, state in zip(update.objects.ids, update.states, strict=True):
            if name != self._settings.intersection:
                raise TlcfiError(ErrorCode.INVALID_OBJECT_REFERENCE, "this intersection was not subscribed to")
            value = optional_number_in(state, "state", 0, LAST_INTERSECTION_STATE)
            if value is not None:
                self.intersection = IntersectionState(value)

    def _update_groups(self, update: Update, ticks: int, now_s: float) -> None:
        changes = []
        for name, state in zip(update.objects.ids, update.states, strict=True):
            value = optional_number_in(state, "state", 0, LAST_GROUP_STATE)
            if value is not None:
                changes.append((_known(self._groups, name), value, _when(state, ticks, now_s)))
        self._seen = None
        for group, value, at_s in changes:
            self._show(group, value, at_s, now_s)
        for group in list(self._clearing):
            if any(self._aspect[rival] > Aspect.RED for rival in self._rivals[group]):
                del self._clearing[group]

    def _show(self, group: int, state: int, at_s: float, now_s: float) -> None:
        if self._asked and group in self._asked and self._asked[group][0] == state:
            del self._asked[group]
        if self._state[group] == state:
            return
        self._state[group] = state
        self.starts.shown(group, state, at_s)
        aspect = aspect_of(state, clears=self._clears[group])
        self._aspect[group] = aspect
        self._clearing.pop(group, None)
        if aspect is Aspect.RED and at_s + self._clearance_s[group] > now_s:
            self._clearing[group] = at_s + self._clearance_s[group]
        if aspect is Aspect.GREEN:
            self.call[group] = self._pressed[group]

    def _update_detectors(self, update: Update, ticks: int, now_s: float, *, first: bool) -> None:
        changes = []
        for name, state in zip(update.objects.ids, update.states, strict=True):
            if name not in self._buttons:
                _known(self._detectors, name)
            values = [optional_number_in(state, key, 0, high) for key, high in _DETECTOR]
            changes.append((name, values, _when(state, ticks, now_s)))
        for name, (on, fault, swico), at_s in changes:
            if swico is not None:
                (self._swico.add if swico else self._swico.discard)(name)
            if name in self._buttons:
                self._press(self._buttons[name], on)
            else:
                self._sense(self._detectors[name], on, fault, at_s, first=first)

    def _press(self, group: int, on: int | None) -> None:
        if on is not None:
            self._pressed[group] = bool(on)
            # A call stands until it is served, also where the button has been let go. A button that remembers the call
            # is let go by the green itself, which may be told first.
            waits = self.call[group] and self._aspect[group] != Aspect.GREEN
            self.call[group] = bool(on) or waits

    def _sense(self, number: int, on: int | None, fault: int | None, at_s: float, *, first: bool) -> None:
        if on is not None:
            tell = self._senses.begin if first else self._senses.tell
            tell(number, at_s, on=bool(on))
        if fault is not None or first:
            self._senses.trust(number, valid=not fault)


_DETECTOR: Final = (("state", 1), ("faultstate", 4), ("swico", 2))


def _known(names: Mapping[str, int], name: str) -> int:
    if name not in names:
        raise TlcfiError(ErrorCode.INVALID_OBJECT_REFERENCE, "an object was not subscribed to")
    return names[name]


def _when(state: Mapping[str, Any], ticks: int, now_s: float) -> float:
    """Tell when something changed, by our clock."""
    if state.get("stateticks") is None:
        return now_s
    age_ms = ticks_after(ticks, number_in(state, "stateticks"))
    return now_s - min(max(age_ms / 1000, 0.0), OLD_S)
