"""The vehicles on the road: who is there, where, how fast.

The list of vehicles is kept here from what departs and arrives, so that every name is a string that Python has hashed
before; asking SUMO for it each tick would cost a third more. In process three calls a vehicle follow, 0.2 µs each: that
is cheaper than asking lane by lane. Over TraCI every call is a message: there, vehicles are subscribed to when they
depart, and come with the answer to each step. Both ways see the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from signals.adapters.sumo.client import Client

__all__ = ["NOBODY", "Fleet", "Seen", "open_fleet"]


class Seen(NamedTuple):
    """Vehicles on watched lanes: lane int32, position_m and speed_mps float32, handle int64, each [nV]."""

    lane: npt.NDArray[np.int32]
    position_m: npt.NDArray[np.float32]
    speed_mps: npt.NDArray[np.float32]
    handle: npt.NDArray[np.int64]


NOBODY = Seen(np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64))


class Fleet(Protocol):
    """Keeps track of the vehicles.

    Attributes
    ----------
    departed
        How many have departed so far.
    """

    departed: int

    def stepped(self) -> None:
        """Take note of who came and went; called after each step."""
        ...

    def read(self) -> Seen:
        """Return the vehicles on watched lanes, in order of departure; parked ones are not on a lane."""
        ...

    def longest_wait_s(self) -> float:
        """For how long any vehicle in the network has been standing without pause."""
        ...


def open_fleet(client: Client, watched: Mapping[str, int]) -> Fleet:
    """Build the one that suits a client.

    Parameters
    ----------
    client
        SUMO.
    watched
        Ids of the watched lanes and their indices in the network; empty if nobody will `read`.
    """
    return _Subscribed(client.api, watched) if client.remote else _Polled(client.api, watched)


class _Roll:
    """Who is on the road, with a number for each that means nothing outside the run."""

    def __init__(self) -> None:
        self.departed = 0
        self.running: dict[str, int] = {}
        self._parked: dict[str, int] = {}

    def depart(self, vehicles: Sequence[str]) -> None:
        for vehicle in vehicles:
            self.departed += 1
            self.running[vehicle] = self.departed

    def park(self, vehicles: Sequence[str]) -> None:
        for vehicle in vehicles:
            if vehicle in self.running:
                self._parked[vehicle] = self.running.pop(vehicle)

    def unpark(self, vehicles: Sequence[str]) -> None:
        for vehicle in vehicles:
            if vehicle in self._parked:
                self.running[vehicle] = self._parked.pop(vehicle)

    def arrive(self, vehicles: Sequence[str]) -> None:
        for vehicle in vehicles:
            self.running.pop(vehicle, None)
            self._parked.pop(vehicle, None)


class _Polled(_Roll):
    """Asks libsumo."""

    def __init__(self, api: Any, watched: Mapping[str, int]) -> None:
        super().__init__()
        self._index_of = dict(watched).get
        self._lane_of = _direct(api, "vehicle", "getLaneID")
        self._position_of = _direct(api, "vehicle", "getLanePosition")
        self._speed_of = _direct(api, "vehicle", "getSpeed")
        self._wait_of = _direct(api, "vehicle", "getWaitingTime")
        self._departing = _direct(api, "simulation", "getDepartedIDList")
        self._parking = _direct(api, "simulation", "getParkingStartingVehiclesIDList")
        self._unparking = _direct(api, "simulation", "getParkingEndingVehiclesIDList")
        self._arriving = _direct(api, "simulation", "getArrivedIDList")

    def stepped(self) -> None:
        """Ask who came and went."""
        self.depart(self._departing())
        self.park(self._parking())
        self.unpark(self._unparking())
        self.arrive(self._arriving())

    def read(self) -> Seen:
        """Ask for all vehicles, then drop those on other lanes: cheaper than asking for fewer."""
        vehicles = self.running
        count = len(vehicles)
        lane = np.fromiter(map(self._index_of, map(self._lane_of, vehicles), repeat(-1)), np.int32, count)
        seen = Seen(
            lane,
            np.fromiter(map(self._position_of, vehicles), np.float32, count),
            np.fromiter(map(self._speed_of, vehicles), np.float32, count),
            np.fromiter(vehicles.values(), np.int64, count),
        )
        watched = np.flatnonzero(lane >= 0)
        if len(watched) == count:
            return seen
        return Seen(
            lane.take(watched), seen.position_m.take(watched), seen.speed_mps.take(watched), seen.handle.take(watched)
        )

    def longest_wait_s(self) -> float:
        """Ask all of them."""
        return max(map(self._wait_of, self.running), default=0.0)


class _Subscribed(_Roll):
    """Has SUMO send it with the answer to each step."""

    def __init__(self, api: Any, watched: Mapping[str, int]) -> None:
        import traci.constants as tc  # noqa: PLC0415  only needed here

        super().__init__()
        self._api = api
        self._index_of = dict(watched).get
        self._keys = (tc.VAR_LANE_ID, tc.VAR_LANEPOSITION, tc.VAR_SPEED, tc.VAR_WAITING_TIME)
        self._wanted = self._keys if watched else self._keys[-1:]
        self._events = (
            tc.VAR_DEPARTED_VEHICLES_IDS,
            tc.VAR_PARKING_STARTING_VEHICLES_IDS,
            tc.VAR_PARKING_ENDING_VEHICLES_IDS,
            tc.VAR_ARRIVED_VEHICLES_IDS,
        )
        api.simulation.subscribe(self._events)

    def stepped(self) -> None:
        """Subscribe to who departed."""
        events = self._api.simulation.getSubscriptionResults()
        departing, parking, unparking, arriving = (events[key] for key in self._events)
        subscribe = self._api.vehicle.subscribe
        gone = set(arriving)
        for vehicle in departing:
            if vehicle not in gone:
                subscribe(vehicle, self._wanted)
        self.depart(departing)
        self.park(parking)
        self.unpark(unparking)
        self.arrive(arriving)

    def read(self) -> Seen:
        """Return what came with the last step."""
        lane_key, position_key, speed_key, _ = self._keys
        results = self._api.vehicle.getAllSubscriptionResults()
        rows = [
            (index, values[position_key], values[speed_key], handle)
            for vehicle, handle in self.running.items()
            if (values := results.get(vehicle)) and (index := self._index_of(values[lane_key], -1)) >= 0
        ]
        lane, position_m, speed_mps, handle = zip(*rows, strict=True) if rows else ((),) * 4
        return Seen(
            np.array(lane, np.int32),
            np.array(position_m, np.float32),
            np.array(speed_mps, np.float32),
            np.array(handle, np.int64),
        )

    def longest_wait_s(self) -> float:
        """Return it from what came."""
        key = self._keys[-1]
        results = self._api.vehicle.getAllSubscriptionResults()
        return max((results[vehicle][key] for vehicle in self.running if vehicle in results), default=0.0)


def _direct(api: Any, domain: str, name: str) -> Callable[..., Any]:
    """Return a compiled function of libsumo without its Python wrapper, which would cost half as much again."""
    compiled: Callable[..., Any] | None = getattr(getattr(api, "_libsumo", None), f"{domain}_{name}", None)
    public: Callable[..., Any] = getattr(getattr(api, domain), name)
    return compiled or public
