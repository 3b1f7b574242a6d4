from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from signals.control.capacity_pressure import CapacityPressure, normalised_pressure
from signals.model.crossroads import crossroads
from signals.model.movements import Turn
from tests.control.baseline import drives_safely, serves_everybody
from tests.control.made import marked, quiet, shows

NETWORK = crossroads()
NORTH_SOUTH = (0, 4)


def test_it_serves_everybody_and_drives_safely() -> None:
    serves_everybody(CapacityPressure)
    assert drives_safely("capacity_pressure") < 60.0


def pressure(veh: float, room: float = 20.0, far: float = 500.0) -> float:
    return float(normalised_pressure(np.array([veh]), np.array([room]), far, 4.0)[0])


def test_the_formula_by_hand() -> None:
    """q/C = 0.01, q/C_a = 1/2: (0.02 + (2 - 0.04) / 16) / (1 + 1/8)."""
    assert pressure(10.0) == pytest.approx((10 / 500 + (2 - 20 / 500) / 16) / (1 + 1 / 8))
    assert pressure(0.0) == 0.0
    assert pressure(20.0) == 1.0
    assert pressure(60.0) == 1.0


def test_without_bounds_it_is_the_number_of_vehicles() -> None:
    assert pressure(5.0, room=499.0) == pytest.approx(5 / 500, rel=1e-3)


def test_it_grows_with_the_vehicles() -> None:
    found = [pressure(veh) for veh in np.linspace(0, 25, 60)]
    assert all(b >= a for a, b in pairwise(found))


def stage(full: bool) -> tuple[int, ...]:
    """More wait from east and west, but their exits may be full."""
    count = np.zeros(8, np.float32)
    count[[0, 4]], count[[2, 6]] = 6.0, 9.0
    lanes = np.zeros(len(NETWORK.lanes), np.float32)
    if full:
        for name in ("north_out_0", "south_out_0", "east_out_0", "west_out_0"):
            street = name.startswith(("east", "west"))
            lanes[NETWORK.lane_index[name]] = 500.0 if street else 0.0
    ahead = [NETWORK.movements[m].turn is Turn.STRAIGHT for m in NETWORK.arrays.link_movement]
    share = np.array(ahead, np.float32)
    controller = CapacityPressure(NETWORK)
    for t in range(12):
        snapshot = shows(quiet(NETWORK, float(t), count_veh=count, lane_veh=lanes, link_share=share), NORTH_SOUTH)
        found = marked(controller.decide(snapshot).want)
    return found


def test_nobody_is_sent_into_a_full_road() -> None:
    assert set(stage(full=False)) & {2, 6}
    assert stage(full=True) == NORTH_SOUTH
