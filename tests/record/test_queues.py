"""Queues per interval, against sums made the slow way."""

from __future__ import annotations

import numpy as np
import pytest

from signals.record.queues import QueueLog


@pytest.mark.parametrize("ticks", [1, 3, 4, 7, 8])
@pytest.mark.parametrize(("tick_s", "interval_s", "length"), [(1.0, 4.0, 4), (0.5, 1.0, 2), (1.0, 0.1, 1)])
def test_it_agrees_with_a_slow_twin(ticks: int, tick_s: float, interval_s: float, length: int) -> None:
    rng = np.random.default_rng(ticks)
    queue_veh = rng.integers(0, 9, (ticks, 2)).astype(np.float32)
    count_veh = queue_veh + rng.integers(0, 9, (ticks, 2)).astype(np.float32)
    log = QueueLog(2, tick_s, interval_s)
    for tick in range(ticks):
        log.note(tick * tick_s, queue_veh[tick], count_veh[tick])
    columns = log.columns(["here", "here"], ["a", "b"])
    expected = []
    for begin in range(0, ticks, length):
        part = slice(begin, min(begin + length, ticks))
        for approach in range(2):
            queue = queue_veh[part, approach]
            expected.append(
                (
                    begin * tick_s,
                    len(queue) * tick_s,
                    "ab"[approach],
                    round(float(queue.mean()), 3),
                    float(queue.max()),
                    round(float(count_veh[part, approach].mean()), 3),
                )
            )
    names = ("time_s", "duration_s", "approach", "queue_mean_veh", "queue_max_veh", "count_mean_veh")
    found = list(zip(*(list(np.asarray(columns[name]).tolist()) for name in names), strict=True))
    assert found == [pytest.approx(row) for row in expected]
    assert log.mean_veh(-np.inf) == pytest.approx(float(queue_veh.sum(1).mean()))


def test_what_is_unknown_stays_unknown() -> None:
    log = QueueLog(1, 1.0, 2.0)
    for value in (1.0, np.nan, 3.0, 4.0):
        log.note(0.0, np.array([value], np.float32), np.array([0.0], np.float32))
    means = np.asarray(log.columns(["x"], ["a"])["queue_mean_veh"])
    assert np.isnan(means[0])
    assert means[1] == 3.5


def test_an_empty_log_has_no_rows_and_no_mean() -> None:
    log = QueueLog(2, 1.0, 10.0)
    assert np.isnan(log.mean_veh(0.0))
    assert len(np.asarray(log.columns(["x", "x"], ["a", "b"])["queue_mean_veh"])) == 0
