"""Controllers with settings, some of them map by map: a file that says who takes part under which name.

::

    [tuned_fixed]
    controller = "fixed_time"
    settings = { replan_s = 600.0 }                    # on every map
    maps.cologne1 = { plan_file = "cologne1.toml" }    # on this one, besides

A setting whose name ends in ``_file`` is a path from the folder of this file; what it holds is part of what the
controller is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from signals.bench.sites import site
from signals.errors import FileError, InputError
from signals.record.files import sha256_of
from signals.scenario_file import read_toml
from signals.schema import from_table

__all__ = ["NOBODY", "Chosen", "Lineup", "read_lineup"]

_FILE = "_file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A controller with settings.

    Parameters
    ----------
    controller
        Who it is (`signals.entrants`).
    settings
        Keyword arguments of its class, on every map.
    maps
        Map → more of them, or others, there.
    """

    controller: str
    settings: Mapping[str, object] = field(default_factory=dict)
    maps: Mapping[str, object] = field(default_factory=dict)

    def on(self, name: str) -> dict[str, object]:
        """Return the settings on a map."""
        there = self.maps.get(name)
        return {**self.settings, **there} if isinstance(there, Mapping) else dict(self.settings)

    def origin(self) -> dict[str, object]:
        """Return map → settings for the record, those of all other maps under no name; a file is its SHA-256."""
        if not (self.settings or self.maps):
            return {}
        return {name: _hashed(self.on(name)) for name in ("", *sorted(self.maps))}


Lineup = Mapping[str, Chosen]
"""Name in tables → controller with settings."""

NOBODY: Lineup = MappingProxyType({})
"""Nobody has settings."""


def read_lineup(path: Path) -> dict[str, Chosen]:
    """Read a file of controllers with settings.

    Raises
    ------
    FileError
        When it, or a file that a setting names, is not there or no TOML.
    InputError
        When a key is wrong or there is no such map.
    """
    found = {}
    for name, table in read_toml(path).items():
        if not isinstance(table, dict):
            raise InputError(f'"{path}": {name} must be a table with a controller and its settings')
        chosen = from_table(Chosen, table, str(path), name)
        maps = {}
        for there, settings in chosen.maps.items():
            site(there)
            if not isinstance(settings, dict):
                raise InputError(f'"{path}": {name}.maps.{there} must be a table of settings')
            maps[there] = _located(path, settings)
        found[name] = Chosen(controller=chosen.controller, settings=_located(path, chosen.settings), maps=maps)
    return found


def _located(path: Path, settings: Mapping[str, object]) -> dict[str, object]:
    """Return settings with whole paths, to files that are there."""
    found = dict(settings)
    for key, value in settings.items():
        if key.endswith(_FILE):
            file = (path.parent / str(value)).resolve()
            if not file.is_file():
                raise FileError(f'"{path}": {key} names "{file}", and there is no such file')
            found[key] = str(file)
    return found


def _hashed(settings: Mapping[str, object]) -> dict[str, object]:
    return {key: sha256_of(Path(str(value))) if key.endswith(_FILE) else value for key, value in settings.items()}
