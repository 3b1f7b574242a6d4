"""What an application asks of the signal groups: only what has changed, and when it expects the next change. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from signals.adapters.tlcfi.lamps import states_of
from signals.adapters.tlcfi.objects import TICKS, ticks_after
from signals.adapters.tlcfi.settings import Settings
from signals.errors import InputError
from signals.model.cabinets import CabinetSite, GroupRequest
from signals.model.values import Aspect

__all__ = ["MOVED_MS", "Requests"]

MS_IN_DS: Final = 100

_ASPECTS: Final = bytes(range(Aspect.RED, Aspect.CLEARANCE + 1))

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
        self._states = [tuple(map(int, states_of(group, settings.clearance))) for group in site.intersection.groups]
        self.forget()

    def forget(self) -> None:
        """Begin anew: whatever is asked next is new."""
        self._asked = [-1] * self._count
        self._last: bytes | None = None
        self._ends: list[tuple[int, int] | None] = [None] * self._count

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
        states = {} if asked == self._last else self._changes(asked)
        rows: dict[str, dict[str, Any]] = {self._settings.groups[g]: {"reqState": state} for g, state in states.items()}
        if self._settings.predictions:
            for group, prediction in self._predictions(request, ticks, states).items():
                rows.setdefault(self._settings.groups[group], {})["reqPredictions"] = prediction
        self._last = asked
        return rows, states

    def _check_size(self, request: GroupRequest) -> None:
        shape = (self._count,)
        if request.aspect.shape != shape or request.min_end_ds.shape != shape or request.likely_end_ds.shape != shape:
            raise InputError(f"a request: expected arrays of {self._count} groups")

    def _changes(self, asked: bytes) -> dict[int, int]:
        if asked.translate(None, _ASPECTS):
            raise InputError("aspect of a request: expected RED to CLEARANCE for every group")
        found = {}
        for group, aspect in enumerate(asked):
            state = self._states[group][aspect]
            if state != self._asked[group]:
                self._asked[group] = found[group] = state
        return found

    def _predictions(
        self, request: GroupRequest, ticks: int, changed: Mapping[int, int]
    ) -> dict[int, list[dict[str, int]]]:
        """Return the predictions that are new, by the group; an empty one where nothing is known any more."""
        found: dict[int, list[dict[str, int]]] = {}
        ends = zip(request.min_end_ds.tolist(), request.likely_end_ds.tolist(), self._ends, strict=True)
        for group, (least_ds, likely_ds, before) in enumerate(ends):
            if least_ds < 0:
                if before is not None:
                    self._ends[group], found[group] = None, []
                continue
            first_ms, likely_ms = MS_IN_DS * least_ds, MS_IN_DS * max(least_ds, likely_ds)
            if before is not None and group not in changed:
                apart_ms = abs(first_ms - _left_ms(before[0], ticks)), abs(likely_ms - _left_ms(before[1], ticks))
                if max(apart_ms) < MOVED_MS:
                    continue
            first, likely = (ticks + first_ms) % TICKS, (ticks + likely_ms) % TICKS
            self._ends[group] = first, likely
            found[group] = [{"state": self._asked[group], "minEnd": first, "likelyEnd": likely}]
        return found


def _left_ms(end: int, ticks: int) -> int:
    """Return how long it still is to an end. One that has passed is not told again: it may end at any moment since."""
    return max(0, ticks_after(end, ticks))
