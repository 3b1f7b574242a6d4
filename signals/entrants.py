"""Who controls a run: what it is called in tables, what it is made of, and how it is made.

That is the name of a controller, ``module:Class``, a class, or ``policy=`` and where a policy is: a folder with its
card, an ONNX file, or ``module:attribute``. All but a class are text, so that a run may happen in another process.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol, TypeVar, cast

from signals import plugins
from signals.errors import InputError, UnknownNameError
from signals.model.network import Network
from signals.model.roles import Controller
from signals.record.provenance import sha256_of_module
from signals.scenario import Scenario

__all__ = [
    "POLICY",
    "ControllerMaker",
    "Policy",
    "check",
    "controller_of",
    "controller_on",
    "is_policy",
    "name_of",
    "origin_of",
    "scenario_for",
]

POLICY = "policy="
"""What stands before the text of a policy. No module can be called that."""

SomeScenario = TypeVar("SomeScenario", bound=Scenario)

ControllerMaker = Callable[..., object]
"""A controller's class, or whatever makes one from a network."""


class Policy(Protocol):
    """A policy that was found: `signals.env.policy_sources.PolicySource`."""

    @property
    def name(self) -> str:
        """What it is called in tables."""
        ...

    @property
    def origin(self) -> Mapping[str, object]:
        """What it is, for the record: its seat and the SHA-256 of its files."""
        ...

    def controller(self, network: Network, tick_ds: int) -> Controller:
        """Make its controller. Raises `InputError` where it does not fit."""
        ...


def is_policy(controller: str | ControllerMaker) -> bool:
    """Whether a controller is a policy."""
    return isinstance(controller, str) and controller.startswith(POLICY)


def name_of(controller: str | ControllerMaker) -> str:
    """Return what a controller is called in tables. Raises `InputError` where a policy cannot be found."""
    if not isinstance(controller, str):
        return getattr(controller, "__name__", type(controller).__name__)
    if is_policy(controller):
        return _policy(controller).name
    return controller.strip().replace("-", "_") if ":" not in controller else controller


def origin_of(controller: str | ControllerMaker) -> dict[str, object]:
    """Return what a controller is, for the record.

    Returns
    -------
    dict
        ``controller`` (its name) and ``controller_sha256`` (of the file of one that is not ours); of a policy
        ``policy``, too: the settings of its seat, and the SHA-256 of its files.

    Raises
    ------
    InputError
        When there is no such controller.
    """
    if isinstance(controller, str) and is_policy(controller):
        found = _policy(controller)
        return {"controller": found.name, "controller_sha256": None, "policy": dict(found.origin)}
    spec = plugins.spec("controllers", controller) if isinstance(controller, str) else str(controller.__module__)
    plugins.look_here()
    return {"controller": name_of(controller), "controller_sha256": sha256_of_module(spec.partition(":")[0])}


def scenario_for(controller: str | ControllerMaker, scenario: SomeScenario) -> SomeScenario:
    """Return a scenario as a controller meets it: with all stages, where it weighs every one and nothing else is said.

    Such a controller has ``weighs_every_stage = True``; see ``[timing] stages`` (`signals.scenario_file.TimingPart`).
    Raises `InputError` when there is no such controller.
    """
    if scenario.file.timing.stages != "auto" or is_policy(controller):
        return scenario
    maker = plugins.load("controllers", controller) if isinstance(controller, str) else controller
    if not getattr(maker, "weighs_every_stage", False):
        return scenario
    return replace(scenario, file=replace(scenario.file, timing=replace(scenario.file.timing, stages="all")))


def controller_of(controller: str | ControllerMaker, scenario: Scenario, settings: Mapping[str, object]) -> Controller:
    """Make a controller for a scenario; see `controller_on`."""
    return controller_on(controller, scenario.network, scenario.tick_ds, settings)


def controller_on(
    controller: str | ControllerMaker, network: Network, tick_ds: int, settings: Mapping[str, object]
) -> Controller:
    """Make a controller.

    Parameters
    ----------
    controller
        Which.
    network, tick_ds
        What it will control, and how often it will be asked.
    settings
        Keyword arguments of its class; a policy has none.

    Raises
    ------
    InputError
        When it does not exist, cannot be made or does not fit the network.
    """
    if isinstance(controller, str) and is_policy(controller):
        if settings:
            raise InputError(
                f'"{controller}" has no settings, got {dict(settings)}: its card or its attributes say them'
            )
        return _policy(controller).controller(network, tick_ds)
    maker = plugins.load("controllers", controller) if isinstance(controller, str) else controller
    name = name_of(maker)
    try:
        found = maker(network, **settings)
    except TypeError as error:
        _check_names(name_of(controller), maker, settings)
        raise InputError(f'controller "{name}" cannot be made from a network and {dict(settings)}: {error}') from error
    if not isinstance(found, Controller):
        raise InputError(f'controller "{name}" has no method decide(snapshot)')
    return found


def _check_names(name: str, maker: ControllerMaker, settings: Mapping[str, object]) -> None:
    """Raise `UnknownNameError` for a setting that a controller does not have, if it says which it has."""
    try:
        network, *others = inspect.signature(maker).parameters.values()
    except (TypeError, ValueError):  # it says nothing, or takes nothing
        return
    if any(one.kind is one.VAR_KEYWORD for one in (network, *others)):
        return
    known = [one.name for one in others if one.kind in {one.KEYWORD_ONLY, one.POSITIONAL_OR_KEYWORD}]
    for setting in settings:
        if setting not in known:
            raise UnknownNameError(f'setting of "{name}":', setting, known)


def check(controller: str, scenario: Scenario) -> None:
    """Raise `InputError` for what does not exist, and for a policy that does not fit a scenario."""
    if is_policy(controller):
        controller_of(controller, scenario, {})
        return
    if ":" in controller:
        plugins.load("controllers", controller)
    plugins.spec("controllers", controller)


def _policy(controller: str) -> Policy:
    reader = cast("Callable[[str], Policy]", plugins.attribute("what reads policies", plugins.POLICIES))
    found = reader(controller.removeprefix(POLICY))
    if found.name in plugins.names("controllers"):
        raise InputError(f'"{controller}" is called "{found.name}" like a controller: give it another name')
    return found
