"""Vehicles and occupancy between two reports."""

from __future__ import annotations

import numpy as np

from signals.adapters.ntcip.detectors import DetectorWatch


def said(watch: DetectorWatch) -> tuple[list[int], list[float]]:
    count, occupied = watch.report()
    assert (count.dtype, occupied.dtype) == (np.int32, np.float32)
    return count.tolist(), occupied.tolist()


def test_nothing_is_known_before_the_first_sweep() -> None:
    count, occupied = said(DetectorWatch((1, 2), counts=False))
    assert count == [-1, -1]
    assert all(share != share for share in occupied)  # noqa: PLR0124  not a number


def test_without_counts_a_vehicle_is_a_rising_edge() -> None:
    watch = DetectorWatch((1, 9), counts=False)
    for active in (0, 1, 1, 0, 1 | 256):
        watch.see(active, 0)
    assert said(watch) == ([2, 1], [np.float32(0.6), np.float32(0.2)])
    watch.see(1 | 256, 0)  # still the same vehicles
    assert said(watch) == ([0, 0], [1.0, 1.0])
    assert not watch.is_new(5)


def test_periods_are_counted_once_each() -> None:
    watch = DetectorWatch((1, 2), counts=True)
    watch.see(0b11, 0)
    assert not watch.is_new(254)  # began before us
    assert not watch.is_new(254)
    assert watch.is_new(255)
    watch.count([3, 0], [200, 0])
    assert watch.is_new(0)
    watch.count([1, 1], [100, 201])
    assert said(watch) == ([4, 1], [0.5, 1.0])  # of the second only what was seen is known
    watch.see(0, 0)
    assert not watch.is_new(-1)
    assert said(watch) == ([0, 0], [0.5, 0.0])  # what was measured last holds until the next period


def test_a_missed_period_is_not_known_once() -> None:
    watch = DetectorWatch((1,), counts=True)
    watch.see(0, 0)
    watch.is_new(1)
    assert watch.is_new(3)
    watch.count([2], [0])
    assert said(watch)[0] == [-1]
    watch.see(0, 0)
    assert watch.is_new(4)
    watch.count([2], [0])
    assert said(watch)[0] == [2]


def test_an_overflow_or_a_missing_count_is_not_known() -> None:
    watch = DetectorWatch((1, 2, 3), counts=True)
    watch.see(0, 0)
    watch.is_new(1), watch.is_new(2)
    watch.count([255, None, 7], [0, None, 0])
    assert said(watch)[0] == [-1, -1, 7]


def test_a_detector_that_failed_says_nothing() -> None:
    watch = DetectorWatch((3, 4), counts=False)
    watch.see(0b1100, 0b0100)
    count, occupied = said(watch)
    assert count == [-1, 1]
    assert np.isnan(occupied[0])
    assert occupied[1] == 1.0
