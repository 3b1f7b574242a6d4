from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from signals.kernels.signal_state import note_demand, note_green, note_signals
from signals.model.values import Aspect

RED, GREEN, AMBER, UNKNOWN = Aspect.RED, Aspect.GREEN, Aspect.AMBER, Aspect.UNKNOWN


def follow(
    shown: Sequence[int], call: list[bool], min_green_ds: int = 30, elapsed_ds: int = 10
) -> list[tuple[int, int, bool]]:
    """Return (aspect, age, latched call) of one group after every tick."""
    latched, aspect, age_ds = np.zeros(1, np.bool_), np.full(1, UNKNOWN, np.int8), np.zeros(1, np.int32)
    rows = []
    for show, ask in zip(shown, call, strict=True):
        least = np.full(1, min_green_ds, np.int32)
        note_signals(elapsed_ds, np.array([show], np.int8), np.array([ask]), least, latched, aspect, age_ds)
        rows.append((int(aspect[0]), int(age_ds[0]), bool(latched[0])))
    return rows


def test_the_age_counts_from_the_first_tick_of_an_aspect() -> None:
    rows = follow([RED, RED, GREEN, GREEN, AMBER, RED], [False] * 6)
    assert [row[:2] for row in rows] == [(0, 10), (0, 20), (2, 10), (2, 20), (3, 10), (0, 10)]


def test_what_cannot_be_read_back_stays_and_ages() -> None:
    rows = follow([UNKNOWN, GREEN, UNKNOWN, 7, -5, GREEN], [False] * 6, elapsed_ds=5)
    assert [row[:2] for row in rows] == [(-1, 5), (2, 5), (2, 10), (2, 15), (2, 20), (2, 25)]


def test_an_age_fits_into_32_bits() -> None:
    rows = follow([RED] * 4, [False] * 4, elapsed_ds=900_000_000)
    assert [row[1] for row in rows] == [900_000_000, *[10**9] * 3]


def test_a_call_is_kept_until_its_green_has_lasted_its_minimum() -> None:
    shown = [RED, RED, GREEN, GREEN, GREEN, GREEN, AMBER, RED]
    call = [True, False, False, True, False, True, True, False]
    assert [row[2] for row in follow(shown, call)] == [True, True, True, True, False, False, True, True]


def test_demand_joins_calls_and_approaches() -> None:
    demand = np.zeros(4, np.bool_)
    approach, group = np.array([0, 0, 1, 2], np.int32), np.array([0, 1, 2, 2], np.int32)
    for wanted in ([True, False, False], [False, True, False], [False, False, True], [False, False, False]):
        for called in ([False] * 4, [False, False, False, True], [True, False, False, False]):
            note_demand(np.array(wanted), approach, group, np.array(called), demand)
            moving = {group[k] for k in range(4) if wanted[approach[k]]}
            assert list(demand) == [g in moving or called[g] for g in range(4)]


def test_one_green_signal_makes_an_approach_green() -> None:
    green = np.ones(3, np.bool_)
    approach, group = np.array([0, 0, 1, 2], np.int32), np.array([0, 1, 2, 3], np.int32)
    note_green(np.array([RED, GREEN, AMBER, UNKNOWN], np.int8), approach, group, green)
    assert list(green) == [True, False, False]
