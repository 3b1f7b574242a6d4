from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.sim.layout import stock
from signals.adapters.sim.schedule import Schedule
from signals.adapters.sim.streets import PointQueues
from signals.model.demand import Demand, Flow
from signals.model.values import Aspect
from tests.adapters.streets import street

RED, GREEN, AMBER = (np.array([aspect], np.int8) for aspect in (Aspect.RED, Aspect.GREEN, Aspect.AMBER))


def queues(*times: float, length_m: float = 300.0) -> PointQueues:
    scheduled = Schedule(np.array(times), np.zeros(len(times), np.int32), np.empty(0), np.empty(0, np.int32))
    return PointQueues(stock(street(length_m=length_m), Demand((Flow((0,), 1.0),)), scheduled))


def test_green_is_timed_from_its_first_tick() -> None:
    running = queues()
    for start, aspect in ((0, RED), (1, GREEN), (2, GREEN), (3, AMBER), (4, AMBER), (5, GREEN)):
        running.advance(start, start + 1.0, aspect)
    assert running._signals.green_s[0] == 5.0
    assert running._signals.amber_s[0] == 3.0


def test_a_vehicle_drives_freely_and_then_stands_in_its_slot() -> None:
    running = queues(0.0, 0.0, 0.0)
    for second in range(40):
        running.advance(second, second + 1.0, RED)
        readings = running.read(second + 1.0, second, RED, vehicles=True)
        order = np.argsort(readings.vehicle_handle)
        free_m = 10.0 * (second + 1.0)
        wanted = [min(free_m, 300.0), min(free_m, 300.0) - 7.5, min(free_m, 300.0) - 15.0]
        assert readings.vehicle_position_m[order] == pytest.approx(np.maximum(wanted, 0.0), abs=0.01)
        assert set(readings.vehicle_speed_mps) == ({10.0} if second < 29 else {0.0})
        assert list(readings.vehicle_handle[order]) == [1, 2, 3]


def test_a_full_lane_takes_nobody() -> None:
    running = queues(*[0.0] * 10, length_m=30.0)
    for second in range(30):
        running.advance(second, second + 1.0, RED)
    seen = running.read(30.0, 29.0, RED, vehicles=True)
    assert len(seen.vehicle_lane) >= 4
    assert sorted(seen.vehicle_position_m)[-4:] == pytest.approx([7.5, 15.0, 22.5, 30.0])
    before = len(seen.vehicle_lane)
    running.advance(30.0, 31.0, RED)
    assert len(running.read(31.0, 30.0, RED, vehicles=True).vehicle_lane) == before


def test_counts_are_given_once() -> None:
    network = street(detectors=(150.0,))
    scheduled = Schedule(np.array([0.0]), np.zeros(1, np.int32), np.empty(0), np.empty(0, np.int32))
    running = PointQueues(stock(network, Demand((Flow((0,), 1.0),)), scheduled))
    running.advance(0.0, 20.0, RED)
    assert list(running.read(20.0, 0.0, RED, vehicles=False).detector_count) == [1]
    assert list(running.read(20.0, 0.0, RED, vehicles=False).detector_count) == [0]
