from __future__ import annotations

import numpy as np
import pytest

from signals.kernels.loop_health import BRIEF
from signals.kernels.loop_lanes import LEAST, balance, change_lanes, staying
from signals.kernels.loop_values import SPACE_M
from tests.kernels.loop_street import Approach, Street

FROM, TO, AWAY = 0, 1, 2
STOPS, POSTS = (0, 1, 2), (3, 4, 5)


def three_lanes() -> Street:
    return Street([Approach(beside=(TO, AWAY)), Approach(beside=(FROM, AWAY)), Approach(beside=(FROM, TO))])


def count(street: Street, a: int, over_loop: int, over_line: int) -> None:
    counts = np.zeros(street.loops, np.int32)
    counts[POSTS[a]], counts[STOPS[a]] = over_loop, over_line
    balance(a, counts, street.places, street.health, street.counters)


def test_a_queue_that_has_not_left_yet_is_no_change_of_lanes() -> None:
    street = three_lanes()
    for _ in range(int(50.0 / SPACE_M)):
        count(street, FROM, 1, 0)
    assert staying(FROM, street.places, street.counters) == 1.0


@pytest.mark.parametrize(("stay", "least", "most"), [(1.0, 1.0, 1.0), (0.7, 0.7, 0.82), (0.0, LEAST, LEAST)])
def test_the_share_that_stays_is_that_of_those_counted_out(stay: float, least: float, most: float) -> None:
    street = three_lanes()
    for vehicle in range(2000):
        count(street, FROM, 1, int(vehicle % 10 < 10 * stay))
    assert least <= staying(FROM, street.places, street.counters) <= most
    assert street.counters.lane_in_veh[FROM] < 200.0


def test_who_leaves_a_lane_is_on_the_one_beside_it_that_gains() -> None:
    street = three_lanes()
    for vehicle in range(1000):
        stays = vehicle % 10 < 6
        count(street, FROM, 1, int(stays))
        count(street, TO, 1, 1 if stays else 2)
        count(street, AWAY, 1, 1)
    change_lanes(FROM, 45.0, 10.0, street.places, street.counters, street.tracks)
    ((away_m, speed_mps, weight),) = street.cars(TO)
    assert (away_m, speed_mps) == (45.0, 10.0)
    assert weight == pytest.approx(1.0 - staying(FROM, street.places, street.counters), abs=1e-6)
    assert street.cars(AWAY) == street.cars(FROM) == []
    change_lanes(TO, 45.0, 10.0, street.places, street.counters, street.tracks)  # nobody leaves that one
    assert street.cars(FROM) == street.cars(AWAY) == []


def test_nothing_is_learned_while_a_loop_does_not_work_or_lies_on_another_lane() -> None:
    street = three_lanes()
    street.health.state[STOPS[FROM]] = BRIEF
    count(street, FROM, 8, 0)
    street.health.state[POSTS[TO]] = BRIEF
    count(street, TO, 8, 0)
    assert street.counters.lane_in_veh.tolist() == [0.0, 0.0, 0.0]
    fed = Street([Approach(posts=((50.0, 0.5),))])
    balance(0, np.array([0, 8], np.int32), fed.places, fed.health, fed.counters)
    assert fed.counters.lane_in_veh[0] == 0.0
    assert staying(0, fed.places, fed.counters) == 1.0


def test_a_lane_that_many_leave_holds_fewer_phantoms() -> None:
    """Of twenty minutes of traffic of which three in ten change to the lane beside: all that is believed of both."""
    street = Street([Approach(beside=(1,)), Approach(beside=(0,))])
    street.aspect[:] = 2
    believed = np.zeros(2)
    for second in range(1200):
        stays = second // 6 % 10 < 7
        due, here = second % 6 == 0, second % 6 == 5
        street.tick({2: (int(due), 0.3 * due), int(not stays): (int(here), 0.3 * here)})
        if second > 600 and here:
            believed += [sum(weight for _, _, weight in street.cars(a)) for a in (0, 1)]
    assert believed[1] / believed.sum() == pytest.approx(0.3, abs=0.12)
