from __future__ import annotations

import pytest

from signals.kernels.loop_recognition import FAR_M, STOP_LINE_M, comes_over, recognise, unseen_veh_s
from signals.kernels.loop_tracks import insert
from signals.kernels.loop_values import ON_AVERAGE, ON_LANE
from tests.kernels.loop_street import Approach, Street


def at_line(street: Street, vehicles: float = 1.0, *, learn: bool = True) -> int:
    return int(
        recognise(
            0, vehicles, STOP_LINE_M, -FAR_M, 40.0, 0.0, int(learn), street.places, street.counters, street.tracks
        )
    )  # fmt: skip


def test_who_was_counted_on_a_feeding_lane_passes_the_loop_of_no_other() -> None:
    street = Street([Approach(posts=((60.0, 0.5), (30.0, 0.5)), onward=((0, 0, 200.0, 0.9),))])
    upstream, fed = 0, 1
    for row in (upstream, fed, ON_AVERAGE):
        insert(0, 60.0, 9.0, 0.5, row, 0, street.tracks)
    over = [comes_over(0, j, 30.0, street.places, street.tracks) for j in range(3)]
    assert over == [street.tracks.row[0, j] != fed for j in range(3)]
    assert all(comes_over(0, j, STOP_LINE_M, street.places, street.tracks) for j in range(3))
    street.tracks.known[0, :3] = 1  # they say themselves where they are
    assert not any(comes_over(0, j, 30.0, street.places, street.tracks) for j in range(3))


def test_the_nearest_is_taken_and_his_number_kept() -> None:
    street = Street([Approach()])
    insert(0, 5.0, 9.0, 1.0, ON_LANE, 11, street.tracks)
    insert(0, 25.0, 9.0, 1.0, ON_LANE, 12, street.tracks)
    insert(0, 60.0, 9.0, 1.0, ON_LANE, 13, street.tracks)
    assert at_line(street) == 11
    assert at_line(street) == 12
    assert at_line(street) == 0  # too far away
    assert len(street.cars()) == 1


def test_the_improbable_make_one_together_and_share_the_credit() -> None:
    street = Street([Approach(posts=((60.0, 0.5), (60.0, 0.5)))])
    insert(0, 5.0, 9.0, 0.25, 0, 0, street.tracks)
    insert(0, 9.0, 9.0, 0.5, 1, 0, street.tracks)
    insert(0, 12.0, 9.0, 0.5, 0, 0, street.tracks)
    at_line(street)
    assert street.counters.row_count.tolist() == pytest.approx([0.5, 0.5])
    assert street.counters.row_sent.tolist() == pytest.approx([1.0, 1.0])
    assert [weight for _, _, weight in street.cars()] == pytest.approx([0.25])


def test_who_comes_though_he_was_given_up_is_credited_all_the_same() -> None:
    street = Street([Approach(posts=((60.0, 0.5), (60.0, 0.5)), onward=((0, 0, 200.0, 0.9),))])
    street.counters.row_missed[:] = 0.2, 0.3, 0.1
    at_line(street)
    assert street.counters.row_count.tolist() == pytest.approx([0.2, 0.3, 0.1])
    assert street.counters.row_missed.tolist() == pytest.approx([0.0, 0.0, 0.0])


def test_at_a_loop_of_a_feeding_lane_it_is_nobody_who_was_counted_there_before() -> None:
    street = Street([Approach(posts=((60.0, 0.5), (60.0, 0.5)), onward=((0, 0, 200.0, 0.9),))])
    street.counters.row_missed[:] = 0.2, 0.3, 0.1
    recognise(0, 0.5, 60.0, 30.0, 100.0, 0.0, 1, street.places, street.counters, street.tracks)
    assert street.counters.row_count.tolist() == pytest.approx([0.2, 0.0, 0.0])


def test_who_is_only_taken_to_be_there_teaches_nothing() -> None:
    street = Street([Approach(posts=((60.0, 0.5), (60.0, 0.5)))])
    street.counters.row_missed[:] = 0.3
    insert(0, 5.0, 9.0, 0.25, 0, 0, street.tracks)
    at_line(street, learn=False)
    assert street.cars() == []
    assert street.counters.row_count.tolist() == street.counters.row_sent.tolist() == [0.0, 0.0]


def test_strangers_are_rare_where_loops_see_all_come() -> None:
    counters = Street([Approach()]).counters
    counters.rate_veh_s[0], counters.told_veh_s[0] = 0.2, 0.05
    assert unseen_veh_s(0, 1, counters) == pytest.approx(0.02)
    assert unseen_veh_s(0, 0, counters) == pytest.approx(0.15)
    counters.told_veh_s[0] = 0.3
    assert unseen_veh_s(0, 0, counters) == pytest.approx(0.02)
