"""Every metric against numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from signals.model.lanes import User
from signals.model.trips import Incidents, TripState
from signals.record.metrics import CLASSES, METRICS, summarise
from tests.record.made import random_trips, trips_of

DONE, DRIVING, OUTSIDE = TripState.FINISHED, TripState.DRIVING, TripState.NEVER_INSERTED
CAR, PERSON, BICYCLE = User.VEHICLE, User.PEDESTRIAN, User.BICYCLE

ROWS = [
    # scheduled, departure delay, time loss, duration, waiting, stops, state, user
    (10.0, 1.0, 9.0, 60.0, 5.0, 1.0, DONE, CAR),
    (20.0, 3.0, 27.0, 80.0, 20.0, 2.0, DRIVING, CAR),
    (40.0, 60.0, 0.0, 0.0, 0.0, 0.0, OUTSIDE, CAR),
    (30.0, 0.0, 20.0, 50.0, 15.0, 3.0, DONE, BICYCLE),
    (50.0, 2.0, 12.0, 40.0, 10.0, math.nan, DONE, PERSON),
]


def test_delay_counts_everybody_who_was_scheduled() -> None:
    found = summarise(trips_of(ROWS), Incidents(), end_s=100)
    assert found["delay_s"] == pytest.approx((10 + 30 + 60 + 20) / 4)
    assert found["bicycle_delay_s"] == pytest.approx(20)
    assert found["motor_delay_s"] == pytest.approx((10 + 30 + 60) / 3)
    assert found["person_delay_s"] == pytest.approx(14)


def test_times_under_way_count_those_who_got_in() -> None:
    found = summarise(trips_of(ROWS), Incidents(), end_s=100)
    assert found["trip_time_s"] == pytest.approx((60 + 80 + 50) / 3)
    assert found["time_loss_s"] == pytest.approx((9 + 27 + 20) / 3)
    assert found["waiting_s"] == pytest.approx((5 + 20 + 15) / 3)
    assert found["stops"] == pytest.approx(2)
    assert found["departure_delay_s"] == pytest.approx((1 + 3 + 60 + 0) / 4)


def test_counts() -> None:
    found = summarise(trips_of(ROWS), Incidents(), end_s=100)
    names = ("scheduled_veh", "finished_veh", "unfinished_veh", "never_inserted_veh")
    assert [found[name] for name in names] == [4, 2, 1, 1]
    assert [found[f"person_{name.removesuffix('_veh')}"] for name in names] == [1, 1, 0, 0]
    # The car arrives at 10 + 1 + 60 = 71 s, the bicycle at 80 s.
    assert found["throughput_veh_h"] == pytest.approx(2 / 100 * 3600)


def test_p95_is_of_single_delays() -> None:
    rows = [(1.0, 0.0, float(k), 50.0, 0.0, 0.0, DONE, CAR) for k in range(101)]
    assert summarise(trips_of(rows), Incidents(), end_s=100)["delay_p95_s"] == pytest.approx(95)


def test_what_is_scheduled_during_the_warm_up_is_not_scored() -> None:
    found = summarise(trips_of(ROWS), Incidents(), begin_s=5, warmup_s=20, end_s=100)
    assert found["scheduled_veh"] == 2
    assert found["delay_s"] == pytest.approx((60 + 20) / 2)
    # Both arrivals lie in the 75 s that are scored, although one was scheduled before.
    assert found["throughput_veh_h"] == pytest.approx(2 / 75 * 3600)


def test_what_is_scheduled_after_the_end_does_not_count() -> None:
    rows = [*ROWS, (100.0, 0.0, 0.0, 0.0, 0.0, 0.0, OUTSIDE, CAR)]
    assert summarise(trips_of(rows), Incidents(), end_s=100)["never_inserted_veh"] == 1


def test_incidents_are_passed_on() -> None:
    found = summarise(trips_of(ROWS), Incidents(1, 2, 3, 4, 300.5), 7.5, end_s=100)
    names = ("teleports", "collisions", "emergency_braking", "emergency_stops", "longest_wait_s", "gridlock")
    assert [found[name] for name in names] == [1, 2, 3, 4, 300.5, 1]
    assert found["queue_veh"] == 7.5
    assert summarise(trips_of(ROWS), Incidents(longest_wait_s=300), end_s=100)["gridlock"] == 0


def test_nobody_means_undefined_not_zero() -> None:
    found = summarise(trips_of([]), Incidents(), end_s=100)
    assert math.isnan(found["delay_s"])
    assert math.isnan(found["delay_p95_s"])
    assert math.isnan(found["transit_stops"])
    assert math.isnan(found["queue_veh"])
    assert found["scheduled_veh"] == 0
    persons = summarise(trips_of(ROWS), Incidents(), end_s=100)["person_stops"]
    assert math.isnan(persons)


def test_a_run_without_scored_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no scored time"):
        summarise(trips_of(ROWS), Incidents(), warmup_s=100, end_s=100)


def test_the_list_of_metrics_is_what_is_computed() -> None:
    found = summarise(random_trips(np.random.default_rng(0), 200, 30), Incidents(), end_s=900)
    assert list(found) == [metric.name for metric in METRICS]
    assert len(set(found)) == len(METRICS)
    for metric in METRICS:
        assert metric.better in ("lower", "higher", "")
        assert metric.definition.endswith(".")
        assert "{" not in metric.definition


@pytest.mark.parametrize("prefix", [prefix for prefix in CLASSES if prefix])
def test_a_class_is_what_remains_when_the_others_are_taken_away(prefix: str) -> None:
    trips = random_trips(np.random.default_rng(1), 300, 30)
    rows = zip(*(getattr(trips, name) for name in trips.__slots__), strict=True)
    alone = trips_of([row for row in rows if User(row[7]) in CLASSES[prefix][1]])
    everyone, those = (summarise(one, Incidents(), end_s=900) for one in (trips, alone))
    for name in (name for name in everyone if name.startswith(prefix)):
        assert everyone[name] == pytest.approx(those[name], nan_ok=True)
