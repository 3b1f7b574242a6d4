from __future__ import annotations

import numpy as np

from signals.adapters.sim.layout import stock
from signals.adapters.sim.schedule import Schedule
from signals.model.crossroads import crossroads
from signals.model.demand import Demand, Flow
from signals.model.lanes import User
from signals.model.network import Detector, Network
from tests.adapters.streets import town

NOBODY = Schedule(np.empty(0), np.empty(0, np.int32), np.empty(0), np.empty(0, np.int32))


def test_storage_is_a_place_every_7_5_m_and_one_at_least() -> None:
    streets = stock(town(), Demand(), NOBODY).streets
    assert list(streets.storage) == [8, 8, 1, 5, 4, 6, 2, 1, 1]


def test_a_lane_has_places_for_all_that_flow_through_it() -> None:
    places = np.diff(stock(town(), Demand(), NOBODY).streets.ring_offset)
    assert places[2] == 5  # tiny: 3 m at 12 m/s after 12 m at 12 m/s, and a second: 2.25 s every 0.6 s, and one
    assert (places >= [8, 8, 1, 5, 4, 6, 2, 1, 1]).all()


def test_routes_begin_where_the_first_movement_does_and_end_behind_the_last() -> None:
    demand = Demand((Flow((0, 3), 1.0), Flow((4,), 1.0)))
    built = stock(town(), demand, Schedule(np.array([1.0, 2.0, 3.0]), np.array([1, 0, 1], np.int32), *NOBODY[2:]))
    assert list(built.streets.step_lane) == [0, 2, 4, 3, 4]
    assert list(built.streets.step_movement) == [0, 3, -1, 4, -1]
    assert list(built.fleet.step) == [3, 0, 3]
    entries = built.traffic.entry_vehicle
    assert list(entries[built.traffic.entry_offset[3] : built.traffic.entry_offset[4]]) == [0, 2]
    assert list(entries[built.traffic.entry_offset[0] : built.traffic.entry_offset[1]]) == [1]


def test_groups_yields_and_detectors_are_network_wide() -> None:
    net = town()
    net = Network(
        net.name, net.lanes, net.movements, net.intersections, (Detector("b", 4, 5.0), Detector("a", 0, 1.0, 3.0))
    )
    streets = stock(net, Demand(), NOBODY).streets
    assert list(streets.movement_group) == [0, 0, 0, -1, -1, 1, -1]
    assert list(streets.yield_movement) == [2, 5, 3]
    assert list(streets.crossing) == [0, 0, 0, 0, 0, 1, 0]
    assert list(streets.detector) == [1, 0]
    assert list(streets.detector_from_m) == [1.0, 5.0]
    assert list(np.diff(streets.detector_offset)) == [1, 0, 0, 0, 1, 0, 0, 0, 0]


def test_people_are_sorted_by_crossing_and_time() -> None:
    demand = Demand((Flow((14,), 1.0, user=User.PEDESTRIAN), Flow((12,), 1.0, user=User.PEDESTRIAN)))
    people = Schedule(NOBODY.vehicle_s, NOBODY.vehicle_flow, np.array([1.0, 2.0, 3.0]), np.array([0, 1, 0], np.int32))
    walkers = stock(crossroads(), demand, people).walkers
    assert list(walkers.movement) == [12, 14]
    assert list(walkers.offset) == [0, 1, 3]
    assert list(walkers.scheduled_s) == [2.0, 1.0, 3.0]
