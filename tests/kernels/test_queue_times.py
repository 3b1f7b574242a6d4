from __future__ import annotations

import numpy as np
import pytest

from signals.kernels.queue_times import MOST_VEH, QueueTimes, follow

HEADWAY_S, HALF_S = 2.0, 30.0


class Street:
    """One approach."""

    def __init__(self) -> None:
        self.times = QueueTimes(
            np.zeros((1, MOST_VEH + 1), np.int64), np.full((1, MOST_VEH + 1), -1.0, np.float32),
            np.zeros(MOST_VEH, np.int64), np.zeros(MOST_VEH, np.float32), *np.zeros((3, 1), np.float32),
        )  # fmt: skip

    def tick(self, *vehicles: tuple[int, float], green: bool = False, ticks: int = 1) -> None:
        """Let seconds pass with these vehicles (handle, speed), nearest first."""
        handle = np.array([number for number, _ in vehicles], np.int64)
        speed = np.array([mps for _, mps in vehicles], np.float32)
        for _ in range(ticks):
            follow(
                1.0, HALF_S, HEADWAY_S, np.array([green]), np.array([0, len(vehicles)], np.int32), speed,
                np.ones(len(vehicles), np.float32), handle, self.times,
            )  # fmt: skip

    @property
    def waited_s(self) -> list[float]:
        known = int((self.times.handle[0] != 0).sum())
        found: list[float] = self.times.waited_s[0, :known].tolist()
        return found


@pytest.fixture
def street() -> Street:
    return Street()


def test_a_wait_begins_when_a_vehicle_first_stands(street: Street) -> None:
    street.tick((7, 10.0), ticks=5)
    assert street.waited_s == [-1.0]
    assert street.times.pressing_s[0] == 0.0
    street.tick((7, 0.0))
    street.tick((7, 0.0), ticks=4)
    assert street.waited_s == [4.0]


def test_it_goes_on_while_the_queue_moves_up(street: Street) -> None:
    street.tick((1, 0.0), (2, 0.0))
    street.tick((1, 0.0), (2, 0.0), ticks=10)
    street.tick((2, 6.0), green=True, ticks=3)
    street.tick((2, 0.0))
    assert street.waited_s == [14.0]


def test_who_overtakes_or_changes_in_takes_nobody_elses_wait(street: Street) -> None:
    street.tick((1, 0.0), (2, 9.0), (3, 0.0))
    street.tick((1, 0.0), (2, 9.0), (3, 0.0), ticks=2)
    street.tick((3, 0.0), (9, 0.0), (1, 0.0))
    assert street.waited_s == [3.0, 0.0, 3.0]


def test_places_in_the_queue_press_and_need_green(street: Street) -> None:
    queue = [(number, 0.0) for number in range(1, 6)]
    street.tick(*queue)
    street.tick(*queue, ticks=20)
    assert street.times.pressing_s[0] == pytest.approx(20.0 + 4 * HEADWAY_S)
    assert street.times.needed_s[0] == 0.0
    street.tick(*queue, (6, 0.0), ticks=10)
    assert street.times.needed_s[0] == pytest.approx(5 * HEADWAY_S)  # the sixth can wait for another green


def test_who_does_not_use_a_green_waits_for_somebody_else(street: Street) -> None:
    street.tick((1, 0.0))
    street.tick((1, 0.0), ticks=30)
    street.tick((1, 0.0), green=True, ticks=5)
    assert street.waited_s == [35.0]
    street.tick((1, 0.0), green=True, ticks=3)
    assert street.waited_s == [0.0]
    street.tick((1, 0.0), ticks=4)
    assert street.waited_s == [4.0]


def test_the_improbable_and_the_nameless_are_left_out_and_there_is_an_end(street: Street) -> None:
    follow(
        1.0, HALF_S, HEADWAY_S, np.array([False]), np.array([0, 3], np.int32), np.zeros(3, np.float32),
        np.array([0.4, 1.0, 1.0], np.float32), np.array([5, 0, 6], np.int64), street.times,
    )  # fmt: skip
    assert street.times.handle[0, :2].tolist() == [6, 0]
    street.tick(*((number, 0.0) for number in range(1, MOST_VEH + 10)))
    assert len(street.waited_s) == MOST_VEH
