"""The kernel of the full estimator against its twin. It is driven through `FullEstimator`, which owns its arrays."""

from __future__ import annotations

import numpy as np
import pytest

from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import Lane, User
from signals.model.movements import Movement
from signals.model.network import Network
from signals.model.values import Readings, Snapshot
from signals.sensing.full import FullEstimator
from tests.kernels.naive_sensing import Naive, Vehicle
from tests.sensing.corridor import corridor, wander


def readings(network: Network, time_s: float, vehicles: list[Vehicle]) -> Readings:
    groups = len(network.arrays.group_user)
    lane, position, speed, handle = zip(*vehicles, strict=True) if vehicles else ([], [], [], [])
    return Readings(
        time_s, np.zeros(groups, np.int8), np.zeros(groups, np.bool_), np.array(lane, np.int32),
        np.array(position, np.float32), np.array(speed, np.float32), np.array(handle, np.int64),
        np.empty(0, np.int32), np.empty(0, np.float32),
    )  # fmt: skip


def as_read(vehicles: list[Vehicle]) -> list[Vehicle]:
    """Return them with the digits that readings have."""
    return [(lane, float(np.float32(x)), float(np.float32(v)), handle) for lane, x, v, handle in vehicles]


def assert_same(snapshot: Snapshot, naive: Naive) -> None:
    for approach in naive.links:
        rows = naive.arrivals(approach)
        first, last = snapshot.arrival_offset[approach : approach + 2]
        assert snapshot.arrival_distance_m[first:last] == pytest.approx([row[0] for row in rows], abs=1e-3)
        columns = (snapshot.arrival_weight, snapshot.arrival_speed_mps, snapshot.arrival_handle)
        mine = sorted(zip(*(column[first:last].tolist() for column in columns), strict=True), key=lambda row: row[2])
        wanted = sorted((row[1:] for row in rows), key=lambda row: row[2])
        assert np.array(mine).ravel() == pytest.approx(np.array(wanted).ravel(), rel=1e-5, abs=1e-5)
        assert snapshot.count_veh[approach] == pytest.approx(sum(row[1] for row in rows), rel=1e-5)
        assert snapshot.queue_veh[approach] == pytest.approx(sum(row[1] for row in rows if row[2] < 1.0), rel=1e-5)
        assert snapshot.wait_s[approach] == naive.wait_s(approach)
        assert snapshot.gap_s[approach] == min(naive.time_s - naive.present_s[approach], 3600.0)
    for lane in range(len(naive.network.lanes)):
        if lane in naive.watched:
            assert snapshot.lane_veh[lane] == sum(vehicle[0] == lane for vehicle in naive.vehicles)
            assert snapshot.lane_free_m[lane] == pytest.approx(naive.free_m(lane), rel=1e-5)
        else:
            assert np.isnan(snapshot.lane_veh[lane])
            assert np.isnan(snapshot.lane_free_m[lane])
    assert snapshot.link_share == pytest.approx([naive.share(link) for link in range(len(naive.taken))], rel=1e-5)


@pytest.mark.parametrize(("seed", "range_m"), [(1, 200.0), (2, 60.0), (3, 400.0)])
def test_the_kernel_believes_what_the_twin_believes(seed: int, range_m: float) -> None:
    network = corridor()
    estimator, naive = FullEstimator(network, range_m=range_m), Naive(network, range_m)
    for tick, vehicles in enumerate(wander(network, 1500, seed)):
        snapshot = estimator.update(readings(network, float(tick), vehicles))
        naive.update(float(tick), as_read(vehicles))
        if tick % 3 == 0:
            assert_same(snapshot, naive)
    learned = [naive.weight(lane, approach) for lane, approach in naive.distance]
    assert estimator.feeder_probability == pytest.approx(learned, rel=1e-4)
    assert max(naive.left.values()) > 60
    assert sum(naive.taken) > 100


def test_a_share_follows_the_last_hundreds_of_vehicles() -> None:
    network = corridor()
    estimator, naive = FullEstimator(network), Naive(network, 200.0)
    rng = np.random.default_rng(4)
    shares = []
    for number in range(900):
        right = rng.random() < (0.2 if number < 450 else 0.8)
        for tick, lane in enumerate((0, 3, 11 if right else 8)):
            vehicles: list[Vehicle] = [(lane, 1.0, 9.0, number)]
            snapshot = estimator.update(readings(network, 3.0 * number + tick, vehicles))
            naive.update(3.0 * number + tick, vehicles)
        shares.append(float(snapshot.link_share[1]))
    assert_same(snapshot, naive)
    assert shares[0] in (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert shares[440] == pytest.approx(0.2, abs=0.08)
    assert shares[-1] == pytest.approx(0.8, abs=0.08)


IMPOSSIBLE: list[Vehicle] = [
    (-1, 1.0, 1.0, 1), (14, 1.0, 1.0, 2), (2**31 - 1, 1.0, 1.0, 3), (3, -0.1, 1.0, 4), (3, 82.0, 1.0, 5),
    (3, float("nan"), 1.0, 6), (3, float("inf"), 1.0, 7), (3, 1.0, float("nan"), 8), (3, 1.0, -1.0, 9),
    (3, 1.0, 1e9, 10), (3, 1.0, 1.0, -1),
]  # fmt: skip


def test_vehicles_that_cannot_exist_are_left_out_and_counted() -> None:
    network = corridor()
    estimator, naive = FullEstimator(network), Naive(network, 200.0)
    for tick, vehicles in enumerate(wander(network, 100, 5)):
        mixed = [*IMPOSSIBLE[: tick % 12], *vehicles, *IMPOSSIBLE[tick % 12 :]]
        snapshot = estimator.update(readings(network, float(tick), mixed))
        naive.update(float(tick), as_read(mixed))
        assert_same(snapshot, naive)
    assert estimator.skipped == naive.skipped == 100 * len(IMPOSSIBLE)


def test_the_end_of_a_lane_is_reached_at_its_length() -> None:
    network = corridor()
    snapshot = FullEstimator(network).update(readings(network, 0.0, [(3, 80.0, 0.0, 1), (3, 80.9, 0.0, 2)]))
    assert list(snapshot.arrival_distance_m) == [0.0, 0.0]


def test_who_is_next_seen_beyond_the_junction_has_passed_the_stop_line() -> None:
    network = corridor()
    estimator, naive = FullEstimator(network), Naive(network, 200.0)
    for tick, lane in enumerate((0, 3, 13)):  # no movement leads from lane 3 to lane 13
        vehicles: list[Vehicle] = [(lane, 1.0, 9.0, 1)]
        snapshot = estimator.update(readings(network, float(tick), vehicles))
        naive.update(float(tick), vehicles)
    assert_same(snapshot, naive)
    assert estimator.feeder_probability[0] == pytest.approx((4 * 0.7225 + 1) / 5)
    assert snapshot.link_share[:2] == pytest.approx([0.5, 0.5])


def test_of_a_long_way_the_first_lanes_are_remembered() -> None:
    """Twenty lanes of a metre, all driven over in steps."""
    names = [f"l{number}" for number in range(20)]
    lanes = (
        *(Lane(name, name, 1.0, 10.0) for name in names),
        Lane("in", "in", 9.0, 10.0),
        Lane("out", "out", 9.0, 10.0),
    )
    ways = tuple(Movement(f"{k}>{k + 1}", k, k + 1, (), 1.0, 10.0, link=0 if k == 20 else -1) for k in range(21))
    group = SignalGroup("g", User.VEHICLE, (0,), (20,))
    network = Network("chain", lanes, ways, (Intersection("j", (group,), ((None,),), ()),))
    estimator, naive = FullEstimator(network), Naive(network, 200.0)
    for tick in range(22):
        estimator.update(readings(network, float(tick), [(tick, 0.5, 1.0, 1)]))
        naive.update(float(tick), [(tick, 0.5, 1.0, 1)])
    left = [naive.left[lane] for lane in range(20)]
    assert left == [1.0] * 16 + [0.0] * 4
    assert list(estimator._memory.lane_count[:20]) == left
