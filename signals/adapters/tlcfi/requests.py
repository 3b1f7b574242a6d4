"""What an application asks of the signal groups: only what has changed, and when it expects the next change. Pure."""

from __future__ import annotations

from typing import Final

from signals.adapters.tlcfi.lamps import states_of
from signals.adapters.tlcfi.predictions import Predictions
from signals.adapters.tlcfi.settings import Settings
from signals.errors import InputError
from signals.model.cabinets import CabinetSite, GroupRequest
from signals.model.values import Aspect

__all__ = ["Requests"]

_ASPECTS: Final = bytes(range(Aspect.RED, Aspect.CLEARANCE + 1))


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
        self._predictions = Predictions([states[Aspect.CLEARANCE] == states[Aspect.RED] for states in self._states])
        self.forget()

    def forget(self) -> None:
        """Begin anew: whatever is asked next is new."""
        self._asked = [-1] * self._count
        self._last: bytes | None = None
        self._predictions.forget()

    def rows(self, request: GroupRequest, ticks: int) -> tuple[dict[str, str], dict[int, int]]:
        """Return what has changed of each group as JSON, by its name there, and the new state of each by its number.

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
        said = {group: f'"reqState":{state}' for group, state in states.items()}
        if self._settings.predictions:
            for group, prediction in self._predictions.rows(request, ticks, self._asked, states).items():
                before = f"{said[group]}," if group in said else ""
                said[group] = f'{before}"reqPredictions":{prediction}'
        self._last = asked
        return {self._settings.groups[group]: f"{{{text}}}" for group, text in said.items()}, states

    def _check_size(self, request: GroupRequest) -> None:
        columns = (column for column in request if column is not None)
        if any(column.shape != (self._count,) for column in columns):
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
