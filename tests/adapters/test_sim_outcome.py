from __future__ import annotations

import numpy as np

from signals.adapters.sim.layout import traffic
from signals.adapters.sim.outcome import incidents_of, trips_of
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.trips import TripState
from signals.model.values import Aspect
from tests.kernels.driven import Drive, cars, random_travel


def test_who_waits_at_red_for_ever_is_counted() -> None:
    network = crossroads()
    travel = cars(network, [("north_in", "south_out")], [0.0, 3.0])
    drive = Drive(travel)
    drive.on(100)
    trips = trips_of(drive.traffic, travel, 100.0)
    assert trips.state.tolist() == [TripState.DRIVING] * 2
    free_s = 300.0 / 13.89
    np.testing.assert_allclose(trips.time_loss_s, [100.0 - free_s, 97.0 - free_s], atol=0.1)
    assert trips.stops.tolist() == [1.0, 1.0]
    assert 70.0 < incidents_of(drive.traffic, 100.0).longest_wait_s < 80.0


def test_who_finds_no_room_is_never_inserted() -> None:
    network = crossroads()
    travel = cars(network, [("north_in", "south_out")], [float(n) for n in range(60)])
    drive = Drive(travel)
    drive.on(200)
    trips = trips_of(drive.traffic, travel, 200.0)
    never = trips.state == TripState.NEVER_INSERTED
    assert never.sum() == 60 - 40
    np.testing.assert_allclose(trips.departure_delay_s[never], 200.0 - trips.scheduled_s[never])
    assert np.all(trips.time_loss_s[never] == 0)


def test_everybody_due_has_one_row() -> None:
    network = crossroads()
    travel = random_travel(network, 5)
    drive = Drive(travel)
    drive.show(Aspect.GREEN, "north_ahead", "south_ahead")
    drive.on(300)
    trips = trips_of(drive.traffic, travel, 300.0)
    vehicles = trips.user != User.PEDESTRIAN
    assert vehicles.sum() == (travel.depart_s < 300).sum()
    assert (~vehicles).sum() == (travel.walk_depart_s < 300).sum()
    assert np.all(trips.time_loss_s >= 0)
    assert np.all(trips.departure_delay_s >= -1e-9)
    assert np.all(trips.time_loss_s <= trips.duration_s + 1e-9)
    assert (trips.state == TripState.FINISHED).any()


def test_everybody_is_due_in_the_time_of_the_travellers() -> None:
    network = crossroads()
    travel = random_travel(network, 5)
    begin_s = 100.0
    found = traffic(network, travel, begin_s)
    trips = trips_of(found, travel, 200.0)
    for walks, depart_s in ((False, travel.depart_s), (True, travel.walk_depart_s)):
        due_s = depart_s[(depart_s >= begin_s) & (depart_s < 300.0)]
        rows = (trips.user == User.PEDESTRIAN) == walks
        assert len(due_s)
        assert sorted(trips.scheduled_s[rows]) == sorted(due_s)
