from __future__ import annotations

import numpy as np
import pytest

from signals.errors import ScenarioError
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.travel import CAR, NO_TRAVEL, Travel, VehicleKind, Walk


def travel(**other: object) -> Travel:
    given = {
        "routes": ((0, 1),), "depart_s": np.array([0.0, 1.0]), "kind": np.zeros(2, np.int32),
        "route": np.zeros(2, np.int32), "speed_factor": np.ones(2, np.float32),
    }  # fmt: skip
    return Travel(**{**given, **other})


def test_nobody_travels_by_default() -> None:
    assert len(NO_TRAVEL.depart_s) == len(NO_TRAVEL.walk) == 0


def test_a_car_takes_its_length_and_its_gap() -> None:
    assert CAR.space_m == 7.5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"depart_s": np.array([1.0, 0.0])}, "order of departure"),
        ({"depart_s": np.array([0.0, np.nan])}, "finite time"),
        ({"speed_factor": np.array([1.0, np.nan], np.float32)}, "must be > 0"),
        ({"kind": np.zeros(3, np.int32)}, "a kind"),
        ({"kind": np.ones(2, np.int32)}, "kind that does not exist"),
        ({"route": np.full(2, -1, np.int32)}, "route that does not exist"),
        ({"routes": ((),)}, "at least one edge"),
        ({"speed_factor": np.zeros(2, np.float32)}, "must be > 0"),
        ({"walk": np.zeros(1, np.int32)}, "every person"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object], said: str) -> None:
    travel()
    with pytest.raises(ScenarioError, match=said):
        travel(**wrong)


def test_a_walk_needs_a_distance_before_each_crossing() -> None:
    with pytest.raises(ScenarioError, match="one distance"):
        Walk((1, 2), (5.0,))


@pytest.mark.parametrize(
    "wrong", [{"length_m": 0.0}, {"gap_m": -1.0}, {"imperfection": 2.0}, {"accel_mps2": float("nan")}]
)
def test_a_kind_is_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(ScenarioError, match='"car"'):
        VehicleKind(**wrong)


def test_a_person_is_no_vehicle() -> None:
    with pytest.raises(ScenarioError, match="on foot"):
        VehicleKind(user=User.PEDESTRIAN)


def test_edges_are_numbered_in_the_order_of_the_lanes() -> None:
    network = crossroads()
    assert network.edges[:2] == ("north_in", "north_out")
    assert network.edge_index["north_out"] == 1


def test_a_walk_keeps_what_it_is_given() -> None:
    walk = Walk((1, 2), (5.0, 0.0), 3.0)
    assert (walk.crossings, walk.before_m, walk.after_m) == ((1, 2), (5.0, 0.0), 3.0)


def test_who_departs_before_the_beginning_does_not_come() -> None:
    walk = {"walks": (Walk((), (), 9.0),), "walk": np.zeros(2, np.int32), "walk_depart_s": np.array([0.5, 2.0])}
    late = travel(**walk, walk_speed_mps=np.ones(2, np.float32)).since(1.0)
    assert late.depart_s.tolist() == [1.0]
    assert late.walk_depart_s.tolist() == [2.0]
    assert len(late.walk_speed_mps) == len(late.speed_factor) == len(late.kind) == len(late.route) == 1
