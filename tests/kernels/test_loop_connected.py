from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from signals.kernels.loop_connected import (
    COUNTED_M,
    class_of,
    contradict,
    explain_out,
    explained_in,
    join_queue,
    penetration,
    take_reports,
)
from signals.kernels.loop_counts import count_in, count_out
from signals.kernels.loop_tracks import insert
from signals.kernels.loop_values import ON_AVERAGE, ON_LANE, Reported
from tests.kernels.loop_street import GREEN, Approach, Street

Report = tuple[float, float, int]
"""Distance, speed, handle."""


def reports(*vehicles: Report, weight: float = 1.0, classes: Sequence[int] = ()) -> Reported:
    """Return what connected vehicles of the only approach report."""
    columns = list(zip(*vehicles, strict=True)) or [(), (), ()]
    return Reported(
        np.ones(1, np.bool_), np.array([0, len(vehicles)], np.int32), np.array(columns[0], np.float32),
        np.array(columns[1], np.float32), np.full(len(vehicles), weight, np.float32), np.array(columns[2], np.int64),
        np.array(classes, np.int8),
    )  # fmt: skip


def take(street: Street, *vehicles: Report, now_s: float = 0.0, weight: float = 1.0) -> None:
    take_reports(
        0, now_s, 1.0, reports(*vehicles, weight=weight), street.counters, street.tracks
    )  # fmt: skip


def test_where_nobody_is_connected_nothing_changes() -> None:
    street = Street([Approach()])
    insert(0, 20.0, 9.0, 1.0, ON_LANE, 0, street.tracks)
    take_reports(0, 1.0, 1.0, street.reported, street.counters, street.tracks)
    assert street.cars() == [(20.0, 9.0, 1.0)]
    assert street.counters.fresh_veh[0] == -1.0
    assert penetration(street.counters) == 0.0
    assert not explain_out(0, street.counters, street.tracks)
    assert street.counters.penetration.tolist() == [0.0, 0.0]


def test_who_reports_is_where_he_says_and_no_second_vehicle() -> None:
    street = Street([Approach()])
    insert(0, 40.0, 10.0, 1.0, ON_LANE, 0, street.tracks)
    insert(0, 90.0, 10.0, 0.4, ON_AVERAGE, 0, street.tracks)
    take(street, (46.0, 8.0, 77))
    assert street.cars() == [(46.0, 8.0, 1.0), (90.0, 10.0, pytest.approx(0.4))]
    number = street.tracks.handle[0, 0]
    take(street, (38.0, 7.0, 77))
    assert street.cars()[0] == (38.0, 7.0, 1.0)
    assert street.tracks.handle[0, 0] == number
    assert street.counters.fresh_veh[0] == 0.0
    assert street.counters.told_veh_s[0] == pytest.approx(1.0 / 300.0)


def test_the_improbable_make_way_for_as_much_as_he_comes() -> None:
    street = Street([Approach()])
    for place in (50.0, 58.0, 66.0):
        insert(0, place, 10.0, 0.4, ON_AVERAGE, 0, street.tracks)
    take(street, (56.0, 10.0, 5), weight=0.6)
    assert sum(weight for _, _, weight in street.cars()) == pytest.approx(1.2)
    assert street.cars()[1] == (56.0, 10.0, pytest.approx(0.6))


def test_who_overtakes_in_the_report_is_put_in_order() -> None:
    street = Street([Approach()])
    take(street, (30.0, 5.0, 1), (60.0, 10.0, 2))
    take(street, (20.0, 10.0, 2), (29.0, 1.0, 1))
    assert street.tracks.known[0, :2].tolist() == [3, 2]
    assert [place for place, _, _ in street.cars()] == [20.0, 29.0]


def test_since_when_he_stands_is_known() -> None:
    street = Street([Approach()])
    take(street, (30.0, 0.4, 1), now_s=5.0)
    take(street, (30.0, 0.0, 1), now_s=6.0)
    assert street.tracks.since_s[0, 0] == 5.0
    take(street, (28.0, 2.0, 1), now_s=7.0)
    assert np.isnan(street.tracks.since_s[0, 0])


def test_who_was_near_the_stop_line_has_left_over_it_and_is_counted_once() -> None:
    street = Street([Approach(onward=((0, 1, 120.0, 1.0),)), Approach()])
    both = reports((6.0, 9.0, 4))._replace(offset=np.array([0, 1, 1], np.int32))
    none = reports()._replace(offset=np.zeros(3, np.int32))
    take_reports(0, 0.0, 1.0, both, street.counters, street.tracks)
    insert(0, 20.0, 9.0, 1.0, ON_LANE, 0, street.tracks)
    take_reports(0, 1.0, 1.0, none, street.counters, street.tracks)
    assert street.counters.crossed_veh[0] == 1.0
    count_out(0, 1.0, 1.0, street.places, street.counters, street.turns, street.tracks)
    assert len(street.cars(0)) == 1  # the other one is still to come
    assert street.cars(1) == []  # neighbours see him themselves
    count_out(0, 1.0, 1.0, street.places, street.counters, street.turns, street.tracks)
    assert (len(street.cars(0)), len(street.cars(1))) == (0, 1)
    assert street.counters.penetration.tolist() == [1.0, 2.0]


def test_who_is_counted_before_he_is_away_is_not_counted_again() -> None:
    street = Street([Approach()])
    take(street, (2.0, 9.0, 4), (30.0, 9.0, 5))
    assert explain_out(0, street.counters, street.tracks)
    assert street.tracks.seen_m[0, 0] == COUNTED_M
    assert not explain_out(0, street.counters, street.tracks)
    take(street, (21.0, 9.0, 5))
    assert street.counters.crossed_veh[0] == 0.0


def test_one_whom_the_stop_line_missed_is_forgotten_and_one_who_turned_off_never_counted() -> None:
    street = Street([Approach()])
    take(street, (4.0, 9.0, 4), (60.0, 9.0, 5))
    take(street)
    assert street.cars() == []
    assert street.counters.crossed_veh[0] == 1.0
    for _ in range(3):
        take(street)
    assert not explain_out(0, street.counters, street.tracks)


def test_he_is_not_counted_in_a_second_time() -> None:
    street = Street([Approach()])
    take(street, (58.0, 10.0, 8))
    take(street, (48.0, 10.0, 8))
    counts = np.array([0, 2], np.int32)
    count_in(0, 1.0, counts, street.places, street.health, street.counters, street.tracks)
    assert [place for place, _, _ in street.cars()] == [45.0, 48.0]
    assert explained_in(0, 50.0, 1, street.tracks) == 0  # he has passed it


def test_a_loop_that_misses_him_does_not_make_him_vanish() -> None:
    street = Street([Approach()])
    take(street, (58.0, 10.0, 8))
    take(street, (15.0, 0.0, 8))
    count_in(0, 1.0, np.zeros(2, np.int32), street.places, street.health, street.counters, street.tracks)
    assert street.cars() == [(15.0, 0.0, 1.0)]


def queue(street: Street, *vehicles: Report, green_s: float = 0.0, red_s: float = 40.0, counted: bool = True) -> float:
    take(street, *vehicles, now_s=7.0)
    street.counters.red_s[0] = red_s
    join_queue(0, 9.0, 1.0, green_s, int(counted), street.places, street.counters, street.tracks)
    return sum(weight for _, _, weight in street.cars())


def test_the_queue_reaches_as_far_as_one_who_stands_in_it() -> None:
    street = Street([Approach()])
    assert queue(street, (31.0, 0.0, 1)) == pytest.approx(1.0 + 4 * 0.926, abs=0.01)
    assert max(place for place, _, _ in street.cars()) == 31.0
    assert all(speed == 0.0 for _, speed, _ in street.cars())
    assert queue(street, (31.0, 0.0, 1)) == pytest.approx(
        1.0 + 4 * 0.926, abs=0.01
    )  # and does not grow from looking again


def test_one_who_only_brakes_stands_in_no_queue() -> None:
    street = Street([Approach()])
    take(street, (31.0, 0.0, 1), now_s=8.0)
    street.counters.red_s[0] = 40.0
    join_queue(0, 9.0, 1.0, 0.0, 1, street.places, street.counters, street.tracks)
    assert len(street.cars()) == 1


def test_where_all_are_connected_nobody_is_hidden() -> None:
    street = Street([Approach()])
    street.counters.penetration[:] = 490.0, 490.0
    assert queue(street, (31.0, 0.0, 1)) == 1.0


def test_at_green_only_those_whom_the_wave_has_not_reached_stand() -> None:
    assert queue(Street([Approach()]), (31.0, 0.0, 1), green_s=3.0) == pytest.approx(3.0, abs=0.3)
    assert queue(Street([Approach()]), (31.0, 0.0, 1), green_s=10.0) == 1.0


def test_after_green_the_rest_of_a_queue_takes_time_to_close_up() -> None:
    street = Street([Approach()])
    assert queue(street, (31.0, 0.0, 1), red_s=3.0) == 1.0
    assert queue(street, (31.0, 0.0, 1), red_s=9.0) > 4.0


def test_who_stands_before_the_lane_begins_may_stand_for_another_reason() -> None:
    assert queue(Street([Approach()]), (130.0, 0.0, 1)) == 1.0


def test_how_many_are_connected_is_learned_from_queues_where_nobody_is_counted() -> None:
    street = Street([Approach(stop=False, posts=())])
    rng = np.random.default_rng(2)
    for _ in range(400):
        street.tracks.number[0] = 0
        places = [1.0 + 7.5 * number for number in range(8) if rng.random() < 0.3]
        queue(street, *((place, 0.0, number) for number, place in enumerate(places)), counted=False)
    assert penetration(street.counters) == pytest.approx(0.3, abs=0.06)
    assert street.counters.penetration[1] < 500.0


def test_before_one_who_drives_freely_nobody_stands() -> None:
    street = Street([Approach(posts=((60.0, 0.5),))])
    take(street, (32.0, 13.0, 3))
    insert(0, 10.0, 0.0, 0.5, 0, 0, street.tracks)
    insert(0, 14.0, 6.0, 0.5, 0, 0, street.tracks)
    contradict(0, street.places, street.counters, street.tracks)
    assert [place for place, _, _ in street.cars()] == [14.0, 32.0]
    assert street.counters.row_sent[0] > 0.0
    insert(0, 1.0, 0.0, 1.0, ON_LANE, 0, street.tracks)
    contradict(0, street.places, street.counters, street.tracks)
    assert [place for place, _, _ in street.cars()] == [1.0, 14.0, 32.0]  # he can still stop


def test_without_loops_the_usual_traffic_is_scaled_from_those_who_report() -> None:
    street = Street([Approach(stop=False, posts=())])
    street.counters.penetration[:] = 100.0, 400.0
    street.aspect[0] = GREEN
    for second in range(2400):
        near = (190.0, 10.0, second) if second % 40 == 0 else None
        street.reported = reports(near) if near else reports()
        street.tick()
    assert street.counters.rate_veh_s[0] == pytest.approx(0.1, abs=0.03)


def test_what_a_vehicle_is_it_says_itself() -> None:
    street = Street([Approach()])
    insert(0, 90.0, 10.0, 1.0, ON_LANE, 0, street.tracks)
    told = reports((46.0, 8.0, 77), (20.0, 8.0, 0), classes=(3, 2))
    take_reports(0, 0.0, 1.0, told, street.counters, street.tracks)
    assert [int(known) - 1 for known in street.tracks.known[0, :3]] == [0, 77, -1]
    assert [class_of(0, j, told, street.tracks) for j in range(3)] == [2, 3, 0]
    silent = told._replace(vehicle_class=np.zeros(0, np.int8))
    assert [class_of(0, j, silent, street.tracks) for j in range(3)] == [0, 0, 0]
