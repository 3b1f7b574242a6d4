from __future__ import annotations

import pytest

from signals.kernels.loop_habits import FASTEST, SLOWEST, learn_pace, learn_space, space_m
from signals.kernels.loop_tracks import insert
from signals.kernels.loop_values import ON_AVERAGE, ON_LANE, SPACE_M
from tests.kernels.loop_street import LIMIT_MPS, Approach, Street

LINE_M = 3.0


def queue(street: Street, vehicles: int) -> None:
    for number in range(vehicles):
        insert(0, 1.0 + number, 0.0, 1.0, ON_LANE, 0, street.tracks)


def test_the_room_that_vehicles_take_is_that_of_the_queues_that_covered_a_loop() -> None:
    street = Street([Approach()])
    assert space_m(street.counters) == SPACE_M
    queue(street, 9)
    insert(0, 30.0, 9.0, 0.8, ON_AVERAGE, 0, street.tracks)  # he is no part of what was counted
    insert(0, 70.0, 9.0, 1.0, ON_LANE, 0, street.tracks)
    for _ in range(200):
        learn_space(0, 50.0, street.counters, street.tracks)
    assert space_m(street.counters) == pytest.approx((50.0 - 4.0) / 8.0, abs=0.2)
    assert street.counters.space[1] < 400.0


def test_short_queues_teach_nothing() -> None:
    street = Street([Approach()])
    queue(street, 2)
    learn_space(0, 50.0, street.counters, street.tracks)
    assert space_m(street.counters) == SPACE_M


def test_nobody_needs_less_room_than_a_car() -> None:
    street = Street([Approach()])
    queue(street, 30)
    for _ in range(50):
        learn_space(0, 50.0, street.counters, street.tracks)
    assert space_m(street.counters) == 4.5


def pace_after(street: Street, late_s: float) -> float:
    insert(0, LINE_M, street.counters.pace[0] * LIMIT_MPS, 1.0, ON_LANE, 0, street.tracks)
    street.tracks.seen_m[0, 0] = 45.0
    for _ in range(200):
        street.counters.ghost_s[0] = late_s
        street.tracks.speed_mps[0, 0] = street.counters.pace[0] * LIMIT_MPS
        learn_pace(0, LINE_M, street.places, street.counters, street.tracks)
        late_s = 45.0 / (0.8 * LIMIT_MPS) - 45.0 / (street.counters.pace[0] * LIMIT_MPS)
    return float(street.counters.pace[0])


def test_who_comes_late_drives_slower_than_was_believed() -> None:
    assert pace_after(Street([Approach()]), 1.125) == pytest.approx(0.8, abs=0.01)


def test_who_comes_early_drives_faster() -> None:
    street = Street([Approach()])
    insert(0, 13.0, 10.0, 1.0, ON_LANE, 0, street.tracks)
    street.tracks.seen_m[0, 0] = 45.0
    for _ in range(200):
        street.tracks.speed_mps[0, 0] = street.counters.pace[0] * LIMIT_MPS
        learn_pace(0, LINE_M, street.places, street.counters, street.tracks)
    assert street.counters.pace[0] == pytest.approx(FASTEST, abs=0.01)


@pytest.mark.parametrize("change", ["nobody", "improbable", "near", "slow"])
def test_who_tells_nothing_of_the_pace_teaches_nothing(change: str) -> None:
    street = Street([Approach()])
    if change != "nobody":
        insert(0, 3.0, 4.0 if change == "slow" else 10.0, 0.5 if change == "improbable" else 1.0, 0, 0, street.tracks)
        street.tracks.seen_m[0, 0] = 10.0 if change == "near" else 45.0
    street.counters.ghost_s[0] = 4.0
    learn_pace(0, LINE_M, street.places, street.counters, street.tracks)
    assert street.counters.pace[0] == 1.0


def test_one_who_broke_down_changes_little() -> None:
    street = Street([Approach()])
    insert(0, 3.0, 10.0, 1.0, ON_LANE, 0, street.tracks)
    street.tracks.seen_m[0, 0], street.counters.ghost_s[0] = 45.0, 600.0
    learn_pace(0, LINE_M, street.places, street.counters, street.tracks)
    assert street.counters.pace[0] == pytest.approx(1.0 - 0.05 * (1.0 - SLOWEST))
