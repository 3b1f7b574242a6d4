"""The maps: RESCO's from the package ``sumo-rl`` that the user installs, and the scenarios that come with this package.

RESCO's networks may not be copied into a permissive project (their licences are non-commercial or GPL), so they are
read where the user put them.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from signals.errors import MissingDependencyError, UnknownNameError
from signals.scenario import Scenario, load
from signals.scenario_search import shipped

__all__ = ["RESCO", "RESCO_PACKAGE", "Site", "load_site", "shipped_sites", "site"]

RESCO_PACKAGE = "sumo-rl"

RESCO = (
    "cologne1", "cologne3", "cologne8", "ingolstadt1", "ingolstadt7", "ingolstadt21", "grid4x4", "arterial4x4",
)  # fmt: skip
"""RESCO's maps (Ault and Sharon 2021)."""

_ADVICE = f"pip install --no-deps {RESCO_PACKAGE}"


class Site(NamedTuple):
    """A map.

    Attributes
    ----------
    name
        How it is chosen, and what it is called in tables.
    source
        What `signals.scenario.load` makes a scenario of, or a file of the package ``sumo-rl``.
    designed
        Whether its programs were designed for it (those of RESCO's maps have no clearance).
    """

    name: str
    source: str
    designed: bool


def site(name: str) -> Site:
    """Return a map by its name. Raises `UnknownNameError`."""
    if name in RESCO:
        return Site(name, f"nets/RESCO/{name}/{name}.sumocfg", designed=False)
    if name in shipped():
        return Site(name, name, designed=True)
    raise UnknownNameError("map", name, (*RESCO, *shipped()))


@cache
def shipped_sites() -> tuple[str, ...]:
    """Return the scenarios of this package that run in SUMO; which of them there are is asked for once."""
    return tuple(name for name in shipped() if load(name).file.sumo is not None)


def load_site(name: str) -> Scenario:
    """Load the scenario of a map as it is.

    Raises
    ------
    UnknownNameError
        When there is no such map.
    MissingDependencyError
        When it is one of RESCO's and the package that brings them is not installed; says what to do.
    """
    found = site(name)
    if name not in RESCO:
        return load(found.source)
    from signals.adapters.sumo.install import package_path  # noqa: PLC0415  only SUMO's users pay for it

    try:
        return load(package_path(RESCO_PACKAGE, found.source))
    except MissingDependencyError as error:
        raise MissingDependencyError(f'the map "{name}" comes with the package {RESCO_PACKAGE}: {_ADVICE}') from error
