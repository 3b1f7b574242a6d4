"""Many replicas of one intersection, vectorised natively: no processes, a few calls of compiled functions per tick."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Unpack, cast

import numpy as np
from gymnasium.spaces import Discrete, MultiDiscrete
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space

from signals.env.actions import KeepSwitch, NextStage
from signals.env.many import Many, ManyObservation, ManyReward
from signals.env.replicas import Replicas
from signals.env.seeds import world_seed
from signals.env.setting import EnvOptions, Setting, setting_of
from signals.errors import InputError
from signals.scenario import Scenario

__all__ = ["JunctionVectorEnv"]

MOST_DEMANDS = 16


class JunctionVectorEnv(VectorEnv[Any, Any, Any]):
    """`signals.env.junction.JunctionEnv` many times over, in the built-in world.

    Observations, rewards, actions and the guard are those of one environment; replicas differ in their travellers. All
    episodes end at the same time; the step after that begins new ones (`AutoresetMode.NEXT_STEP`). ``terminations`` is
    never true.

    ``infos`` holds arrays with a row for each replica: ``action_mask`` int8 [R, n] (unless `masks` is false),
    ``wished`` int32 [R] the stage that was asked for, ``shown`` int8 [R, G], ``violations`` int32 [R] since the last
    action, and at the end of an episode ``delay_s`` float64 [R], the mean delay of all scheduled vehicles.

    Parameters
    ----------
    scenario
        As for `JunctionEnv`; it has one intersection, and is driven in the built-in world whatever it says.
    num_envs
        How many replicas; a few hundred are fastest.
    masks
        Whether ``infos`` has masks of the actions. They take half of a step.
    demands
        How many different sets of travellers are drawn for an episode; each replica has one of them.
    **options
        As for `JunctionEnv`, where it can be done for many at once: forms of action `NextStage` and `KeepSwitch`,
        observations and rewards that have `observe_many` and `meter_many`, full sight, no faults, no closures.

    Raises
    ------
    InputError
        When something does not exist, does not fit, or cannot be done for many at once.
    """

    metadata: dict[str, Any] = {"autoreset_mode": AutoresetMode.NEXT_STEP, "render_modes": []}  # noqa: RUF012  Gymnasium's own way

    def __init__(
        self,
        scenario: Scenario | str | Path = "crossroads",
        *,
        num_envs: int = 64,
        masks: bool = True,
        demands: int = MOST_DEMANDS,
        **options: Unpack[EnvOptions],
    ) -> None:
        options["world"] = "sim"
        setting = setting_of(scenario, **options)
        _check(setting, num_envs, demands)
        self.num_envs, self.render_mode, self._masks = num_envs, None, masks
        self._switches = isinstance(setting.action, KeepSwitch)
        self._reward = cast("ManyReward", setting.reward)  # checked above
        self._observation = cast("ManyObservation", setting.observation)
        self._decision_ds = setting.decision_ds
        self._replicas = Replicas(setting, num_envs, demands)
        self._stages = len(setting.network.intersections[0].stages)
        self._choices = 2 if self._switches else self._stages
        self.single_action_space = Discrete(self._choices)
        self.action_space = MultiDiscrete(np.full(num_envs, self._choices))
        self.single_observation_space = setting.observation.space(setting.network, 0)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self._ended = True

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begin an episode in every replica.

        Parameters
        ----------
        seed
            Of this episode and of all that follow; the same seed gives the same bytes.
        options
            There are none.

        Raises
        ------
        InputError
            When one is given.
        """
        if options:
            raise InputError(f"an episode of many replicas has no options, got {', '.join(options)}")
        super().reset(seed=seed)
        return self._begin(seed)

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Take an action in every replica and let time pass until the next ones are due.

        Raises
        ------
        InputError
            When the actions are not in the action space, or no episode was begun; nothing has happened then.

        Returns
        -------
        observations, rewards, terminations, truncations, infos
        """
        never = np.zeros(self.num_envs, np.bool_)
        if self._ended:
            observations, infos = self._begin(None)
            return observations, np.zeros(self.num_envs), never, never.copy(), infos
        replicas, asked = self._replicas, self._asked(actions)
        rewards, violations = np.zeros(self.num_envs), np.zeros(self.num_envs, np.int32)
        ticks = replicas.begin_ticks(self._decision_ds // replicas.tick_ds)
        paid = [1] * ticks if self._every_tick else [ticks]
        for (rows, block), meter in zip(replicas, self._meters, strict=True):
            block.ask(asked[rows])
            for passing in paid:
                violations[rows] += block.run(passing)
                rewards[rows] += meter(block.seen())
        self._ended = replicas.over
        infos = self._infos(violations)
        if self._ended:
            infos |= {"delay_s": replicas.delay_s(), "_delay_s": ~never}
        return self._observed(), rewards, never, np.full(self.num_envs, self._ended), infos

    def close_extras(self, **_: Any) -> None:
        """Nothing is left running."""

    def _begin(self, seed: int | None) -> tuple[Any, dict[str, Any]]:
        self._replicas.begin(world_seed(self.np_random, seed), self.np_random)
        self._every_tick = self._reward.every_tick
        self._meters = [self._reward.meter_many(_kept(block.seen())) for _, block in self._replicas]
        self._ended = False
        return self._observed(), self._infos(np.zeros(self.num_envs, np.int32))

    def _observed(self) -> Any:
        seen = [self._observation.observe_many(block.seen(), self._stages) for _, block in self._replicas]
        return seen[0] if len(seen) == 1 else np.concatenate(seen)

    def _asked(self, actions: Any) -> Any:
        chosen = np.asarray(actions)
        fits = chosen.shape == (self.num_envs,) and np.issubdtype(chosen.dtype, np.integer)
        if not fits or chosen.min() < 0 or chosen.max() >= self._choices:
            raise InputError(f"expected {self.num_envs} actions of {self.single_action_space}, got {actions!r}")
        stage = self._replicas.stage
        return (stage + chosen) % self._stages if self._switches else chosen

    def _infos(self, violations: Any) -> dict[str, Any]:
        replicas, every = self._replicas, np.ones(self.num_envs, np.bool_)
        wished, shown = replicas.stage, np.concatenate([block.seen().aspect for _, block in replicas])
        infos = {"wished": wished, "shown": shown, "violations": violations}
        if self._masks:
            mask = replicas.open_stages()
            if self._switches:
                rows = np.arange(self.num_envs)
                keep, switch = mask[rows, wished], mask[rows, (wished + 1) % self._stages]
                mask = np.column_stack([keep | ~switch, switch])
            infos["action_mask"] = mask.astype(np.int8)
        return {**infos, **{f"_{name}": every for name in infos}}


def _kept(many: Many) -> Many:
    """Return a copy that the next tick does not change."""
    arrays: list[Any] = [column.copy() for column in many[1:]]
    return Many(many.time_s, *arrays)


def _check(setting: Setting, count: int, demands: int) -> None:
    if count < 1 or demands < 1:
        raise InputError(f"expected num_envs and demands >= 1, got {count} and {demands}")
    if len(setting.network.intersections) != 1:
        raise InputError(f"a scenario with one intersection is needed, not {len(setting.network.intersections)}")
    if setting.scenario.file.sensing.level != "full":
        raise InputError("many replicas at once have full sight only; use signals/Junction-v0 for detectors")
    if setting.faults is not None or setting.disruptions.closures:
        raise InputError("many replicas at once have no faults and no closures; use signals/Junction-v0")
    if not isinstance(setting.action, (NextStage, KeepSwitch)):
        raise InputError(f"many replicas at once take NextStage or KeepSwitch, not {type(setting.action).__name__}")
    for what, found, kind, method in (
        ("observation", setting.observation, ManyObservation, "observe_many"),
        ("reward", setting.reward, ManyReward, "meter_many"),
    ):
        if not isinstance(found, kind):
            raise InputError(
                f"the {what} {type(found).__name__} has no {method}, so it cannot be made for many at once"
            )
