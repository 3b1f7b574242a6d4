"""A PettingZoo parallel environment: one agent for every intersection that is controlled."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any, Unpack

import gymnasium
import numpy as np
from gymnasium.spaces import Dict, Discrete, MultiBinary

from signals.env.disruptions import Disruptions
from signals.env.picture import picture
from signals.env.rollout import Rollout
from signals.env.seeds import world_seed
from signals.env.setting import EnvOptions, setting_of
from signals.errors import InputError, MissingDependencyError
from signals.scenario import Scenario

try:
    from pettingzoo import ParallelEnv  # type: ignore[import-untyped]
except ModuleNotFoundError as error:
    raise MissingDependencyError("PettingZoo is not installed; run pip install 'signals[rl]'") from error

__all__ = ["ManyAgentsEnv", "parallel_env"]


class ManyAgentsEnv(ParallelEnv[str, Any, Any]):  # type: ignore[misc]  # it has no types
    """Agents are intersections, by their ids; they need not be alike. The guard stands behind each of them.

    A step lasts until the action of some agent is due; with `NextStage` and `KeepSwitch` all are due together. The
    action of an agent that is not due (``infos[agent]["due"]``) counts for nothing. All agents are there until the
    scenario's time, or `episode_s`, is over; they are truncated together then, and nobody is ever terminated.

    ``infos[agent]`` holds what `signals.env.junction.JunctionEnv` tells about its intersection, and the keys about the
    whole network: ``time_s``, ``elapsed_s``, ``violations``, ``events`` and at the end ``metrics``.

    Parameters
    ----------
    scenario
        A name, a path, or a `signals.Scenario`.
    render_mode
        ``ansi`` or None.
    mask_in_observation
        Whether observations are dictionaries of ``observation`` and ``action_mask``, as many learners want it. The form
        of action must have a Discrete space then.
    **options
        See `signals.env.setting.EnvOptions`.

    Attributes
    ----------
    possible_agents, agents
        Ids of the intersections that are controlled; of those that are still there.

    Raises
    ------
    InputError
        When something does not exist or does not fit.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012  PettingZoo's own way
        "name": "signals_parallel_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }

    def __init__(
        self,
        scenario: Scenario | str | Path = "crossroads",
        *,
        render_mode: str | None = None,
        mask_in_observation: bool = False,
        **options: Unpack[EnvOptions],
    ) -> None:
        setting = setting_of(scenario, **options)
        self._rollout = Rollout(setting)
        self._number = dict(zip(setting.names, setting.controlled, strict=True))
        self._masked = mask_in_observation
        self._rng = np.random.default_rng()
        self.render_mode = render_mode
        self.possible_agents = list(setting.names)
        self.agents: list[str] = []
        self.observation_spaces = {name: self._space(i) for name, i in self._number.items()}
        self.action_spaces = {name: self._rollout.seats.action_space(i) for name, i in self._number.items()}

    def observation_space(self, agent: str) -> gymnasium.Space[Any]:
        """Return what an agent sees; always the same object."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> gymnasium.Space[Any]:
        """Return what an agent may do; always the same object."""
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """Begin an episode; parameters as in `signals.env.junction.JunctionEnv.reset`.

        Options of other names are left alone: by PettingZoo's rules they may be meant for a wrapper.
        """
        if seed is not None:
            self._rng = np.random.default_rng(seed)
        ours = {name: value for name, value in (options or {}).items() if name in Disruptions.__slots__}
        self._rollout.begin(world_seed(self._rng, seed), ours)
        self.agents = list(self.possible_agents)
        return self._told()

    def step(
        self, actions: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Take the actions and let time pass until the next one is due.

        Raises
        ------
        InputError
            When an action is missing or not in the action space; nothing has happened then.
        WorldError
            When the world is lost, or the episode is over.

        Returns
        -------
        observations, rewards, terminations, truncations, infos
        """
        rewards = self._rollout.advance({self._number[name]: action for name, action in actions.items()})
        over = self._rollout.over
        observations, infos = self._told()
        self.agents = [] if over else self.agents
        return (
            observations,
            {name: rewards[i] for name, i in self._number.items()},
            dict.fromkeys(self._number, False),
            dict.fromkeys(self._number, over),
            infos,
        )

    def render(self) -> Any:
        """Return a few lines of text in the mode ``ansi``; None otherwise."""
        return picture(self._rollout) if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Give up the episode."""
        self._rollout.close()

    def _space(self, intersection: int) -> gymnasium.Space[Any]:
        seen = self._rollout.seats.observation_space(intersection)
        if not self._masked:
            return seen
        actions = self._rollout.seats.action_space(intersection)
        if not isinstance(actions, Discrete):
            raise InputError("mask_in_observation needs a form of action whose space is Discrete, such as NextStage")
        return Dict({"observation": seen, "action_mask": MultiBinary(int(actions.n))})

    def _told(self) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """Return the observations and infos of all agents."""
        rollout, masks = self._rollout, self._rollout.masks()
        infos = {name: rollout.told(i, masks[i]) for name, i in self._number.items()}
        observations = {name: rollout.observe(i) for name, i in self._number.items()}
        if self._masked:
            observations = {
                name: {"observation": seen, "action_mask": masks[self._number[name]].copy()}
                for name, seen in observations.items()
            }
        of_all = rollout.told_of_all()
        return observations, {name: {**info, **deepcopy(of_all)} for name, info in infos.items()}


parallel_env = ManyAgentsEnv
"""The name by which users of PettingZoo make an environment."""
