"""What a snapshot may say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from signals.model.crossroads import crossroads
from signals.safety.plausible import FROZEN, FROZEN_DS, IMPOSSIBLE, Plausibility, copied, unknown_stages
from tests.safety.snapshots import snapshot

SITE = crossroads()


def numbers(value: float, approach: int = 3) -> np.ndarray:
    array = np.zeros(8, np.float32)
    array[approach] = value
    return array


def test_a_quiet_night_is_plausible_for_ever() -> None:
    judge = Plausibility(SITE, 10)
    for tick in range(500):
        assert judge.judge(snapshot(SITE, float(tick), gap_s=np.full(8, np.inf, np.float32))) == ""
        assert not judge.any_fault


@pytest.mark.parametrize("field", ["queue_veh", "count_veh", "wait_s", "gap_s"])
@pytest.mark.parametrize("value", [math.nan, -1.0, -math.inf, math.inf])
def test_impossible_numbers_concern_their_intersection(field: str, value: float) -> None:
    judge = Plausibility(SITE, 10)
    possible = field == "gap_s" and value == math.inf
    assert judge.judge(snapshot(SITE, 1.0, **{field: numbers(value)})) == ""
    assert judge.any_fault is not possible
    assert judge.fault.tolist() == [0 if possible else IMPOSSIBLE]
    assert judge.judge(snapshot(SITE, 2.0)) == ""
    assert not judge.any_fault
    assert judge.fault.tolist() == [0]


@pytest.mark.parametrize("field", ["queue_veh", "count_veh", "wait_s", "gap_s"])
def test_the_wrong_shape_concerns_all(field: str) -> None:
    assert Plausibility(SITE, 10).judge(snapshot(SITE, 1.0, **{field: np.zeros(7)})) == "snapshot-impossible"


def test_time_has_to_advance_and_a_jump_is_not_followed() -> None:
    judge = Plausibility(SITE, 10)
    codes, times = [], []
    for time_s in (5.0, 6.0, 6.0, 8.0, math.nan, math.inf, 5.5, 6.5, 20.0):
        codes.append(judge.judge(snapshot(SITE, time_s)))
        times.append(judge.time_s)
    stale, stepped = "snapshot-stale", "clock-stepped"
    assert codes == ["", "", stale, "", stale, stale, stepped, "", stepped]
    assert times == [5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0]


def frozen(judge: Plausibility, ticks: int, **rows: np.ndarray) -> list[list[int]]:
    found = []
    for _ in range(ticks):
        assert judge.judge(snapshot(SITE, judge.time_s + 1.0, **rows)) == ""
        found.append(judge.fault.tolist())
    return found


def test_where_somebody_waits_something_changes_every_tick() -> None:
    judge = Plausibility(SITE, 10)
    assert frozen(judge, 8, wait_s=numbers(12.0)) == [[0]] * (FROZEN_DS // 10) + [[FROZEN]] * 3
    assert frozen(judge, 1, wait_s=numbers(13.0)) == [[0]]
    assert frozen(judge, 3, wait_s=numbers(13.0)) == [[0]] * 3
    assert frozen(judge, 9, wait_s=numbers(13.0), gap_s=numbers(1.0, 2))[:5] == [[0]] * 5
    for tick in range(20):
        assert frozen(judge, 1, wait_s=numbers(tick + 14.0)) == [[0]]


def test_who_has_waited_for_so_long_that_nobody_counts_is_not_frozen() -> None:
    assert frozen(Plausibility(SITE, 10), 20, wait_s=numbers(3600.0)) == [[0]] * 20


def test_stages_that_exist() -> None:
    offset, bad = np.array([0, 4, 4, 6], np.int32), np.ones(3, np.bool_)
    assert unknown_stages(np.array([3, -1, 0], np.int32), offset, bad) == 0
    assert bad.tolist() == [False] * 3
    assert unknown_stages(np.array([4, 0, -2], np.int32), offset, bad) == 3
    assert bad.tolist() == [True] * 3


def test_arrays_are_copied_only_if_they_are_what_they_should_be() -> None:
    target = np.zeros(3, np.int32)
    assert copied(np.array([1, 2, 3], np.int32), target)
    assert copied(np.array([1, 9, 2, 9, 3, 9], np.int32)[::2], target)
    for source in (
        np.zeros(3, np.int64),
        np.zeros(3, np.float32),
        np.zeros(2, np.int32),
        np.zeros((1, 3), np.int32),
        [0] * 3,
        None,
    ):
        assert not copied(source, target)
    assert target.tolist() == [1, 2, 3]
