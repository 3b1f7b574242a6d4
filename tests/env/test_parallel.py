"""Many agents, as PettingZoo sees them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pettingzoo.test import parallel_api_test, parallel_seed_test

from signals.adapters.sumo.install import package_path
from signals.env import CycleSplit, KeepSwitch, parallel_env
from signals.errors import InputError
from tests.env.made import two_junctions


@pytest.mark.parametrize(
    "options",
    [{}, {"mask_in_observation": True}, {"action": KeepSwitch(), "controlled": "b:centre"}],
    ids=lambda options: "+".join(options) or "as it comes",
)
def test_pettingzoo_has_nothing_to_say(tmp_path: Path, options: dict[str, Any]) -> None:
    env = parallel_env(two_junctions(tmp_path), **options)
    parallel_api_test(env, num_cycles=100)
    env.close()
    parallel_seed_test(lambda: parallel_env(two_junctions(tmp_path), **options), num_cycles=10)


@pytest.mark.sumo
def test_pettingzoo_has_nothing_to_say_about_sumo() -> None:
    env = parallel_env(package_path("sumo-rl", "nets/RESCO/cologne3/cologne3.sumocfg"), traci=True, episode_s=60)
    parallel_api_test(env, num_cycles=20)
    env.close()


def test_agents_are_not_alike_and_leave_together(tmp_path: Path) -> None:
    env = parallel_env(two_junctions(tmp_path), episode_s=30)
    assert env.agents == []
    observations, infos = env.reset(seed=1)
    assert env.agents == env.possible_agents == ["centre", "b:centre"]
    shapes = {name: env.observation_space(name).shape for name in env.agents}
    assert shapes == {"centre": (41,), "b:centre": (37,)}
    for _ in range(6):
        assert all(observations[name] in env.observation_space(name) for name in observations)
        actions = {name: env.action_space(name).sample(infos[name]["action_mask"]) for name in env.agents}
        observations, rewards, ended, cut, infos = env.step(actions)
        assert set(rewards) == set(ended) == set(cut) == set(infos) == {"centre", "b:centre"}
        assert not any(ended.values())
    assert all(cut.values())
    assert env.agents == []
    assert infos["centre"]["metrics"] == infos["b:centre"]["metrics"]
    assert infos["centre"]["metrics"] is not infos["b:centre"]["metrics"]
    env.close()


def test_the_mask_may_lie_in_the_observation(tmp_path: Path) -> None:
    env = parallel_env(two_junctions(tmp_path), mask_in_observation=True)
    observations, infos = env.reset(seed=1)
    closed = 0
    for _ in range(60):
        observations, _, _, _, infos = env.step(dict.fromkeys(env.agents, 0))
        for name in env.agents:
            assert observations[name] in env.observation_space(name)
            np.testing.assert_array_equal(observations[name]["action_mask"], infos[name]["action_mask"])
            closed += int(infos[name]["action_mask"][0] == 0)
        if not env.agents:
            break
    assert closed
    env.close()


def test_a_mask_in_the_observation_needs_actions_with_one() -> None:
    with pytest.raises(InputError, match="whose space is Discrete"):
        parallel_env("crossroads", mask_in_observation=True, action=CycleSplit())


def test_seeds_go_on_from_the_first(tmp_path: Path) -> None:
    def rewards_of(seed: int) -> list[list[float]]:
        env, found = parallel_env(two_junctions(tmp_path)), []
        for given in (seed, None):
            env.reset(seed=given)
            found.append([env.step({"centre": 0, "b:centre": 1})[1]["centre"] for _ in range(10)])
        env.close()
        return found

    first = rewards_of(4)
    assert first == rewards_of(4)
    assert first[0] != first[1]


def test_demand_may_surge(tmp_path: Path) -> None:
    env = parallel_env(two_junctions(tmp_path))
    env.reset(seed=1, options={"demand_scale": 0.0, "of a wrapper": 1})
    assert [env.step({"centre": 0, "b:centre": 0})[1]["centre"] for _ in range(10)] == [0.0] * 10
    env.close()


def test_wrong_actions_are_errors(tmp_path: Path) -> None:
    env = parallel_env(two_junctions(tmp_path))
    env.reset(seed=1)
    with pytest.raises(InputError, match="its action is missing"):
        env.step({"centre": 0})
    with pytest.raises(InputError, match="is not an action of"):
        env.step({"centre": 0, "b:centre": 7})
    env.close()


def test_it_is_drawn_as_text(tmp_path: Path) -> None:
    env = parallel_env(two_junctions(tmp_path), render_mode="ansi")
    env.reset(seed=1)
    assert len(env.render().splitlines()) == 3
    env.close()
    assert parallel_env("crossroads").render() is None


def test_without_pettingzoo_the_rest_works_and_one_sentence_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['pettingzoo'] = None\n"
        "import gymnasium, signals.env\nfrom signals.errors import MissingDependencyError\n"
        "gymnasium.make('signals/Junction-v0').close()\n"
        "try:\n    signals.env.parallel_env\nexcept MissingDependencyError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "PettingZoo is not installed; run pip install 'signals[rl]'"
