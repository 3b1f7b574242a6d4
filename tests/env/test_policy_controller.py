"""A policy behaves in a run as in an environment, tick by tick."""

from __future__ import annotations

import zlib
from functools import partial
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from signals import trial
from signals.control.actuated import Actuated
from signals.env import JUNCTION_ID, NETWORK_ID, KeepSwitch, PolicyController
from signals.errors import InputError, UnknownNameError
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.scenario import Scenario, load
from signals.testing import check_controller, random_snapshot
from tests.env.made import two_junctions


def hashed(observation: Any, mask: Any) -> int:
    """A policy without sense that looks at every bit: mostly the first open action, so that some get closed."""
    number = zlib.crc32(observation.tobytes() + mask.tobytes())
    open_actions = np.flatnonzero(mask)
    return int(open_actions[number // 16 % len(open_actions)]) if number % 8 == 0 else int(open_actions[0])


def in_environment(scenario: Scenario, seed: int, **options: Any) -> tuple[list[Any], dict[str, float]]:
    """Play an episode; return what the policy was shown, and the metrics."""
    env, told = gymnasium.make(NETWORK_ID, scenario=scenario, **options).unwrapped, []
    observation, info = env.reset(seed=seed)
    while True:
        told += [(observation[name].tobytes(), info["action_mask"][name].tolist()) for name in observation]
        actions = {name: hashed(observation[name], info["action_mask"][name]) for name in observation}
        observation, _, _, over, info = env.step(actions)
        if over:
            env.close()
            return told, info["metrics"]


def in_run(scenario: Scenario, seed: int, **options: Any) -> tuple[list[Any], dict[str, float]]:
    told: list[Any] = []

    def policy(observation: Any, mask: Any) -> int:
        told.append((observation.tobytes(), mask.tolist()))
        return hashed(observation, mask)

    record = trial.run(scenario, partial(PolicyController, policy=policy, **options), seed=seed)
    assert not trial.falls_of(record)
    return told, dict(record.metrics)


@pytest.mark.parametrize("sensing", ["full", "detectors"])
@pytest.mark.parametrize(
    "options", [{}, {"action": KeepSwitch(), "decision_s": 3.0}], ids=["defaults", "keep or switch"]
)
def test_environment_and_run_are_one(options: dict[str, Any], sensing: str) -> None:
    scenario = load("crossroads", end_s=900, sensing=sensing)
    one, two = in_environment(scenario, 3, **options), in_run(scenario, 3, **options)
    assert one[0] == two[0]
    assert any(0 in mask for _, mask in one[0])
    np.testing.assert_equal(one[1], two[1])


def test_environment_and_run_are_one_at_intersections_that_are_not_alike(tmp_path: Path) -> None:
    scenario = two_junctions(tmp_path, end_s=600)
    one, two = in_environment(scenario, 1), in_run(scenario, 1)
    assert one[0] == two[0]
    np.testing.assert_equal(one[1], two[1])


def test_some_intersections_may_be_left_to_others(tmp_path: Path) -> None:
    scenario = two_junctions(tmp_path)
    one = in_environment(scenario, 1, controlled="b:centre", others="actuated")
    two = in_run(scenario, 1, controlled=["b:centre"], others=Actuated(scenario.network))
    assert one[0] == two[0]
    np.testing.assert_equal(one[1], two[1])


@pytest.mark.sumo
def test_environment_and_run_are_one_in_sumo() -> None:
    scenario = load("braunschweig", end_s=54_300)
    one, two = in_environment(scenario, 1), in_run(scenario, 1)
    assert one[0] == two[0]
    np.testing.assert_equal(one[1], two[1])


def test_it_keeps_the_contract_of_a_controller() -> None:
    def first_open(observation: Any, mask: Any) -> int:
        return int(np.flatnonzero(mask)[int(observation[0] * 1000) % int(mask.sum())])

    def made(network: Network) -> PolicyController:
        return PolicyController(network, first_open)

    check_controller(made)


def test_a_policy_that_gives_nonsense_is_replaced_and_said() -> None:
    record = trial.run(load("crossroads", end_s=60), partial(PolicyController, policy=lambda *_: 17))
    (fall,) = trial.falls_of(record)
    assert "17 is not an action of Discrete(4)" in fall


def test_the_length_of_the_tick_must_be_right() -> None:
    network = crossroads()
    controller = PolicyController(network, hashed, tick_s=1.0)
    rng = np.random.default_rng(1)
    controller.decide(random_snapshot(network, rng, 0.0))
    with pytest.raises(InputError, match=r"made for ticks of 1 s, but 0\.5 s have passed"):
        controller.decide(random_snapshot(network, rng, 0.5))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"decisions_s": 1}, 'did you mean "decision_s"'),
        ({"controlled": ["x"]}, "unknown intersection"),
        ({"decision_s": 0}, "decision_s"),
    ],
)
def test_what_does_not_fit_is_an_error(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises((InputError, UnknownNameError), match=sentence):
        PolicyController(crossroads(), hashed, **options)


def test_one_junction_is_told_the_same_as_a_network_of_one() -> None:
    env = gymnasium.make(JUNCTION_ID, episode_s=300).unwrapped
    told, (observation, info) = [], env.reset(seed=3)
    over = False
    while not over:
        told.append((observation.tobytes(), info["action_mask"].tolist()))
        observation, _, _, over, info = env.step(hashed(observation, info["action_mask"]))
    env.close()
    assert told == in_run(load("crossroads", end_s=300), 3)[0]
