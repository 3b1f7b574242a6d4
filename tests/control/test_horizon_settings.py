from __future__ import annotations

from typing import Any

import pytest

from signals.control.horizon_settings import Settings, checked, class_worths, rules, worths
from signals.errors import InputError
from signals.model.lanes import User
from signals.model.vehicle_classes import VehicleClass


def test_single_settings_are_changed_and_whole_numbers_are_numbers() -> None:
    found = checked(Settings(horizon_s=20), {"fair_wait_s": 30})
    assert found == Settings(horizon_s=20, fair_wait_s=30.0)
    assert isinstance(found.fair_wait_s, float)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"objektive": "persons"},
            r'^unknown setting of "rolling_horizon": "objektive"; did you mean "objective"\? .*',
        ),
        ({"objektive": "persons"}, "known: bicycle_weight, .*transit_weight"),
        ({"objective": "people"}, r'^unknown value of objective in "rolling_horizon": .*persons, vehicles'),
        ({"bicycle_weight": "lots"}, r"^\"rolling_horizon\": bicycle_weight must be a number, got 'lots'$"),
        ({"bicycle_weight": -1}, r"^\"rolling_horizon\": bicycle_weight must be at least 0, got -1$"),
        ({"longest_wait_s": float("nan")}, "longest_wait_s must be a number"),
        ({"coordinate": 1}, "coordinate must be true or false"),
        ({"horizon_s": 1.5}, "horizon_s must be a whole number"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        checked(Settings(), changed)


def test_settings_that_were_made_wrong_are_refused_too() -> None:
    with pytest.raises(InputError, match="transit_persons must be more than 0"):
        checked(Settings(transit_persons=0.0), {})


def test_everybody_counts_alike_by_default() -> None:
    assert worths(Settings()).tolist() == [1.0, 1.0, 1.0, 1.0]
    assert rules(Settings()).prune_s == Settings().prune_s


def test_weights_are_by_class() -> None:
    found = worths(Settings(motor_weight=0.5, bicycle_weight=2.0, transit_weight=4.0, pedestrian_weight=3.0))
    assert found[User.VEHICLE] == 0.5
    assert found[User.BICYCLE] == 2.0
    assert found[User.TRANSIT] == 4.0
    assert found[User.PEDESTRIAN] == 3.0


def test_persons_are_those_inside() -> None:
    found = worths(Settings(objective="persons", transit_weight=2.0))
    assert found.tolist() == pytest.approx([1.3, 1.0, 1.0, 50.0])
    assert rules(Settings(objective="persons")).prune_s == pytest.approx(1.3 * Settings().prune_s)


def test_a_known_class_counts_as_its_own_lane_does() -> None:
    settings = Settings(motor_weight=0.5, bicycle_weight=2.0, transit_weight=4.0, tram_weight=5.0)
    known, usual = class_worths(settings), worths(settings)
    assert known[VehicleClass.MOTOR] == usual[User.VEHICLE] == 0.5
    assert known[VehicleClass.BICYCLE] == usual[User.BICYCLE] == 2.0
    assert known[VehicleClass.BUS] == usual[User.TRANSIT] == 4.0
    assert known[VehicleClass.TRAM] == 5.0


def test_known_classes_count_alike_by_default_and_those_inside_where_persons_count() -> None:
    assert class_worths(Settings())[1:].tolist() == [1.0, 1.0, 1.0, 1.0]
    found = class_worths(Settings(objective="persons", tram_weight=2.0))
    assert found[1:].tolist() == pytest.approx([1.3, 1.0, 25.0, 120.0])
