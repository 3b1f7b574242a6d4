"""A Gymnasium environment of a network: one agent that acts at all its intersections, or at some."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Unpack

import gymnasium
import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, MultiDiscrete

from signals.env.picture import picture
from signals.env.rollout import Rollout
from signals.env.seats import Seats
from signals.env.seeds import world_seed
from signals.env.setting import EnvOptions, setting_of
from signals.errors import InputError
from signals.scenario import Scenario

__all__ = ["NetworkEnv"]


class NetworkEnv(gymnasium.Env[Any, Any]):
    """One agent acts at many intersections, which need not be alike; the guard stands behind each of them.

    Actions and observations are dictionaries from the id of an intersection to its action or observation, in ``Dict``
    spaces. With ``flat=True`` actions are one ``MultiDiscrete`` array and observations one ``Box`` array, in the order
    of the network. A step lasts until the action of some intersection is due; with `NextStage` and `KeepSwitch` all are
    due together. What an intersection is told whose action is not due counts for nothing (``info["agents"][id]["due"]``
    says so beforehand). The reward is the sum over the intersections.

    ``info`` holds ``time_s``, ``elapsed_s``, ``violations``, ``events`` and ``metrics`` as in
    `signals.env.junction.JunctionEnv`, and besides:

    ===============  ==================================================================================================
    ``action_mask``  the mask of the action space: a dictionary of masks, or with ``flat=True`` a tuple; missing
                     where the actions of some intersection have none
    ``rewards``      id → reward; missing after a reset
    ``agents``       id → what `JunctionEnv` tells about one intersection: its mask, ``due``, ``wished``, ``wanted``,
                     ``shown``, ``reasons`` and ``level``
    ===============  ==================================================================================================

    Parameters
    ----------
    scenario
        A name, a path, or a `signals.Scenario`.
    render_mode
        ``ansi`` or None.
    flat
        Whether spaces are flat; the actions of every intersection must be ``Discrete`` and what it sees a ``Box``.
    **options
        See `signals.env.setting.EnvOptions`.

    Raises
    ------
    InputError
        When something does not exist or does not fit.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 1}  # noqa: RUF012  Gymnasium's own way

    def __init__(
        self,
        scenario: Scenario | str | Path = "crossroads",
        *,
        render_mode: str | None = None,
        flat: bool = False,
        **options: Unpack[EnvOptions],
    ) -> None:
        setting = setting_of(scenario, **options)
        self._rollout = Rollout(setting)
        self._names = dict(zip(setting.controlled, setting.names, strict=True))
        self._flat = flat
        self._masks: dict[int, Any] = {}
        self.render_mode = render_mode
        seats = self._rollout.seats
        if flat:
            self.action_space, self.observation_space = _flat_actions(seats), _flat_observations(seats)
        else:
            self.action_space = Dict({name: seats.action_space(i) for i, name in self._names.items()})
            self.observation_space = Dict({name: seats.observation_space(i) for i, name in self._names.items()})

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begin an episode; parameters as in `signals.env.junction.JunctionEnv.reset`."""
        super().reset(seed=seed)
        self._rollout.begin(world_seed(self.np_random, seed), options)
        return self._observation(), self._info()

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Take the actions and let time pass until the next one is due.

        Raises
        ------
        InputError
            When an action is missing or not in the action space; nothing has happened then.
        WorldError
            When the world is lost, or the episode is over.

        Returns
        -------
        observation, reward, terminated, truncated, info
        """
        rewards = self._rollout.advance(self._by_number(action))
        over, observation = self._rollout.over, self._observation()
        told = {"rewards": {name: rewards[i] for i, name in self._names.items()}}
        return observation, sum(rewards.values()), False, over, {**self._info(), **told}

    def action_masks(self) -> Any:
        """Return bool [sum of the actions of all intersections]: what MaskablePPO of sb3-contrib asks for.

        Raises
        ------
        InputError
            When actions have no mask.
        """
        masks = list(self._masks.values())
        if not masks or any(mask is None for mask in masks):
            raise InputError("the actions of some intersection have no mask")
        return np.concatenate(masks).astype(np.bool_)

    def render(self) -> Any:
        """Return a few lines of text in the mode ``ansi``; None otherwise."""
        return picture(self._rollout) if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Give up the episode."""
        self._rollout.close()

    def _by_number(self, action: Any) -> dict[int, Any]:
        """Return intersection → action; the seats look at each."""
        if self._flat:
            if not self.action_space.contains(action):
                raise InputError(f"{action!r} is not an action of {self.action_space}")
            return dict(zip(self._names, action, strict=True))
        if not isinstance(action, Mapping):
            raise InputError(f"expected a dictionary from the ids of intersections to actions, got {action!r}")
        return {i: action[name] for i, name in self._names.items() if name in action}

    def _observation(self) -> Any:
        seen = {name: self._rollout.observe(i) for i, name in self._names.items()}
        return np.concatenate([row.reshape(-1) for row in seen.values()]) if self._flat else seen

    def _info(self) -> dict[str, Any]:
        masks = self._masks = self._rollout.masks()
        agents = {name: self._rollout.told(i, masks[i]) for i, name in self._names.items()}
        found = {"agents": agents, **self._rollout.told_of_all()}
        if any(mask is None for mask in masks.values()):
            return found
        if self._flat:
            return {"action_mask": tuple(mask.copy() for mask in masks.values()), **found}
        return {"action_mask": {name: masks[i].copy() for i, name in self._names.items()}, **found}


def _flat_actions(seats: Seats) -> MultiDiscrete:
    spaces = [seats.action_space(i) for i in seats.controlled]
    sizes = [int(space.n) for space in spaces if isinstance(space, Discrete)]
    if len(sizes) != len(spaces):
        raise InputError("flat=True needs a form of action whose space is Discrete, such as NextStage")
    return MultiDiscrete(sizes)


def _flat_observations(seats: Seats) -> Box:
    spaces = [seats.observation_space(i) for i in seats.controlled]
    boxes = [space for space in spaces if isinstance(space, Box)]
    if len(boxes) != len(spaces):
        raise InputError("flat=True needs an observation whose space is a Box, such as JunctionState")
    low, high = (np.concatenate([np.ravel(getattr(box, name)) for box in boxes]) for name in ("low", "high"))
    return Box(low, high, dtype=np.float32)
