from __future__ import annotations

import numpy as np
import pytest

from signals.control import horizon_site
from signals.control.usual_wait import MEMORY_S, UsualWait
from signals.model.crossroads import crossroads
from signals.model.values import Snapshot

NETWORK = crossroads(pedestrians=False)
LIMIT_MPS = np.full(len(NETWORK.arrays.approach_lane), 14.0, np.float32)


def seen(speed_mps: list[float]) -> Snapshot:
    """All vehicles are on the second approach."""
    count, approaches = len(speed_mps), len(LIMIT_MPS)
    return horizon_site.one_waiting_everywhere(NETWORK)._replace(
        arrival_offset=np.array([0, 0, *[count] * (approaches - 1)], np.int32),
        arrival_distance_m=np.arange(count, dtype=np.float32),
        arrival_speed_mps=np.array(speed_mps, np.float32),
        arrival_weight=np.ones(count, np.float32),
    )


def leaving(veh: float) -> np.ndarray:
    left_veh = np.zeros(len(LIMIT_MPS), np.float32)
    left_veh[-1] = veh
    return left_veh


def test_it_is_those_who_wait_over_those_who_leave_a_second() -> None:
    usual = UsualWait(NETWORK, LIMIT_MPS)
    assert usual.wait_s.tolist() == [0.0]
    for _ in range(int(10 * MEMORY_S)):
        usual.note(seen([0.0, 3.0, 6.9, 7.1, 14.0]), leaving(0.25), 1.0)
    assert usual.wait_s[0] == pytest.approx(3 / 0.25, rel=1e-3)


def test_it_follows_within_minutes_and_not_at_once() -> None:
    usual = UsualWait(NETWORK, LIMIT_MPS)
    for _ in range(int(10 * MEMORY_S)):
        usual.note(seen([0.0, 0.0]), leaving(0.2), 1.0)
    usual.note(seen([0.0] * 20), leaving(0.2), 1.0)
    assert 10.0 < usual.wait_s[0] < 11.0
    for _ in range(int(MEMORY_S)):
        usual.note(seen([0.0] * 20), leaving(0.2), 1.0)
    assert usual.wait_s[0] == pytest.approx(100.0 - 90.0 * np.exp(-1.0), rel=0.02)


def test_where_nobody_leaves_it_stays_finite_and_it_can_be_forgotten() -> None:
    usual = UsualWait(NETWORK, LIMIT_MPS)
    usual.note(seen([0.0]), leaving(0.0), 1.0)
    assert 0.0 < usual.wait_s[0] < 1.0
    usual.note(seen([]), leaving(0.0), 0.0)
    usual.forget()
    usual.note(seen([]), leaving(0.0), 1.0)
    assert usual.wait_s.tolist() == [0.0]
