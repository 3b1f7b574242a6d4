"""Environments of this package as Stable-Baselines3 wants them: its own `VecEnv`, with masks for MaskablePPO."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv

from signals.env.parallel import ManyAgentsEnv
from signals.env.vector import JunctionVectorEnv

__all__ = ["Agents", "MaskedRows", "Replicas"]


class MaskedRows(VecEnv):
    """Rows of an environment that act together; MaskablePPO asks them for ``action_masks``."""

    render_mode: str | None = None
    masks: Any
    """bool [rows, actions]: which actions are open now."""

    def has_attr(self, attr_name: str) -> bool:
        """Say that there are masks; nothing else is asked for."""
        return attr_name == "action_masks"

    def env_method(self, method_name: str, *_: Any, indices: Any = None, **__: Any) -> list[Any]:
        """Return the masks of the rows."""
        if method_name != "action_masks":
            raise AttributeError(method_name)
        return list(self.masks[self._get_indices(indices)])

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Return what every row has."""
        return [getattr(self, attr_name)] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Refuse: rows have nothing of their own."""
        raise AttributeError(f"{attr_name}, {value}, {indices}")

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:  # noqa: ARG002  of the interface
        """No row is wrapped."""
        return [False] * len(list(self._get_indices(indices)))

    def step_async(self, actions: Any) -> None:
        """Take the actions."""
        self._actions = np.asarray(actions)

    def endings(self, last: Any) -> list[dict[str, Any]]:
        """Say of every row that its episode was cut off, not ended: its last observation has a value."""
        return [{"terminal_observation": row, "TimeLimit.truncated": True} for row in last]


class Replicas(MaskedRows):
    """The replicas of a natively vectorised junction.

    Parameters
    ----------
    env
        The replicas; with masks.
    seed
        Of the first episode and of all that follow.

    Attributes
    ----------
    delays_s
        Mean delay of the vehicles in every episode so far.
    """

    def __init__(self, env: JunctionVectorEnv, seed: int) -> None:
        super().__init__(env.num_envs, env.single_observation_space, env.single_action_space)
        self._env, self._next_seed = env, [seed]
        self.delays_s: list[float] = []

    def reset(self) -> Any:
        """Begin an episode."""
        observations, infos = self._env.reset(seed=self._next_seed.pop() if self._next_seed else None)
        self._keep(infos)
        return observations

    def step_wait(self) -> tuple[Any, Any, Any, Sequence[dict[str, Any]]]:
        """Take a step; where the episode is over, begin the next one at once, as `VecEnv` wants it."""
        observations, rewards, _, over, infos = self._env.step(self._actions)
        told: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        if over.all():
            self.delays_s.append(float(infos["delay_s"].mean()))
            told = self.endings(observations)
            observations, _, _, _, infos = self._env.step(self._actions)
        self._keep(infos)
        return observations, rewards.astype(np.float32), over, told

    def close(self) -> None:
        """Give up the episode."""
        self._env.close()

    def _keep(self, infos: dict[str, Any]) -> None:
        self.masks = infos["action_mask"].astype(np.bool_)


class Agents(MaskedRows):
    """The agents of a PettingZoo environment, a row for each: what one learns, all do.

    They must see and do the same, and act at the same time, as with `NextStage` and `KeepSwitch`.

    Parameters
    ----------
    env
        Where they act.
    seed
        Of the first episode and of all that follow.

    Attributes
    ----------
    delays_s
        Mean delay of the vehicles in every episode so far.
    """

    def __init__(self, env: ManyAgentsEnv, seed: int) -> None:
        self._names = list(env.possible_agents)
        super().__init__(len(self._names), env.observation_space(self._names[0]), env.action_space(self._names[0]))
        self._env, self._next_seed = env, [seed]
        self.delays_s: list[float] = []

    def reset(self) -> Any:
        """Begin an episode."""
        observations, infos = self._env.reset(seed=self._next_seed.pop() if self._next_seed else None)
        self._keep(infos)
        return self._rows(observations)

    def step_wait(self) -> tuple[Any, Any, Any, Sequence[dict[str, Any]]]:
        """Take a step; where the episode is over, begin the next one at once, as `VecEnv` wants it."""
        actions = dict(zip(self._names, self._actions.tolist(), strict=True))
        observations, rewards, _, over, infos = self._env.step(actions)
        rows, told = self._rows(observations), [{} for _ in self._names]
        paid, ended = self._rows(rewards).astype(np.float32), self._rows(over)
        self._keep(infos)
        if ended.all():
            self.delays_s.append(float(infos[self._names[0]]["metrics"]["delay_s"]))
            told = self.endings(rows)
            rows = self.reset()
        return rows, paid, ended, told

    def close(self) -> None:
        """Give up the episode."""
        self._env.close()

    def _rows(self, told: dict[str, Any]) -> Any:
        return np.stack([np.asarray(told[name]) for name in self._names])

    def _keep(self, infos: dict[str, Any]) -> None:
        self.masks = np.stack([infos[name]["action_mask"] for name in self._names]).astype(np.bool_)
