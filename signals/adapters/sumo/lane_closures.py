"""Lanes of SUMO that are closed for a while."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from signals.adapters.sumo.client import Client
from signals.model.closures import Closure, check_closures, closed_lanes
from signals.model.network import Network

__all__ = ["LaneClosures"]

_EVERYBODY = ("all",)


class LaneClosures:
    """Takes lanes from everybody, and gives them back to those who could use them before.

    Who drives on a lane when it is closed stays there until there is room beside it or it is opened again. What SUMO
    raises is left to the caller.

    Parameters
    ----------
    client
        SUMO.
    network
        The network.
    closures
        What is closed when.

    Raises
    ------
    InputError
        When they do not fit the network (`signals.model.closures.check_closures`).
    """

    def __init__(self, client: Client, network: Network, closures: Sequence[Closure]) -> None:
        check_closures(network, closures)
        self._lane: Any = client.api.lane
        self._closures = tuple(closures)
        self._before: dict[str, tuple[Sequence[str], Sequence[str]]] = {}

    def update(self, time_s: float) -> None:
        """Close and open what is to be closed and opened at a time, before it passes."""
        closed = closed_lanes(self._closures, time_s)
        for lane in sorted(closed - self._before.keys()):
            self._before[lane] = self._lane.getAllowed(lane), self._lane.getDisallowed(lane)
            self._lane.setDisallowed(lane, _EVERYBODY)
        for lane in sorted(self._before.keys() - closed):
            allowed, disallowed = self._before.pop(lane)
            # SUMO reports either; an empty list of those who may means that all others than these may.
            if allowed:
                self._lane.setAllowed(lane, allowed)
            else:
                self._lane.setDisallowed(lane, disallowed)
