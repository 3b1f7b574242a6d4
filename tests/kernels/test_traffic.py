from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.kernels.traffic import advance
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.travel import VehicleKind
from signals.model.values import Aspect
from tests.kernels.driven import Drive, cars, random_travel
from tests.kernels.naive_traffic import Naive

# Six cars that stood at red, as SUMO 1.28 lets them cross (step 1 s, default car, 13.89 m/s), counted from green.
SUMO_DISCHARGE_S = (0.56, 3.78, 6.19, 8.35, 10.41, 12.45)


def test_a_queue_leaves_as_it_does_in_sumo() -> None:
    network = crossroads()
    drive = Drive(cars(network, [("north_in", "south_out")], [2.5 * n for n in range(6)]))
    drive.on(60)
    assert drive.exits_s("north_in_0") == []
    drive.show(Aspect.GREEN, "north_ahead")
    drive.on(40)
    seen_s = np.array(drive.exits_s("north_in_0")) - 60.0
    np.testing.assert_allclose(seen_s, SUMO_DISCHARGE_S, atol=0.4)


def test_trucks_take_longer_to_leave() -> None:
    network = crossroads()
    truck = VehicleKind(id="truck", length_m=12.0, accel_mps2=1.3)
    drive = Drive(cars(network, [("north_in", "south_out")], [3.0 * n for n in range(5)], truck))
    drive.on(80)
    drive.show(Aspect.GREEN, "north_ahead")
    drive.on(40)
    seen_s = drive.exits_s("north_in_0")
    assert len(seen_s) == 5
    assert seen_s[-1] - 80.0 > SUMO_DISCHARGE_S[4] + 2.0


def test_who_meets_no_red_loses_only_what_a_turn_costs() -> None:
    network = crossroads()
    drive = Drive(cars(network, [("north_in", "south_out")], [5.0]))
    drive.show(Aspect.GREEN, "north_ahead")
    drive.on(120)
    trip = drive.traffic.state.trip[0]
    assert trip[3] == 5.0
    assert 0.0 <= trip[4] - trip[2] < 6.0  # dawdling, at most


def test_amber_lets_nobody_go_who_stands() -> None:
    network = crossroads()
    drive = Drive(cars(network, [("north_in", "south_out")], [0.0]))
    drive.on(60)
    drive.show(Aspect.AMBER, "north_ahead")
    drive.on(10)
    assert drive.count("north_in_0") == 1


def test_nobody_crosses_at_red() -> None:
    drive = Drive(random_travel(crossroads(), 1))
    drive.on(300)
    inside = [row for row, lane in enumerate(drive.traffic.lane) if "_in_" in drive.network.lanes[lane].id]
    assert drive.traffic.state.lane_count[inside, 2].sum() == 0
    assert drive.traffic.state.lane_count[inside, 0].sum() > 50


def test_a_full_lane_stops_those_behind() -> None:
    network = crossroads()
    short = tuple(replace(lane, length_m=30.0) if lane.id == "south_out_0" else lane for lane in network.lanes)
    tail = replace(network.lanes[0], id="after_0", edge="after")
    onward = replace(
        network.movements[0], id="on", from_lane=network.lane_index["south_out_0"], to_lane=len(short), link=-1,
        yields_to=(), foes=(),
    )  # fmt: skip
    tight = replace(tail, length_m=20.0)
    network = replace(network, lanes=(*short, tight), movements=(*network.movements, onward))
    travel = cars(network, [("north_in", "south_out")], [2.5 * n for n in range(30)])
    stuck = replace(travel, routes=((*travel.routes[0], network.edge_index["after"]),))
    drive = Drive(stuck, network)
    drive.traffic.state.lit[-1] = 0  # the way on is closed for good
    drive.show(Aspect.GREEN, "north_ahead")
    drive.on(200)
    assert drive.count("south_out_0") == 4  # (30 + 2.5) / 7.5
    assert drive.count("north_in_0") == 26
    drive.traffic.state.lit[-1] = 3
    drive.traffic.state.wake[drive.row("south_out_0")] = 200.0
    drive.on(300)
    assert np.all(drive.traffic.state.trip[:, 4] < 500.0)


def test_a_left_turn_yields_to_those_who_come() -> None:
    network = crossroads(pedestrians=True)
    yielding = next(n for n, m in enumerate(network.movements) if m.id == "north_in_0>west_out_0")
    foes = [network.movements[foe].id for foe in network.movements[yielding].yields_to]
    assert foes, "the crossroads let a right turn yield to people on foot"
    drive = Drive(cars(network, [("north_in", "west_out")], [0.0]))
    foe = network.movements[yielding].yields_to[0]
    drive.traffic.state.move[foe, 0] = 70.0  # somebody is on the crossing until then
    drive.on(40)
    drive.show(Aspect.GREEN, "north_ahead")
    drive.aspect[8:] = Aspect.GREEN
    drive.on(60)
    assert 70.0 <= drive.exits_s("north_in_0")[0] < 73.0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), stage_s=st.integers(6, 40))
def test_everybody_is_somewhere_and_nobody_overtakes(seed: int, stage_s: int) -> None:
    drive = Drive(random_travel(crossroads(), seed, people=0))
    stages = [list(stage.groups) for stage in drive.network.intersections[0].stages]
    for number in range(600 // (stage_s + 4)):
        drive.aspect[:] = Aspect.RED
        drive.on(4)
        drive.aspect[stages[number % len(stages)]] = Aspect.GREEN
        drive.on(stage_s)
        _check(drive)


def _check(drive: Drive) -> None:
    roads, travellers, state, *_ = drive.traffic
    counts = state.lane_count
    assert np.all(counts[:, 0] == counts[:, 1] - counts[:, 2])
    inserted, left = ~np.isnan(state.trip[:, 3]), ~np.isnan(state.trip[:, 4])
    assert counts[:, 0].sum() + state.waiting[0] == (inserted & ~left).sum()
    assert not np.any(left & ~inserted)
    taken_m = np.zeros(len(counts))
    for lane in range(len(counts)):
        first, size, _ = roads.lane_ring[lane]
        held = [state.ring[first + n % size] for n in range(counts[lane, 2], counts[lane, 1])]
        taken_m[lane] = roads.kind[state.trip_row[held, 3], 0].sum()
    np.testing.assert_allclose(state.lane[:, 3], taken_m, atol=1e-6)
    due = travellers.depart[:, 0] < drive.now_s
    assert not np.any(inserted & ~due)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_twice_gives_the_same_bytes(seed: int) -> None:
    drives = [Drive(random_travel(crossroads(), seed)) for _ in range(2)]
    for drive in drives:
        drive.show(Aspect.GREEN, "north_ahead", "south_ahead")
        drive.on(200)
    first, second = (b"".join(column.tobytes() for column in drive.traffic.state) for drive in drives)
    assert first == second


def _beside_the_twin(drive: Drive, rng: np.random.Generator, seconds: int) -> None:
    """Run kernel and naive twin side by side with random lights, and compare what became of everybody."""
    naive = Naive(drive.traffic)
    roads, travellers, state, *_ = drive.traffic
    moves = len(state.lit)
    crossing = roads.move_row[:, 5] == 1
    for second in range(seconds):
        changed = np.flatnonzero(rng.random(moves) < 0.06)
        change = np.column_stack([changed, rng.integers(0, 5, len(changed))]).astype(np.int32)
        since = np.full(len(change), float(second))
        for move, shown in change.tolist():
            naive.light(move, shown, float(second))
        for lane in np.flatnonzero(rng.random(len(naive.roads)) < 0.01).tolist():
            naive.roads[lane].closed = not naive.roads[lane].closed
            state.lane_count[lane, 5] = naive.roads[lane].closed
        for move in np.flatnonzero(crossing & (rng.random(moves) < 0.01)).tolist():
            state.move[move, 0] = naive.moves[move].last_s = second + 8.0
        advance(float(second), second + 1.0, since, change, tuple(roads), tuple(travellers), tuple(state))
        naive.second(float(second))
    found = np.array([(c.inserted_s, c.left_s, c.ideal_s, c.stood_s, c.longest_s, c.stops) for c in naive.cars])
    kernel = np.column_stack([state.trip[:, [3, 4, 2, 5, 6]], state.trip_row[:, 2]])
    np.testing.assert_allclose(kernel, found, atol=1e-6, rtol=0)
    assert state.lane_count[:, 0].tolist() == [len(road.cars) for road in naive.roads]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(20, 400))
def test_it_does_what_its_naive_twin_does(seed: int, count: int) -> None:
    network, rng = crossroads(), np.random.default_rng(seed)
    lanes = tuple(
        replace(lane, length_m=float(rng.uniform(12.0, 300.0))) if lane.user is User.VEHICLE else lane
        for lane in network.lanes
    )
    # Some wait inside the junction, and everybody yields to somebody.
    movements = tuple(
        replace(
            move,
            via=(0, 1) if rng.random() < 0.5 else (),
            yields_to=tuple(sorted(set(rng.integers(0, 16, 3).tolist()) - {number})),
        )
        for number, move in enumerate(network.movements)
    )
    drive = Drive(
        random_travel(network, seed, count, people=0, end_s=300.0), replace(network, lanes=lanes, movements=movements)
    )
    _beside_the_twin(drive, rng, 400)
