"""What an environment is made of: a scenario, who is controlled, and what agents see, do and are paid for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict, Unpack

from signals import plugins
from signals.control.net_plan import NetPlan
from signals.control.running_stages import tenths
from signals.env.actions import Action, NextStage
from signals.env.disruptions import Disruptions
from signals.env.observations import JunctionState, Observation
from signals.env.rewards import Queue, Reward
from signals.env.seats import Seats, numbers_of
from signals.errors import InputError, UnknownNameError
from signals.model.closures import Closure
from signals.model.network import Network
from signals.model.roles import Controller
from signals.scenario import Changes, Scenario, load
from signals.scenario_file import ScenarioFile
from signals.sensing.faults import Faults

__all__ = ["EnvOptions", "Setting", "setting_of", "with_file"]


class EnvOptions(TypedDict, total=False):
    """Keyword arguments of every environment, all optional.

    Keys
    ----
    world
        ``sim``, ``sumo`` or the name of an adapter; the scenario's where it is None.
    sensing
        ``full`` or ``detectors``; likewise.
    controlled
        Id or ids of the intersections that agents control; all where there is none.
    others
        Name of the controller of the other intersections; their own plans by default.
    decision_s
        How often an action is due, 5 by default; forms of action with durations have their own rule.
    action, observation, reward
        See `signals.env.actions`, `signals.env.observations` and `signals.env.rewards`.
    episode_s
        How long an episode is; up to the scenario's end by default.
    demand_scale
        By how much the demand is multiplied, 1 by default; an episode may have another (options of ``reset``).
    closures
        Lanes that are closed for a while (`signals.model.closures.Closure`), none by default; likewise.
    faults
        What is broken in what agents are told (`signals.sensing.faults.Faults`); nothing by default. Which detectors,
        and when, depends on the seed of the episode.
    traci
        SUMO only: run it as a process of its own. Slower; needed for more than one environment in a process.
    """

    world: str | None
    sensing: str | None
    controlled: str | tuple[str, ...] | list[str] | None
    others: str | None
    decision_s: float
    action: Action
    observation: Observation
    reward: Reward
    episode_s: float | None
    demand_scale: float
    closures: tuple[Closure, ...] | list[Closure]
    faults: Faults | None
    traci: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A checked environment.

    Parameters
    ----------
    scenario
        The scenario, of the length of an episode.
    controlled
        Numbers of the intersections that agents control.
    others
        Name of the controller of the rest; None = their own plans.
    decision_ds
        How often an action is due.
    action, observation, reward
        What agents do, see and are paid for.
    disruptions
        What is different from the scenario, where an episode has nothing else.
    faults
        What is broken in what agents are told.
    traci
        Whether SUMO runs as a process of its own.
    """

    scenario: Scenario
    controlled: tuple[int, ...]
    others: str | None
    decision_ds: int
    action: Action
    observation: Observation
    reward: Reward
    disruptions: Disruptions
    faults: Faults | None
    traci: bool

    @property
    def network(self) -> Network:
        """The network."""
        return self.scenario.network

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of the intersections that agents control."""
        return tuple(self.network.intersections[i].id for i in self.controlled)

    def seats(self) -> Seats:
        """Return seats for an episode; raises `InputError` where an agent cannot sit."""
        return Seats(self.network, self.controlled, self.action, self.observation, self.decision_ds)

    def other_controller(self) -> Controller:
        """Return who decides about the intersections without an agent. Raises `InputError`."""
        if self.others is None:
            return NetPlan(self.network)
        made = plugins.load("controllers", self.others)(self.network)
        if not isinstance(made, Controller):
            raise InputError(f'controller "{self.others}" has no method decide(snapshot)')
        return made


def setting_of(scenario: Scenario | str | Path, **options: Unpack[EnvOptions]) -> Setting:
    """Check and complete the arguments of an environment.

    Parameters
    ----------
    scenario
        A scenario, or what `signals.scenario.load` makes one of.
    **options
        See `EnvOptions`.

    Raises
    ------
    InputError
        When something does not exist or does not fit.
    """
    for name in options:
        if name not in EnvOptions.__annotations__:
            raise UnknownNameError("option of an environment", name, EnvOptions.__annotations__)
    found = _loaded(scenario, options)
    if (episode_s := options.get("episode_s")) is not None:
        time = replace(found.file.time, end_s=found.file.time.begin_s + episode_s)
        found = with_file(found, replace(found.file, time=time))
    controlled = options.get("controlled") or ()
    names = (controlled,) if isinstance(controlled, str) else tuple(controlled)
    decision_ds = tenths(options.get("decision_s", 5.0))
    if decision_ds % found.tick_ds or decision_ds <= 0:
        raise InputError(
            f"decision_s must be a multiple of the tick of {found.tick_ds / 10:g} s, got {decision_ds / 10:g}"
        )
    changes = {name: value for name, value in options.items() if name in Disruptions.__slots__}
    return Setting(
        scenario=found,
        controlled=numbers_of(found.network, names),
        others=options.get("others"),
        decision_ds=decision_ds,
        action=options.get("action", NextStage()),
        observation=options.get("observation", JunctionState()),
        reward=options.get("reward", Queue()),
        disruptions=Disruptions().otherwise(changes),
        faults=options.get("faults"),
        traci=options.get("traci", False),
    )


def with_file(scenario: Scenario, file: ScenarioFile) -> Scenario:
    """Return a scenario that says something else, but not about the network, which is not read again."""
    network, changed = scenario.network, replace(scenario, file=file)
    changed.__dict__["network"] = network  # where its cached_property looks
    return changed


def _loaded(scenario: Scenario | str | Path, options: EnvOptions) -> Scenario:
    changes = Changes()
    if (world := options.get("world")) is not None:
        changes["world"] = world
    if (sensing := options.get("sensing")) is not None:
        changes["sensing"] = sensing
    if not isinstance(scenario, Scenario):
        return load(scenario, **changes)
    if changes:
        raise InputError(f"a scenario that is loaded says {' and '.join(changes)} itself; give them to load()")
    return scenario
