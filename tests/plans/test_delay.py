from __future__ import annotations

from math import inf

import pytest

from signals.plans.delay import uniform_queue, webster_delay_s


def test_uniform_arrivals_of_the_textbook() -> None:
    """20 vehicles a minute, 50 leave a minute, red and green of 30 s: 12.5 s each."""
    assert uniform_queue(1200.0, 3000.0, 30.0, 60.0).mean_s == pytest.approx(12.5)


def test_a_whole_cycle_of_the_textbook() -> None:
    queue = uniform_queue(500.0, 1700.0, 24.0, 80.0)
    assert queue.clear_s == pytest.approx(23.33, abs=0.005)
    assert queue.stopped_share == pytest.approx(0.9917, abs=5e-5)
    assert queue.longest_veh == pytest.approx(7.78, abs=0.005)
    assert queue.total_s == pytest.approx(308.5, abs=0.05)
    assert queue.mean_s == pytest.approx(27.77, abs=0.01)


def test_nobody_waits_where_nobody_comes() -> None:
    assert uniform_queue(0.0, 1800.0, 20.0, 60.0) == (0.0, 0.0, 40.0 / 60.0, 0.0, 0.0)


def test_too_little_green_means_for_ever() -> None:
    assert uniform_queue(601.0, 1800.0, 20.0, 60.0).mean_s == inf
    assert webster_delay_s(600.0, 1800.0, 20.0, 60.0) == inf


def test_webster_starts_from_uniform_arrivals_and_grows_to_saturation() -> None:
    assert webster_delay_s(0.0, 1800.0, 20.0, 60.0) == pytest.approx(60 * (2 / 3) ** 2 / 2)
    delays = [webster_delay_s(flow, 1800.0, 20.0, 60.0) for flow in (100.0, 300.0, 500.0, 590.0)]
    assert delays == sorted(delays)
    assert delays[-1] > 100.0


def test_webster_by_hand() -> None:
    """C 60, g 30, q 600, s 1800: uniform 11.25, random 4.0, correction 0.65 * 12.927 * 0.1614."""
    used, share, rate = 600 / 900, 0.5, 600 / 3600
    expected = 60 * 0.25 / (2 * (1 - 1 / 3)) + used**2 / (2 * rate * (1 - used))
    expected -= 0.65 * (60 / rate**2) ** (1 / 3) * used ** (2 + 5 * share)
    assert webster_delay_s(600.0, 1800.0, 30.0, 60.0) == pytest.approx(expected)
    assert expected == pytest.approx(11.25 + 4.0 - 1.354, abs=0.01)
