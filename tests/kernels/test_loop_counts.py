from __future__ import annotations

import numpy as np
import pytest

from signals.kernels.loop_counts import count_in, count_out
from signals.kernels.loop_health import BRIEF, FAILED
from signals.kernels.loop_stop_line import correct_head
from signals.kernels.loop_tracks import drop, insert
from signals.kernels.loop_values import ON_AVERAGE, ON_LANE, SPACE_M
from tests.kernels.loop_street import Approach, Street

STOP, POST = 0, 1


def enter(street: Street, counts: list[int], a: int = 0) -> bool:
    return bool(
        count_in(
            a, 1.0, np.array(counts, np.int32), street.places, street.health, street.counters, street.tracks
        )
    )  # fmt: skip


def test_who_is_expected_at_a_loop_is_recognised_there() -> None:
    street = Street([Approach(posts=((150.0, 1.0), (50.0, 1.0)))])
    insert(0, 70.0, 10.0, 1.0, ON_LANE, 5, street.tracks)
    insert(0, 95.0, 10.0, 1.0, ON_LANE, 6, street.tracks)
    assert enter(street, [0, 0, 1])
    assert street.tracks.handle[0, :2].tolist() == [5, 6]
    assert street.cars() == [(45.0, 10.0, 1.0), (95.0, 10.0, 1.0)]
    assert street.tracks.seen_m[0, :2].tolist() == [45.0, 95.0]


def test_who_is_not_expected_is_new_and_the_improbable_make_one_together() -> None:
    street = Street([Approach()])
    enter(street, [0, 1])
    assert street.cars() == [(45.0, 10.0, 1.0)]
    street = Street([Approach()])
    for place in (52.0, 60.0, 66.0):
        insert(0, place, 10.0, 0.4, ON_AVERAGE, 0, street.tracks)
    enter(street, [0, 1])
    assert [weight for _, _, weight in street.cars()] == pytest.approx([1.0, 0.2])


@pytest.mark.parametrize(("state", "left"), [(BRIEF, 1), (FAILED, 1)])
def test_who_is_not_counted_is_given_up_unless_the_loop_cannot_count(state: int, left: int) -> None:
    street = Street([Approach()])
    insert(0, 60.0, 10.0, 0.8, ON_LANE, 0, street.tracks)
    street.tracks.distance_m[0, 0] = 19.0
    enter(street, [0, 0])
    assert street.cars() == []
    street = Street([Approach()])
    insert(0, 60.0, 10.0, 0.8, ON_LANE, 0, street.tracks)
    street.tracks.distance_m[0, 0] = 45.0
    street.health.state[POST] = state
    assert enter(street, [0, -1]) == (state == BRIEF)
    street.tracks.distance_m[0, 0] = 19.0
    street.health.state[POST] = state
    enter(street, [0, -1])
    assert len(street.cars()) == left


def test_nobody_queues_before_a_loop_that_did_not_count_him() -> None:
    street = Street([Approach()])
    for number in range(3):
        insert(0, SPACE_M * number, 0.0, 1.0, ON_LANE, 0, street.tracks)
    insert(0, 200.0, 0.0, 0.3, ON_AVERAGE, 0, street.tracks)
    insert(0, 201.0, 8.0, 0.3, ON_AVERAGE, 0, street.tracks)
    street.tracks.distance_m[0, 3:5] = 3 * SPACE_M, 45.0
    enter(street, [0, 0])
    assert [place for place, _, _ in street.cars()] == [0.0, SPACE_M, 2 * SPACE_M, 45.0]


def test_a_covered_loop_means_a_queue_up_to_it_at_red_only() -> None:
    street = Street([Approach()])
    insert(0, 20.0, 5.0, 1.0, ON_LANE, 9, street.tracks)
    street.health.still_s[POST] = 3.0
    enter(street, [0, 0])
    assert len(street.cars()) == 1
    street.counters.red_s[0] = 10.0
    enter(street, [0, 0])
    places = [place for place, _, _ in street.cars()]
    assert places == pytest.approx([SPACE_M * number for number in range(7)])
    assert street.tracks.handle[0, 0] == 9
    assert sum(weight for _, _, weight in street.cars()) == pytest.approx(50.0 / SPACE_M)
    before = street.cars()
    enter(street, [0, 0])
    assert street.cars() == before


def test_a_covered_loop_believes_in_nobody_twice_who_says_where_he_stands() -> None:
    street = Street([Approach()])
    for number in range(6):
        insert(0, 1.0 + 7.5 * number, 0.0, 1.0, ON_LANE, 0, street.tracks)
        street.tracks.known[0, number] = number + 1
    street.health.still_s[POST], street.counters.red_s[0] = 3.0, 10.0
    enter(street, [0, 0])
    assert sum(weight for _, _, weight in street.cars()) == pytest.approx(50.0 / SPACE_M, abs=1.0)
    assert [place for place, _, _ in street.cars()][:6] == [1.0 + 7.5 * number for number in range(6)]


def test_a_queue_on_a_feeding_lane_is_shared() -> None:
    street = Street([Approach(posts=((60.0, 0.5),))])
    street.health.still_s[POST], street.counters.red_s[0] = 5.0, 10.0
    enter(street, [0, 0])
    assert sum(weight for _, _, weight in street.cars()) == pytest.approx(0.5 * 60.0 / SPACE_M)
    assert max(place for place, _, _ in street.cars()) < 60.0


def test_how_many_of_a_feeding_lane_come_is_learned() -> None:
    street, rng = Street([Approach(posts=((50.0, 0.9),))]), np.random.default_rng(3)
    for _ in range(300):
        enter(street, [0, 1])
        street.tracks.distance_m[0, 0] = 5.0
        if rng.random() < 0.3:
            count_out(0, 1.0, 1.0, street.places, street.counters, street.turns, street.tracks)
        else:
            street.counters.ghost_s[0], street.counters.vacant_s[0] = 9.0, 9.0
            street.tracks.distance_m[0, 0] = 0.0
            correct_head(0, 0.0, 1.0, 0.0, 0.0, street.places, street.counters, street.tracks)
        street.tracks.number[0] = 0
    assert 0.45 < street.counters.row_weight[0] < 0.75  # it leans to believing, see `loop_rows.MISSED`


def test_who_leaves_is_expected_at_the_next_stop_line() -> None:
    near = Approach(onward=((0, 1, 120.0, 0.75), (0, 2, 90.0, 0.01)))
    street = Street([near, Approach(), Approach()])
    insert(0, 3.0, 5.0, 1.0, ON_LANE, 31, street.tracks)
    count_out(0, 1.0, 1.0, street.places, street.counters, street.turns, street.tracks)
    assert street.counters.last_out[0] == 31
    assert street.cars(0) == street.cars(2) == []
    assert street.cars(1) == [(115.0, 10.0, 0.75)]
    assert street.counters.told_veh_s[1] == pytest.approx(0.75 / 300.0)
    street.tracks.distance_m[1, 0] = 52.0
    enter(street, [0, 0, 0, 0, 1, 0], a=1)
    assert street.counters.row_count[0] == pytest.approx(1.0, abs=0.01)  # nothing else explains it
    assert street.cars(1) == [(45.0, 10.0, 1.0)]


def test_the_usual_traffic_is_expected_where_nobody_tells_of_it() -> None:
    street = Street([Approach()])
    for second in range(1200):
        enter(street, [0, int(second % 10 == 0)])
        street.tracks.distance_m[0, : street.tracks.number[0]] -= 10.0
        while street.tracks.number[0] and street.tracks.distance_m[0, 0] < 0.0:
            drop(0, 0, street.tracks)
    assert street.counters.rate_veh_s[0] == pytest.approx(0.1, abs=0.01)
    average = [weight for place, _, weight in street.cars() if place > 55.0]
    assert sum(average) == pytest.approx(0.1 * 14.5, abs=0.4)
    assert all(weight <= 0.36 for weight in average)
