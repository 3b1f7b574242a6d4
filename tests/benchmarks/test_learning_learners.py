from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("sb3_contrib", reason="needs the extra rl")

from benchmarks.learning.learners import Agents, Replicas
from signals.env.parallel import parallel_env
from signals.env.vector import JunctionVectorEnv

EPISODE_S = 60.0


def rows(kind: str, seed: int = 1) -> Agents | Replicas:
    if kind == "agents":
        return Agents(parallel_env("crossroads", world="sim", episode_s=EPISODE_S), seed)
    return Replicas(JunctionVectorEnv("crossroads", num_envs=3, episode_s=EPISODE_S), seed)


@pytest.fixture(params=["agents", "replicas"])
def made(request: pytest.FixtureRequest) -> Any:
    return rows(request.param)


def test_an_episode_goes_over_into_the_next(made: Any) -> None:
    first = made.reset()
    assert first.shape == (made.num_envs, *made.observation_space.shape)
    for step in range(1, 25):
        observations, rewards, over, told = made.step(np.zeros(made.num_envs, np.int64))
        assert rewards.dtype == np.float32
        assert made.observation_space.contains(observations[0])
        assert over.all() == over.any() == (step % 12 == 0)
        for info, row in zip(told, observations, strict=True):
            assert bool(info) is bool(over.all())
            if info:
                assert info["TimeLimit.truncated"]
                assert info["terminal_observation"].shape == row.shape
                assert (info["terminal_observation"] != row).any()
    assert len(made.delays_s) == 2
    assert made.delays_s[0] > 0


def test_masks_are_those_of_the_environment(made: Any) -> None:
    made.reset()
    assert made.has_attr("action_masks")
    masks = np.stack(made.env_method("action_masks"))
    assert masks.shape == (made.num_envs, 4)
    assert masks.dtype == np.bool_
    assert masks.any(axis=1).all()
    assert len(made.env_method("action_masks", indices=[0])) == 1


def test_nothing_else_is_asked_for(made: Any) -> None:
    with pytest.raises(AttributeError):
        made.env_method("render")
    with pytest.raises(AttributeError):
        made.set_attr("render_mode", "ansi")
    assert made.get_attr("render_mode") == [None] * made.num_envs
    assert made.env_is_wrapped(dict) == [False] * made.num_envs


@pytest.mark.parametrize("kind", ["agents", "replicas"])
def test_the_same_seed_gives_the_same_bytes(kind: str) -> None:
    def driven(seed: int) -> bytes:
        made = rows(kind, seed)
        first = made.reset().tobytes()
        return first + b"".join(made.step(np.full(made.num_envs, step // 4 % 4))[0].tobytes() for step in range(15))

    assert driven(3) == driven(3) != driven(4)
