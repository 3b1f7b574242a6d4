"""What an application asks of the signal groups: only what has changed, and when it expects the next change. Pure."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from signals.adapters.tlcfi.lamps import states_of
from signals.adapters.tlcfi.objects import TICKS
from signals.adapters.tlcfi.settings import Settings
from signals.errors import InputError
from signals.model.cabinets import CabinetSite, GroupRequest
from signals.model.values import Aspect

__all__ = ["MOVED_MS", "Requests"]

HALF: Final = TICKS // 2
MS_IN_DS: Final = 100

MOVED_MS: Final = 500
"""A prediction is published anew when it has moved by this: the ticks of two sides are never quite the same."""


class Requests:
    """What has been asked for in this session.

    Parameters
    ----------
    site
        The intersection.
    settings
        Of the protocol.
    """

    def __init__(self, site: CabinetSite, settings: Settings) -> None:
        self._settings, self._count = settings, len(site.groups)
        self._states = [states_of(group, settings.clearance) for group in site.intersection.groups]
        self.forget()

    def forget(self) -> None:
        """Begin anew: whatever is asked next is new."""
        self._asked = [-1] * self._count
        self._last: bytes | None = None
        self._has_end = np.zeros(self._count, np.bool_)
        self._ends = np.zeros((2, self._count), np.int64)

    def rows(self, request: GroupRequest, ticks: int) -> tuple[dict[str, dict[str, Any]], dict[int, int]]:
        """Return what has changed of each group, by its name there, and the new state of each by its number.

        Parameters
        ----------
        request
            What is wanted.
        ticks
            Ours, now.

        Raises
        ------
        InputError
            When it is no request for this intersection.
        """
        self._check_size(request)
        asked = request.aspect.tobytes()
        states = {} if asked == self._last else self._changes(request)
        rows: dict[str, dict[str, Any]] = {self._settings.groups[g]: {"reqState": state} for g, state in states.items()}
        if self._settings.predictions:
            for group, prediction in self._predictions(request, ticks, list(states)).items():
                rows.setdefault(self._settings.groups[group], {})["reqPredictions"] = prediction
        self._last = asked
        return rows, states

    def _check_size(self, request: GroupRequest) -> None:
        shape = (self._count,)
        if request.aspect.shape != shape or request.min_end_ds.shape != shape or request.likely_end_ds.shape != shape:
            raise InputError(f"a request: expected arrays of {self._count} groups")

    def _changes(self, request: GroupRequest) -> dict[int, int]:
        aspects: list[int] = request.aspect.tolist()
        if not all(Aspect.RED <= aspect <= Aspect.CLEARANCE for aspect in aspects):
            raise InputError("aspect of a request: expected RED to CLEARANCE for every group")
        states = [int(self._states[group][aspect]) for group, aspect in enumerate(aspects)]
        before, self._asked = self._asked, states
        return {group: state for group, state in enumerate(states) if state != before[group]}

    def _predictions(self, request: GroupRequest, ticks: int, changed: list[int]) -> dict[int, list[dict[str, int]]]:
        """Return the predictions that are new, by the group; an empty one where nothing is known any more."""
        least = request.min_end_ds
        has_end = least >= 0
        ends = np.stack((least, np.maximum(least, request.likely_end_ds))) * np.int64(MS_IN_DS) + ticks
        apart_ms = (ends - self._ends + HALF) % TICKS - HALF
        moved = (np.abs(apart_ms) >= MOVED_MS).any(axis=0) & has_end
        moved |= has_end != self._has_end
        moved[changed] |= has_end[changed]
        found = {}
        for group in np.flatnonzero(moved).tolist():
            self._ends[:, group], self._has_end[group] = ends[:, group], has_end[group]
            first, likely = (ends[:, group] % TICKS).tolist()
            prediction = {"state": self._asked[group], "minEnd": first, "likelyEnd": likely}
            found[group] = [prediction] * bool(has_end[group])
        return found
