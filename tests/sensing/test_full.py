from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from signals.adapters.sim.world import SimWorld
from signals.model.crossroads import crossroads, crossroads_demand
from signals.model.roles import Estimator
from signals.model.values import Aspect, Command, Readings, Snapshot
from signals.model.vehicle_classes import VehicleClass
from signals.sensing.full import FullEstimator
from tests.kernels.test_sensing import readings
from tests.sensing.corridor import corridor

B0, B1, D, E, INSIDE = 3, 4, 8, 9, 6
AHEAD, LEFT, SECOND = 0, 1, 2


def see(*vehicles: tuple[int, float, float, int], range_m: float = 200.0) -> Snapshot:
    network = corridor()
    return FullEstimator(network, range_m=range_m).update(readings(network, 50.0, list(vehicles)))


def test_an_empty_road_is_an_empty_snapshot() -> None:
    snapshot = see()
    assert snapshot.time_s == 50.0
    assert not snapshot.demand.any()
    assert snapshot.arrival_offset.tolist() == [0, 0, 0, 0]
    assert (snapshot.gap_s == 3600.0).all()
    assert snapshot.lane_free_m[[B0, E]].tolist() == [80.0, 5.0]
    assert np.isnan(snapshot.lane_veh[5])
    types = {name: column.dtype for name, column in snapshot._asdict().items() if isinstance(column, np.ndarray)}
    assert {name for name, kind in types.items() if kind == np.float32} == {
        "queue_veh", "count_veh", "wait_s", "gap_s", "lane_veh", "lane_free_m", "arrival_distance_m",
        "arrival_speed_mps", "arrival_weight", "link_share",
    }  # fmt: skip
    assert types["arrival_handle"] == np.int64


def test_vehicles_upstream_of_a_tiny_signalised_lane_are_seen() -> None:
    snapshot = see((D, 69.0, 0.0, 1), (D, 61.5, 0.0, 2), (INSIDE, 2.0, 8.0, 3))
    assert snapshot.queue_veh[SECOND] == 2.0
    assert snapshot.count_veh[SECOND] == 3.0
    first = snapshot.arrival_offset[SECOND]
    assert snapshot.arrival_distance_m[first:] == pytest.approx([20.0, 27.5, 8 + 4 + 70 + 14 + 5])
    assert list(snapshot.arrival_handle[first:]) == [1, 2, 3]
    assert snapshot.demand.tolist() == [False, False, False, True]


def test_one_vehicle_may_be_bound_for_several_stop_lines() -> None:
    snapshot = see((0, 100.0, 10.0, 1))
    assert snapshot.count_veh[[AHEAD, LEFT]] == pytest.approx([0.85 * 0.85, 0.85 * 0.15 + 0.15 * 0.5 * 0.85])
    assert snapshot.demand.tolist() == [True, False, False, False]  # improbable ones make no demand


def test_range_ends_where_it_is_told_to() -> None:
    assert see((B0, 19.9, 10.0, 1), range_m=60.0).count_veh[AHEAD] == 0.0
    assert see((B0, 20.0, 10.0, 1), range_m=60.0).count_veh[AHEAD] == 1.0


def test_how_long_the_first_has_been_standing() -> None:
    network = corridor()
    estimator = FullEstimator(network)
    waits = []
    for tick, speed in enumerate((0.0, 0.9, 0.0, 1.0, 0.5, 0.0)):
        snapshot = estimator.update(readings(network, 10.0 + tick, [(B0, 75.0, speed, 4), (B0, 60.0, 9.0, 5)]))
        waits.append(float(snapshot.wait_s[AHEAD]))
    assert waits == [0.0, 1.0, 2.0, 0.0, 0.0, 1.0]
    estimator.update(readings(network, 16.0, []))
    assert estimator.update(readings(network, 17.0, [(B0, 75.0, 0.0, 4)])).wait_s[AHEAD] == 0.0  # seen anew


def test_the_gap_counts_from_the_last_one_near_the_stop_line() -> None:
    network = corridor()
    estimator = FullEstimator(network)
    places = (40.0, 49.0, 51.0, 79.0)  # of 80 m; near is 30 m
    gaps = [
        float(estimator.update(readings(network, float(t), [(B0, place, 9.0, 1)])).gap_s[AHEAD])
        for t, place in enumerate(places)
    ]
    assert gaps == [3600.0, 3600.0, 0.0, 0.0]
    snapshot = estimator.update(readings(network, 4.0, [(8, 3.0, 9.0, 1)]))  # crossed since the last tick
    assert snapshot.gap_s[AHEAD] == 0.0
    assert estimator.update(readings(network, 6.5, [])).gap_s[AHEAD] == 2.5


def test_a_standing_vehicle_takes_the_road_behind_it() -> None:
    snapshot = see((B0, 40.0, 0.0, 1), (B0, 30.0, 5.0, 2), (B0, 3.0, 0.0, 3), (B1, 79.0, 0.0, 4), (11, 20.0, 0.0, 5))
    assert snapshot.lane_free_m[[B0, B1, 11, 10]].tolist() == [0.0, 74.0, 15.0, 50.0]
    assert snapshot.lane_veh[[B0, B1, 11, 10]].tolist() == [3.0, 1.0, 1.0, 0.0]


def test_turns_are_learned_over_lanes_inside_the_junction_and_without() -> None:
    network = corridor()
    estimator = FullEstimator(network)
    time_s = 0.0
    for number in range(40):
        for lane in (B0, INSIDE, 7, D) if number % 4 else (B0, 11):
            estimator.update(readings(network, time_s, [(lane, 1.0, 9.0, number)]))
            time_s += 1.0
    assert estimator.link_share[:2] == pytest.approx([31 / 42, 11 / 42])
    assert estimator.link_count[:2].tolist() == [30.0, 10.0]
    assert estimator.link_share[2:4] == pytest.approx([1 / 1.1, 0.1 / 1.1])


def test_where_feeding_lanes_lead_is_learned() -> None:
    network = corridor()
    estimator = FullEstimator(network)
    before = estimator.feeder_probability[0]
    for number in range(60):
        for tick, lane in enumerate((1, 4, 11) if number % 2 else (1, 5)):  # half of them turn off to lane c
            estimator.update(readings(network, 3.0 * number + tick, [(lane, 1.0, 9.0, number)]))
    snapshot = estimator.update(readings(network, 999.0, [(1, 100.0, 9.0, 999)]))
    assert snapshot.count_veh[LEFT] == pytest.approx(0.5, abs=0.02)
    assert snapshot.count_veh[AHEAD] < 0.03
    assert estimator.feeder_probability[0] == before  # another lane


def test_many_vehicles_and_large_handles_only_need_more_room() -> None:
    network = corridor()
    estimator = FullEstimator(network)
    crowd = [(B0, 0.05 * k, 0.0, 10**12 + k) for k in range(1500)]
    for tick in range(3):
        snapshot = estimator.update(readings(network, float(tick), crowd))
    assert snapshot.count_veh[AHEAD] == 1500.0
    assert snapshot.wait_s[AHEAD] == 1.0  # the memory grew after the first tick
    assert (np.diff(snapshot.arrival_distance_m) >= 0.0).all()
    assert estimator.skipped == 0


def test_columns_of_different_length_are_cut_and_counted() -> None:
    network = corridor()
    estimator = FullEstimator(network)
    given = readings(network, 0.0, [(B0, 70.0, 0.0, 1), (B0, 60.0, 0.0, 2)])
    snapshot = estimator.update(given._replace(vehicle_speed_mps=given.vehicle_speed_mps[:1]))
    assert snapshot.count_veh[AHEAD] == 1.0
    assert estimator.skipped == 1


def test_the_class_of_a_vehicle_goes_with_it() -> None:
    network = corridor()
    estimator = FullEstimator(network)
    given = readings(network, 0.0, [(B0, 60.0, 0.0, 1), (B0, 70.0, 0.0, 2), (B0, 50.0, 0.0, 3), (E, 10.0, 5.0, 4)])
    assert estimator.update(given).arrival_class is None
    classes = np.array([VehicleClass.BUS, VehicleClass.MOTOR, 77, VehicleClass.TRAM], np.int8)  # one is no class
    snapshot = estimator.update(given._replace(vehicle_class=classes))
    assert snapshot.arrival_class is not None
    assert snapshot.arrival_class.dtype == np.int8
    of = {1: VehicleClass.BUS, 2: VehicleClass.MOTOR, 3: VehicleClass.UNKNOWN, 4: VehicleClass.TRAM}
    assert snapshot.arrival_class.tolist() == [of[handle] for handle in snapshot.arrival_handle.tolist()]
    first = slice(*snapshot.arrival_offset[AHEAD : AHEAD + 2])
    assert snapshot.arrival_class[first].tolist() == [VehicleClass.MOTOR, VehicleClass.BUS, VehicleClass.UNKNOWN]
    assert estimator.update(given).arrival_class is None


def test_a_class_too_few_is_a_vehicle_too_few() -> None:
    network = corridor()
    estimator = FullEstimator(network)
    given = readings(network, 0.0, [(B0, 70.0, 0.0, 1), (B0, 60.0, 0.0, 2)])
    snapshot = estimator.update(given._replace(vehicle_class=np.ones(1, np.int8)))
    assert snapshot.count_veh[AHEAD] == 1.0
    assert estimator.skipped == 1


def test_types_and_layouts_of_readings_do_not_matter() -> None:
    network = corridor()
    estimator = FullEstimator(network)
    given = readings(network, 0.0, [(B0, 70.0, 0.0, 1), (B0, 60.0, 0.0, 2)])
    wide = np.zeros((2, 2))
    wide[:, 0] = given.vehicle_position_m
    other = given._replace(vehicle_position_m=wide[:, 0], vehicle_lane=given.vehicle_lane.astype(np.int64))  # type: ignore[arg-type]
    other.vehicle_lane.setflags(write=False)
    assert estimator.update(other).count_veh[AHEAD] == 2.0


def test_a_time_that_is_none_does_not_harm() -> None:
    network = corridor()
    estimator = FullEstimator(network)
    for time_s in (0.0, float("nan"), -5.0, float("inf"), -3.0):
        snapshot = estimator.update(readings(network, time_s, [(B0, 70.0, 0.0, 1)]))
        assert np.isfinite(snapshot.wait_s).all()
        assert np.isfinite(snapshot.time_s)
    assert snapshot.age_ds[0] == 50


def test_the_aspect_ages() -> None:
    network = corridor()
    estimator = FullEstimator(network, tick_ds=10)
    ages = []
    for tick, shown in enumerate((Aspect.RED, Aspect.GREEN, Aspect.UNKNOWN, Aspect.AMBER)):
        given = readings(network, float(tick), [])._replace(aspect=np.full(4, shown, np.int8))
        snapshot = estimator.update(given)
        ages.append((int(snapshot.aspect[0]), int(snapshot.age_ds[0])))
    assert ages == [(0, 10), (2, 10), (2, 20), (3, 10)]


def test_it_sees_what_the_built_in_world_knows() -> None:
    network = crossroads()
    estimator, world = (
        FullEstimator(network, range_m=1000.0),
        SimWorld(network, crossroads_demand(600.0), seed=3, controlled=(), end_s=900.0),
    )
    assert isinstance(estimator, Estimator)
    command = Command(0.0, np.zeros(12, np.int8), np.ones(1, np.bool_))
    with world:
        while not world.finished:
            given: Readings = world.read()
            snapshot = estimator.update(given)
            on_approach = np.isin(given.vehicle_lane, network.arrays.approach_lane)
            assert snapshot.count_veh.sum() == on_approach.sum()
            assert snapshot.queue_veh.sum() == (on_approach & (given.vehicle_speed_mps < 1.0)).sum()
            assert snapshot.lane_veh[network.arrays.approach_lane] == pytest.approx(snapshot.count_veh)
            world.write(command)
    # 60 % straight on and 20 % right share a lane.
    assert estimator.link_share.reshape(4, 3)[:, 0] == pytest.approx(0.75, abs=0.12)
    assert estimator.skipped == 0


def test_the_same_readings_give_the_same_bytes() -> None:
    def believed() -> list[bytes]:
        network = crossroads()
        estimator, world = FullEstimator(network), SimWorld(network, crossroads_demand(), controlled=(), end_s=120.0)
        rows = []
        with world:
            while not world.finished:
                snapshot = estimator.update(world.read())
                rows.append(b"".join(np.asarray(column).tobytes() for column in snapshot))
                world.write(Command(0.0, np.zeros(12, np.int8), np.ones(1, np.bool_)))
        return rows

    assert believed() == believed()


def test_importing_it_loads_no_simulator() -> None:
    code = (
        "import sys, signals.sensing.full; assert not {'libsumo', 'traci', 'sumolib', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
