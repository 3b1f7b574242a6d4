from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.sim.layout import Stock, stock
from signals.adapters.sim.schedule import Schedule, schedule
from signals.adapters.sim.streets import PointQueues
from signals.model.crossroads import crossroads, crossroads_demand
from signals.model.demand import Demand, Flow
from signals.model.lanes import User
from signals.model.movements import Movement
from signals.model.network import Network
from signals.model.values import Aspect
from tests.adapters.streets import full_exit, street, town, yard
from tests.kernels.naive_point_queue import Naive

ASPECTS = (Aspect.RED, Aspect.RED_AMBER, Aspect.GREEN, Aspect.GREEN, Aspect.GREEN, Aspect.AMBER)


def town_demand() -> Demand:
    foot = User.PEDESTRIAN
    return Demand(
        (
            Flow((0, 3), 300.0), Flow((0, 3, 6, 0, 3), 200.0), Flow((1,), 200.0), Flow((2,), 700.0), Flow((4,), 600.0),
            Flow((4, 6, 1), 200.0), Flow((5,), 300.0, user=foot),
        )
    )  # fmt: skip


def pair(network: Network, demand: Demand, travellers: Schedule) -> tuple[Stock, PointQueues, Naive]:
    built = stock(network, demand, travellers)
    trips = [
        (float(t), demand.flows[f].route) for t, f in zip(travellers.vehicle_s, travellers.vehicle_flow, strict=True)
    ]
    walks = [
        (float(t), demand.flows[f].route[0]) for t, f in zip(travellers.person_s, travellers.person_flow, strict=True)
    ]
    return built, PointQueues(built), Naive(network, trips, walks)


CASES = {
    "crossroads": (
        crossroads(length_m=60.0),
        Demand((*crossroads_demand(700.0).flows, Flow((13,), 200.0, user=User.PEDESTRIAN))),
    ),
    "town": (town(), town_demand()),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("seed", "tick_s"), [(1, 1.0), (2, 1.0), (3, 0.5), (4, 3.0)])
def test_the_kernel_does_what_the_twin_does(case: str, seed: int, tick_s: float) -> None:
    network, demand = CASES[case]
    built, queues, naive = pair(network, demand, schedule(demand, 900.0, seed))
    rng = np.random.default_rng(seed)
    aspect = np.full(len(network.arrays.group_user), Aspect.RED, np.int8)
    time_s = 0.0
    while time_s < 900.0:
        change = rng.random(len(aspect)) < 0.08 * tick_s
        aspect[change] = rng.choice(ASPECTS, change.sum())
        queues.advance(time_s, time_s + tick_s, aspect)
        naive.advance(time_s, time_s + tick_s, [Aspect(int(a)) for a in aspect])
        time_s += tick_s
        readings = queues.read(time_s, time_s - tick_s, aspect, vehicles=True)
        columns = (readings.vehicle_lane, readings.vehicle_position_m, readings.vehicle_speed_mps)
        rows = zip(readings.vehicle_handle - 1, *columns, strict=True)
        seen = {int(number): (int(lane), place, speed) for number, lane, place, speed in rows}
        places = naive.places(time_s)
        assert seen.keys() == places.keys()
        for number, (lane, place, speed) in places.items():
            assert seen[number][0] == lane
            assert seen[number][1:] == pytest.approx((place, speed), abs=1e-3)
    fleet = built.fleet
    assert len(fleet.step) > 100
    for car in naive.cars:
        for mine, its in ((fleet.entered_s, car.entered_s), (fleet.left_s, car.left_s)):
            assert np.isnan(mine[car.number]) if its is None else mine[car.number] == pytest.approx(its, abs=1e-9)
        assert fleet.loss_s[car.number] == pytest.approx(sum(car.waits_s), abs=1e-9)
        assert fleet.longest_s[car.number] == pytest.approx(max(car.waits_s, default=0.0), abs=1e-9)
        assert fleet.stops[car.number] == sum(wait > 1.0 for wait in car.waits_s)
    walks = sorted(naive.walks, key=lambda walk: (walk.movement, walk.scheduled_s))
    assert [walk.started_s for walk in walks] == [
        None if np.isnan(s) else pytest.approx(s) for s in built.walkers.started_s
    ]
    assert np.isfinite(fleet.left_s).sum() > 50
    assert np.isnan(fleet.entered_s).any() or case == "crossroads"


def queue_of(times: list[float], network: Network) -> tuple[Stock, PointQueues]:
    demand = Demand((Flow((0,), 1.0),))
    built = stock(
        network, demand, Schedule(np.array(times), np.zeros(len(times), np.int32), np.empty(0), np.empty(0, np.int32))
    )
    return built, PointQueues(built)


def test_a_queue_leaves_after_the_start_up_loss_and_then_every_headway() -> None:
    built, queues = queue_of([0.0, 0.1, 0.2, 40.0], street())
    red, green = np.array([Aspect.RED], np.int8), np.array([Aspect.GREEN], np.int8)
    for second in range(100):
        queues.advance(second, second + 1.0, green if second >= 50 else red)
    # 300 m at 10 m/s, then the junction (10 m) and the exit (100 m).
    assert list(built.fleet.left_s) == pytest.approx([50 + 2 + 11, 50 + 4 + 11, 50 + 6 + 11, 70 + 11])
    assert list(built.fleet.loss_s) == pytest.approx([52 - 30.0, 54 - 30.1, 56 - 30.2, 0.0])
    assert list(built.fleet.stops) == [1, 1, 1, 0]


def test_d_d_1_delay() -> None:
    """Total delay of regular arrivals at a fixed signal: q r^2 / (2 (1 - rho)) per cycle (uniform delay)."""
    q, s, green_s, cycle_s, cycles = 500 / 3600, 1800 / 3600, 26.0, 80, 50
    built, queues = queue_of(list(np.arange(0.0, cycle_s * cycles, 1 / q)), street(length_m=1000.0))
    for second in range(cycle_s * (cycles + 2)):
        shown = Aspect.GREEN if second % cycle_s < green_s else Aspect.RED
        queues.advance(second, second + 1.0, np.array([shown], np.int8))
    red_s = cycle_s - (green_s - 2.0)
    wanted_s = red_s**2 / (2 * cycle_s * (1 - q / s))
    assert built.fleet.loss_s.mean() == pytest.approx(wanted_s, rel=0.05)


def test_detectors_count_everybody_once_and_see_who_stands() -> None:
    built, queues = queue_of([0.0, 1.0, 2.0], street(length_m=100.0, detectors=(10.0, 96.0, 0.0)))
    counts, occupied = np.zeros(3, int), []
    for second in range(40):
        shown = Aspect.GREEN if second >= 20 else Aspect.RED
        queues.advance(second, second + 1.0, np.array([shown], np.int8))
        readings = queues.read(second + 1.0, second, np.array([shown], np.int8), vehicles=False)
        assert len(readings.vehicle_lane) == 0
        counts += readings.detector_count
        occupied.append(readings.detector_occupied.copy())
    assert list(counts) == [3, 3, 3]
    at_line = np.array(occupied)[:, 1]
    assert list(at_line[11:20]) == [1.0] * 9  # the head stands from 10 s on
    assert at_line[30] == 0.0
    assert (np.array(occupied)[4:, 0] == 0.0).all()
    assert np.array(occupied)[0:4, 0].sum() == pytest.approx(3 * 0.7)  # 5 m of car over 2 m of loop at 10 m/s
    assert np.isfinite(built.fleet.left_s).all()


def crossing_times(network: Network, times: list[list[float]], seconds: int) -> list[list[float]]:
    """Return when the vehicles of each movement of a yard crossed."""
    demand = Demand(tuple(Flow((number,), 1.0) for number in range(len(times))))
    flow = np.repeat(np.arange(len(times)), [len(row) for row in times]).astype(np.int32)
    built = stock(network, demand, Schedule(np.concatenate(times), flow, np.empty(0), np.empty(0, np.int32)))
    queues = PointQueues(built)
    for second in range(seconds):
        queues.advance(second, second + 1.0, np.empty(0, np.int8))
    at = built.fleet.entered_s + 5.0 + built.fleet.loss_s
    return [sorted(at[flow == number].round(3)) for number in range(len(times))]


def test_who_yields_waits_for_a_gap() -> None:
    major = [0.0, 2.0, 4.0, 6.0, 20.0]
    (first, second) = crossing_times(yard(((), (0,))), [major, [1.0]], 60)
    assert first == [5.0, 7.0, 9.0, 11.0, 25.0]
    assert 12.0 <= second[0] <= 13.0  # 1 s after the last of the platoon, tried once a step


def test_two_who_would_yield_to_each_other_both_go() -> None:
    assert crossing_times(yard(((1,), (0,))), [[0.0], [0.0]], 20) == [[5.0], [5.0]]


def test_a_ring_of_yielding_vehicles_loses_its_patience() -> None:
    times = crossing_times(yard(((1,), (2,), (0,))), [[0.0], [0.0], [0.0]], 60)
    assert sum(len(row) for row in times) == 3
    assert min(times) > [14.0]
    assert max(times) < [30.0]


def test_who_cannot_go_is_not_waited_for() -> None:
    demand = Demand((Flow((0, 2), 1.0), Flow((1,), 1.0)))
    times = np.array([0.0, 1.0, 2.0, 12.0])
    built = stock(
        full_exit(), demand, Schedule(times, np.array([0, 0, 0, 1], np.int32), np.empty(0), np.empty(0, np.int32))
    )
    queues = PointQueues(built)
    for second in range(60):
        queues.advance(second, second + 1.0, np.array([Aspect.RED], np.int8))
    assert list(built.fleet.step[:3]) == [1, 0, 0]  # one is behind the junction, two find no room
    assert built.fleet.left_s[3] == 12.0 + 5.0 + 1.0 + 5.0  # and nobody waits for them


def test_who_goes_elsewhere_is_not_waited_for() -> None:
    net = yard(((), (0,)))
    away = Movement("away", 0, 3, (), 10.0, 10.0)
    shared = Network("shared", net.lanes, (*net.movements, away), ())
    for first, crossed_s in ((0, 9.0), (2, 8.0)):
        demand = Demand((Flow((first,), 1.0), Flow((1,), 1.0)))
        times, flow = np.array([2.9, 3.0]), np.array([0, 1], np.int32)
        built = stock(shared, demand, Schedule(times, flow, np.empty(0), np.empty(0, np.int32)))
        queues = PointQueues(built)
        for second in range(30):
            queues.advance(second, second + 1.0, np.empty(0, np.int8))
        assert built.fleet.entered_s[1] + 5.0 + built.fleet.loss_s[1] == pytest.approx(crossed_s, abs=0.01)
