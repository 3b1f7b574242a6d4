"""What a SUMO run needs, and how to take it out of a foreign ``.sumocfg``.

A ``.sumocfg`` may name any file to write and any host to talk to, so none is ever handed to SUMO: it is read, the
network, the routes, the additional files and the times are taken, and everything else is ignored and reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from signals.adapters.sumo.attributes import refuse, seconds
from signals.adapters.sumo.safe_xml import Element, events
from signals.errors import ScenarioError

__all__ = ["AS_WRITTEN", "SINGLE", "RouteFile", "SumoInputs", "read_config"]

AS_WRITTEN = "as-written"
SINGLE = "single"
DEFAULT_DURATION_S = 3600.0
_ROOTS = ("configuration", "sumoConfiguration", "guiConfiguration", "libsumoConfiguration")
_NET = ("net-file", "net", "n")
_ROUTES = ("route-files", "routes", "r")
_ADDITIONALS = ("additional-files", "additional", "a")
_BEGIN = ("begin", "b")
_END = ("end", "e")
_STEP = ("step-length",)


@dataclass(frozen=True, slots=True)
class RouteFile:
    """One file of demand.

    Parameters
    ----------
    path
        A route file of SUMO.
    flows
        ``as-written``, or ``single``: every flow becomes the one trip that began it.
    scale
        How many travellers there are for each one in the file, >= 0.
    """

    path: Path
    flows: str = AS_WRITTEN
    scale: float = 1.0

    def __post_init__(self) -> None:
        if self.flows not in (AS_WRITTEN, SINGLE):
            raise ScenarioError(f'{self.path}: flows must be "{AS_WRITTEN}" or "{SINGLE}", got "{self.flows}"')
        if not (isfinite(self.scale) and self.scale >= 0):
            raise ScenarioError(f"{self.path}: scale must be a number >= 0, got {self.scale}")


@dataclass(frozen=True, slots=True)
class SumoInputs:
    """Files and times of a run.

    Parameters
    ----------
    net
        The network.
    routes
        Who travels.
    additionals
        Signal programs, vehicle types, induction loops, stops.
    begin_s, end_s
        When the run begins and ends, in the time of the demand.
    notes
        What was ignored or assumed, one sentence each.
    """

    net: Path
    routes: tuple[RouteFile, ...] = ()
    additionals: tuple[Path, ...] = ()
    begin_s: float = 0.0
    end_s: float = DEFAULT_DURATION_S
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (isfinite(self.begin_s) and isfinite(self.end_s) and 0 <= self.begin_s < self.end_s):
            raise ScenarioError(f"{self.net}: expected 0 <= begin_s < end_s, got {self.begin_s} and {self.end_s}")


def read_config(path: Path, *, begin_s: float | None = None, end_s: float | None = None) -> SumoInputs:
    """Take network, demand and times out of a ``.sumocfg``.

    Without a begin the run begins at 0; without an end it lasts one hour. Paths are relative to the file; they may
    lead anywhere, but only to existing regular files, which are only read.

    Parameters
    ----------
    path
        The configuration.
    begin_s, end_s
        Used instead of what it says.

    Raises
    ------
    FileError
        When it, or a file that it names, cannot be read.
    ScenarioError
        When it names no network, or its times do not fit.
    """
    (root,) = events(path, _ROOTS, root=_ROOTS)
    settings = [setting for setting in _settings(root) if "value" in setting.attributes or "v" in setting.attributes]
    nets = _files(settings, _NET)
    if len(nets) != 1:
        raise ScenarioError(f"{path}: expected one <net-file>, found {len(nets)}")
    notes = [f"{path}: {note}" for note in _notes(settings)]
    begin_s = _time(settings, _BEGIN, 0.0) if begin_s is None else begin_s
    if end_s is None:
        end_s = _time(settings, _END, -1.0)
        if end_s < 0:
            end_s = begin_s + DEFAULT_DURATION_S
            notes.append(f"{path}: no <end> is given; the run ends one hour after it begins, at {end_s:g} s")
    routes = tuple(RouteFile(file) for file in _files(settings, _ROUTES))
    additionals = tuple(_files(settings, _ADDITIONALS))
    try:
        return SumoInputs(nets[0], routes, additionals, begin_s, end_s, tuple(notes))
    except ScenarioError as error:
        raise ScenarioError(f"{path}: {error}") from error


def _settings(root: Element) -> list[Element]:
    """Everything inside, whatever section it stands in; of an element used twice, the last counts."""
    found: dict[str, Element] = {}
    waiting = list(reversed(root.children))
    while waiting:
        element = waiting.pop()
        found.pop(element.tag, None)
        found[element.tag] = element
        waiting.extend(reversed(element.children))
    return list(found.values())


def _value(element: Element) -> str:
    attributes = element.attributes
    return attributes.get("value", attributes.get("v", "")).strip()


def _files(settings: Sequence[Element], names: Sequence[str]) -> list[Path]:
    """Return the files of a setting, each of them there and regular."""
    found = []
    for element in settings:
        if element.tag in names:
            for name in filter(None, (part.strip() for part in _value(element).split(","))):
                path = element.path.parent / name
                try:
                    regular = path.is_file()
                except (OSError, ValueError):  # a name too long, or with a NUL in it
                    regular = False
                if not regular:
                    refuse(element, f'it names "{name}", and there is no such file')
                found.append(path)
    return found


def _time(settings: Sequence[Element], names: Sequence[str], default_s: float) -> float:
    for element in settings:
        if element.tag in names:
            key = "value" if "value" in element.attributes else "v"
            time_s = seconds(element, key)
            if time_s < 0 and time_s != -1:
                refuse(element, f"a time must be >= 0, got {time_s:g}")
            return time_s if time_s >= 0 else default_s
    return default_s


def _notes(settings: Sequence[Element]) -> list[str]:
    taken = {*_NET, *_ROUTES, *_ADDITIONALS, *_BEGIN, *_END}
    notes = [
        f"<{element.tag}> {_value(element)} is not used; the step is set by the scenario"
        for element in settings
        if element.tag in _STEP
    ]
    ignored = sorted({element.tag for element in settings} - taken - set(_STEP))
    if ignored:
        notes.append(f"ignored: {', '.join(ignored)}")
    return notes
