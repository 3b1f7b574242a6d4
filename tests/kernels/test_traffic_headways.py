"""Headways and losses behind the stop line, against numbers measured in SUMO 1.28."""

from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.sim.layout import _kind_row
from signals.kernels.traffic import CAUTIOUS_MPS, drive_s, free_speed_mps, headway_s, lost_s
from signals.kernels.traffic_state import GO, NOBODY_STOPPED, STOP, YIELD, Roads
from signals.model.travel import CAR

KIND = np.array(_kind_row(CAR))


def roads(lane_mps: float, move_mps: float) -> Roads:
    """One lane and one movement; what these functions do not look at is empty."""
    none = np.empty(0, np.int32)
    lane, move = np.array([[300.0, lane_mps, 302.5]]), np.array([[15.0, 15.0 / move_mps, move_mps, 0.0]])
    return Roads(lane, none, move, none, none, none, none, none, KIND[np.newaxis])


@pytest.mark.parametrize(
    ("speed_mps", "shown", "measured_s"),
    [(13.89, GO, 1.955), (6.5, GO, 2.59), (8.0, GO, 2.43), (13.89, YIELD, 2.50), (6.5, YIELD, 2.71)],
    ids=["straight", "right", "left", "straight that yields", "right that yields"],
)
def test_saturation_headways_are_those_of_sumo(speed_mps: float, shown: int, measured_s: float) -> None:
    assert headway_s(0, 0, 20, 1.0, shown, KIND, roads(13.89, speed_mps)) == pytest.approx(measured_s, rel=0.06)


def test_a_queue_starts_as_in_sumo() -> None:
    measured_s = [0.56, 3.78, 6.19, 8.35, 10.41, 12.45]
    gaps_s = [headway_s(0, 0, place, 1.0, GO, KIND, roads(13.89, 13.89)) for place in range(5)]
    assert (0.56 + np.cumsum([0.0, *gaps_s])).tolist() == pytest.approx(measured_s, abs=0.15)


def test_where_all_are_slow_the_start_costs_little() -> None:
    first_s, later_s = (headway_s(0, 0, place, 1.0, GO, KIND, roads(13.89, 6.5)) for place in (0, 2))
    assert first_s == pytest.approx(3.2, abs=0.1)
    assert later_s == headway_s(0, 0, 20, 1.0, GO, KIND, roads(13.89, 6.5))


def test_who_hardly_stood_follows_sooner() -> None:
    assert headway_s(0, 0, 0, 0.0, GO, KIND, roads(13.89, 13.89)) < headway_s(
        0, 0, 0, 0.5, GO, KIND, roads(13.89, 13.89)
    )


def test_free_vehicles_follow_each_other_closely_and_those_at_a_stop_do_not() -> None:
    fast = roads(19.4, 19.4)
    assert headway_s(0, 0, NOBODY_STOPPED, 0.0, GO, KIND, fast) <= 2.0
    assert headway_s(0, 0, 3, 1.0, STOP, KIND, fast) == 4.0


def test_dawdling_takes_speed_but_never_all() -> None:
    assert free_speed_mps(13.89, 1.0, KIND) == pytest.approx(13.89 - 0.65)
    assert free_speed_mps(0.5, 1.0, KIND) == pytest.approx(0.15)
    slow = KIND.copy()
    slow[2] = 5.0
    assert free_speed_mps(13.89, 1.0, slow) == pytest.approx(4.35)


def test_a_way_is_driven_with_constant_acceleration() -> None:
    assert drive_s(8.0, 0.0, 100.0, 4.0) == pytest.approx(2.0)
    assert drive_s(8.0 + 20.0, 0.0, 8.0, 4.0) == pytest.approx(2.0 + 20.0 / 8.0)
    assert drive_s(30.0, 10.0, 10.0, 2.0) == pytest.approx(3.0)


def test_what_a_stop_and_a_turn_cost() -> None:
    straight, turn = roads(13.89, 13.89), roads(13.89, 6.5)
    stopped_s = lost_s(0, 0, 0, 1.0, GO, 1.0, KIND, straight)
    assert stopped_s == pytest.approx((13.24 - 1.975) ** 2 / (2 * 1.95 * 13.24), rel=1e-3)
    assert lost_s(0, 0, 0, 0.5, GO, 1.0, KIND, straight) == pytest.approx(stopped_s / 2)
    assert lost_s(0, 0, NOBODY_STOPPED, 0.0, GO, 1.0, KIND, straight) == 0.0
    slowed_s = (13.24 - CAUTIOUS_MPS) ** 2 / (2 * 13.24) * (1 / 1.95 + 1 / 4.5)
    assert lost_s(0, 0, NOBODY_STOPPED, 0.0, GO, 1.0, KIND, turn) == pytest.approx(slowed_s, rel=1e-3)
    assert lost_s(0, 0, NOBODY_STOPPED, 0.0, YIELD, 1.0, KIND, straight) == pytest.approx(slowed_s, rel=1e-3)
    assert lost_s(0, 0, NOBODY_STOPPED, 0.0, STOP, 1.0, KIND, straight) > slowed_s
