"""The configuration of a drive: ``drive.toml``.

::

    format = 1

    [drive]
    scenario = "flemish_junction"   # roads, groups, loops, plans; its demand is not used
    controller = "rolling_horizon"
    level = "observe"               # of every cabinet that says nothing else

    [[cabinets]]
    intersection = "J"
    address = "tlcfi://10.20.0.7:11501/J"
    level = "direct"
    secrets_env = { password = "J_PASSWORD" }

A level that is more than ``advise`` counts only where the command line has ``--arm``, too.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from signals.drive.secrets import read_secrets
from signals.errors import ScenarioError, UnknownNameError
from signals.model.cabinets import CabinetAddress
from signals.scenario_file import read_toml
from signals.schema import from_table, more_than

__all__ = [
    "FORMAT",
    "CabinetPart",
    "DriveFile",
    "DrivePart",
    "Level",
    "PluginsPart",
    "address_of",
    "check_intersections",
    "read_drive_file",
]

FORMAT: Final = 1
"""Version of the format; it changes when an old file would be read wrongly."""

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
ENCRYPTED: Final = {"tlcfi": ("tls",), "rsmp": ("tls",), "ntcip": ("snmpv3",)}
"""Protocols of the street, and which of their options makes them safe on a network of strangers."""

SHA256: Final = re.compile(r"[0-9a-f]{64}")

LevelName = Literal["observe", "advise", "plan", "direct"]


class Level(IntEnum):
    """How much a drive may do at a cabinet."""

    OBSERVE = 0
    """Look, and nothing else."""
    ADVISE = 1
    """Say what would be sent, and compare it with what is shown."""
    PLAN = 2
    """Choose plans, cycles, splits and offsets."""
    DIRECT = 3
    """Say second by second what shall be green."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrivePart:
    """Section ``[drive]``.

    Parameters
    ----------
    scenario
        Where the network, its loops and its plans are: a scenario's name or folder, relative to the file.
    controller
        Who decides (``signals run --help`` lists them).
    level
        Of every cabinet that says nothing else.
    audit
        The folder of the audit log, and of the file of latches; relative to the file.
    deadline_s
        How long the controller may think.
    speed
        Seconds that pass in a second of the wall: more than 1 only at a bench.
    settings
        Settings of the controller.
    """

    scenario: str
    controller: str = "rolling_horizon"
    level: LevelName = "observe"
    audit: str = "audit"
    deadline_s: float = field(default=0.5, metadata=more_than(0))
    speed: float = field(default=1.0, metadata=more_than(0))
    settings: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key in ("scenario", "audit"):
            if not getattr(self, key):
                raise ScenarioError(f"drive.{key} must not be empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class CabinetPart:
    """One ``[[cabinets]]``.

    Parameters
    ----------
    intersection
        Id of the intersection in the network.
    address
        ``scheme://host[:port][/name]``; the scheme is a protocol or the name of a plug-in.
    level
        How much may be done there; that of ``[drive]`` where it is not given.
    insecure_lab
        Whether a protocol without encryption may be spoken to somebody who is not this machine.
    options
        Settings of the protocol: see its page in ``docs/``.
    secrets_env
        Name of a secret → the environment variable in which it is.
    secrets_file
        A TOML file of secrets that only its owner may read (mode 0600), relative to the file.
    """

    intersection: str
    address: str
    level: Literal["", "observe", "advise", "plan", "direct"] = ""
    insecure_lab: bool = False
    options: Mapping[str, object] = field(default_factory=dict)
    secrets_env: Mapping[str, object] = field(default_factory=dict)
    secrets_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginsPart:
    """Section ``[plugins]``: which code of others may be loaded, and nothing else (`signals.drive.plug_ins`).

    Parameters
    ----------
    cabinets, controllers
        Name of a plug-in → the SHA-256 of its code.
    """

    cabinets: Mapping[str, object] = field(default_factory=dict)
    controllers: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind, part in (("cabinets", self.cabinets), ("controllers", self.controllers)):
            for name, sha256 in part.items():
                if not isinstance(sha256, str) or not SHA256.fullmatch(sha256):
                    raise ScenarioError(
                        f'plugins.{kind}: "{name}" must be a SHA-256 of 64 hexadecimal digits, got {sha256!r}'
                    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DriveFile:
    """A whole ``drive.toml``."""

    drive: DrivePart
    cabinets: tuple[CabinetPart, ...] = ()
    plugins: PluginsPart | None = None

    def __post_init__(self) -> None:
        if not self.cabinets:
            raise ScenarioError("at least one [[cabinets]] is needed")
        names = [part.intersection for part in self.cabinets]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ScenarioError(f'cabinets: intersection "{min(twice)}" has two cabinets')

    def level_of(self, part: CabinetPart) -> Level:
        """Return how much the configuration allows at a cabinet."""
        return Level[(part.level or self.drive.level).upper()]


def read_drive_file(path: Path) -> DriveFile:
    """Read a ``drive.toml``.

    Raises
    ------
    FileError
        When it is missing, no TOML or far too large.
    ScenarioError, UnknownNameError
        When a key is wrong; the sentence begins with the file.
    """
    table = read_toml(path)
    version = table.pop("format", None)
    if type(version) is not int or version != FORMAT:
        found = "there is none" if version is None else f"got {version!r}"
        raise ScenarioError(f'"{path}": a drive.toml begins with format = {FORMAT}; {found}')
    return from_table(DriveFile, table, str(path))


def address_of(part: CabinetPart, folder: Path, environment: Mapping[str, str]) -> CabinetAddress:
    """Return where a cabinet is, with its secrets.

    Parameters
    ----------
    part
        What the configuration says.
    folder
        What the path of the secrets starts from.
    environment
        Where secrets may be.

    Raises
    ------
    ScenarioError
        When the address is none, or would send secrets or commands in plain text to another machine.
    FileError
        When a secret is not where it should be, or others may read it.
    """
    where = f'cabinet of intersection "{part.intersection}"'
    found = urlsplit(part.address)
    try:
        port = found.port or 0
    except ValueError:
        port = -1
    plugin = re.fullmatch(r"[A-Za-z0-9_.]+:[A-Za-z0-9_]+", part.address)
    if port < 0 or not (found.scheme and found.netloc) or plugin or found.username or found.query or found.fragment:
        raise ScenarioError(f'{where}: address must be "protocol://host:port/name", got "{part.address}"')
    host = found.hostname or ""
    if _in_the_clear(found.scheme, part.options) and not (part.insecure_lab or _is_here(host)):
        cure = " or ".join(ENCRYPTED[found.scheme])
        raise ScenarioError(
            f'{where}: "{part.address}" would be spoken to in plain text: encrypt it (options.{cure}), '
            "or say insecure_lab = true where nobody else is on the network"
        )
    secrets = read_secrets(part.secrets_env, part.secrets_file, folder, environment, where)
    name = unquote(found.path.strip("/"))
    return CabinetAddress(
        scheme=found.scheme, host=host, port=port, name=name, options=dict(part.options), secrets=secrets
    )


def check_intersections(file: DriveFile, known: Mapping[str, int]) -> None:
    """Raise `UnknownNameError` for a cabinet of an intersection that the network does not have."""
    for part in file.cabinets:
        if part.intersection not in known:
            raise UnknownNameError("intersection", part.intersection, known)


def _in_the_clear(scheme: str, options: Mapping[str, object]) -> bool:
    return scheme in ENCRYPTED and not any(options.get(option) for option in ENCRYPTED[scheme])


def _is_here(host: str) -> bool:
    """Whether a host is this machine."""
    if host in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
