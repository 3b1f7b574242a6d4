"""What an application asks of the signal groups: only what has changed, and when it expects the next change. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np

from signals.adapters.tlcfi.lamps import states_of
from signals.adapters.tlcfi.predictions import Predictions
from signals.adapters.tlcfi.settings import Settings
from signals.errors import InputError
from signals.model.cabinets import CabinetSite, GroupRequest
from signals.model.values import Aspect

__all__ = ["Requests"]

_STARTS: Final = (Aspect.RED_AMBER, Aspect.GREEN)
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
        self._leads = [group.red_amber_ds > 0 for group in site.intersection.groups]
        self._predictions = Predictions([states[Aspect.CLEARANCE] == states[Aspect.RED] for states in self._states])
        self.forget()

    def forget(self) -> None:
        """Begin anew: whatever is asked next is new."""
        self._asked = [-1] * self._count
        self._last: bytes | None = None
        self._waiting: set[int] = set()
        self._held: tuple[GroupRequest, int] | None = None
        self._predictions.forget()

    @property
    def waits(self) -> GroupRequest | None:
        """What is wanted, as long as some group is not asked for all of it yet."""
        return None if self._held is None else self._held[0]

    def held(self, early: Collection[int]) -> tuple[dict[str, str], dict[int, int]]:
        """Return what has waited, as `rows` does; its predictions are of when it was wanted."""
        if self._held is None:
            return {}, {}
        request, ticks = self._held
        return self.rows(request._replace(news=np.zeros(self._count, np.bool_)), ticks, early)

    def rows(
        self, request: GroupRequest, ticks: int, early: Collection[int] = ()
    ) -> tuple[dict[str, str], dict[int, int]]:
        """Return what has changed of each group as JSON, by its name there, and the new state of each by its number.

        Parameters
        ----------
        request
            What is wanted.
        ticks
            Ours, now.
        early
            Groups that must not be asked to start yet: they have not shown what they were asked for.

        Raises
        ------
        InputError
            When it is no request for this intersection.
        """
        self._check_size(request)
        asked = request.aspect.tobytes()
        self._waiting.clear()
        states = {} if asked == self._last else self._changes(asked, early)
        said = {group: f'"reqState":{state}' for group, state in states.items()}
        if self._settings.predictions:
            for group, prediction in self._predictions.rows(request, ticks, self._asked, states).items():
                if group not in self._waiting:
                    before = f"{said[group]}," if group in said else ""
                    said[group] = f'{before}"reqPredictions":{prediction}'
        self._last, self._held = (None, (request, ticks)) if self._waiting else (asked, None)
        return {self._settings.groups[group]: f"{{{text}}}" for group, text in said.items()}, states

    def _check_size(self, request: GroupRequest) -> None:
        shape = (self._count,)
        for column in request:
            if column is not None and column.shape != shape:
                raise InputError(f"a request: expected arrays of {self._count} groups")

    def _changes(self, asked: bytes, early: Collection[int]) -> dict[int, int]:
        if asked.translate(None, _ASPECTS):
            raise InputError("aspect of a request: expected RED to CLEARANCE for every group")
        found = {}
        for group, aspect in enumerate(asked):
            state, before = self._states[group][aspect], self._asked[group]
            if state == before:
                continue
            if aspect in _STARTS and group in early:
                self._waiting.add(group)
                continue
            if aspect == Aspect.GREEN and self._leads[group] and before == self._states[group][Aspect.RED]:
                self._waiting.add(group)  # its red-amber was left out while it waited
                state = self._states[group][Aspect.RED_AMBER]
            self._asked[group] = found[group] = state
        return found
