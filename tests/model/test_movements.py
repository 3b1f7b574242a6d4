from __future__ import annotations

import pytest

from signals.model.movements import Movement


@pytest.mark.parametrize(("length_m", "speed_mps"), [(-0.1, 10.0), (10.0, 0.0)])
def test_a_movement_has_length_and_speed(length_m: float, speed_mps: float) -> None:
    with pytest.raises(ValueError, match='movement "a>b"'):
        Movement("a>b", 0, 1, (), length_m, speed_mps)


def test_no_signal_controls_it_unless_told() -> None:
    assert Movement("a>b", 0, 1, (), 0.0, 10.0).link == -1
