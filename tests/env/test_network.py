"""The environment of a network, as Gymnasium sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.spaces import Dict, MultiDiscrete, Text
from gymnasium.utils.env_checker import check_env

from signals.adapters.sumo.install import package_path
from signals.env import NETWORK_ID
from signals.env.actions import KeepSwitch
from signals.env.network import NetworkEnv
from signals.env.observations import JunctionState
from signals.env.timed_actions import CycleSplit
from signals.errors import InputError
from tests.env.made import two_junctions


def made(scenario: Any, **options: Any) -> NetworkEnv:
    env = gymnasium.make(NETWORK_ID, scenario=scenario, **options).unwrapped
    assert isinstance(env, NetworkEnv)
    return env


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize(
    "options",
    [{}, {"controlled": ["b:centre"], "action": KeepSwitch()}],
    ids=lambda options: "+".join(options) or "as it comes",
)
def test_gymnasium_has_nothing_to_say(tmp_path: Path, options: dict[str, Any], *, flat: bool) -> None:
    env = made(two_junctions(tmp_path), flat=flat, **options)
    check_env(env)
    env.close()


@pytest.mark.sumo
def test_gymnasium_has_nothing_to_say_about_sumo() -> None:
    env = made(package_path("sumo-rl", "nets/RESCO/cologne3/cologne3.sumocfg"), traci=True, episode_s=60)
    assert len(env.action_space) == 3
    check_env(env)
    env.close()


def test_intersections_that_are_not_alike_have_spaces_of_their_own(tmp_path: Path) -> None:
    env = made(two_junctions(tmp_path), episode_s=60)
    assert isinstance(env.observation_space, Dict)
    assert {name: space.shape for name, space in env.observation_space.items()} == {"centre": (41,), "b:centre": (37,)}
    _, info = env.reset(seed=1)
    env.action_space.seed(1)
    for _ in range(12):
        observation, reward, _, over, info = env.step(env.action_space.sample(info["action_mask"]))
        assert observation in env.observation_space
        assert reward == pytest.approx(sum(info["rewards"].values()))
        assert set(info["rewards"]) == set(info["agents"]) == {"centre", "b:centre"}
    assert over
    assert info["metrics"]["scheduled_veh"] > 0
    env.close()


def test_flat_is_the_same_in_one_array(tmp_path: Path) -> None:
    scenario = two_junctions(tmp_path)
    flat, nested = made(scenario, flat=True), made(scenario)
    assert isinstance(flat.action_space, MultiDiscrete)
    assert flat.action_space.nvec.tolist() == [4, 4]
    assert flat.observation_space.shape == (41 + 37,)
    seen = flat.reset(seed=1)[0], nested.reset(seed=1)[0]
    for step in range(10):
        actions = {"centre": step % 4, "b:centre": step // 2 % 4}
        one, two = flat.step(np.array(list(actions.values()))), nested.step(actions)
        seen = one[0], two[0]
        np.testing.assert_array_equal(seen[0], np.concatenate([seen[1]["centre"], seen[1]["b:centre"]]))
        assert one[1] == two[1]
        assert flat.action_masks().tolist() == nested.action_masks().tolist()
        assert [mask.tolist() for mask in one[4]["action_mask"]] == [
            two[4]["action_mask"][name].tolist() for name in actions
        ]
    assert flat.action_space.sample(mask=one[4]["action_mask"]) in flat.action_space
    flat.close()
    nested.close()


def test_wrong_actions_are_errors(tmp_path: Path) -> None:
    env = made(two_junctions(tmp_path))
    env.reset(seed=1)
    with pytest.raises(InputError, match='"b:centre": its action is missing'):
        env.step({"centre": 0})
    with pytest.raises(InputError, match="expected a dictionary"):
        env.step(np.array([0, 1]))
    env.close()
    env = made(two_junctions(tmp_path), flat=True)
    env.reset(seed=1)
    with pytest.raises(InputError, match="is not an action of MultiDiscrete"):
        env.step(np.array([0, 4]))
    env.close()


class Speech(JunctionState):
    def space(self, network: object, intersection: int) -> Any:
        return Text(5)


def test_flat_needs_flat_parts(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="needs an observation whose space is a Box"):
        made(two_junctions(tmp_path), flat=True, observation=Speech())


def test_actions_without_a_mask_have_none(tmp_path: Path) -> None:
    env = made(two_junctions(tmp_path), action=CycleSplit(least_s=20, most_s=30))
    env.reset(seed=1)
    _, _, _, _, info = env.step(env.action_space.sample())
    assert "action_mask" not in info
    assert "action_mask" not in info["agents"]["centre"]
    with pytest.raises(InputError, match="no mask"):
        env.action_masks()
    env.close()
    with pytest.raises(InputError, match="whose space is Discrete"):
        made(two_junctions(tmp_path), flat=True, action=CycleSplit())


def test_no_mask_before_the_first_reset(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no mask"):
        made(two_junctions(tmp_path)).action_masks()


def test_it_is_drawn_as_text(tmp_path: Path) -> None:
    env = made(two_junctions(tmp_path), render_mode="ansi")
    env.reset(seed=1)
    assert len(str(env.render()).splitlines()) == 3
    env.close()
