"""The card of a trained policy: what it sees and does, what it was trained on and with what, and the hash of its file.

A card names only parts of this package, by name and with numbers: reading one that a stranger wrote runs nothing.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import date
from importlib import metadata
from types import MappingProxyType
from typing import Any, Literal, Required, TypedDict, Unpack, cast

from gymnasium.spaces import Box, Discrete

from signals import schema
from signals.env.actions import Action, KeepSwitch, NextStage
from signals.env.observations import JunctionState, Observation
from signals.env.seats import Seats
from signals.env.setting import Setting
from signals.env.timed_actions import CycleSplit, GreenDuration
from signals.errors import FileError, InputError, UnknownNameError
from signals.schema import at_least, more_than

__all__ = [
    "CARD_FORMAT",
    "CardOptions",
    "PolicyCard",
    "SeatPart",
    "TrainingPart",
    "action_of",
    "card_of",
    "described",
    "from_table",
    "gives_numbers",
    "observation_of",
    "sizes_of",
    "to_table",
]

CARD_FORMAT = "signals-policy-card/1"
"""Name and version of the format; the version changes when an old card would be read wrongly."""

_FORM = "form"
_ACTIONS: Mapping[str, Callable[..., Action]] = MappingProxyType(
    {kind.__name__: kind for kind in (NextStage, KeepSwitch, GreenDuration, CycleSplit)}
)
_OF_NUMBERS = frozenset({CycleSplit.__name__})
_OBSERVATIONS: Mapping[str, Callable[..., Observation]] = MappingProxyType({"JunctionState": JunctionState})
_PACKAGES = ("signals", "numpy", "gymnasium", "torch", "stable-baselines3", "sb3-contrib", "onnx", "onnxruntime")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatPart:
    """``[seat]``: what the policy sees and does, how often and where.

    Parameters
    ----------
    action, observation
        ``form``, the name of a class of this package, and its parameters.
    observation_size
        Numbers that it sees of an intersection.
    action_size
        Numbers that it gives: a value for each action, or the action itself where actions are no numbered choices.
    sensing, range_m
        How the intersections were watched; these are the scenario's business, and not asked for again.
    decision_s, tick_s
        How often an action is due, and the length of a tick.
    controlled
        Ids of the intersections that it controls; none = all.
    others
        Name of the controller of the rest, never ``module:Class``; "" = their own plans.
    """

    action: Mapping[str, object]
    observation: Mapping[str, object]
    observation_size: int = field(metadata=at_least(1))
    action_size: int = field(metadata=at_least(1))
    sensing: Literal["full", "detectors", "connected"]
    range_m: float = field(metadata=more_than(0))
    decision_s: float = field(metadata=more_than(0))
    tick_s: float = field(metadata=more_than(0))
    controlled: tuple[str, ...] = ()
    others: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPart:
    """``[training]``: where the policy comes from.

    Parameters
    ----------
    scenario, world
        Where it was trained.
    algorithm
        How, in a few words.
    steps
        Actions taken in training.
    seeds
        Those that were given: of the learner and of the environments.
    demand
        What was varied.
    reward
        ``form`` and parameters.
    versions
        Program → version.
    """

    scenario: str
    world: str
    algorithm: str
    steps: int = field(metadata=at_least(0))
    seeds: tuple[int, ...]
    demand: str = ""
    reward: Mapping[str, object] = field(default_factory=dict)
    versions: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyCard:
    """A card, checked.

    Parameters
    ----------
    name
        What the policy is called in tables.
    date
        When it was trained, as ``2026-11-29``.
    seat, training
        See there.
    onnx_sha256
        Of ``policy.onnx``, in hexadecimal; "" where there is none yet.
    licence, notes
        For people.
    format
        `CARD_FORMAT`.

    Raises
    ------
    InputError
        When the name is empty, the date is none, a form does not exist or does not take its parameters, or something
        names a module.
    """

    name: str
    date: str
    seat: SeatPart
    training: TrainingPart
    onnx_sha256: str = ""
    licence: str = ""
    notes: str = ""
    format: str = CARD_FORMAT

    def __post_init__(self) -> None:
        if self.format != CARD_FORMAT:
            raise InputError(f'format must be "{CARD_FORMAT}", got "{self.format}"')
        if not self.name.strip():
            raise InputError("the name of the policy is empty")
        try:
            date.fromisoformat(self.date)
        except ValueError as error:
            raise InputError(f'date must be a day such as 2026-11-29, got "{self.date}"') from error
        if ":" in self.seat.others:
            raise InputError(f'seat.others must be the name of a controller, not a module: got "{self.seat.others}"')
        action_of(self)
        observation_of(self)


class CardOptions(TypedDict, total=False):
    """Keyword arguments of `card_of`; see `PolicyCard` and `TrainingPart`."""

    date: Required[str]
    algorithm: Required[str]
    steps: Required[int]
    seeds: Required[tuple[int, ...]]
    demand: str
    licence: str
    notes: str


def card_of(name: str, setting: Setting, **options: Unpack[CardOptions]) -> PolicyCard:
    """Make the card of a policy that was trained in a setting.

    Parameters
    ----------
    name
        What it is called in tables.
    setting
        That of the training: ``signals.env.setting.setting_of(scenario, ...)`` with the arguments of the environment.
    **options
        What the setting does not know.

    Returns
    -------
    PolicyCard
        With the versions of the packages that are installed; without a hash.

    Raises
    ------
    InputError
        When something cannot stand on a card: an observation of one's own, or intersections that are not alike.
    """
    network, file = setting.network, setting.scenario.file
    observation_size, action_size = sizes_of(setting.seats())
    everywhere = len(setting.controlled) == len(network.intersections)
    seat = SeatPart(
        action=described(setting.action),
        observation=described(setting.observation),
        observation_size=observation_size,
        action_size=action_size,
        sensing=file.sensing.level,
        range_m=file.sensing.range_m,
        decision_s=setting.decision_ds / 10,
        tick_s=setting.scenario.tick_ds / 10,
        controlled=() if everywhere else setting.names,
        others=setting.others or "",
    )
    training = TrainingPart(
        scenario=setting.scenario.name,
        world=file.scenario.world,
        algorithm=options["algorithm"],
        steps=options["steps"],
        seeds=tuple(options["seeds"]),
        demand=options.get("demand", f"demand_scale {setting.disruptions.demand_scale:g}"),
        reward=described(setting.reward),
        versions={"python": platform.python_version(), **_versions()},
    )
    about = {key: str(options[key]) for key in ("licence", "notes") if key in options}
    return PolicyCard(name=name, date=options["date"], seat=seat, training=training, **about)


def action_of(card: PolicyCard) -> Action:
    """Make the form of action that a card names. Raises `InputError` where there is none."""
    return cast("Action", _made("seat.action", card.seat.action, _ACTIONS))


def observation_of(card: PolicyCard) -> Observation:
    """Make the observation that a card names. Raises `InputError` where there is none."""
    return cast("Observation", _made("seat.observation", card.seat.observation, _OBSERVATIONS))


def gives_numbers(card: PolicyCard) -> bool:
    """Whether an action is numbers themselves, not the number of a choice."""
    return card.seat.action[_FORM] in _OF_NUMBERS


def described(part: object) -> dict[str, object]:
    """Return an action, observation or reward as a table: its ``form`` and, of a dataclass, its parameters.

    The form is the name of a class of this package, or ``module:Class``, which no card takes.
    """
    kind = type(part)
    ours = kind.__module__.partition(".")[0] == "signals"
    name = kind.__qualname__ if ours else f"{kind.__module__}:{kind.__qualname__}"
    return {_FORM: name, **(asdict(part) if is_dataclass(part) and not isinstance(part, type) else {})}


def sizes_of(seats: Seats) -> tuple[int, int]:
    """Return how many numbers a policy sees and gives at every seat.

    Raises
    ------
    InputError
        When seats are not alike, or see or do what is not made of numbers.
    """
    found = {i: (_observed(seats.observation_space(i)), _given(seats.action_space(i))) for i in seats.controlled}
    first, *others = found
    for i in others:
        if found[i] != found[first]:
            one, two = (
                f'"{seats.network.intersections[k].id}" (sees {found[k][0]}, gives {found[k][1]})' for k in (first, i)
            )
            raise InputError(f"one policy cannot serve intersections that are not alike: {one} and {two}")
    return found[first]


def to_table(card: PolicyCard) -> dict[str, object]:
    """Write a card as a table, as TOML has them; `from_table` makes the same card again."""
    table = _plain(asdict(card))
    head = {key: table.pop(key) for key in ("format", "name", "date", "onnx_sha256", "licence", "notes")}
    return {**head, **table}


def from_table(table: Mapping[str, object], where: str) -> PolicyCard:
    """Read what `to_table` wrote.

    Parameters
    ----------
    table
        The outermost table.
    where
        Its file, for messages.

    Raises
    ------
    FileError
        When a key is missing or unknown, or a value is wrong.
    """
    try:
        return schema.from_table(PolicyCard, table, where)
    except InputError as error:
        text = str(error)
        raise FileError(text if where in text else f'"{where}": {text}') from error


def _made(path: str, table: Mapping[str, object], kinds: Mapping[str, Callable[..., object]]) -> object:
    name = table.get(_FORM)
    if not isinstance(name, str) or name not in kinds:
        raise UnknownNameError(f"{path}.{_FORM}", str(name), kinds)
    kind, parameters = kinds[name], {key: value for key, value in table.items() if key != _FORM}
    if is_dataclass(kind):
        return schema.from_table(cast("type[Any]", kind), parameters, "policy card", path)
    if parameters:
        raise UnknownNameError(f"parameter of {path}", next(iter(parameters)), ())
    return kind()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def _observed(space: object) -> int:
    if not isinstance(space, Box):
        raise InputError(f"a policy in a file sees numbers, but the observation is an element of {space}")
    return int(space.low.size)


def _given(space: object) -> int:
    if isinstance(space, Discrete):
        return int(space.n)
    if not isinstance(space, Box):
        raise InputError(f"a policy in a file gives numbers, but the action is an element of {space}")
    return int(space.low.size)


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
