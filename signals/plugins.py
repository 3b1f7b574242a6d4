"""Names of controllers, adapters, … → the classes behind them: a built-in table, entry points, or ``module:Class``.

Nothing is imported before it is asked for. A package adds its own with an entry point of the group
``signals.controllers``, ``signals.adapters``, ``signals.cabinets`` (links to street controllers) or ``signals.servers``
(what speaks for virtual ones); a file in the working directory needs no package at all: its class is ``module:Class``.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from signals.errors import InputError, SignalsError, UnknownNameError

__all__ = ["BUILT_IN", "POLICIES", "Kind", "attribute", "load", "look_here", "made", "names", "spec"]

Kind = Literal["controllers", "adapters", "cabinets", "servers"]

BUILT_IN: MappingProxyType[Kind, MappingProxyType[str, str]] = MappingProxyType(
    {
        "controllers": MappingProxyType(
            {
                "net": "signals.control.net_plan:NetPlan",
                "fixed_time": "signals.control.fixed_time:FixedTime",
                "actuated": "signals.control.actuated:Actuated",
                "advanced_pressure": "signals.control.advanced_pressure:AdvancedPressure",
                "capacity_pressure": "signals.control.capacity_pressure:CapacityPressure",
                "cyclic_pressure": "signals.control.cyclic_pressure:CyclicPressure",
                "delay_based": "signals.control.delay_based:DelayBased",
                "delay_pressure": "signals.control.delay_pressure:DelayPressure",
                "nema_actuated": "signals.control.nema_actuated:NemaActuated",
                "sotl": "signals.control.sotl:Sotl",
                "surtrac": "signals.control.surtrac:Surtrac",
                "greedy": "signals.control.greedy:Greedy",
                "max_pressure": "signals.control.max_pressure:MaxPressure",
                "rolling_horizon": "signals.control.rolling_horizon:RollingHorizon",
            }
        ),
        "adapters": MappingProxyType(
            {
                "sim": "signals.adapters.sim.world:SimWorld",
                "sumo": "signals.adapters.sumo.world:SumoWorld",
            }
        ),
        "cabinets": MappingProxyType(
            {
                "lamps": "signals.adapters.lamps.adapter:LampsCabinet",
                "ntcip": "signals.adapters.ntcip.adapter:NtcipCabinet",
                "rsmp": "signals.adapters.rsmp.adapter:RsmpCabinet",
                "tlcfi": "signals.adapters.tlcfi.adapter:TlcfiCabinet",
                "virtual": "signals.adapters.virtual.adapter:VirtualCabinet",
            }
        ),
        "servers": MappingProxyType(
            {
                "ntcip": "signals.adapters.ntcip.virtual:NtcipServer",
                "rsmp": "signals.adapters.rsmp.virtual:RsmpServer",
                "tlcfi": "signals.adapters.tlcfi.virtual:TlcfiServer",
            }
        ),
    }
)
"""What comes with this package: kind → name → ``module:Class``."""

POLICIES = "signals.env.policy_sources:find_policy"
"""Who makes a policy of its text; a run asks for it by name, since environments stand above runs."""


def names(kind: Kind) -> tuple[str, ...]:
    """List the names that `load` knows, sorted.

    Parameters
    ----------
    kind
        One of `BUILT_IN`.
    """
    return tuple(sorted(_table(kind)))


def spec(kind: Kind, name: str) -> str:
    """Return the ``module:Class`` behind a name, without importing it.

    Parameters
    ----------
    kind
        One of `BUILT_IN`.
    name
        A name of `names` (a hyphen is as good as an underscore), or ``module:Class`` itself.

    Raises
    ------
    UnknownNameError
        When there is no such name.
    """
    if ":" in name:
        return name
    table = _table(kind)
    found = table.get(_plain(name))
    if found is None:
        raise UnknownNameError(kind[:-1], name, table)
    return found


def load(kind: Kind, name: str) -> Callable[..., object]:
    """Import what is behind a name.

    Parameters
    ----------
    kind
        One of `BUILT_IN`.
    name
        As in `spec`. A module of a ``module:Class`` may lie in the working directory.

    Returns
    -------
    Callable
        The class; called with a network (a controller) or with what its adapter needs, it makes the object.

    Raises
    ------
    UnknownNameError
        When there is no such name.
    InputError
        When it cannot be imported, or is not there, or cannot be called.
    """
    target = spec(kind, name)
    if not all(target.partition(":")):
        raise InputError(f'{kind[:-1]} "{name}": expected a name or "module:Class"')
    found = attribute(f'{kind[:-1]} "{name}"', target)
    if not callable(found):
        raise InputError(f'{kind[:-1]} "{name}": "{target}" is not a class')
    return found


def attribute(what: str, target: str) -> object:
    """Import what stands behind ``module:attribute``.

    Parameters
    ----------
    what
        What it is, for messages.
    target
        The module, which may lie in the working directory, and a name in it, perhaps with dots.

    Raises
    ------
    InputError
        When it cannot be imported, or is not there.
    """
    module, _, path = target.partition(":")
    found = _imported(what, module)
    for part in path.split("."):
        if not hasattr(found, part):
            raise InputError(f'{what}: module "{module}" has no "{path}"')
        found = getattr(found, part)
    return found


def made(what: str, maker: Callable[[], object]) -> object:
    """Make a stranger's object. Raises `InputError`, one line, whatever goes wrong in it."""
    try:
        return maker()
    except SignalsError:
        raise
    except Exception as error:  # as of a module that is imported
        raise InputError(f"{what} cannot be made: {_in_one_line(error)}") from error


def look_here() -> None:
    """Have modules in the working directory found, after all others: a file lying around replaces nothing."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)


def _imported(what: str, module: str) -> object:
    look_here()
    try:
        return importlib.import_module(module)
    except SignalsError:
        raise
    except Exception as error:  # whatever a stranger's module raises, it is named and said in one line
        raise InputError(f"{what} cannot be imported: {_in_one_line(error)}") from error


def _in_one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _plain(name: str) -> str:
    return name.strip().replace("-", "_")


def _table(kind: Kind) -> dict[str, str]:
    """Merge built-in names and entry points; nobody can take a built-in name away."""
    found = {_plain(entry.name): f"{entry.module}:{entry.attr}" for entry in entry_points(group=f"signals.{kind}")}
    return {**found, **BUILT_IN[kind]}
