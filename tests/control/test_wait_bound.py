from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.control import horizon_site
from signals.control.wait_bound import MOST_STAGES, WaitBound, least_wait_s
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.stage_choices import with_all_stages

CARS = crossroads(pedestrians=False)


def two_roads(intergreen_ds: int, min_green_ds: int) -> Network:
    """The crossroads without its lefts."""
    (place,) = CARS.intersections
    groups = tuple(replace(group, min_green_ds=min_green_ds) for group in place.groups)
    matrix = tuple(tuple(None if ds is None else intergreen_ds for ds in row) for row in place.intergreen_ds)
    stages = (replace(place.stages[0], groups=(0, 4)), replace(place.stages[2], groups=(2, 6)))
    return replace(CARS, intersections=(replace(place, groups=groups, intergreen_ds=matrix, stages=stages, plans=()),))


def test_the_least_wait_is_that_of_one_round() -> None:
    assert least_wait_s(two_roads(50, 80), 0) == pytest.approx(5.0 + 8.0 + 5.0)
    assert least_wait_s(two_roads(50, 80), 0, enough_s=26.0) == 0.0  # both, one after the other, take no longer
    assert least_wait_s(two_roads(50, 80), 0, enough_s=25.9) > 0.0


def test_who_has_a_green_in_every_stage_never_waits_for_all() -> None:
    network = two_roads(50, 80)
    (place,) = network.intersections
    always = replace(place, stages=(replace(place.stages[0], groups=(0, 4)), replace(place.stages[1], groups=(0, 1))))
    assert least_wait_s(replace(network, intersections=(always,)), 0) == pytest.approx(5.0 + 8.0 + 5.0)  # the others
    alone = replace(place, stages=(replace(place.stages[0], groups=(0,)), replace(place.stages[1], groups=(0, 1))))
    assert least_wait_s(replace(network, intersections=(alone,)), 0) == pytest.approx(0.0)  # 1 waits for nobody


def test_junctions_with_very_many_stages_are_not_searched() -> None:
    (place,) = CARS.intersections
    many = tuple(replace(place.stages[n % 4], id=f"{n}") for n in range(MOST_STAGES + 1))
    assert least_wait_s(replace(CARS, intersections=(replace(place, stages=many, plans=()),)), 0) == 0.0
    assert least_wait_s(CARS, 0) > 0.0


def test_notes_name_the_worst_and_count_the_others() -> None:
    (place,) = CARS.intersections
    other = replace(place, id="other")
    bound = WaitBound(replace(CARS, intersections=(place, other)), 10.0)
    assert len(bound.notes) == 1
    assert "and at 1 more" in bound.notes[0]
    bound.note(5.0, np.array([0.0, 3.0], np.float32))
    bound.note(6.0, np.array([1.0, 7.0], np.float32))
    assert bound.notes[1] == (
        'longest_wait_s = 10 could not be kept at "other" and at 1 more: first seen at 5 s; the last of a '
        "queue had to wait up to about 7 s longer"
    )
    bound.forget()
    assert len(bound.notes) == 1


def test_without_a_bound_nothing_is_followed_or_said() -> None:
    bound = WaitBound(CARS, 0.0)
    seen = horizon_site.one_waiting_everywhere(CARS)
    bound.follow(seen, 1.0)
    bound.note(5.0, np.array([3.0], np.float32))
    assert bound.notes == ()
    assert not bound.times.handle.any()


def test_queues_are_followed_and_forgotten() -> None:
    bound = WaitBound(CARS, 90.0)
    seen = horizon_site.one_waiting_everywhere(CARS)._replace(arrival_handle=np.arange(1, 9, dtype=np.int64))
    for _ in range(4):
        bound.follow(seen, 2.0)
    assert bound.times.pressing_s.tolist() == [6.0] * 8
    bound.forget()
    assert not bound.times.pressing_s.any()


def test_calls_are_answered_when_they_have_been_weighed() -> None:
    demand = np.zeros(8, np.bool_)
    bound, off = WaitBound(CARS, 90.0), WaitBound(CARS, 0.0)
    demand[3] = True
    assert bound.heard(demand, np.array([True])).tolist() == demand.tolist()
    demand[5] = True
    assert np.flatnonzero(bound.heard(demand, np.array([False]))).tolist() == [3]
    assert np.flatnonzero(off.heard(demand, np.array([False]))).tolist() == [3, 5]
    assert np.flatnonzero(bound.heard(demand, np.array([True]))).tolist() == [3, 5]
    demand[3] = False
    assert np.flatnonzero(bound.heard(demand, np.array([False]))).tolist() == [5]


def test_derived_stages_do_not_count_where_there_are_too_many_with_them() -> None:
    network = crossroads()
    wide = with_all_stages(network)
    assert len(wide.intersections[0].stages) > MOST_STAGES >= len(network.intersections[0].stages)
    assert least_wait_s(wide, 0) == least_wait_s(network, 0) > 0.0
