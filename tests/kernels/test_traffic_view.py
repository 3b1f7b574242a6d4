from __future__ import annotations

import numpy as np

from signals.adapters.sim.running import TrafficRun
from signals.model.crossroads import crossroads
from signals.model.network import Detector
from signals.model.values import Aspect, Readings
from tests.kernels.driven import Drive, cars, random_travel


def look(drive: Drive) -> Readings:
    return TrafficRun(drive.network, drive.traffic).read(drive.now_s, 1.0, drive.aspect, vehicles=True)


def test_a_queue_stands_bumper_to_bumper() -> None:
    drive = Drive(cars(crossroads(), [("north_in", "south_out")], [2.5 * n for n in range(5)]))
    drive.on(60)
    seen = look(drive)
    np.testing.assert_allclose(seen.vehicle_position_m, [300.0, 292.5, 285.0, 277.5, 270.0])
    assert seen.vehicle_handle.tolist() == [1, 2, 3, 4, 5]
    assert np.all(seen.vehicle_speed_mps[1:] == 0)


def test_a_car_drives_at_its_speed() -> None:
    drive = Drive(cars(crossroads(), [("north_in", "south_out")], [0.0]))
    drive.on(10)
    before = look(drive).vehicle_position_m[0]
    drive.on(1)
    seen = look(drive)
    assert abs(seen.vehicle_position_m[0] - before - seen.vehicle_speed_mps[0]) < 0.5
    assert 12.0 < seen.vehicle_speed_mps[0] < 14.0


def test_positions_are_in_order_and_on_the_lane() -> None:
    drive = Drive(random_travel(crossroads(), 3))
    drive.show(Aspect.GREEN, "north_ahead", "south_ahead")
    for _ in range(60):
        drive.on(5)
        seen = look(drive)
        length_m = np.array([lane.length_m for lane in drive.network.lanes])[seen.vehicle_lane]
        assert np.all((seen.vehicle_position_m >= 0) & (seen.vehicle_position_m <= length_m))
        same = np.diff(seen.vehicle_lane) == 0
        assert np.all(np.diff(seen.vehicle_position_m)[same] <= 0)
        assert len(np.unique(seen.vehicle_handle)) == len(seen.vehicle_handle)


def test_loops_count_everybody_once() -> None:
    network = crossroads()
    lane = network.lane_index["north_in_0"]
    loops = (Detector("far", lane, 100.0), Detector("stop", lane, 297.0))
    drive = Drive(cars(network, [("north_in", "south_out")], [3.0 * n for n in range(8)]))
    object.__setattr__(drive.network, "detectors", loops)
    run = TrafficRun(drive.network, drive.traffic)
    total, occupied = np.zeros(2, int), np.zeros(2)
    for second in range(140):
        drive.show(Aspect.GREEN if second > 60 else Aspect.RED, "north_ahead")
        drive.on(1)
        seen = run.read(drive.now_s, 1.0, drive.aspect, vehicles=True)
        assert np.all(seen.detector_count >= 0)
        assert np.all((seen.detector_occupied >= 0) & (seen.detector_occupied <= 1))
        total += seen.detector_count
        occupied += seen.detector_occupied
    assert total.tolist() == [8, 8]
    assert occupied[1] > 30 > occupied[0]  # one stood on the one at the stop line
