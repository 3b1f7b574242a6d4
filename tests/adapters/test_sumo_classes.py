from __future__ import annotations

import pytest

from signals.adapters.sumo.classes import class_of, user_of
from signals.model.lanes import User
from signals.model.vehicle_classes import VehicleClass

NO_CARS = "private army vip passenger hov delivery truck trailer motorcycle evehicle custom1 custom2"
NO_TRANSIT = "bus coach tram rail_urban rail rail_electric rail_fast subway cable_car"


@pytest.mark.parametrize(
    ("allow", "disallow", "user"),
    [
        ("", "", User.VEHICLE),
        ("all", "", User.VEHICLE),
        ("", "all", User.VEHICLE),
        ("", "pedestrian tram", User.VEHICLE),
        ("pedestrian", "", User.PEDESTRIAN),
        ("bicycle", "", User.BICYCLE),
        ("bicycle pedestrian", "", User.BICYCLE),
        ("bus taxi bicycle", "", User.TRANSIT),
        ("tram", "", User.TRANSIT),
        ("delivery bicycle pedestrian", "", User.VEHICLE),
        ("emergency", "", User.VEHICLE),
        ("", NO_CARS, User.TRANSIT),
        ("", f"{NO_CARS} {NO_TRANSIT}", User.BICYCLE),
        ("", f"{NO_CARS} {NO_TRANSIT} bicycle", User.PEDESTRIAN),
        ("", f"{NO_CARS} {NO_TRANSIT} bicycle pedestrian", User.VEHICLE),
    ],
)
def test_who_a_lane_is_for(allow: str, disallow: str, user: User) -> None:
    assert user_of(allow, disallow) is user


@pytest.mark.parametrize(
    ("vclass", "expected"),
    [
        ("passenger", VehicleClass.MOTOR),
        ("truck", VehicleClass.MOTOR),
        ("taxi", VehicleClass.MOTOR),
        ("emergency", VehicleClass.MOTOR),
        ("bicycle", VehicleClass.BICYCLE),
        ("bus", VehicleClass.BUS),
        ("coach", VehicleClass.BUS),
        ("tram", VehicleClass.TRAM),
        ("rail_urban", VehicleClass.TRAM),
        ("pedestrian", VehicleClass.UNKNOWN),
    ],
)
def test_what_a_vehicle_is(vclass: str, expected: VehicleClass) -> None:
    assert class_of(vclass) is expected
