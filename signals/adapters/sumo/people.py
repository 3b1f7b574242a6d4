"""People on foot: who asks for green."""

from __future__ import annotations

from typing import Any

import numpy as np

from signals.adapters.sumo.client import Client
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.values import BoolArray

__all__ = ["People"]


class People:
    """Sees who stands on a walking area with a signalled crossing as the next thing on their way.

    Parameters
    ----------
    client
        SUMO.
    network
        The network.
    """

    def __init__(self, client: Client, network: Network) -> None:
        self._api: Any = client.api
        self._group_of = _crossings(network)
        self._none = np.zeros(len(network.arrays.group_user), np.bool_)
        self._call = self._none.copy()

    def read(self) -> BoolArray:
        """Return which groups are asked for; valid until the next call."""
        people = self._api.person.getIDList() if self._group_of else ()
        if not people:
            return self._none
        self._call[:] = False
        for edge in map(self._api.person.getNextEdge, people):
            group = self._group_of.get(edge)
            if group is not None:
                self._call[group] = True
        return self._call

    def standing_s(self) -> dict[str, float]:
        """Return for how long each one has been standing without pause."""
        wait_of = self._api.person.getWaitingTime
        return {person: wait_of(person) for person in self._api.person.getIDList()}


def _crossings(network: Network) -> dict[str, int]:
    """Crossing edge → network-wide group."""
    found: dict[str, int] = {}
    offset = network.arrays.group_offset
    for first, intersection in zip(offset.tolist(), network.intersections, strict=False):
        for number, group in enumerate(intersection.groups):
            for movement in group.movements:
                if network.movements[movement].turn is Turn.CROSSING:
                    found[network.lanes[network.movements[movement].to_lane].edge] = first + number
    return found
