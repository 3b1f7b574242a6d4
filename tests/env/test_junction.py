"""The environment of one intersection, as Gymnasium sees it."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from signals.adapters.sumo.install import package_path
from signals.env import JUNCTION_ID
from signals.env.actions import KeepSwitch, NextStage
from signals.env.junction import JunctionEnv
from signals.env.rewards import Pressure, Throughput, WaitDifference
from signals.errors import InputError, ScenarioError, UnknownNameError, WorldError
from signals.model.closures import Closure
from signals.scenario import load
from tests.env.made import two_junctions


def made(scenario: Any = "crossroads", **options: Any) -> JunctionEnv:
    env = gymnasium.make(JUNCTION_ID, scenario=scenario, **options).unwrapped
    assert isinstance(env, JunctionEnv)
    return env


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"action": KeepSwitch(), "reward": Pressure()},
        {"sensing": "detectors", "reward": WaitDifference(), "decision_s": 10},
        {"demand_scale": 3, "reward": Throughput(), "world": "sim"},
    ],
    ids=lambda options: "+".join(options) or "as it comes",
)
def test_gymnasium_has_nothing_to_say(options: dict[str, Any]) -> None:
    env = made(**options)
    check_env(env)
    env.close()


@pytest.mark.sumo
@pytest.mark.parametrize(
    "options",
    [{"sensing": "full"}, {"sensing": "detectors", "action": KeepSwitch()}],
    ids=lambda options: "+".join(options) or "as it comes",
)
def test_gymnasium_has_nothing_to_say_about_sumo(options: dict[str, Any]) -> None:
    env = made("braunschweig", traci=True, **options)
    check_env(env)
    env.close()


def test_the_two_ways_to_its_id() -> None:
    for code in ("import signals.env; id = 'signals/Junction-v0'", "id = 'signals.env:signals/Junction-v0'"):
        tried = f"import gymnasium; {code}; env = gymnasium.make(id); env.reset(seed=1); env.close()"
        done = subprocess.run([sys.executable, "-W", "error", "-c", tried], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert not done.stderr


def test_an_episode_with_masks() -> None:
    env = made(episode_s=120)
    observation, info = env.reset(seed=1)
    env.action_space.seed(1)
    steps, total, last = 0, 0.0, info
    while True:
        assert observation in env.observation_space
        assert env.action_masks().tolist() == last["action_mask"].astype(bool).tolist()
        assert env.action_masks().dtype == np.bool_
        observation, reward, terminated, truncated, last = env.step(env.action_space.sample(last["action_mask"]))
        steps, total = steps + 1, total + reward
        assert not terminated
        assert last["violations"] == last["events"] == []
        if truncated:
            break
        assert "metrics" not in last
    assert (steps, last["time_s"]) == (24, 120.0)
    assert total < 0
    assert (
        last["metrics"]["scheduled_veh"]
        == last["metrics"]["finished_veh"] + last["metrics"]["unfinished_veh"] + last["metrics"]["never_inserted_veh"]
    )
    with pytest.raises(WorldError, match="over"):
        env.step(0)
    env.close()


def test_seeds_go_on_from_the_first() -> None:
    def episodes(seed: int) -> list[list[float]]:
        env, found = made(episode_s=60), []
        for given in (seed, None, None):
            env.reset(seed=given)
            found.append([env.step(0)[1] for _ in range(12)])
        env.close()
        return found

    first = episodes(3)
    assert first == episodes(3)
    assert len({str(rewards) for rewards in first}) == 3


def test_demand_of_an_episode_is_an_option_of_reset() -> None:
    env = made(episode_s=60)
    few = env.reset(seed=1, options={"demand_scale": 0.0})
    rewards = [env.step(0)[1] for _ in range(12)]
    assert rewards == [0.0] * 12
    assert few[1]["time_s"] == 0
    with pytest.raises(UnknownNameError, match="option of reset"):
        env.reset(options={"speed": 1})
    env.close()


def test_lanes_are_closed_in_the_built_in_world() -> None:
    env = made()
    with pytest.raises(ScenarioError, match="leave one open"):
        env.reset(options={"closures": [Closure(lane="north_in_0"), Closure(lane="north_in_1")]})
    env.close()


@pytest.mark.sumo
def test_lanes_are_closed_in_sumo() -> None:
    scenario = package_path("sumo-rl", "nets/RESCO/cologne1/cologne1.sumocfg")
    network = load(scenario).network
    lanes = [network.lanes[lane].id for lane in network.arrays.approach_lane]
    env = made(scenario, episode_s=300, traci=True, closures=[Closure(lane=lanes[1])])
    delays = []
    for options in ({"closures": []}, None):
        env.reset(seed=1, options=options)
        over, step = False, 0
        while not over:
            _, _, _, over, info = env.step(step // 6 % env.action_space.n)
            step += 1
        delays.append(info["metrics"]["delay_s"])
    env.close()
    assert delays[1] > 1.2 * delays[0]


def test_one_of_several_intersections_is_named(tmp_path: Path) -> None:
    scenario = two_junctions(tmp_path)
    with pytest.raises(InputError, match="controlled= one of centre, b:centre"):
        made(scenario)
    env = made(scenario, controlled="b:centre", others="actuated")
    observation, info = env.reset(seed=1)
    assert observation.shape == (3 * 8 + 4 + 1 + 8,)
    assert info["shown"].shape == (8,)
    env.close()


def test_a_wrong_action_is_an_error_before_anything_happens() -> None:
    env = made()
    env.reset(seed=1)
    for action in (4, 1.5, "keep"):
        with pytest.raises(InputError, match="is not an action of"):
            env.step(action)
    assert env.step(np.array(2))[4]["time_s"] == 5.0  # as learners hand it over
    env.close()


def test_it_is_drawn_as_text_or_not_at_all() -> None:
    for mode in ("ansi", None):
        env = made(render_mode=mode)
        env.reset(seed=1)
        drawn = env.render()
        assert (drawn is None) if mode is None else drawn.splitlines()[1].startswith("centre  stage")
        env.close()


def test_nothing_that_is_handed_out_changes_later() -> None:
    env = made()
    observation, info = env.reset(seed=1)
    kept = observation.copy(), info["action_mask"].copy(), info["shown"].copy(), info["wanted"].copy()
    for _ in range(10):
        env.step(1)
    given = observation, info["action_mask"], info["shown"], info["wanted"]
    assert all((one == two).all() for one, two in zip(kept, given, strict=True))
    env.close()


class Minutes:
    """A form of observation and reward of a user's own."""

    def space(self, network: object, intersection: int) -> gymnasium.Space[Any]:
        return gymnasium.spaces.Box(0, np.inf, (1,), np.float64)

    def observe(self, view: Any) -> Any:
        return np.array([view.snapshot.time_s / 60])

    def meter(self, first: Any) -> Any:
        return lambda view: view.snapshot.time_s - first.snapshot.time_s


def test_users_bring_their_own_eyes_and_pay() -> None:
    env = made(observation=Minutes(), reward=Minutes(), action=NextStage())
    env.reset(seed=1)
    observation, reward, *_ = env.step(0)
    assert observation.tolist() == [5 / 60]
    assert reward == 1 + 2 + 3 + 4 + 5
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Gymnasium finds a box without an upper bound worth a word
        check_env(env, skip_render_check=True)
    env.close()


def test_gymnasium_puts_many_side_by_side() -> None:
    def rewards_of(seed: int) -> list[list[float]]:
        many = gymnasium.make_vec(JUNCTION_ID, num_envs=2, vectorization_mode="sync", episode_s=30)
        _, info = many.reset(seed=seed)
        assert info["action_mask"].shape == (2, 4)
        found = [many.step(np.array([0, 1]))[1].tolist() for _ in range(14)]  # over the end of an episode
        many.close()
        return found

    first = rewards_of(1)
    assert first == rewards_of(1)
    assert {left for left, _ in first} != {right for _, right in first}
