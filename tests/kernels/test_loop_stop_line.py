from __future__ import annotations

import numpy as np
import pytest

from signals.kernels.loop_counts import count_out
from signals.kernels.loop_stop_line import certain_head, correct_head, passed
from signals.kernels.loop_tracks import insert
from signals.kernels.loop_values import NOBODY_KNOWN, ON_AVERAGE, ON_LANE
from tests.kernels.loop_street import Approach, Street


def outs(readings: list[tuple[int, float]], *, green: bool) -> list[int]:
    counters = Street([Approach()]).counters
    counters.red_s[0] = 0.0 if green else 10.0
    return [passed(0, 1.0, count, occupied, counters) for count, occupied in readings]


def test_in_green_who_comes_is_gone_in_red_who_leaves() -> None:
    drive_over = [(1, 0.5), (0, 0.0), (1, 0.9), (1, 0.6), (0, 0.0)]
    assert outs(drive_over, green=True) == [1, 0, 1, 1, 0]
    assert outs(drive_over, green=False) == [0, 1, 0, 1, 1]
    assert outs([(1, 0.9), (0, 1.0), (0, 1.0)], green=False) == [0, 0, 0]
    assert outs([(99, 1.0)], green=True) == [8]


def test_who_waited_at_red_leaves_once_at_green() -> None:
    counters = Street([Approach()]).counters
    counters.red_s[0] = 5.0
    assert passed(0, 1.0, 1, 0.9, counters) == 0
    assert counters.waiting[0]
    counters.red_s[0] = 0.0
    assert passed(0, 1.0, 0, 1.0, counters) == 0
    assert passed(0, 1.0, 1, 0.8, counters) == 2  # the next one is on the loop already
    assert passed(0, 1.0, 0, 0.2, counters) == 0
    assert counters.vacant_s[0] == 0.0
    assert passed(0, 1.0, 0, 0.0, counters) == 0
    assert counters.vacant_s[0] == 1.0


@pytest.mark.parametrize(("green", "after_s"), [(True, 3), (False, 6)])
def test_who_should_stand_there_and_does_not_is_given_up(green: bool, after_s: int) -> None:
    street = Street([Approach()])
    for place in (0.0, 7.5, 15.0, 60.0):
        insert(0, place, 0.0, 1.0, ON_LANE, 0, street.tracks)
    street.counters.red_s[0], street.counters.vacant_s[0] = 0.0 if green else 9.0, 1.0
    for second in range(after_s - 1):
        correct_head(0, float(second), 1.0, 0.0, 0.0, street.places, street.counters, street.tracks)
        assert len(street.cars()) == 4
    correct_head(0, 9.0, 1.0, 0.0, 0.0, street.places, street.counters, street.tracks)
    assert [place for place, _, _ in street.cars()] == [7.5, 15.0, 60.0]
    # Whoever takes his place has as much time no more; but somebody on the loop proves that the queue is there.
    street.tracks.distance_m[0, 0] = 3.0
    correct_head(0, 10.0, 1.0, 0.0, 0.0, street.places, street.counters, street.tracks)
    assert [place for place, _, _ in street.cars()] == [15.0, 60.0]
    street.counters.vacant_s[0] = 0.0
    correct_head(0, 11.0, 1.0, 1.0, 0.0, street.places, street.counters, street.tracks)
    assert street.counters.ghost_s[0] == 0.0


def test_somebody_on_the_loop_is_certain() -> None:
    street = Street([Approach()])
    for place, weight in ((2.0, 0.3), (4.0, 0.25), (6.0, 0.7), (40.0, 0.9)):
        insert(0, place, 0.0, weight, ON_AVERAGE, 0, street.tracks)
    certain_head(0, 12.0, 8.0, 0, 1, street.places, street.counters, street.tracks)
    weights = [weight for _, _, weight in street.cars()]
    assert weights == pytest.approx([1.0, 0.25, 0.9])  # as many as before, but one of them is known
    assert street.cars()[0][:2] == (1.0, 0.0)
    assert street.tracks.since_s[0, 0] == 12.0


def test_who_stops_on_the_loop_in_green_is_the_one_counted_out_last() -> None:
    street = Street([Approach()])
    street.counters.last_out[0], street.counters.vacant_s[0] = 17, 0.0
    insert(0, 30.0, 5.0, 1.0, ON_LANE, 0, street.tracks)
    correct_head(0, 1.0, 1.0, 1.0, 1.0, street.places, street.counters, street.tracks)
    assert len(street.cars()) == 1
    correct_head(0, 2.0, 1.0, 1.0, 2.0, street.places, street.counters, street.tracks)
    assert street.tracks.handle[0, 0] == 17
    assert np.allclose([place for place, _, _ in street.cars()], [1.0, 30.0])
    assert street.counters.waiting[0]


@pytest.mark.parametrize("red_s", [0.0, 4.0])
def test_nobody_who_follows_is_taken_for_the_one_who_was_counted_and_stops(red_s: float) -> None:
    """Green for one of the links only, or amber after he was counted: he stands, and whoever follows is behind him."""
    street = Street([Approach()])
    street.counters.red_s[0], street.counters.vacant_s[0], street.counters.last_out[0] = red_s, 0.0, 17
    insert(0, 4.0, 3.0, 1.0, ON_LANE, 23, street.tracks)
    insert(0, 9.0, 5.0, 0.5, ON_LANE, 24, street.tracks)
    insert(0, 40.0, 8.0, 1.0, ON_LANE, 25, street.tracks)
    correct_head(0, 2.0, 1.0, 1.0, 2.0, street.places, street.counters, street.tracks)
    assert street.tracks.handle[0, :4].tolist() == [17, 23, 24, 25]
    assert [place for place, _, _ in street.cars()] == pytest.approx([1.0, 8.5, 16.0, 40.0])
    assert street.tracks.since_s[0, 0] == 2.0
    assert street.counters.waiting[0]
    assert street.counters.counted[0]
    correct_head(0, 3.0, 1.0, 1.0, 3.0, street.places, street.counters, street.tracks)
    assert len(street.cars()) == 4


def test_who_was_counted_though_nobody_expected_him_returns_as_somebody_new() -> None:
    street = Street([Approach()])
    count_out(0, 1.0, 1.0, street.places, street.counters, street.turns, street.tracks)
    assert street.counters.last_out[0] == NOBODY_KNOWN
    street.counters.vacant_s[0] = 0.0
    insert(0, 6.0, 3.0, 1.0, ON_LANE, 0, street.tracks)
    follower = int(street.tracks.handle[0, 0])
    correct_head(0, 2.0, 1.0, 1.0, 2.0, street.places, street.counters, street.tracks)
    assert street.tracks.handle[0, 0] not in {0, NOBODY_KNOWN, follower}
    assert street.tracks.handle[0, 1] == follower


def test_who_reports_himself_at_the_line_does_not_return_as_well() -> None:
    street = Street([Approach()])
    street.counters.last_out[0], street.counters.vacant_s[0] = 17, 0.0
    insert(0, 1.0, 0.0, 1.0, ON_LANE, 23, street.tracks)
    street.tracks.known[0, 0] = 1
    correct_head(0, 2.0, 1.0, 1.0, 2.0, street.places, street.counters, street.tracks)
    assert street.tracks.handle[0, :2].tolist() == [23, 0]
    assert street.counters.waiting[0]


def test_a_loop_that_has_been_free_since_remembers_nobody() -> None:
    street = Street([Approach()])
    street.counters.last_out[0], street.counters.vacant_s[0] = 17, 1.0
    correct_head(0, 1.0, 1.0, 0.0, 0.0, street.places, street.counters, street.tracks)
    street.counters.vacant_s[0] = 0.0
    insert(0, 6.0, 3.0, 1.0, ON_LANE, 23, street.tracks)
    correct_head(0, 4.0, 1.0, 1.0, 2.0, street.places, street.counters, street.tracks)
    assert street.cars() == [(1.0, 0.0, 1.0)]  # the loop missed him as he came
    assert street.tracks.handle[0, 0] == 23


def test_who_comes_to_a_red_is_the_one_who_was_expected() -> None:
    street = Street([Approach()])
    street.counters.red_s[0], street.counters.waiting[0] = 20.0, True
    insert(0, 18.0, 6.0, 1.0, ON_LANE, 23, street.tracks)
    correct_head(0, 1.0, 1.0, 0.6, 0.0, street.places, street.counters, street.tracks)
    assert street.cars() == [(1.0, 0.0, 1.0)]
    assert street.tracks.handle[0, 0] == 23


def test_who_is_taken_to_be_there_teaches_nothing() -> None:
    for learn, known in ((0, False), (1, True)):
        street = Street([Approach(posts=((60.0, 0.5),))])
        insert(0, 2.0, 0.0, 0.5, 0, 0, street.tracks)
        certain_head(0, 12.0, 8.0, 0, learn, street.places, street.counters, street.tracks)
        assert street.cars() == [(1.0, 0.0, 1.0)]
        assert (street.counters.row_sent[0] > 0.0) == known


def test_a_certain_head_counts_once_for_those_by_whom_it_is_explained() -> None:
    street = Street([Approach(posts=((60.0, 0.5), (60.0, 0.25)))])
    insert(0, 1.0, 0.0, 0.25, 1, 0, street.tracks)
    insert(0, 2.0, 0.0, 0.5, 0, 0, street.tracks)
    for second in range(9):
        certain_head(0, float(second), 8.0, 0, 1, street.places, street.counters, street.tracks)
    assert len(street.cars()) == 1
    assert street.counters.row_sent.tolist() == pytest.approx([1.0, 1.0])
    assert street.counters.row_count.sum() == pytest.approx(1.0, abs=0.02)
    assert street.counters.row_count[0] == pytest.approx(2 * street.counters.row_count[1])


def test_who_was_counted_as_he_came_is_told_of_once() -> None:
    street = Street([Approach(onward=((0, 1, 120.0, 1.0),)), Approach()])
    street.counters.last_out[0], street.counters.vacant_s[0] = 17, 0.0
    for still_s in (1.0, 2.0):
        correct_head(0, still_s, 1.0, 1.0, still_s, street.places, street.counters, street.tracks)
    assert street.counters.counted[0]
    count_out(0, 1.0, 1.0, street.places, street.counters, street.turns, street.tracks)
    assert (street.cars(0), street.cars(1)) == ([], [])
    assert not street.counters.counted[0]
    count_out(0, 1.0, 1.0, street.places, street.counters, street.turns, street.tracks)
    assert len(street.cars(1)) == 1
