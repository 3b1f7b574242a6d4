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
        self._ends: list[tuple[int, int] | None] = [None] * self._count
        self._last: bytes = b""

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
        if not self._settings.predictions and request.aspect.tobytes() == self._last:
            return {}, {}
        aspects = self._checked(request)
        least, likely = request.min_end_ds.tolist(), request.likely_end_ds.tolist()
        rows: dict[str, dict[str, Any]] = {}
        states: dict[int, int] = {}
        for group, aspect in enumerate(aspects):
            state, row = int(self._states[group][aspect]), {}
            is_new = state != self._asked[group]
            if is_new:
                row["reqState"] = states[group] = self._asked[group] = state
            if self._settings.predictions:
                row |= self._prediction(group, _ends(least[group], likely[group], ticks), is_new=is_new)
            if row:
                rows[self._settings.groups[group]] = row
        self._last = request.aspect.tobytes()
        return rows, states

    def _checked(self, request: GroupRequest) -> list[int]:
        shapes = {array.shape for array in (request.aspect, request.min_end_ds, request.likely_end_ds)}
        if shapes != {(self._count,)}:
            raise InputError(f"a request: expected {self._count} groups, got arrays of {sorted(shapes)}")
        found: list[int] = request.aspect.tolist()
        if not all(Aspect.RED <= aspect <= Aspect.CLEARANCE for aspect in found):
            raise InputError("aspect of a request: expected RED to CLEARANCE for every group")
        return found

    def _prediction(self, group: int, ends: tuple[int, int] | None, *, is_new: bool) -> Mapping[str, Any]:
        before = self._ends[group]
        if ends is None and before is None:
            return {}
        if not is_new and not _moved(ends, before):
            return {}
        self._ends[group] = ends
        if ends is None:
            return {"reqPredictions": []}
        return {"reqPredictions": [{"state": self._asked[group], "minEnd": ends[0], "likelyEnd": ends[1]}]}


def _ends(least_ds: int, likely_ds: int, ticks: int) -> tuple[int, int] | None:
    """Return the ticks at which a group changes at the earliest and probably; `None` where that is not known."""
    if least_ds < 0:
        return None
    return (ticks + 100 * least_ds) % TICKS, (ticks + 100 * max(least_ds, likely_ds)) % TICKS


def _moved(new: tuple[int, int] | None, old: tuple[int, int] | None) -> bool:
    if new is None or old is None:
        return new is not old
    return any(abs(ticks_after(a, b)) >= MOVED_MS for a, b in zip(new, old, strict=True))
