from __future__ import annotations

import pytest

from signals.model.lanes import Lane, User


@pytest.mark.parametrize(("length_m", "speed_mps"), [(0.0, 10.0), (10.0, 0.0), (-1.0, 10.0), (float("nan"), 10.0)])
def test_a_lane_has_length_and_speed(length_m: float, speed_mps: float) -> None:
    with pytest.raises(ValueError, match='lane "a"'):
        Lane("a", "e", length_m, speed_mps)


def test_a_lane_is_for_cars_unless_told() -> None:
    assert Lane("a", "e", 10.0, 10.0).user is User.VEHICLE
