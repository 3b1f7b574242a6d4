from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.sim.layout import stock
from signals.adapters.sim.outcome import incidents_of, trips_of
from signals.adapters.sim.schedule import Schedule
from signals.adapters.sim.streets import PointQueues
from signals.model.demand import Demand, Flow
from signals.model.lanes import User
from signals.model.trips import TripState
from signals.model.values import Aspect
from tests.adapters.streets import town

FOOT = User.PEDESTRIAN


def test_every_state_is_told_apart() -> None:
    demand = Demand((Flow((4,), 1.0, user=User.BICYCLE), Flow((0,), 1.0), Flow((5,), 1.0, user=FOOT)))
    times = np.array([0.0, 1.0, *[2.0] * 20, 70.0])
    flow = np.array([0, *[1] * 22], np.int32)
    built = stock(town(), demand, Schedule(times, flow, np.array([3.0, 39.0, 58.0]), np.full(3, 2, np.int32)))
    queues = PointQueues(built)
    for second in range(60):
        walk = Aspect.GREEN if 35 <= second < 40 else Aspect.RED
        queues.advance(second, second + 1.0, np.array([Aspect.RED, walk], np.int8))
    trips = trips_of(built, np.array([User.BICYCLE, *[User.VEHICLE] * 22], np.int32), 60.0)
    assert len(trips) == 22 + 3  # nobody who would start after the end
    assert trips.user[0] == User.BICYCLE
    assert trips.state[0] == TripState.FINISHED
    assert trips.duration_s[0] == pytest.approx(40 / 8 + 1 + 30 / 12)
    assert trips.time_loss_s[0] == trips.stops[0] == 0.0
    driving, never = trips.state == TripState.DRIVING, trips.state == TripState.NEVER_INSERTED
    assert driving[1]
    assert trips.time_loss_s[1] == pytest.approx(60.0 - 1.0 - 60 / 12)
    assert trips.stops[1] == 1
    assert trips.departure_delay_s[never] == pytest.approx(58.0)
    assert 5 < never.sum() < 15
    walkers = slice(22, 25)
    assert list(trips.state[walkers]) == [TripState.FINISHED, TripState.FINISHED, TripState.DRIVING]
    assert trips.waiting_s[walkers] == pytest.approx([32.0, 0.0, 2.0])
    assert trips.duration_s[walkers] == pytest.approx([37.0, 5.0, 2.0])
    assert (trips.departure_delay_s[walkers] == 0.0).all()
    assert incidents_of(built, 60.0).longest_wait_s == pytest.approx(54.0)


def test_nobody_is_an_empty_table() -> None:
    nobody = Schedule(np.empty(0), np.empty(0, np.int32), np.empty(0), np.empty(0, np.int32))
    built = stock(town(), Demand(), nobody)
    assert len(trips_of(built, np.empty(0, np.int32), 10.0)) == 0
    assert incidents_of(built, 10.0).longest_wait_s == 0.0
