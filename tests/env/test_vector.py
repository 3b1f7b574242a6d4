from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

import signals.env
from signals.env.actions import KeepSwitch
from signals.env.junction import JunctionEnv
from signals.env.observations import JunctionState
from signals.env.rewards import Pressure, Queue, WaitDifference
from signals.env.timed_actions import CycleSplit
from signals.env.vector import JunctionVectorEnv
from signals.errors import InputError
from signals.sensing.faults import Faults


def made(count: int = 6, **options: Any) -> JunctionVectorEnv:
    return JunctionVectorEnv("crossroads", num_envs=count, **{"episode_s": 300.0, **options})


def drive(env: JunctionVectorEnv, seed: int, steps: int) -> list[bytes]:
    rng, told = np.random.default_rng(seed), []
    observations, infos = env.reset(seed=seed)
    for _ in range(steps):
        told.append(observations.tobytes() + infos["shown"].tobytes())
        observations, rewards, terminations, truncations, infos = env.step(
            rng.integers(0, env.single_action_space.n, env.num_envs)
        )
        told.append(rewards.tobytes() + truncations.tobytes())
        assert not terminations.any()
        assert not infos["violations"].any()
        assert env.observation_space.contains(observations)
    return told


def test_gymnasium_makes_it() -> None:
    env = gymnasium.make_vec(
        signals.env.JUNCTION_ID, 3, vectorization_mode="vector_entry_point", scenario="crossroads", episode_s=60.0
    )
    assert env.num_envs == 3
    assert env.metadata["autoreset_mode"] == AutoresetMode.NEXT_STEP
    observations, infos = env.reset(seed=1)
    assert observations.shape == env.observation_space.shape == (3, *env.single_observation_space.shape)
    assert infos["action_mask"].shape == (3, env.single_action_space.n)
    env.close()


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, again, other = (drive(made(), seed, 80) for seed in (4, 4, 5))
    assert first == again
    assert first != other


def test_replicas_are_not_alike() -> None:
    env = made(4, demands=4)
    observations, _ = env.reset(seed=2)
    for _ in range(30):
        observations = env.step(np.full(4, 1))[0]
    assert len({row.tobytes() for row in observations}) == 4


def test_episodes_end_together_and_begin_again_with_the_next_step() -> None:
    env = made(3, episode_s=60.0)
    env.reset(seed=1)
    for step in range(12):
        _, _, _, truncations, infos = env.step(np.zeros(3, np.int64))
        assert truncations.all() == (step == 11) == ("delay_s" in infos)
    assert (infos["delay_s"] > 0).all()
    observations, rewards, _, truncations, infos = env.step(np.zeros(3, np.int64))
    assert not rewards.any()
    assert not truncations.any()
    assert not observations[:, : 2 * 8].any()  # empty roads
    assert "delay_s" not in infos


@pytest.mark.parametrize(
    "options", [{}, {"action": KeepSwitch(), "reward": WaitDifference()}], ids=["defaults", "other"]
)
def test_one_replica_is_the_environment(options: dict[str, Any]) -> None:
    """The same travellers, actions and guard: the same displays, and nearly the same beliefs and rewards."""
    many, one = made(1, demands=1, **options), JunctionEnv("crossroads", episode_s=300.0, **options)
    rows, info_of_many = many.reset(seed=7)
    row, info = one.reset(seed=7)
    rng, seen, paid = np.random.default_rng(7), [], []
    for step in range(59):
        if step % 3 == 0:
            action = int(rng.integers(0, many.single_action_space.n))
        rows, rewards, _, _, info_of_many = many.step(np.array([action]))
        row, reward, _, _, info = one.step(action)
        seen.append((rows[0], row))
        paid.append((rewards[0], reward))
        np.testing.assert_array_equal(info_of_many["shown"][0], info["shown"])
        np.testing.assert_array_equal(info_of_many["action_mask"][0], info["action_mask"])
    mine, theirs = (np.array(part) for part in zip(*seen, strict=True))
    assert np.abs(mine - theirs).mean() < 0.01
    # A wait is longer here where a queue moved up and stopped again: the full estimator starts it anew.
    assert np.abs(mine - theirs)[:, :16].max() < 0.2
    assert np.corrcoef(*np.array(paid).T)[0, 1] > (0.97 if "reward" not in options else 0.7)


def test_what_the_mask_opens_is_shown() -> None:
    env = made(8, action=KeepSwitch())
    _, infos = env.reset(seed=3)
    rng = np.random.default_rng(3)
    for _ in range(50):
        mask = infos["action_mask"]
        assert (mask.sum(axis=1) > 0).all()
        actions = np.array([rng.choice(np.flatnonzero(row)) for row in mask])
        infos = env.step(actions)[4]
        assert not infos["violations"].any()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"count": 0}, "num_envs and demands >= 1"),
        ({"sensing": "detectors"}, "full sight"),
        ({"faults": Faults()}, "no faults"),
        ({"action": CycleSplit()}, "not CycleSplit"),
        ({"reward": Pressure()}, "no meter_many"),
    ],
    ids=["none", "detectors", "faults", "action", "reward"],
)
def test_what_cannot_be_done_for_many_is_said(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        made(**options)


def test_an_observation_that_is_for_one_only_is_refused() -> None:
    class Alone:
        space, observe = JunctionState().space, JunctionState().observe

    with pytest.raises(InputError, match="Alone has no observe_many"):
        made(observation=Alone())


@pytest.mark.parametrize("actions", [[0, 1], [9] * 6, [-1] * 6], ids=["too few", "too large", "negative"])
def test_wrong_actions_change_nothing(actions: list[int]) -> None:
    env = made()
    first, _ = env.reset(seed=1)
    with pytest.raises(InputError, match="expected 6 actions"):
        env.step(actions)
    with pytest.raises(InputError, match="no options"):
        env.reset(options={"closures": []})
    assert isinstance(env._reward, Queue)
    np.testing.assert_array_equal(env._observed(), first)
