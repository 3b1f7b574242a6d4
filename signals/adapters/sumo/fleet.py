"""The vehicles on the road: who is there, where, how fast.

The list of vehicles is kept here from what departs and arrives, so that every name is a string that Python has hashed
before; asking SUMO for it each tick would cost a third more. In process three calls a vehicle follow, 0.2 µs each: that
is cheaper than asking lane by lane. Over TraCI every call is a message: there, vehicles are subscribed to when they
depart, and come with the answer to each step. Both ways see the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, repeat
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from signals.adapters.sumo.classes import class_of
from signals.adapters.sumo.client import Client
from signals.adapters.sumo.in_process import direct
from signals.model.vehicle_classes import VehicleClass

__all__ = ["NOBODY", "Fleet", "Seen", "open_fleet"]


class Seen(NamedTuple):
    """Vehicles on watched lanes: lane int32, position_m, speed_mps float32, handle int64, vehicle_class int8, [nV]."""

    lane: npt.NDArray[np.int32]
    position_m: npt.NDArray[np.float32]
    speed_mps: npt.NDArray[np.float32]
    handle: npt.NDArray[np.int64]
    vehicle_class: npt.NDArray[np.int8]


NOBODY = Seen(
    np.zeros(0, np.int32),
    np.zeros(0, np.float32),
    np.zeros(0, np.float32),
    np.zeros(0, np.int64),
    np.zeros(0, np.int8),
)
_FIRST_VEHICLES = 4096


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
        """Return the vehicles on watched lanes, in the order in which they got there; parked ones are on no lane."""
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
    """Who is on the road, with a number for each that means nothing outside the run.

    Those on watched lanes and the others are kept apart: few change sides in a tick. Where lanes are watched, the class
    of each is asked when it departs.
    """

    def __init__(self, watched: Mapping[str, int], vclass_of: Callable[[str], str]) -> None:
        self.departed = 0
        self._vclass_of = vclass_of if watched else None
        self._class_of = np.zeros(_FIRST_VEHICLES, np.int8)  # by handle
        self._index_of = dict(watched).get
        self._here: dict[str, int] = {}
        self._away: dict[str, int] = {}
        self._parked: dict[str, int] = {}

    def _depart(self, vehicles: Sequence[str], arriving: Sequence[str]) -> None:
        gone = set(arriving)  # of whoever departed and arrived in one step nothing can be asked any more
        for vehicle in vehicles:
            self.departed += 1
            self._away[vehicle] = self.departed
            if self._vclass_of is not None and vehicle not in gone:
                self._note_class(self.departed, class_of(self._vclass_of(vehicle)))

    def _note_class(self, handle: int, vehicle_class: VehicleClass) -> None:
        if handle >= len(self._class_of):
            self._class_of = np.append(self._class_of, np.zeros_like(self._class_of))
        self._class_of[handle] = vehicle_class

    def _seen(self, lanes: list[int], positions_m: Iterable[float], speeds_mps: Iterable[float]) -> Seen:
        """Return those who are here, whose lanes, positions and speeds are these."""
        count = len(lanes)
        handle = np.fromiter(self._here.values(), np.int64, count)
        return Seen(
            np.array(lanes, np.int32),
            np.fromiter(positions_m, np.float32, count),
            np.fromiter(speeds_mps, np.float32, count),
            handle,
            self._class_of[handle],
        )

    def _park(self, vehicles: Sequence[str]) -> None:
        for vehicle in vehicles:
            handle = self._here.pop(vehicle, None) or self._away.pop(vehicle, None)
            if handle is not None:
                self._parked[vehicle] = handle

    def _unpark(self, vehicles: Sequence[str]) -> None:
        for vehicle in vehicles:
            if vehicle in self._parked:
                self._away[vehicle] = self._parked.pop(vehicle)

    def _arrive(self, vehicles: Sequence[str]) -> None:
        for vehicle in vehicles:
            for place in (self._here, self._away, self._parked):
                place.pop(vehicle, None)

    def _lanes(self, lane_of: Callable[[str], str]) -> list[int]:
        """Look who came and who left; return the lanes of those who are here."""
        here, away = self._here, self._away
        for vehicle, lane in zip(tuple(away), map(lane_of, tuple(away)), strict=True):
            if self._index_of(lane, -1) >= 0:
                here[vehicle] = away.pop(vehicle)
        lanes = list(map(self._index_of, map(lane_of, here), repeat(-1)))
        if -1 in lanes:
            for vehicle, lane_index in zip(tuple(here), lanes, strict=True):
                if lane_index < 0:
                    away[vehicle] = here.pop(vehicle)
            lanes = [lane_index for lane_index in lanes if lane_index >= 0]
        return lanes


class _Polled(_Roll):
    """Asks libsumo."""

    def __init__(self, api: Any, watched: Mapping[str, int]) -> None:
        super().__init__(watched, direct(api, "vehicle", "getVehicleClass"))
        self._lane_of = direct(api, "vehicle", "getLaneID")
        self._position_of = direct(api, "vehicle", "getLanePosition")
        self._speed_of = direct(api, "vehicle", "getSpeed")
        self._wait_of = direct(api, "vehicle", "getWaitingTime")
        self._departing = direct(api, "simulation", "getDepartedIDList")
        self._parking = direct(api, "simulation", "getParkingStartingVehiclesIDList")
        self._unparking = direct(api, "simulation", "getParkingEndingVehiclesIDList")
        self._arriving = direct(api, "simulation", "getArrivedIDList")

    def stepped(self) -> None:
        """Ask who came and went."""
        arriving = self._arriving()
        self._depart(self._departing(), arriving)
        self._park(self._parking())
        self._unpark(self._unparking())
        self._arrive(arriving)

    def read(self) -> Seen:
        """Ask for the lane of everybody, and for the rest of those who are on a watched one."""
        lanes = self._lanes(self._lane_of)
        return self._seen(lanes, map(self._position_of, self._here), map(self._speed_of, self._here))

    def longest_wait_s(self) -> float:
        """Ask all of them."""
        return max(map(self._wait_of, chain(self._here, self._away)), default=0.0)


class _Subscribed(_Roll):
    """Has SUMO send it with the answer to each step."""

    def __init__(self, api: Any, watched: Mapping[str, int]) -> None:
        import traci.constants as tc  # noqa: PLC0415  only needed here

        super().__init__(watched, api.vehicle.getVehicleClass)
        self._api = api
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
        self._depart(departing, arriving)
        self._park(parking)
        self._unpark(unparking)
        self._arrive(arriving)

    def read(self) -> Seen:
        """Return what came with the last step."""
        lane_key, position_key, speed_key, _ = self._keys
        results = self._api.vehicle.getAllSubscriptionResults()
        lanes = self._lanes(lambda vehicle: results[vehicle][lane_key])
        rows = [results[vehicle] for vehicle in self._here]
        return self._seen(lanes, (row[position_key] for row in rows), (row[speed_key] for row in rows))

    def longest_wait_s(self) -> float:
        """Return it from what came."""
        key = self._keys[-1]
        results = self._api.vehicle.getAllSubscriptionResults()
        return max((results[vehicle][key] for vehicle in chain(self._here, self._away)), default=0.0)
