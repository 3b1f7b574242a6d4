from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.control.timed_choice import TimedChoice
from signals.model.crossroads import crossroads
from tests.control.made import marked, quiet, shows

NETWORK = crossroads()
NORTH_SOUTH, EAST_WEST = (0, 4), (2, 6)


def made() -> TimedChoice:
    return TimedChoice(NETWORK, decision_s=10.0)


def test_nobody_is_asked_before_a_choice_is_due() -> None:
    asked: list[float] = []
    choice = made()
    for time_s in range(41):
        snapshot = shows(quiet(NETWORK, float(time_s)), NORTH_SOUTH if time_s else ())

        def worth(seen: object, time_s: int = time_s) -> np.ndarray:
            asked.append(time_s)
            return np.zeros(len(NETWORK.intersections[0].stages))

        assert marked(choice.decide(snapshot, worth).want) == NORTH_SOUTH
    assert asked == [10, 20, 30, 40]


def test_the_stage_that_is_worth_most_is_taken_and_of_equal_ones_the_running_one() -> None:
    choice, stages = made(), NETWORK.intersections[0].stages
    east_west = next(n for n, stage in enumerate(stages) if set(EAST_WEST) <= set(stage.groups))
    equal = np.full(len(stages), 3.0)
    assert marked(choice.decide(shows(quiet(NETWORK, 10.0), NORTH_SOUTH), lambda _: equal).want) == NORTH_SOUTH
    better = np.where(np.arange(len(stages)) == east_west, 4.0, equal)
    assert marked(choice.decide(shows(quiet(NETWORK, 20.0), NORTH_SOUTH), lambda _: better).want) == EAST_WEST


def test_without_stages_nobody_is_asked() -> None:
    network = replace(NETWORK, intersections=(replace(NETWORK.intersections[0], stages=()),))
    choice = TimedChoice(network, decision_s=10.0)
    assert not choice.decide(quiet(network, 10.0), lambda _: pytest.fail("asked")).want.any()
    assert choice.stage.tolist() == [-1]
