"""Greens and cycles: what is asked for, and when the next action is due."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import parallel_api_test

from signals.env import JUNCTION_ID, CycleSplit, GreenDuration, parallel_env
from signals.env.actions import Tick
from signals.errors import InputError
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.model.values import Aspect
from tests.env.made import two_junctions

NETWORK = crossroads()
OPEN = np.ones(4, np.bool_)


def with_greens(least_ds: int, most_ds: int) -> Network:
    (place,) = NETWORK.intersections
    groups = tuple(replace(group, min_green_ds=least_ds, max_green_ds=most_ds) for group in place.groups)
    return replace(NETWORK, intersections=(replace(place, groups=groups),))


def test_a_green_counts_from_when_it_is_shown() -> None:
    form = GreenDuration(least_s=5, most_s=20, step_s=5)
    assert form.space(NETWORK, 0).n == 4
    steering = form.steering(NETWORK, 0, 50)
    start = Tick(0, 0, shown=True)
    assert steering.due(start)
    steering.take(1, start)
    assert steering.stage(start) == 1
    asked = [steering.due(Tick(ds, 1, shown=ds >= 80)) for ds in range(10, 200, 10)]
    assert asked.index(True) == 17  # shown at 8 s, 10 s of green
    steering.take(3, Tick(180, 3, shown=True))
    assert steering.stage(Tick(190, 3, shown=True)) == 0  # after the last comes the first


@pytest.mark.parametrize(
    ("bounds_ds", "mask"),
    [
        ((50, 900), [1, 1, 1, 1]),
        ((100, 900), [0, 1, 1, 1]),
        ((60, 150), [0, 1, 1, 0]),
        ((250, 900), [0, 0, 0, 1]),
        ((10, 40), [1, 0, 0, 0]),
    ],
)
def test_greens_that_the_guard_would_change_are_closed(bounds_ds: tuple[int, int], mask: list[int]) -> None:
    steering = GreenDuration(least_s=5, most_s=20, step_s=5).steering(with_greens(*bounds_ds), 0, 50)
    found = steering.mask(Tick(0, 0, shown=True), OPEN)
    assert found.tolist() == mask
    assert found.dtype == np.int8


def test_a_cycle_is_split_as_it_says() -> None:
    steering = CycleSplit(least_s=40, most_s=120).steering(with_greens(50, 900), 0, 50)
    assert steering.due(Tick(0, 0, shown=False))
    assert steering.stage(Tick(0, 0, shown=False)) == 0
    steering.take(
        np.array([0.25, 0.0, 1.0, 0.5, 0.5], np.float32), Tick(100, 0, shown=True)
    )  # 60 s, 40 of them to split
    stages = [steering.stage(Tick(ds, 0, shown=True)) for ds in range(100, 700, 10)]
    assert [stages.count(stage) for stage in range(4)] == [5, 25, 15, 15]
    assert stages == sorted(stages)
    assert not steering.due(Tick(690, 3, shown=True))
    assert steering.due(Tick(700, 3, shown=True))
    assert steering.stage(Tick(710, 3, shown=True)) == 3
    assert steering.mask(Tick(0, 0, shown=True), OPEN) is None


def test_no_weights_are_equal_ones_and_a_short_cycle_gets_longer() -> None:
    steering = CycleSplit(least_s=10, most_s=90).steering(with_greens(50, 900), 0, 50)
    steering.take(np.zeros(5, np.float32), Tick(0, 0, shown=True))
    stages = [steering.stage(Tick(ds, 0, shown=True)) for ds in range(0, 200, 10)]
    assert [stages.count(stage) for stage in range(4)] == [5, 5, 5, 5]
    assert steering.due(Tick(200, 3, shown=True))


@pytest.mark.parametrize("form", [GreenDuration(), CycleSplit()], ids=repr)
def test_the_checkers_have_nothing_to_say(form: Any, tmp_path: Any) -> None:
    env = gymnasium.make(JUNCTION_ID, action=form).unwrapped
    check_env(env)
    env.close()
    many = parallel_env(two_junctions(tmp_path), action=form)
    parallel_api_test(many, num_cycles=40)
    many.close()


def test_a_green_is_shown_for_as_long_as_it_was_given() -> None:
    env = gymnasium.make(JUNCTION_ID, action=GreenDuration(least_s=8, most_s=40, step_s=4), demand_scale=0.2).unwrapped
    env.reset(seed=1)
    place, greens = NETWORK.intersections[0], []
    for step in range(12):
        _, _, _, _, info = env.step(step % 5)
        stage = next(stage for stage in place.stages if stage.id == info["wished"])
        cars = [group for group in stage.groups if place.groups[group].user == 0]
        ages_ds = env._rollout.episode.snapshot.age_ds[cars]
        assert (info["shown"][cars] == Aspect.GREEN).all()
        greens.append(int(ages_ds.min()))
        assert info["due"]
    env.close()
    assert greens == [80 + 40 * (step % 5) + 10 for step in range(12)]


def test_agents_of_many_lengths_are_asked_when_they_are_due(tmp_path: Any) -> None:
    env = parallel_env(two_junctions(tmp_path), action=GreenDuration(least_s=5, most_s=60, step_s=5))
    _, infos = env.reset(seed=1)
    alone = []
    for _ in range(20):
        actions = {"centre": 1, "b:centre": 7}
        due = {name for name in env.agents if infos[name]["due"]}
        assert due
        alone.append(len(due) == 1)
        _, _, _, _, infos = env.step({name: actions[name] for name in due})  # nobody else needs one
        if not env.agents:
            break
    env.close()
    assert any(alone)


@pytest.mark.parametrize(
    "make",
    [lambda: GreenDuration(least_s=0), lambda: GreenDuration(step_s=0), lambda: CycleSplit(least_s=90, most_s=60)],
)
def test_durations_must_make_sense(make: Any) -> None:
    with pytest.raises(InputError, match="expected 0 < least_s <= most_s"):
        make()


@pytest.mark.parametrize(
    "action", [np.zeros(4, np.float32), np.full(5, np.nan, np.float32), np.full(5, 1.5, np.float32)]
)
def test_what_is_no_split_is_an_error(action: Any) -> None:
    env = gymnasium.make(JUNCTION_ID, action=CycleSplit()).unwrapped
    _, info = env.reset(seed=1)
    assert "action_mask" not in info
    with pytest.raises(InputError, match="is not an action of Box"):
        env.step(action)
    with pytest.raises(InputError, match="have no mask"):
        env.action_masks()
    env.close()
