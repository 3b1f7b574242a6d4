from __future__ import annotations

from dataclasses import replace

import numpy as np

from signals.adapters.sim.heads import Heads
from signals.adapters.sim.layout import traffic
from signals.adapters.sim.running import TrafficRun
from signals.model.crossroads import crossroads
from signals.model.demand import BUS
from signals.model.lanes import User
from signals.model.network import Detector
from signals.model.travel import CAR, VehicleKind
from signals.model.vehicle_classes import VehicleClass
from tests.kernels.driven import cars


def test_it_reports_a_car_only_where_it_is_asked_for() -> None:
    network = crossroads()
    run = TrafficRun(network, traffic(network, cars(network, [("north_in", "south_out")], [0.5])))
    aspect = np.zeros(12, np.int8)
    run.advance(0.0, 3.0, Heads(network).show(aspect))
    seen = run.read(3.0, 1.0, aspect, vehicles=True)
    assert [network.lanes[lane].id for lane in seen.vehicle_lane] == ["north_in_0"]
    assert 25.0 < seen.vehicle_position_m[0] < 40.0
    assert len(run.read(3.0, 1.0, aspect, vehicles=False).vehicle_lane) == 0


def test_it_says_what_everybody_is() -> None:
    network = crossroads()
    kinds = (CAR, VehicleKind(id="tram", user=User.TRANSIT, rail=True), BUS)
    one = cars(network, [("north_in", "south_out")] * 3, [0.5, 3.5, 6.5])
    travel = replace(one, kinds=kinds, kind=np.array([2, 0, 1], np.int32))
    run = TrafficRun(network, traffic(network, travel))
    aspect = np.zeros(12, np.int8)
    run.advance(0.0, 12.0, Heads(network).show(aspect))
    seen = run.read(12.0, 1.0, aspect, vehicles=True)
    assert seen.vehicle_class is not None
    told = dict(zip(seen.vehicle_handle.tolist(), seen.vehicle_class.tolist(), strict=True))
    assert told == {1: VehicleClass.BUS, 2: VehicleClass.MOTOR, 3: VehicleClass.TRAM}
    unseen = run.read(12.0, 1.0, aspect, vehicles=False)
    assert unseen.vehicle_class is not None
    assert len(unseen.vehicle_class) == 0


def test_a_loop_inside_a_junction_has_no_reading_and_one_where_nobody_drives_counts_nobody() -> None:
    plain = crossroads()
    inside = next(number for number, lane in enumerate(plain.lanes) if lane.internal)
    places = {"driven": "north_in_0", "empty": "east_in_0", "inside": plain.lanes[inside].id}
    network = replace(
        plain, detectors=tuple(Detector(name, plain.lane_index[lane], 1.0) for name, lane in places.items())
    )
    run = TrafficRun(network, traffic(network, cars(network, [("north_in", "south_out")], [0.5])))
    aspect = np.zeros(12, np.int8)
    run.advance(0.0, 3.0, Heads(network).show(aspect))
    for vehicles in (True, False):
        seen = run.read(3.0, 1.0, aspect, vehicles=vehicles)
        assert seen.detector_count.tolist() == [int(vehicles), 0, -1]  # counted once
        assert np.isnan(seen.detector_occupied).tolist() == [False, False, True]
