from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from signals.adapters.sumo.fleet import Fleet, open_fleet
from signals.model.vehicle_classes import VehicleClass

WATCHED = {"in": 4, "out": 7}


class Road:
    """A simulator of a kind: who is where, and what happened in the last step."""

    def __init__(self, *, remote: bool) -> None:
        self.remote = remote
        self.place: dict[str, tuple[str, float, float, float]] = {}
        self.events: dict[str, tuple[str, ...]] = {}
        self.subscribed: set[str] = set()
        self.vclass: dict[str, str] = {}
        self.api = self._remote_api() if remote else self._local_api()

    def happen(self, **events: tuple[str, ...]) -> None:
        self.events = events

    def _vclass(self, vehicle: str) -> str:
        """Answer for those on the road only, as SUMO does."""
        assert vehicle in self.place
        return self.vclass.get(vehicle, "passenger")

    def _event(self, kind: str) -> tuple[str, ...]:
        return self.events.get(kind, ())

    def _local_api(self) -> Any:
        def asks(column: int) -> Any:
            return lambda vehicle: self.place[vehicle][column]

        return SimpleNamespace(
            vehicle=SimpleNamespace(
                getLaneID=asks(0),
                getLanePosition=asks(1),
                getSpeed=asks(2),
                getWaitingTime=asks(3),
                getVehicleClass=self._vclass,
            ),
            simulation=SimpleNamespace(
                getDepartedIDList=lambda: self._event("departed"),
                getParkingStartingVehiclesIDList=lambda: self._event("parking"),
                getParkingEndingVehiclesIDList=lambda: self._event("unparking"),
                getArrivedIDList=lambda: self._event("arrived"),
            ),
        )

    def _remote_api(self) -> Any:
        import traci.constants as tc  # noqa: PLC0415

        keys = (tc.VAR_LANE_ID, tc.VAR_LANEPOSITION, tc.VAR_SPEED, tc.VAR_WAITING_TIME)
        kinds = {
            tc.VAR_DEPARTED_VEHICLES_IDS: "departed",
            tc.VAR_PARKING_STARTING_VEHICLES_IDS: "parking",
            tc.VAR_PARKING_ENDING_VEHICLES_IDS: "unparking",
            tc.VAR_ARRIVED_VEHICLES_IDS: "arrived",
        }

        def results() -> dict[str, dict[int, object]]:
            there = self.subscribed & self.place.keys()
            return {vehicle: dict(zip(keys, self.place[vehicle], strict=True)) for vehicle in there}

        return SimpleNamespace(
            vehicle=SimpleNamespace(
                subscribe=lambda vehicle, _: self.subscribed.add(vehicle),
                getAllSubscriptionResults=results,
                getVehicleClass=self._vclass,
            ),
            simulation=SimpleNamespace(
                subscribe=lambda _: None,
                getSubscriptionResults=lambda: {key: self._event(kind) for key, kind in kinds.items()},
            ),
        )


def open_road(*, remote: bool) -> tuple[Road, Fleet]:
    road = Road(remote=remote)
    return road, open_fleet(road, WATCHED)  # type: ignore[arg-type]


def seen(fleet: Fleet) -> list[tuple[int, float, float, int]]:
    found = fleet.read()
    assert [column.dtype for column in found] == [np.int32, np.float32, np.float32, np.int64, np.int8]
    assert len(found.vehicle_class) == len(found.handle)
    return list(zip(*(column.tolist() for column in found[:4]), strict=True))


WAYS = pytest.mark.parametrize("remote", [False, True], ids=["libsumo", "traci"])


@WAYS
def test_nobody(remote: bool) -> None:
    _, fleet = open_road(remote=remote)
    assert seen(fleet) == []
    assert fleet.longest_wait_s() == 0
    assert fleet.departed == 0


@WAYS
def test_who_comes_parks_and_goes(remote: bool) -> None:
    road, fleet = open_road(remote=remote)
    road.place = {"a": ("in", 5.0, 1.5, 0.0), "b": ("elsewhere", 9.0, 0.0, 70.0), "c": ("out", 2.0, 0.0, 30.0)}
    road.happen(departed=("b", "a"))
    fleet.stepped()
    assert seen(fleet) == [(4, 5.0, 1.5, 2)]
    assert fleet.longest_wait_s() == 70  # wherever it stands
    road.happen(departed=("c",))
    fleet.stepped()
    assert seen(fleet) == [(4, 5.0, 1.5, 2), (7, 2.0, 0.0, 3)]
    road.happen(parking=("a", "stranger"))
    fleet.stepped()
    assert seen(fleet) == [(7, 2.0, 0.0, 3)]
    road.happen(unparking=("a", "stranger"))
    fleet.stepped()
    assert seen(fleet) == [(7, 2.0, 0.0, 3), (4, 5.0, 1.5, 2)]
    road.place["b"] = ("in", 0.0, 3.0, 0.0)
    road.place["c"] = ("elsewhere", 8.0, 3.0, 0.0)
    road.happen()
    fleet.stepped()
    assert seen(fleet) == [(4, 5.0, 1.5, 2), (4, 0.0, 3.0, 1)]
    assert fleet.longest_wait_s() == 0
    road.place = {"a": ("", 0.0, 0.0, 0.0)}  # moved on by magic: on no lane for a while
    road.happen(arrived=("b", "c"))
    fleet.stepped()
    assert seen(fleet) == []
    assert fleet.departed == 3


@WAYS
def test_who_comes_and_goes_in_one_step(remote: bool) -> None:
    road, fleet = open_road(remote=remote)
    road.happen(departed=("x",), arrived=("x",))
    fleet.stepped()
    assert seen(fleet) == []
    assert fleet.departed == 1
    assert road.subscribed == set()


@WAYS
def test_a_parked_one_may_vanish(remote: bool) -> None:
    road, fleet = open_road(remote=remote)
    road.place = {"a": ("in", 5.0, 1.5, 0.0)}
    road.happen(departed=("a",), parking=("a",))
    fleet.stepped()
    road.happen(arrived=("a",))
    fleet.stepped()
    road.happen(unparking=("a",))
    fleet.stepped()
    assert seen(fleet) == []


def test_the_compiled_functions_are_taken_where_they_are() -> None:
    road = Road(remote=False)
    road.api._libsumo = SimpleNamespace(vehicle_getSpeed=lambda _: 99.0)
    fleet = open_fleet(road, WATCHED)  # type: ignore[arg-type]
    road.place = {"a": ("in", 5.0, 1.5, 0.0)}
    road.happen(departed=("a",))
    fleet.stepped()
    assert seen(fleet) == [(4, 5.0, 99.0, 1)]


@WAYS
def test_what_everybody_is_is_asked_once(remote: bool) -> None:
    road, fleet = open_road(remote=remote)
    road.vclass = {"a": "bus", "b": "bicycle", "c": "tram"}
    road.place = dict.fromkeys("abcd", ("in", 5.0, 1.5, 0.0))
    road.happen(departed=("a", "b", "c", "d", "gone"), arrived=("gone",))
    fleet.stepped()
    expected = [VehicleClass.BUS, VehicleClass.BICYCLE, VehicleClass.TRAM, VehicleClass.MOTOR]
    assert fleet.read().vehicle_class.tolist() == expected
    road.vclass = {}
    road.happen()
    fleet.stepped()
    assert fleet.read().vehicle_class.tolist() == expected


@WAYS
def test_any_number_of_vehicles_has_a_class(remote: bool) -> None:
    road, fleet = open_road(remote=remote)
    names = tuple(f"v{number}" for number in range(9_000))
    road.place = dict.fromkeys(names, ("in", 5.0, 1.5, 0.0))
    road.vclass = {names[0]: "bus", names[-1]: "bus"}
    road.happen(departed=names)
    fleet.stepped()
    found = fleet.read().vehicle_class
    assert np.flatnonzero(found == VehicleClass.BUS).tolist() == [0, len(names) - 1]
    assert np.count_nonzero(found == VehicleClass.MOTOR) == len(names) - 2


@WAYS
def test_where_nothing_is_watched_nobody_is_asked(remote: bool) -> None:
    road = Road(remote=remote)
    fleet = open_fleet(road, {})  # type: ignore[arg-type]
    road.happen(departed=("nobody there",))
    fleet.stepped()
    assert fleet.departed == 1
