"""A Gymnasium environment of one intersection."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Unpack

import gymnasium
import numpy as np

from signals.env.picture import picture
from signals.env.rollout import Rollout
from signals.env.seeds import world_seed
from signals.env.setting import EnvOptions, setting_of
from signals.errors import InputError
from signals.scenario import Scenario

__all__ = ["JunctionEnv"]


class JunctionEnv(gymnasium.Env[Any, Any]):
    """An agent controls one intersection; the guard stands behind, so that no action can be unsafe.

    A step lasts from one action to the next one that is due (5 s by default). The reward is that of all ticks between.
    ``terminated`` is never true; ``truncated`` is when the scenario's time, or `episode_s`, is over.

    ``info`` holds, at every reset and step:

    ===============  ==================================================================================================
    ``action_mask``  which actions the guard would not refuse, as ``action_space.sample`` takes it; missing where a mask
                     makes no sense
    ``due``          whether an action is due; always, but when the episode ended before it was
    ``wished``       id of the stage that was asked for last
    ``wanted``       bool [G] the signal groups that were wanted green in the last tick
    ``shown``        int8 [G] what the groups show (`signals.model.values.Aspect`)
    ``reasons``      reason → group-ticks since the last action in which a group did not show what was wanted
    ``level``        0 where the agent is followed; see `signals.safety.fallback` for the rest
    ``time_s``       the world's time
    ``elapsed_s``    how long the step was
    ``violations``   what the monitor saw since the last action; empty in a healthy world
    ``events``       what happened to the control since the last action
    ``metrics``      at the end of an episode only: name → value of `signals.record.metrics.METRICS`, with the delay of
                     those who did not arrive or never got in
    ===============  ==================================================================================================

    Parameters
    ----------
    scenario
        A name, a path, or a `signals.Scenario`.
    render_mode
        ``ansi`` or None.
    **options
        See `signals.env.setting.EnvOptions`. Where the network has more than one intersection, `controlled` names one.

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
        **options: Unpack[EnvOptions],
    ) -> None:
        setting = setting_of(scenario, **options)
        if len(setting.controlled) != 1:
            raise InputError(
                f"an agent controls one intersection here; give controlled= one of {', '.join(setting.names)}"
            )
        self._rollout = Rollout(setting)
        (self._intersection,) = setting.controlled
        self._mask: Any = None
        self.render_mode = render_mode
        self.action_space = self._rollout.seats.action_space(self._intersection)
        self.observation_space = self._rollout.seats.observation_space(self._intersection)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begin an episode.

        Parameters
        ----------
        seed
            Of the world of this episode, and of those of all that follow; the same seed gives the same bytes, and the
            world of ``signals run --seed``.
        options
            ``demand_scale`` and ``closures`` of this episode, instead of the setting's.

        Returns
        -------
        observation, info
        """
        super().reset(seed=seed)
        self._rollout.begin(world_seed(self.np_random, seed), options)
        return self._rollout.observe(self._intersection), self._info()

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Take an action and let time pass until the next one is due.

        Raises
        ------
        InputError
            When the action is not in the action space; nothing has happened then.
        WorldError
            When the world is lost, or the episode is over.

        Returns
        -------
        observation, reward, terminated, truncated, info
        """
        reward = self._rollout.advance({self._intersection: action})[self._intersection]
        over, observation = self._rollout.over, self._rollout.observe(self._intersection)
        return observation, reward, False, over, self._info()

    def action_masks(self) -> Any:
        """Return bool [n], the mask of the last reset or step: what MaskablePPO of sb3-contrib asks for.

        Raises
        ------
        InputError
            When the actions have no mask.
        """
        if self._mask is None:
            raise InputError(f"actions of {self.action_space} have no mask")
        return np.asarray(self._mask, np.bool_)

    def render(self) -> Any:
        """Return a few lines of text in the mode ``ansi``; None otherwise."""
        return picture(self._rollout) if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Give up the episode."""
        self._rollout.close()

    def _info(self) -> dict[str, Any]:
        self._mask = self._rollout.masks()[self._intersection]
        return {**self._rollout.told(self._intersection, self._mask), **self._rollout.told_of_all()}
