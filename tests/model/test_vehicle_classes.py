from __future__ import annotations

import pytest

from signals.model.lanes import User
from signals.model.vehicle_classes import VehicleClass, usual_class


@pytest.mark.parametrize(
    ("user", "rail", "expected"),
    [
        (User.VEHICLE, False, VehicleClass.MOTOR),
        (User.VEHICLE, True, VehicleClass.MOTOR),
        (User.BICYCLE, False, VehicleClass.BICYCLE),
        (User.TRANSIT, False, VehicleClass.BUS),
        (User.TRANSIT, True, VehicleClass.TRAM),
        (User.PEDESTRIAN, False, VehicleClass.UNKNOWN),
    ],
)
def test_who_looks_for_a_lane_is_of_its_class(user: User, rail: bool, expected: VehicleClass) -> None:
    assert usual_class(user, rail=rail) is expected


def test_what_is_not_known_is_nought() -> None:
    assert VehicleClass.UNKNOWN == 0
