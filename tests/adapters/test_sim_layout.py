from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.adapters.sim.layout import Layout, traffic
from signals.errors import ScenarioError
from signals.kernels.traffic import advance
from signals.kernels.traffic_state import GO
from signals.kernels.walkers import walk
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.travel import CAR, Travel, VehicleKind
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


def test_a_layout_serves_many_who_do_not_disturb_each_other() -> None:
    network = crossroads()
    layout = Layout(network)
    north = cars(network, [("north_in", "south_out")], [0.0, 5.0])
    travels = [random_travel(network, 1), north, random_travel(network, 2)]
    before = [layout.traffic(travel) for travel in travels]
    for travel, kept in zip(travels, before, strict=True):
        roads, travellers, state, people = (tuple(part) for part in layout.traffic(travel)[:4])
        advance(0.0, 300.0, np.array([0.0]), np.array([[0, GO]], np.int32), roads, travellers, state)
        walk(300.0, roads, state, people)
        assert kept.state.counter.tolist() == [0, 0]
    for travel, kept in zip(travels, before, strict=True):
        alone = traffic(network, travel)
        for part, other in zip(kept[:4], alone[:4], strict=True):
            for one, two in zip(part, other, strict=True):
                assert one.dtype == two.dtype
                np.testing.assert_array_equal(one, two)
        np.testing.assert_array_equal(kept.lane, alone.lane)


def test_only_lanes_that_somebody_drives_on_have_a_row() -> None:
    network = crossroads()
    made = traffic(network, cars(network, [("north_in", "south_out")], [0.0]))
    names = [network.lanes[lane].id for lane in made.lane]
    assert {network.lanes[lane].edge for lane in made.lane} == {"north_in", "south_out"}
    for move, row in zip(network.movements, made.roads.move_row, strict=True):
        for lane, number in zip((move.from_lane, move.to_lane), row[:2], strict=True):
            assert number == (names.index(network.lanes[lane].id) if network.lanes[lane].id in names else -1)


def test_nobody_drives_on_nothing() -> None:
    made = traffic(crossroads(), Travel())
    assert len(made.lane) == len(made.travellers.row) == len(made.roads.step_hop) == 0
    assert set(made.roads.move_row[:, :2].ravel().tolist()) == {-1}
