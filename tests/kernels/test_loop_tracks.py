from __future__ import annotations

from math import isnan, nan, sqrt

import numpy as np
import pytest

from signals.kernels.loop_tracks import STAND_M, drop, insert, move, safe_mps, sort
from signals.kernels.loop_values import ON_LANE, SPACE_M
from tests.kernels.loop_street import ROOM, Approach, Street


class Car:
    """A vehicle of the slow twin."""

    def __init__(self, distance_m: float, speed_mps: float, weight: float, handle: int) -> None:
        self.distance_m, self.speed_mps, self.weight, self.handle = distance_m, speed_mps, weight, handle
        self.since_s = nan


def drive(cars: list[Car], now_s: float, dt: float, *, free: bool) -> None:
    """Krauss (1998): fast enough to stop behind whoever drives ahead, after a second of reaction; 4.5 m/s2."""
    before = [(1.0, 0.0), *((car.distance_m + 7.5 * car.weight, car.speed_mps) for car in cars)]
    for number, car in enumerate(cars):
        speed = min(car.speed_mps + 2.6 * dt, 10.0)
        if number or not free:
            end_m, ahead_mps = before[number]
            reach = 4.5 * car.weight
            speed = min(speed, sqrt(reach**2 + ahead_mps**2 + 9.0 * max(car.distance_m - end_m, 0.0)) - reach)
        car.speed_mps = speed
        car.distance_m = max(car.distance_m - speed * dt, cars[number - 1].distance_m if number else -1e9)
        car.since_s = nan if speed >= 1.0 else now_s if isnan(car.since_s) else car.since_s


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_kernel_does_what_the_twin_does(seed: int) -> None:
    rng, cars, tracks = np.random.default_rng(seed), list[Car](), Street([Approach()]).tracks
    for second in range(400):
        if rng.random() < 0.2 and len(cars) < ROOM:
            where, weight = float(rng.choice([50.0, 80.0, 200.0])), float(rng.choice([0.25, 1.0]))
            insert(0, where, 10.0, weight, ON_LANE, 0, tracks)
            place = sum(car.distance_m <= where for car in cars)
            cars.insert(place, Car(where, 10.0, weight, int(tracks.last_handle[0])))
        if rng.random() < 0.1 and cars:
            gone = int(rng.integers(len(cars)))
            drop(0, gone, tracks)
            cars.pop(gone)
        free = second % 60 < 30
        move(0, float(second), 1.0, int(free), 10.0, 7.5, tracks)
        drive(cars, float(second), 1.0, free=free)
        while cars and cars[0].distance_m < 0.0:
            drop(0, 0, tracks)
            cars.pop(0)
        for car in cars:  # rounding apart, both hold the same
            car.distance_m, car.speed_mps = float(np.float32(car.distance_m)), float(np.float32(car.speed_mps))
        n = tracks.number[0]
        assert tracks.handle[0, :n].tolist() == [car.handle for car in cars]
        np.testing.assert_allclose(tracks.distance_m[0, :n], [car.distance_m for car in cars], atol=0.02)
        np.testing.assert_allclose(tracks.speed_mps[0, :n], [car.speed_mps for car in cars], atol=0.02)


def test_a_queue_stands_close_and_leaves_at_saturation_flow() -> None:
    tracks = Street([Approach()]).tracks
    for number in range(6):
        insert(0, 60.0 + 20.0 * number, 10.0, 1.0, ON_LANE, 0, tracks)
    for second in range(60):
        move(0, float(second), 1.0, 0, 10.0, 7.5, tracks)
    places = tracks.distance_m[0, :6]
    assert places[0] == pytest.approx(STAND_M, abs=0.5)
    assert np.diff(places) == pytest.approx(SPACE_M, abs=0.5)
    assert (tracks.speed_mps[0, :6] < 0.1).all()
    assert (tracks.since_s[0, :6] < 40.0).all()
    left = []
    for second in range(30):
        move(0, 60.0 + second, 1.0, 1, 10.0, 7.5, tracks)
        while tracks.number[0] and tracks.distance_m[0, 0] < 0.0:
            drop(0, 0, tracks)
            left.append(second)
    assert len(left) == 6
    assert 1.4 <= np.diff(left)[1:].mean() <= 2.4


def test_time_may_stand_still() -> None:
    tracks = Street([Approach()]).tracks
    insert(0, 30.0, 5.0, 1.0, ON_LANE, 0, tracks)
    move(0, 0.0, 0.0, 0, 10.0, 7.5, tracks)
    assert tracks.distance_m[0, 0] == 30.0


def test_where_there_is_no_room_the_farthest_is_left_out() -> None:
    tracks = Street([Approach()]).tracks
    for number in range(ROOM):
        insert(0, 10.0 + number, 10.0, 1.0, ON_LANE, 0, tracks)
    insert(0, 500.0, 10.0, 1.0, ON_LANE, 0, tracks)
    assert tracks.distance_m[0].max() == 10.0 + ROOM - 1
    insert(0, 5.0, 10.0, 1.0, ON_LANE, 77, tracks)
    assert tracks.number[0] == ROOM
    assert tracks.handle[0, 0] == 77
    assert tracks.distance_m[0].max() == 10.0 + ROOM - 2


def test_a_shorter_space_makes_a_shorter_queue() -> None:
    tracks = Street([Approach()]).tracks
    for number in range(4):
        insert(0, 60.0 + 20.0 * number, 10.0, 1.0, ON_LANE, 0, tracks)
    for second in range(60):
        move(0, float(second), 1.0, 0, 10.0, 5.8, tracks)
    assert np.diff(tracks.distance_m[0, :4]) == pytest.approx(5.8, abs=0.3)


def test_a_safe_speed_lets_one_stop_behind_whoever_drives_ahead() -> None:
    assert safe_mps(0.0, 0.0, 1.0) == 0.0
    assert safe_mps(0.0, 8.0, 1.0) < 8.0
    speed = safe_mps(30.0, 0.0, 1.0)
    assert speed * 1.0 + speed**2 / (2 * 4.5) == pytest.approx(30.0)


def test_sorting_keeps_everybody_and_his_own() -> None:
    rng, tracks = np.random.default_rng(4), Street([Approach()]).tracks
    for number in range(12):
        insert(0, 10.0 * number, float(number), 0.05 * (number + 1), number, 0, tracks)
        tracks.known[0, number] = number
    place = rng.permutation(12).astype(np.float32)
    tracks.distance_m[0, :12] = place
    sort(0, tracks)
    order = np.argsort(place)
    assert tracks.distance_m[0, :12].tolist() == list(range(12))
    assert tracks.known[0, :12].tolist() == tracks.row[0, :12].tolist() == order.tolist()
    assert tracks.speed_mps[0, :12].tolist() == order.tolist()
