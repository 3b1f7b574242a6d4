from __future__ import annotations

import numpy as np
import pytest

from signals.control import horizon_settings, horizon_site
from signals.control.rolling_horizon import Settings
from signals.kernels.compile import kernel
from signals.kernels.horizon_grid import next_change, on_grid, stay_s
from signals.kernels.horizon_values import Rules, Work
from signals.model.crossroads import crossroads
from tests.kernels import unbounded_rolling_horizon


@kernel
def found(t: int, rules: Rules) -> int:
    return on_grid(t, rules)


@kernel
def changed(t: int, s: int, b: int, rules: Rules, work: Work) -> int:
    return next_change(t, s, b, rules, work)


@kernel
def stayed(t: int, s: int, b: int, until: int, work: Work) -> int:
    return stay_s(t, s, b, until, work)


def rules(**changed_settings: int) -> Rules:
    return horizon_settings.rules(Settings(**changed_settings))  # type: ignore[arg-type]


def empty_work() -> Work:
    network = crossroads(pedestrians=False)
    return horizon_site.work(network, horizon_site.queues(network), 60)


def test_plans_may_change_less_often_farther_away() -> None:
    seconds = sorted({found(t, rules()) for t in range(61)})
    assert seconds == [*range(0, 32, 2), *range(32, 61, 4)]


@pytest.mark.parametrize("decision_s", [1, 2, 5])
def test_the_twin_has_the_same_grid(decision_s: int) -> None:
    told = rules(decision_s=decision_s, horizon_s=50)
    assert [found(t, told) for t in range(51)] == [unbounded_rolling_horizon.on_grid(t, told) for t in range(51)]


def test_where_decisions_fall_on_a_grid_plans_change_on_that() -> None:
    assert sorted({found(t, rules(decision_s=10)) for t in range(61)}) == [0, 10, 20, 30, 40, 50, 60]


def test_a_label_is_extended_to_the_next_second_of_the_grid() -> None:
    work = empty_work()
    assert [changed(t, 1, 1, rules(), work) for t in (0, 30, 32, 56)] == [2, 32, 36, 60]


def test_a_stage_is_left_when_it_is_mature_and_the_grid_allows() -> None:
    work = empty_work()
    work.land_s[0, 1], work.ready_s[2, 0] = 9, 11.5
    assert changed(0, 0, 1, rules(), work) == 10
    assert changed(10, 0, 1, rules(), work) == 20
    assert changed(24, 0, 1, rules(), work) == 36
    assert changed(0, 0, 2, rules(), work) == 12


def test_a_stage_lasts_on_while_people_walk_but_not_beyond_the_next_change() -> None:
    work = empty_work()
    work.stay_s[0, 1] = (6.0, 3.0)
    assert stayed(4, 0, 1, 20, work) == 6
    assert stayed(4, 0, 1, 8, work) == 4
    assert stayed(4, 1, 1, 6, work) == 0
    work.stay_s[0, 1], work.ready_s[1, 1] = (np.float32(0.0), np.float32(3.0)), 12.0
    assert stayed(4, 0, 1, 20, work) == 5
