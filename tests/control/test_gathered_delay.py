from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from signals.control.gathered_delay import GatheredDelay
from signals.model.crossroads import crossroads
from signals.testing import two_crossroads
from tests.control.made import quiet

NETWORK = crossroads()
LIMIT = float(NETWORK.arrays.lane_speed_mps[NETWORK.arrays.approach_lane[0]])


def seen(time_s: float, rows: list[tuple[int, int, float, float]], network: Any = NETWORK, **known: Any) -> Any:
    """Rows of approach, handle, share of the speed limit, probability."""
    count = len(network.arrays.approach_lane)
    rows = sorted(rows)
    offset = np.searchsorted([row[0] for row in rows], range(count + 1)).astype(np.int32)
    column = lambda k, kind: np.array([row[k] for row in rows], kind)  # noqa: E731
    return quiet(network, time_s)._replace(
        arrival_offset=offset,
        arrival_handle=column(1, np.int64),
        arrival_speed_mps=(column(2, np.float32) * LIMIT).astype(np.float32),
        arrival_weight=column(3, np.float32),
        arrival_distance_m=np.full(len(rows), 30.0, np.float32),
        **known,
    )


def test_each_second_costs_the_share_of_the_limit_that_is_not_driven() -> None:
    delay = GatheredDelay(NETWORK)
    for t in range(11):
        snapshot = seen(float(t), [(0, 7, 0.0, 1.0), (0, 8, 0.75, 1.0), (3, 9, 1.5, 1.0)])
        delay.gather(snapshot)
    assert delay.row_s == pytest.approx([10.0, 2.5, 0.0])
    assert delay.of_approaches(snapshot)[[0, 3]] == pytest.approx([12.5, 0.0])


def test_who_may_go_to_two_approaches_counts_by_probability() -> None:
    delay = GatheredDelay(NETWORK)
    for t in range(5):
        snapshot = seen(float(t), [(0, 7, 0.0, 0.25), (1, 7, 0.0, 0.75)])
        delay.gather(snapshot)
    assert delay.of_approaches(snapshot)[:2] == pytest.approx([1.0, 3.0])


def test_at_the_next_intersection_it_begins_anew() -> None:
    network = two_crossroads()
    delay = GatheredDelay(network)
    for t, approach in enumerate([0, 0, 0, 8, 8]):
        snapshot = seen(float(t), [(approach, 7, 0.0, 1.0)], network)
        delay.gather(snapshot)
    assert delay.of_approaches(snapshot)[8] == pytest.approx(2.0)


def test_who_is_only_inferred_has_come_at_an_even_pace() -> None:
    delay = GatheredDelay(NETWORK)
    known = {"queue_veh": np.full(8, 4.0, np.float32), "wait_s": np.full(8, 30.0, np.float32)}
    snapshot = seen(0.0, [(0, 0, 0.0, 1.0)], **known)
    delay.gather(snapshot)
    assert delay.row_s.tolist() == [0.0]
    assert delay.of_approaches(snapshot)[0] == 60.0
