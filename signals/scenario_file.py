"""The format of ``scenario.toml``: one dataclass a section, its fields are the keys.

An unknown key is an error that suggests the nearest one; a wrong type or range names the file and the key's path.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from signals.errors import FileError, ScenarioError
from signals.input_files import check_regular
from signals.scenario_sim import SimPart
from signals.schema import at_least, from_table, more_than

__all__ = [
    "FORMAT",
    "MOST_BYTES",
    "ClosurePart",
    "ControlPart",
    "DemandPart",
    "SafetyPart",
    "ScenarioFile",
    "ScenarioPart",
    "SensingPart",
    "SumoPart",
    "TimePart",
    "TimingPart",
    "parse_scenario",
    "read_scenario_file",
    "read_toml",
    "time_of",
]

FORMAT = 1
"""Version of the format; it changes when an old file would be read wrongly."""

MOST_BYTES = 64 * 2**20
"""A TOML file that is larger than this is refused unread."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_CLOCK = re.compile(r"(\d{1,3}):(\d{2})(?::(\d{2}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioPart:
    """Section ``[scenario]``.

    Parameters
    ----------
    name
        Short name for folders and tables; letters, digits, dot, dash, underscore.
    title
        What people read; the name where it is not given.
    world
        The adapter: ``sumo``, ``sim`` or the name of a plug-in.
    """

    name: str
    title: str = ""
    world: str = "sumo"

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ScenarioError(f'scenario.name "{self.name}" must be letters, digits, dots, dashes and underscores')


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePart:
    """Section ``[time]``. ``begin`` and ``end`` may be written as ``"15:00:00"`` instead of ``begin_s`` and ``end_s``.

    Parameters
    ----------
    begin_s, end_s
        When the run begins and ends, in the time of the demand.
    step_s
        Length of a tick.
    warmup_s
        Travellers scheduled during the first so many seconds are simulated but left out of the metrics.
    """

    begin_s: float = field(default=0.0, metadata=at_least(0))
    end_s: float = field(default=3600.0, metadata=more_than(0))
    step_s: float = field(default=1.0, metadata=more_than(0))
    warmup_s: float = field(default=0.0, metadata=at_least(0))

    def __post_init__(self) -> None:
        if self.begin_s + self.warmup_s >= self.end_s:
            raise ScenarioError(
                f"time: begin + warmup must be before end: {self.begin_s:g} + {self.warmup_s:g} and {self.end_s:g} s"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class SumoPart:
    """Section ``[sumo]``.

    Parameters
    ----------
    net
        The network, ``.net.xml`` or ``.net.xml.gz``.
    additionals
        Additional files: plans, detectors, vehicle types.
    package
        Name of an installed package in which all files of the scenario lie (paths are then relative to the place
        where packages are installed); without it they are relative to ``scenario.toml``.
    """

    net: str
    additionals: tuple[str, ...] = ()
    package: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandPart:
    """One ``[[demand]]``: a route file of SUMO.

    Parameters
    ----------
    file
        The file.
    flows
        ``as-written``, or ``single``: every flow becomes the one trip that began it.
    scale
        Share of the travellers that drive, may exceed 1.
    """

    file: str
    flows: Literal["as-written", "single"] = "as-written"
    scale: float = field(default=1.0, metadata=at_least(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingPart:
    """Section ``[timing]``.

    Parameters
    ----------
    profile
        Name of the parameters for intergreens and minimum greens.
    respect_plans
        Whether programs in the network count where they show less than the profile demands.
    stages
        ``file`` (from the network's own programs where they are safe), ``derived`` (maximal compatible sets), ``all``
        (those of the network, and whatever else its groups may do together; see `signals.model.stage_choices`) or
        ``auto``: all for a controller that weighs every stage at every decision, those of the file for others.
    """

    profile: str = "rilsa"
    respect_plans: bool = True
    stages: Literal["auto", "file", "derived", "all"] = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPart:
    """Section ``[control]``.

    Parameters
    ----------
    intersections
        Ids of those that are controlled; the rest keep their programs. Empty = all.
    emergency_range_m
        SUMO only: from how far emergency vehicles (vClass ``emergency``) are heard and go first; 0 = they are traffic
        like any other.
    """

    intersections: tuple[str, ...] = ()
    emergency_range_m: float = field(default=0.0, metadata=at_least(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyPart:
    """Section ``[safety]``.

    Parameters
    ----------
    site_cards
        A folder with a site card for every intersection that is controlled (``signals inspect NET --site-card FOLDER``
        writes them): a run only starts where the network is what they say. Empty = there are none.
    """

    site_cards: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SensingPart:
    """Section ``[sensing]``.

    Parameters
    ----------
    level
        ``full`` (every vehicle within range), ``detectors`` (induction loops, and connected vehicles where there are
        any) or ``connected`` (connected vehicles only).
    range_m
        How far from the stop line vehicles are seen at level ``full``, and connected ones at the others.
    connected_share
        The penetration rate: which share of the vehicles say where they are, 0 to 1. Which ones is drawn from the seed
        of the run.
    """

    level: Literal["full", "detectors", "connected"] = "full"
    range_m: float = field(default=200.0, metadata=more_than(0))
    connected_share: float = field(default=0.0, metadata=at_least(0))

    def __post_init__(self) -> None:
        if not self.connected_share <= 1.0:
            raise ScenarioError(f"sensing.connected_share is a share, 0 to 1, got {self.connected_share:g}")
        if self.level == "full" and self.connected_share > 0.0:
            raise ScenarioError(
                'sensing.connected_share: at level "full" every vehicle is seen; leave it out, or choose the level '
                '"detectors" or "connected"'
            )
        if self.level == "connected" and self.connected_share == 0.0:
            raise ScenarioError(
                'sensing.connected_share must be more than 0 at level "connected", where nothing else is seen'
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosurePart:
    """One ``[[closures]]``: a lane that is closed for a while.

    Parameters
    ----------
    lane
        Id of the lane.
    begin_s, end_s
        From when to when; the whole run where they are not given.
    """

    lane: str
    begin_s: float | None = field(default=None, metadata=at_least(0))
    end_s: float | None = field(default=None, metadata=more_than(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioFile:
    """A whole ``scenario.toml``; `world` holds the settings of a plug-in adapter, which checks them itself."""

    scenario: ScenarioPart
    time: TimePart = TimePart()
    sumo: SumoPart | None = None
    demand: tuple[DemandPart, ...] = ()
    timing: TimingPart = TimingPart()
    control: ControlPart = ControlPart()
    safety: SafetyPart = SafetyPart()
    sensing: SensingPart = SensingPart()
    sim: SimPart | None = None
    closures: tuple[ClosurePart, ...] = ()
    world: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.scenario.world == "sumo" and self.sumo is None:
            raise ScenarioError("the world sumo needs a section [sumo]")
        if self.scenario.world == "sim" and self.sim is None and self.sumo is None:
            raise ScenarioError("the world sim needs a section [sim], or [sumo] with a network and route files")


def read_scenario_file(path: Path) -> ScenarioFile:
    """Read a ``scenario.toml``.

    Raises
    ------
    FileError
        When it is missing, no TOML or far too large.
    ScenarioError, UnknownNameError
        When a key is wrong; the sentence begins with the file.
    """
    return parse_scenario(read_toml(path), str(path))


def read_toml(path: Path) -> dict[str, object]:
    """Read a TOML file. Raises `FileError` where that cannot be done."""
    try:
        check_regular(path)
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise FileError(f'"{path}" has {size / 2**20:.0f} MiB; at most {MOST_BYTES // 2**20} are read')
        return tomllib.loads(path.read_text("utf-8-sig"))  # some editors begin a file with a byte order mark
    except OSError as error:
        raise FileError(f'cannot read "{path}": {error.strerror}') from error
    except UnicodeDecodeError as error:
        raise FileError(f'"{path}" is not UTF-8 text') from error
    except tomllib.TOMLDecodeError as error:
        raise FileError(f'"{path}" is not TOML: {error}') from error
    except RecursionError as error:
        raise FileError(f'"{path}" is nested too deeply') from error


def parse_scenario(document: Mapping[str, object], where: str) -> ScenarioFile:
    """Check a document of a ``scenario.toml``.

    Parameters
    ----------
    document
        What TOML says.
    where
        Its file, for messages.

    Raises
    ------
    ScenarioError, UnknownNameError
        When a key is wrong.
    """
    table = dict(document)
    version = table.pop("format", None)
    if type(version) is not int or version != FORMAT:
        raise ScenarioError(f'"{where}": format must be {FORMAT}, got {version!r}')
    time = table.get("time")
    if isinstance(time, dict):
        table["time"] = _in_seconds(time, where)
    return from_table(ScenarioFile, table, where)


def time_of(text: str, what: str) -> float:
    """Read a time in seconds, given as a number or as a clock shows it.

    Parameters
    ----------
    text
        Such as ``54000`` or ``15:00:00``.
    what
        The key or the option, for messages.

    Raises
    ------
    ScenarioError
        When it is neither.
    """
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return 3600.0 * hours + 60.0 * minutes + seconds
    try:
        return float(text)
    except ValueError:
        raise ScenarioError(f'{what} must be a time such as "15:00:00" or a number of seconds, got "{text}"') from None


def _in_seconds(time: Mapping[str, object], where: str) -> dict[str, object]:
    """Replace ``begin`` and ``end`` by ``begin_s`` and ``end_s``."""
    found = dict(time)
    for key in ("begin", "end"):
        if key in found:
            if f"{key}_s" in found:
                raise ScenarioError(f'"{where}": time.{key} and time.{key}_s say the same; give one of them')
            found[f"{key}_s"] = time_of(str(found.pop(key)), f'"{where}": time.{key}')
    return found
