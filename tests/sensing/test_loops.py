from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from signals.adapters.sim.world import SimWorld
from signals.model.crossroads import crossroads, crossroads_demand
from signals.model.demand import Demand
from signals.model.network import Network
from signals.model.roles import Estimator
from signals.model.values import Aspect, Command, Readings, Snapshot
from signals.model.vehicle_classes import VehicleClass
from signals.sensing.connected_world import connected
from signals.sensing.full import FullEstimator
from signals.sensing.loops import LoopEstimator
from tests.sensing.corridor import corridor

FIXED = Command(0.0, np.zeros(12, np.int8), np.ones(1, np.bool_))


def readings(network: Network, time_s: float, count: list[int], occupied: list[float]) -> Readings:
    groups = len(network.arrays.group_user)
    none = np.empty(0, np.float32)
    return Readings(
        time_s, np.zeros(groups, np.int8), np.zeros(groups, np.bool_), none.astype(np.int32), none, none,
        none.astype(np.int64), np.array(count, np.int32), np.array(occupied, np.float32),
    )  # fmt: skip


@pytest.mark.parametrize(("veh_h", "queue_error_veh", "least_correlation"), [(200.0, 0.1, 0.97), (450.0, 0.7, 0.85)])
def test_counting_comes_near_the_truth(veh_h: float, queue_error_veh: float, least_correlation: float) -> None:
    """Against full sight of the 50 m upstream of the stop line, over half an hour of the built-in fixed plan."""
    network = crossroads()
    world = SimWorld(network, crossroads_demand(veh_h), seed=4, controlled=(), end_s=1800.0)
    full, loops = FullEstimator(network, range_m=50.0), LoopEstimator(network)
    assert isinstance(loops, Estimator)
    truth, counted, agree = [], [], []
    with world:
        while not world.finished:
            given = world.read()
            one, two = full.update(given), loops.update(given)
            truth.append(one.queue_veh.copy())
            counted.append(np.minimum(two.queue_veh, 7.0))  # 50 m
            agree.append((one.demand == two.demand).mean())
            world.write(FIXED)
    real, believed = np.array(truth), np.array(counted)
    assert abs(real - believed).mean() < queue_error_veh
    assert np.corrcoef(real.ravel(), believed.ravel())[0, 1] > least_correlation
    assert np.mean(agree) > 0.95


def test_the_snapshot_has_the_same_form_as_with_full_sight() -> None:
    network = crossroads()
    world = SimWorld(network, crossroads_demand(), seed=1, controlled=(), end_s=100.0)
    full, loops = FullEstimator(network), LoopEstimator(network)
    with world:
        while not world.finished:
            given = world.read()
            one, two = full.update(given), loops.update(given)
            for name in Snapshot._fields:
                mine, other = np.asarray(getattr(two, name)), np.asarray(getattr(one, name))
                assert mine.dtype == other.dtype, name
                if not name.startswith("arrival_") or name == "arrival_offset":
                    assert mine.shape == other.shape, name
            assert len(two.arrival_handle) == len(two.arrival_weight) == two.arrival_offset[-1]
            for first, last in zip(two.arrival_offset, two.arrival_offset[1:], strict=False):
                assert (np.diff(two.arrival_distance_m[first:last]) >= 0.0).all()
            assert (two.arrival_handle > 0).all()
            world.write(FIXED)


def test_an_approach_without_working_loops_is_demanded_for_ever() -> None:
    network = corridor((("b0", 77.0), ("b0", 30.0)))
    estimator = LoopEstimator(network)
    snapshot = estimator.update(readings(network, 0.0, [0, 0], [0.0, 0.0]))
    assert snapshot.demand.tolist() == [False, True, False, True]
    assert snapshot.queue_veh.tolist() == [0.0, 1.0, 1.0]
    assert snapshot.lane_veh[3] == 0.0
    assert np.isnan(snapshot.lane_veh[8])  # no stop line, not watched
    snapshot = estimator.update(readings(network, 1.0, [-1, 5], [float("nan"), float("nan")]))
    assert snapshot.demand.tolist() == [False, True, False, True]  # a reading may be missing for a moment
    for second in range(2, 8):
        snapshot = estimator.update(readings(network, float(second), [-1, 5], [float("nan"), float("nan")]))
    assert snapshot.demand.tolist() == [True, True, False, True]
    assert estimator.failed == ("b0@77", "b0@30")
    for second in range(8, 16):
        snapshot = estimator.update(readings(network, float(second), [0, 0], [0.0, 0.0]))
    assert snapshot.demand.tolist() == [False, True, False, True]
    assert estimator.failed == ()


def test_missing_readings_are_failed_loops() -> None:
    network = corridor((("b0", 77.0), ("b1", 77.0), ("e", 2.0)))
    estimator = LoopEstimator(network)
    snapshot = estimator.update(readings(network, 0.0, [0, 0, 0], [0.0, 0.0, 0.0]))
    assert not snapshot.demand.any()
    for second in range(1, 7):
        snapshot = estimator.update(readings(network, float(second), [0, 0, 0], [0.0]))
    assert snapshot.demand.tolist() == [False, True, False, True]
    assert estimator.failed == ("b1@77", "e@2")
    for second in range(7, 14):
        snapshot = estimator.update(readings(network, float(second), [], []))
    assert snapshot.demand.tolist() == [True, True, False, True]


def test_calls_and_aspects_are_as_with_full_sight() -> None:
    network = corridor((("b0", 77.0), ("b1", 77.0), ("e", 2.0)))
    estimator = LoopEstimator(network, tick_ds=5)
    given = readings(network, 0.0, [0] * 3, [0.0] * 3)
    shown = np.array([Aspect.GREEN, Aspect.RED, Aspect.RED, Aspect.UNKNOWN], np.int8)
    snapshot = estimator.update(given._replace(aspect=shown, call=np.array([False, False, True, False])))
    assert snapshot.demand.tolist() == [False, False, True, False]
    assert snapshot.aspect.tolist() == shown.tolist()
    assert snapshot.age_ds.tolist() == [5] * 4
    snapshot = estimator.update(given._replace(time_s=0.5, aspect=shown))
    assert snapshot.demand.tolist() == [False, False, True, False]
    assert snapshot.age_ds.tolist() == [10] * 4


def test_a_network_without_detectors_is_all_recall() -> None:
    network = corridor()
    snapshot = LoopEstimator(network).update(readings(network, 0.0, [], []))
    assert snapshot.demand.tolist() == [True, True, False, True]
    assert snapshot.link_share == pytest.approx([0.75, 0.25, 1 / 1.1, 0.1 / 1.1, 0.75, 0.25])


def test_it_keeps_going_with_any_reading() -> None:
    network = crossroads()
    estimator, rng = LoopEstimator(network), np.random.default_rng(0)
    world = SimWorld(network, Demand(), sensing="detectors")
    with world:
        given = world.read()
    values = [float("nan"), float("inf"), -1.0, 0.0, 0.5, 1.0, 1e30]
    for _ in range(300):
        odd = given._replace(
            time_s=float(rng.choice([0.0, 5.0, np.nan, 1e9])),
            detector_count=rng.choice([-(2**31), -1, 0, 1, 2**31 - 1], 16).astype(np.int32),
            detector_occupied=rng.choice(values, 16).astype(np.float32),
        )
        snapshot = estimator.update(odd)
        assert np.isfinite(snapshot.arrival_distance_m).all()
        assert np.isfinite([snapshot.queue_veh, snapshot.count_veh, snapshot.wait_s, snapshot.gap_s]).all()


class Watched(NamedTuple):
    """Queues of a run: true, and as believed with each share of connected vehicles."""

    true: np.ndarray[tuple[int, int], np.dtype[np.float32]]
    believed: dict[float, np.ndarray[tuple[int, int], np.dtype[np.float32]]]
    estimators: dict[float, LoopEstimator]


def watched(shares: tuple[float, ...], *, loops: bool) -> Watched:
    network = crossroads() if loops else replace(crossroads(), detectors=())
    world = SimWorld(network, crossroads_demand(450), seed=4, controlled=(), end_s=1800.0)
    full = FullEstimator(network, range_m=100.0)
    estimators = {share: LoopEstimator(network, range_m=100.0, connected=True) for share in shares}
    true, believed = [], {share: [] for share in shares}
    with world:
        while not world.finished:
            given = world.read()
            true.append(full.update(given).queue_veh.copy())
            for share, estimator in estimators.items():
                seen = connected(given.vehicle_handle, share, 1)
                some = given._replace(
                    vehicle_lane=given.vehicle_lane[seen], vehicle_position_m=given.vehicle_position_m[seen],
                    vehicle_speed_mps=given.vehicle_speed_mps[seen], vehicle_handle=given.vehicle_handle[seen],
                )  # fmt: skip
                believed[share].append(estimator.update(some).queue_veh.copy())
            world.write(FIXED)
    return Watched(np.array(true), {share: np.array(rows) for share, rows in believed.items()}, estimators)


def test_the_more_are_connected_the_truer_the_queues() -> None:
    """A few beside loops help no more than nobody: less than half of them tell the loops little that is new."""
    run = watched((0.0, 0.5, 0.7, 1.0), loops=True)
    error = {share: abs(run.true - rows).mean() for share, rows in run.believed.items()}
    assert error[1.0] < error[0.7] < error[0.5] < error[0.0]
    assert error[1.0] < 0.05
    for share, estimator in run.estimators.items():
        assert estimator.penetration == pytest.approx(share, abs=0.08)


def test_connected_vehicles_alone_tell_of_the_others() -> None:
    run = watched((0.3, 1.0), loops=False)
    # In the beginning a few are thought to be connected, so that each who is stands for many.
    assert abs(run.true - run.believed[1.0])[600:].mean() < 0.15 < 0.5 * run.true[600:].mean()
    correlation = np.corrcoef(run.true.ravel(), run.believed[0.3].ravel())[0, 1]
    assert correlation > 0.6
    assert run.believed[0.3].mean() == pytest.approx(run.true.mean(), rel=0.4)
    assert run.estimators[0.3].penetration == pytest.approx(0.3, abs=0.1)
    assert LoopEstimator(crossroads()).penetration == 0.0


def test_a_connected_vehicle_that_stands_tells_how_full_a_lane_is_that_nobody_counts() -> None:
    network = corridor((("b0", 77.0),))
    estimator = LoopEstimator(network, connected=True)
    lane = network.lane_index["g"]
    given = readings(network, 0.0, [0], [0.0])
    assert np.isnan(estimator.update(given).lane_free_m[lane])
    stands = given._replace(
        time_s=1.0, vehicle_lane=np.array([lane], np.int32), vehicle_position_m=np.array([20.0], np.float32),
        vehicle_speed_mps=np.zeros(1, np.float32), vehicle_handle=np.array([3]),
    )  # fmt: skip
    assert estimator.update(stands).lane_free_m[lane] == pytest.approx(15.0)
    assert np.isnan(estimator.update(given._replace(time_s=2.0)).lane_free_m[lane])


def test_a_connected_vehicle_says_what_it_is_and_loops_cannot() -> None:
    network = corridor((("b0", 77.0),))
    estimator = LoopEstimator(network, connected=True)
    lane = network.lane_index["b0"]
    given = readings(network, 0.0, [1], [0.5])
    estimator.update(given)
    two = given._replace(
        time_s=1.0, detector_count=np.zeros(1, np.int32), vehicle_lane=np.full(2, lane, np.int32),
        vehicle_position_m=np.array([20.0, 5.0], np.float32), vehicle_speed_mps=np.zeros(2, np.float32),
        vehicle_handle=np.array([3, 8]), vehicle_class=np.array([VehicleClass.BUS, VehicleClass.BICYCLE], np.int8),
    )  # fmt: skip
    snapshot = estimator.update(two)
    assert snapshot.arrival_class is not None
    told = [one for one in snapshot.arrival_class.tolist() if one]
    assert told[:2] == [VehicleClass.BUS, VehicleClass.BICYCLE]
    assert VehicleClass.UNKNOWN in snapshot.arrival_class.tolist()  # the one that was only counted
    silent = estimator.update(two._replace(time_s=2.0, vehicle_class=None)).arrival_class
    assert silent is not None
    assert not silent.any()
    counted = LoopEstimator(network).update(given).arrival_class
    assert counted is not None
    assert len(counted) > 0
    assert not counted.any()
