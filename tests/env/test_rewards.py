"""What an agent is paid, against sums by hand."""

from __future__ import annotations

import numpy as np
import pytest

from signals.env.rewards import Pressure, Queue, Throughput, WaitDifference
from signals.env.view import View
from signals.model.crossroads import crossroads
from signals.testing import two_crossroads
from tests.env.made import busy, view

NETWORK = crossroads()


def later(first: View, seconds: float, **columns: object) -> View:
    return first._replace(snapshot=first.snapshot._replace(time_s=first.snapshot.time_s + seconds, **columns))


def test_a_queue_costs_its_vehicles_for_as_long_as_the_tick() -> None:
    first = view(NETWORK)
    meter = Queue(scale=0.5).meter(first)
    queue_veh = np.array([1, 2, 0, 0, 0, np.nan, 0, 4], np.float32)
    assert meter(later(first, 1, queue_veh=queue_veh)) == pytest.approx(-3.5)
    assert meter(later(first, 3, queue_veh=queue_veh)) == pytest.approx(-7.0)  # two seconds on


def test_dissolved_wait_is_paid_and_the_ticks_add_up() -> None:
    zero = np.zeros(8, np.float32)
    first = view(NETWORK, queue_veh=zero + 2, wait_s=zero + 10)  # 8 approaches, 2 veh, 5 s on average
    meter = WaitDifference(scale=1.0).meter(first)
    more = meter(later(first, 1, queue_veh=zero + 2, wait_s=zero + 11))
    gone = meter(later(first, 2, queue_veh=zero, wait_s=zero))
    assert more == pytest.approx(-8.0)
    assert more + gone == pytest.approx(80.0)


def test_pressure_is_what_wants_in_less_what_is_beyond() -> None:
    count_veh = np.zeros(8, np.float32)
    count_veh[0] = 6
    lane_veh = np.full(len(NETWORK.lanes), np.nan, np.float32)
    first = view(NETWORK)
    exits = NETWORK.arrays.link_to_lane[:]
    lane_veh[exits[0]] = 1
    links_there = int((exits == exits[0]).sum())
    meter = Pressure(scale=1.0).meter(first)
    assert meter(later(first, 1, count_veh=count_veh, lane_veh=lane_veh)) == pytest.approx(-(6 - links_there))
    assert meter(later(first, 2, count_veh=0 * count_veh, lane_veh=lane_veh)) == pytest.approx(-links_there)


def test_a_vehicle_counts_when_it_passes_the_line() -> None:
    first = view(NETWORK)
    meter = Throughput().meter(first)
    offset = np.array([0, 3, 4, 4, 4, 4, 4, 4, 4], np.int32)
    came = {
        "arrival_offset": offset,
        "arrival_distance_m": np.array([5, 19, 25, 12], np.float32),
        "arrival_speed_mps": np.array([10, 10, 10, 0], np.float32),
        "arrival_weight": np.array([1, 1, 1, 1], np.float32),
        "arrival_handle": np.arange(4, dtype=np.int64),
    }
    assert meter(later(first, 1, **came)) == 1.0  # the second: 19 m before the line, 29 m a second ago
    came["arrival_weight"] = np.array([1, 0.25, 1, 1], np.float32)
    assert meter(later(first, 2, **came)) == 0.25


@pytest.mark.parametrize("reward", [Queue(), WaitDifference(), Pressure(), Throughput()])
def test_intersections_are_paid_apart(reward: Queue | WaitDifference | Pressure | Throughput) -> None:
    network = two_crossroads()
    snapshot = busy(network, 1.0)
    quiet = view(network).snapshot
    paid = []
    for i in (0, 1):
        first = View(network, i, 0, quiet)
        paid.append(reward.meter(first)(first._replace(snapshot=snapshot)))
    assert paid[0] != paid[1]
    assert all(np.isfinite(paid))
    assert any(paid)
