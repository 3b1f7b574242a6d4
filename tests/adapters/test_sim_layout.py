from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.adapters.sim.layout import traffic
from signals.errors import ScenarioError
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.travel import CAR, VehicleKind
from tests.kernels.driven import cars, random_travel


def test_a_route_that_cannot_be_driven_names_its_edges() -> None:
    network = crossroads()
    with pytest.raises(ScenarioError, match='"north_in" to "east_in"'):
        traffic(network, cars(network, [("north_in", "east_in")], [0.0]))


def test_an_edge_that_does_not_exist_is_refused() -> None:
    network = crossroads()
    travel = replace(cars(network, [("north_in", "south_out")], [0.0]), routes=((0, 99),))
    with pytest.raises(ScenarioError, match="the network has 16"):
        traffic(network, travel)


def test_lanes_are_chosen_by_the_turn() -> None:
    network = crossroads()
    for end, lane in (("south_out", "north_in_0"), ("west_out", "north_in_0"), ("east_out", "north_in_1")):
        made = traffic(network, cars(network, [("north_in", end)], [0.0]))
        roads = made.roads
        first = roads.option[roads.hop_first[0] : roads.hop_first[1]]
        assert [network.lanes[made.lane[row]].id for row, _ in first] == [lane]


def test_a_bus_uses_the_lanes_of_cars_and_a_bicycle_too_where_it_has_none() -> None:
    network = crossroads()
    for user in (User.TRANSIT, User.BICYCLE):
        kind = VehicleKind(id="other", user=user)
        assert len(traffic(network, cars(network, [("north_in", "south_out")], [0.0], kind)).roads.option) == 2


def test_rings_do_not_overlap_and_hold_what_stands_there() -> None:
    network = crossroads()
    ring = traffic(network, random_travel(network, 1)).roads.lane_ring
    np.testing.assert_array_equal(ring[1:, 0], np.cumsum(ring[:, 1])[:-1])
    assert np.all(ring[:, 1] >= ring[:, 2])
    cars_only = traffic(network, cars(network, [("north_in", "south_out")], [0.0])).roads.lane_ring
    assert cars_only[0, 2] == int(302.5 / CAR.space_m)


def test_times_count_from_the_beginning() -> None:
    network = crossroads()
    made = traffic(network, cars(network, [("north_in", "south_out")], [3605.0]), begin_s=3600.0)
    assert made.travellers.depart[0, 0] == 5.0
