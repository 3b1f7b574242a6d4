from __future__ import annotations

import numpy as np
import pytest

from signals.kernels.loop_health import BRIEF, FAILED, WORKS, accuse, judge, state_of
from tests.kernels.loop_street import Approach, Street

NAN = float("nan")
STOP, POST = 0, 1


def states(street: Street, readings: list[tuple[int, float]], seconds: int = 1) -> list[int]:
    for _ in range(seconds):
        count = np.array([one for one, _ in readings], np.int32)
        occupied = np.array([share for _, share in readings], np.float32)
        judge(1.0, count, occupied, street.health)
        accuse(0, count, street.places, street.counters, street.health)
    return street.health.state.tolist()


@pytest.mark.parametrize("bad", [(-1, 0.0), (0, NAN), (1, -0.5), (0, 1.5)])
def test_a_reading_may_be_missing_for_a_moment(bad: tuple[int, float]) -> None:
    street = Street([Approach()])
    assert states(street, [bad, (0, 0.0)], 4) == [BRIEF, WORKS]
    assert states(street, [bad, (0, 0.0)]) == [FAILED, WORKS]
    assert states(street, [(0, 0.0), bad]) == [WORKS, BRIEF]
    assert state_of(STOP, street.health) == WORKS
    assert state_of(-1, street.health) == FAILED


def test_nobody_stands_for_ever() -> None:
    street = Street([Approach(stop=True, posts=())])
    assert states(street, [(0, 1.0)], 180) == [WORKS]
    assert states(street, [(0, 1.0)]) == [FAILED]
    assert states(street, [(1, 0.6)]) == [WORKS]


def test_a_loop_that_misses_everybody_does_not_count() -> None:
    street = Street([Approach()])
    assert states(street, [(1, 0.5), (0, 0.0)], 8) == [WORKS, WORKS]
    assert states(street, [(0, 0.0), (0, 0.0)]) == [WORKS, FAILED]
    assert states(street, [(0, 0.0), (1, 0.5)]) == [WORKS, WORKS]
    street = Street([Approach()])
    assert states(street, [(0, 0.0), (1, 0.5)], 10) == [WORKS, WORKS]  # seven stand between them, four drive
    assert states(street, [(0, 0.0), (1, 0.5)], 3) == [FAILED, WORKS]


def test_loops_of_a_feeding_lane_accuse_the_stop_line_half_as_much_and_are_not_accused() -> None:
    street = Street([Approach(posts=((50.0, 0.8),))])
    assert states(street, [(0, 0.0), (1, 0.5)], 25) == [WORKS, WORKS]
    assert states(street, [(0, 0.0), (1, 0.5)], 5) == [FAILED, WORKS]
    street = Street([Approach(posts=((50.0, 0.8),))])
    assert states(street, [(1, 0.5), (0, 0.0)], 30) == [WORKS, WORKS]


def test_nobody_queues_on_an_empty_road() -> None:
    street = Street([Approach()])
    street.counters.vacant_s[0], street.counters.red_s[0] = 4.0, 0.0
    assert states(street, [(0, 0.0), (0, 1.0)], 13) == [WORKS, WORKS]
    assert states(street, [(0, 0.0), (0, 1.0)], 3) == [WORKS, FAILED]
    assert states(street, [(0, 0.0), (0, 0.3)]) == [WORKS, WORKS]
    street.counters.red_s[0] = 5.0
    assert states(street, [(0, 0.0), (0, 1.0)], 60) == [WORKS, WORKS]  # at red they may
