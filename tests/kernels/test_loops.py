from __future__ import annotations

import numpy as np
import pytest

from signals.kernels.loops import Expected, LoopBeliefs, LoopPlaces, believe
from tests.kernels.naive_loops import Approach, Loop, Reading

ROOM = 64


class Kernel:
    """Three approaches: two loops upstream with shared weight; one loop and no stop line; a stop line only."""

    def __init__(self, approaches: list[Approach]) -> None:
        loops = [loop for approach in approaches for loop in approach.loops]
        stop = [approach.has_stop_loop for approach in approaches]
        number = len(approaches)
        self.stop = np.where(stop, np.cumsum(stop) - 1, -1).astype(np.int32)
        self.first_upstream = sum(stop)
        self.places = LoopPlaces(
            stop_loop=self.stop,
            loop_offset=np.cumsum([0, *(len(approach.loops) for approach in approaches)], dtype=np.int32),
            loop=np.arange(sum(stop), sum(stop) + len(loops), dtype=np.int32),
            loop_distance_m=np.array([loop.distance_m for loop in loops], np.float32),
            loop_weight=np.array([loop.weight for loop in loops], np.float32),
            speed_mps=np.array([approach.speed_mps for approach in approaches], np.float32),
            lane=np.arange(number, dtype=np.int32),
            lane_length_m=np.full(number, 100.0, np.float32),
        )
        self.expected = Expected(
            np.zeros(number, np.int32), np.zeros((number, ROOM)), np.zeros((number, ROOM), np.float32),
            np.zeros(number, np.bool_), np.full(number, 3600.0), np.zeros(number), np.zeros(number), np.zeros(len(loops)),
        )  # fmt: skip
        columns = [np.zeros(number, np.float32) for _ in range(6)]
        rows = [np.zeros(number * ROOM, np.float32) for _ in range(3)]
        self.out = LoopBeliefs(np.zeros(number, np.bool_), *columns, np.zeros(number + 1, np.int32), *rows)  # type: ignore[arg-type, call-arg]

    def update(self, now_s: float, dt: float, green: list[bool], readings: list[Reading]) -> None:
        count = np.array([reading.count for reading in readings], np.int32)
        occupied = np.array([reading.occupied for reading in readings], np.float32)
        believe(now_s, dt, np.array(green), count, occupied, tuple(self.places), tuple(self.expected), tuple(self.out))


def approaches() -> list[Approach]:
    return [
        Approach(10.0, True, [Loop(61.3, 0.5), Loop(96.1, 0.25)]),
        Approach(14.0, False, [Loop(51.7, 1.0)]),
        Approach(8.0, True, []),
        Approach(12.0, True, [Loop(50.9, 1.0)]),
        Approach(12.0, False, []),
    ]


def random_reading(rng: np.random.Generator, broken: float) -> Reading:
    if rng.random() < broken:
        return [Reading(-1, 0.0), Reading(1, float("nan")), Reading(0, -0.5), Reading(0, 1.5)][int(rng.integers(4))]
    count = int(rng.choice([0, 0, 0, 1, 1, 2]))
    return Reading(count, float(np.float32(rng.choice([0.0, 0.0, rng.random(), 1.0, 1.0]))))


@pytest.mark.parametrize(
    ("seed", "broken", "dt"), [(1, 0.0, 1.0), (2, 0.05, 1.0), (3, 0.5, 1.0), (4, 0.02, 0.5), (5, 0.0, 5.0)]
)
def test_the_kernel_believes_what_the_twin_believes(seed: int, broken: float, dt: float) -> None:
    naive = approaches()
    kernel = Kernel(naive)
    rng = np.random.default_rng(seed)
    green = [False] * 5
    for tick in range(800):
        green = [bool(shown ^ (rng.random() < 0.08)) for shown in green]
        readings = [random_reading(rng, broken) for _ in range(kernel.first_upstream + 4)]
        kernel.update(dt * tick, dt, green, readings)
        rest = iter(readings[kernel.first_upstream :])
        for number, approach in enumerate(naive):
            stop = readings[kernel.stop[number]] if approach.has_stop_loop else None
            approach.update(dt * tick, dt, green[number], stop, [next(rest) for _ in approach.loops])
            compare(kernel.out, number, approach)
        for approach in naive:  # rounding apart, both must hold the same
            for car in approach.cars:
                car.weight = float(np.float32(car.weight))


def compare(out: LoopBeliefs, number: int, approach: Approach) -> None:
    first, last = out.arrival_offset[number : number + 2]
    rows = approach.arrivals()
    mine = (out.arrival_distance_m[first:last], out.arrival_speed_mps[first:last], out.arrival_weight[first:last])
    np.testing.assert_allclose(np.array(mine).T.reshape(-1, 3), np.array(rows).reshape(-1, 3), rtol=1e-4, atol=1e-3)
    queued = sum(speed == 0.0 for _, speed, _ in rows)
    assert out.queue_veh[number] == pytest.approx(sum(weight for _, speed, weight in rows if speed == 0.0), rel=1e-5)
    assert out.count_veh[number] == pytest.approx(sum(weight for _, _, weight in rows), rel=1e-5)
    assert out.demand[number] == bool(rows)
    assert out.wait_s[number] == pytest.approx(approach.wait_s(), abs=1e-3)
    assert out.gap_s[number] == (0.0 if approach.recall else approach.vacant_s)
    if approach.recall:
        assert np.isnan(out.lane_veh[number])
        assert np.isnan(out.lane_free_m[number])
    else:
        assert out.lane_veh[number] == out.count_veh[number]
        assert out.lane_free_m[number] == max(100.0 - 7.0 * queued, 0.0)


EMPTY, ON = Reading(0, 0.0), Reading(0, 1.0)


def one(loop_m: float | None = 50.0, *, stop: bool = True) -> Kernel:
    return Kernel([Approach(10.0, stop, [Loop(loop_m, 1.0)] if loop_m else [])])


def test_a_vehicle_drives_from_the_loop_and_waits_at_the_line() -> None:
    kernel = one()
    kernel.update(0.0, 1.0, [False], [EMPTY, Reading(1, 0.5)])
    for second, away, speed in ((1, 35.0, 10.0), (3, 15.0, 10.0), (4, 5.0, 10.0), (5, 0.0, 0.0), (9, 0.0, 0.0)):
        kernel.update(float(second), 1.0, [False], [EMPTY if second < 5 else ON, EMPTY])
        assert kernel.out.arrival_distance_m[0] == pytest.approx(away)
        assert kernel.out.arrival_speed_mps[0] == speed
    assert kernel.out.wait_s[0] == pytest.approx(4.5)
    assert kernel.out.queue_veh[0] == 1.0


def test_a_queue_is_counted_out_one_by_one() -> None:
    kernel = one()
    for _ in range(3):
        kernel.update(0.0, 1.0, [False], [EMPTY, Reading(1, 0.5)])
    kernel.update(6.0, 1.0, [False], [Reading(1, 0.9), EMPTY])
    left = []
    for second, reading in enumerate(
        (ON, ON, Reading(1, 0.9), Reading(0, 0.4), Reading(1, 0.7), Reading(0, 0.2), EMPTY)
    ):
        kernel.update(7.0 + second, 1.0, [True], [reading, EMPTY])
        left.append(float(kernel.out.count_veh[0]))
    assert left == [3.0, 3.0, 1.0, 1.0, 0.0, 0.0, 0.0]


def test_the_stop_line_corrects_what_was_missed_and_what_never_came() -> None:
    kernel = one()
    kernel.update(0.0, 1.0, [False], [Reading(1, 1.0), EMPTY])
    assert kernel.out.count_veh[0] == 1.0  # nobody was counted in
    kernel.update(1.0, 1.0, [True], [EMPTY, Reading(1, 0.5)])
    kernel.update(2.0, 1.0, [True], [EMPTY, EMPTY])
    assert kernel.out.count_veh[0] == 1.0  # due at 5.5 s
    counts = []
    for second in range(3, 12):
        kernel.update(float(second), 1.0, [True], [EMPTY, EMPTY])
        counts.append(float(kernel.out.count_veh[0]))
    assert counts == [1.0] * 6 + [0.0] * 3  # 3 s late and the line free for 3 s


def test_a_covered_loop_means_that_the_queue_reaches_it() -> None:
    kernel = one(70.0)
    counts = []
    for second in range(4):
        kernel.update(float(second), 1.0, [False], [ON, ON])
        counts.append(float(kernel.out.queue_veh[0]))
    assert counts == [1.0, 1.0, 10.0, 10.0]


def test_without_any_loop_there_is_demand_for_ever() -> None:
    for kernel, failed in ((one(None, stop=False), []), (one(), [Reading(-1, 1.0), Reading(0, float("nan"))])):
        for second in range(5):
            kernel.update(float(second), 1.0, [second < 2], failed)
            assert kernel.out.demand[0]
            assert kernel.out.count_veh[0] == 1.0
        assert kernel.out.wait_s[0] == 3.0
        assert kernel.out.gap_s[0] == 0.0


def test_without_a_stop_line_loop_vehicles_leave_at_saturation_flow() -> None:
    kernel = one(stop=False)
    for second in range(4):
        kernel.update(float(second), 1.0, [False], [Reading(1, 0.5)])
    counts = []
    for second in range(4, 16):
        kernel.update(float(second), 1.0, [second >= 9], [EMPTY])
        counts.append(float(kernel.out.count_veh[0]))
    assert counts == [4.0] * 6 + [3.0, 3.0, 2.0, 2.0, 1.0, 1.0]
