from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.control.running_stages import RunningStages, tenths
from signals.control.wishes import NO_STAGE
from signals.model.crossroads import crossroads
from signals.model.values import Aspect, Snapshot
from signals.testing import two_crossroads
from tests.control.made import demanded, quiet, shows

NETWORK = crossroads()
NORTH_SOUTH, EAST_WALK, NORTH_LEFT = (0, 4), 9, 1


def running(stage: int = 0) -> RunningStages:
    made = RunningStages(NETWORK, np.array([stage], np.int32))
    made.watch(quiet(NETWORK))
    return made


def wanted(stages: RunningStages, snapshot: Snapshot) -> list[int]:
    stages.watch(snapshot)
    return np.flatnonzero(stages.decide(snapshot).want).tolist()


@pytest.mark.parametrize(("age_s", "mature"), [(4.9, False), (5.0, True)])
def test_a_stage_is_mature_after_its_minimum_green(age_s: float, *, mature: bool) -> None:
    stages = running()
    stages.watch(shows(quiet(NETWORK, 9.0), NORTH_SOUTH, age_s))
    assert stages.shown.tolist() == [True]
    assert stages.mature.tolist() == [mature]


def test_it_is_not_while_one_of_its_groups_is_not_green() -> None:
    stages = running()
    stages.watch(shows(quiet(NETWORK, 9.0), (0,)))
    assert not stages.shown[0]
    stages.watch(shows(shows(quiet(NETWORK, 9.0), (0,)), (4,), aspect=Aspect.UNKNOWN))
    assert not stages.mature[0]


def test_but_it_does_not_wait_for_ever() -> None:
    """2 x 6 s of green and 8 s of intergreen is the longest that a change takes there."""
    stages = running()
    stages.watch(shows(quiet(NETWORK, 19.9), (0,)))
    assert not stages.shown[0]
    stages.watch(shows(quiet(NETWORK, 20.0), (0,)))
    assert stages.mature[0]


def test_somebody_elses_young_green_holds_it() -> None:
    stages = running()
    stages.watch(shows(shows(quiet(NETWORK, 9.0), NORTH_SOUTH), (EAST_WALK,), 1.0))
    assert stages.shown[0]
    assert not stages.mature[0]


def test_who_waits_for_another_stage_is_a_rival() -> None:
    stages = running()
    for group, rival in ((0, False), (EAST_WALK, False), (NORTH_LEFT, True), (8, True)):
        stages.watch(demanded(quiet(NETWORK), (group,)))
        assert stages.rival.tolist() == [rival], group


def test_who_is_in_no_stage_is_none() -> None:
    place = replace(NETWORK.intersections[0], stages=NETWORK.intersections[0].stages[:1])
    stages = RunningStages(replace(NETWORK, intersections=(place,)), np.zeros(1, np.int32))
    stages.watch(demanded(quiet(NETWORK), (NORTH_LEFT,)))
    assert not stages.rival[0]


def test_people_join_while_nobody_else_waits() -> None:
    stages = running()
    alone = shows(quiet(NETWORK, 30.0), NORTH_SOUTH)
    assert wanted(stages, alone) == [0, 4]
    assert wanted(stages, demanded(alone, (EAST_WALK,))) == [0, 4, EAST_WALK]


def test_people_come_too_late_where_somebody_else_waits() -> None:
    stages = running()
    full = demanded(shows(quiet(NETWORK, 30.0), NORTH_SOUTH), (EAST_WALK, NORTH_LEFT))
    assert wanted(stages, full) == [0, 4]


def test_people_join_as_long_as_the_stage_has_not_begun() -> None:
    stages = running()
    begins = demanded(quiet(NETWORK, 3.0), (EAST_WALK, NORTH_LEFT))
    assert wanted(stages, begins) == [0, 4, EAST_WALK]
    # The call is remembered until it is served, even if the button is only pressed once.
    assert wanted(stages, demanded(begins, (NORTH_LEFT,))) == [0, 4, EAST_WALK]
    green = shows(demanded(begins, (NORTH_LEFT,)), (*NORTH_SOUTH, EAST_WALK), 1.0)
    assert wanted(stages, green) == [0, 4]


def test_a_stage_waits_for_the_people_it_has_promised() -> None:
    stages = running()
    called = demanded(shows(quiet(NETWORK, 3.0), NORTH_SOUTH), (EAST_WALK,))
    stages.watch(called)
    stages.decide(called)
    stages.watch(called)
    assert not stages.shown[0]


def test_another_stage_is_asked_for_at_once_and_nobody_walks_into_it() -> None:
    stages = running()
    called = demanded(shows(quiet(NETWORK, 30.0), NORTH_SOUTH), (EAST_WALK,))
    wanted(stages, called)
    stages.ask(0, 1, called)
    assert not stages.mature[0]
    decision = stages.decide(called)
    assert np.flatnonzero(decision.want).tolist() == [1, 5]
    assert decision.stage.tolist() == [1]


def test_all_are_asked_at_once_and_who_runs_already_goes_on() -> None:
    network = two_crossroads()
    second = int(network.arrays.group_offset[1])
    stages = RunningStages(network, np.zeros(2, np.int32))
    green = shows(quiet(network, 30.0), [*NORTH_SOUTH, *(second + g for g in NORTH_SOUTH)])
    stages.watch(green)
    stages.decide(green)
    stages.watch(green)
    assert stages.mature.tolist() == [True, True]
    stages.ask_all(np.array([1, 0], np.int32), 30.0)
    assert stages.stage.tolist() == [1, 0]
    assert stages.shown.tolist() == stages.mature.tolist() == [False, True]
    assert np.flatnonzero(stages.decide(green).want).tolist() == [1, 5, *(second + g for g in NORTH_SOUTH)]
    # The time that a change may take runs from when it was asked for.
    stages.watch(quiet(network, 49.9))
    assert not stages.shown[0]
    stages.watch(quiet(network, 50.0))
    assert stages.shown[0]


def test_without_a_stage_nothing_is_wanted_or_left() -> None:
    stages = running(NO_STAGE)
    assert wanted(stages, quiet(NETWORK, 99.0)) == []
    assert not stages.mature[0]


def test_no_intersection_is_no_trouble() -> None:
    empty = replace(NETWORK, intersections=())
    stages = RunningStages(empty, np.zeros(0, np.int32))
    assert wanted(stages, quiet(empty)) == []


def test_time_is_counted_in_tenths() -> None:
    assert [tenths(time_s) for time_s in (0.30000000000000004, 25200.1, 7.25)] == [3, 252001, 72]
