from __future__ import annotations

import pytest

from signals.kernels.loop_health import FAILED
from signals.kernels.loop_rest import GAP_S, MORE, uncounted
from signals.kernels.loop_tracks import insert
from signals.kernels.loop_values import ON_AVERAGE
from tests.kernels.loop_street import GREEN, RED, Approach, Street

STOP, POST = 0, 1


def cycle(street: Street, green_s: int, flow_s: int) -> None:
    """Let a queue cover the loop at red, and be seen to move over it for the first seconds of green."""
    street.aspect[:] = RED
    for _ in range(12):
        street.tick({POST: (0, 1.0), STOP: (0, 1.0)})
    street.aspect[:] = GREEN
    for second in range(green_s):
        moves = second < flow_s
        street.tick({POST: (int(moves and second % 2 == 0), 0.5 * moves), STOP: (int(second % 2 == 0), 0.5)})
    street.aspect[:] = RED
    street.tick({POST: (0, 0.5 * (green_s <= flow_s)), STOP: (0, 1.0)})


def more(street: Street) -> float:
    return float(uncounted(0, street.places, street.counters, street.tracks))


def test_a_queue_that_flows_until_the_end_of_green_is_longer_than_was_counted() -> None:
    street = Street([Approach()])
    cycle(street, green_s=20, flow_s=20)
    assert street.counters.rest[0]
    assert more(street) == MORE
    for _ in range(int(GAP_S) + 1):
        street.tick()  # its end is seen
    assert not street.counters.rest[0]
    assert more(street) == 1.0


def test_a_queue_whose_end_was_seen_at_green_left_nobody_behind() -> None:
    street = Street([Approach()])
    cycle(street, green_s=20, flow_s=12)
    assert not street.counters.rest[0]


def test_dense_traffic_that_never_stood_on_the_loop_is_no_queue() -> None:
    street = Street([Approach()])
    street.aspect[:] = GREEN
    for second in range(20):
        street.tick({POST: (int(second % 2 == 0), 0.5), STOP: (int(second % 2 == 0), 0.5)})
    street.aspect[:] = RED
    street.tick({POST: (0, 0.5)})
    assert not street.counters.rest[0]


def test_as_many_are_believed_in_as_fit_before_the_loop() -> None:
    street = Street([Approach()])
    street.counters.rest[0] = True
    for place in range(6):
        insert(0, 60.0 + place, 0.0, 1.0, ON_AVERAGE, 0, street.tracks)
    assert more(street) == MORE
    insert(0, 70.0, 0.0, 1.0, ON_AVERAGE, 0, street.tracks)
    assert more(street) == 1.0


def test_where_neighbours_tell_who_comes_there_are_no_more() -> None:
    street = Street([Approach()])
    street.counters.rest[0] = True
    street.counters.told_veh_s[0] = 0.1
    assert more(street) == 1.0


@pytest.mark.parametrize("posts", [((50.0, 0.5),), ((50.0, 1.0),)])
def test_a_loop_that_does_not_tell_of_the_lane_knows_nothing_of_its_queue(
    posts: tuple[tuple[float, float], ...],
) -> None:
    street = Street([Approach(posts=posts)])
    street.counters.rest[0] = True
    if posts[0][1] == 1.0:
        street.health.state[POST] = FAILED
        street.health.liar[POST] = True
    street.tick({POST: (0, 1.0)})
    assert not street.counters.rest[0]
