"""Emergency vehicles on their way to a signal: which groups they call, and in which order."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from signals.adapters.sumo.client import Client
from signals.model.network import Network
from signals.model.values import ByteArray

__all__ = ["Emergencies"]

EMERGENCY: Final = "emergency"
"""SUMO's class of such vehicles."""
LAST_NUMBER: Final = 127


class Emergencies:
    """Hears emergency vehicles as a receiver at the signal does: within range, whoever came first is the first.

    Parameters
    ----------
    client
        SUMO.
    network
        The network.
    range_m
        From how far, along the road.
    """

    def __init__(self, client: Client, network: Network, range_m: float) -> None:
        self._api: Any = client.api
        self._range_m = range_m
        self._group_of = _groups(network)
        self._preempt = np.zeros(len(network.arrays.min_green_ds), np.int8)
        self._on_the_road: set[str] = set()
        self._heard: dict[str, int] = {}
        self._stepped()

    def read(self) -> ByteArray:
        """Return int8 [nG] the number with which each group is called, 0 = by nobody; valid until the next call."""
        self._stepped()
        self._preempt[:] = 0
        if self._on_the_road:
            calls = {vehicle: self._call(vehicle) for vehicle in sorted(self._on_the_road)}
            here = {vehicle: group for vehicle, group in calls.items() if group is not None}
            self._heard = {v: here[v] for v in self._heard if v in here} | here
            for number, group in enumerate(self._heard.values(), 1):
                if not self._preempt[group]:
                    self._preempt[group] = min(number, LAST_NUMBER)
        return self._preempt

    def _stepped(self) -> None:
        """Take note of who came and went."""
        vehicle_class = self._api.vehicle.getVehicleClass
        arrived = set(self._api.simulation.getArrivedIDList())
        for vehicle in self._api.simulation.getDepartedIDList():
            if vehicle not in arrived and vehicle_class(vehicle) == EMERGENCY:
                self._on_the_road.add(vehicle)
        self._on_the_road -= arrived

    def _call(self, vehicle: str) -> int | None:
        """Return the group of the next signal on a vehicle's way, if it is near and ours."""
        for signal, link, distance_m, _ in self._api.vehicle.getNextTLS(vehicle)[:1]:
            if distance_m <= self._range_m:
                return self._group_of.get((signal, link))
        return None


def _groups(network: Network) -> dict[tuple[str, int], int]:
    """Signal and link → network-wide group."""
    first = network.arrays.group_offset.tolist()
    return {
        (place.id, link): first[number] + row
        for number, place in enumerate(network.intersections)
        for row, group in enumerate(place.groups)
        for link in group.links
    }
