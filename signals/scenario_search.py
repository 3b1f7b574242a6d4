"""From what the user says to the scenario that is meant: a name, a folder, a ``.sumocfg`` or a ``.net.xml``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from signals.errors import FileError, InputError, ScenarioError, UnknownNameError
from signals.scenario_file import DemandPart, ScenarioFile, ScenarioPart, SumoPart, TimePart, read_scenario_file

__all__ = ["SCENARIO_FILE", "Found", "find", "shipped"]

SCENARIO_FILE = "scenario.toml"

_NET = (".net.xml", ".net.xml.gz")
_ADDITIONALS = (".add.xml", ".add.xml.gz")
_DURATION_S = 3600.0
_ROUTES = (".rou.xml", ".rou.xml.gz", ".trips.xml", ".trips.xml.gz")
_EXPECTED = (
    f"expected the name of a scenario, a folder with {SCENARIO_FILE}, a .sumocfg, or a .net.xml with its .rou.xml"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A scenario as it was found.

    Parameters
    ----------
    file
        What it says.
    folder
        What the paths in it start from.
    origin
        The file that says it; `None` where it is only put together from a network and routes.
    notes
        What was ignored or assumed, one sentence each.
    """

    file: ScenarioFile
    folder: Path
    origin: Path | None
    notes: tuple[str, ...] = ()


def shipped() -> dict[str, Path]:
    """Return the scenarios that come with this package: name → folder."""
    here = Path(__file__).parent
    places = (here / "scenarios", here.parent / "scenarios")  # in an installed package, in a checkout
    return {
        folder.name: folder
        for place in places
        if place.is_dir()
        for folder in sorted(place.iterdir())
        if (folder / SCENARIO_FILE).is_file()
    }


def find(source: str | Path, routes: Sequence[str | Path] = ()) -> Found:
    """Find a scenario.

    Parameters
    ----------
    source
        A name of `shipped`; a folder with ``scenario.toml`` or that file; a ``.sumocfg``; a ``.net.xml[.gz]``.
    routes
        Route files (and ``.add.xml``) for a ``.net.xml``; by default the one beside it that has its name.

    Raises
    ------
    FileError, ScenarioError, UnknownNameError
        When there is no such thing, or it cannot be read.
    """
    path = Path(source)
    found = None
    if _exists(path):
        if path.name.endswith(_NET):
            return _of_network(path, tuple(Path(file) for file in routes))
        found = _of_path(path)
    elif str(source) in shipped():
        found = _of_file(shipped()[str(source)] / SCENARIO_FILE)
    if found is None:
        raise _nothing(source)
    if routes:
        raise InputError(f'"{source}" brings its own demand; route files can only be given for a .net.xml')
    return found


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def _of_path(path: Path) -> Found:
    if path.is_dir():
        if not (path / SCENARIO_FILE).is_file():
            raise ScenarioError(f'the folder "{path}" has no {SCENARIO_FILE}')
        return _of_file(path / SCENARIO_FILE)
    if path.name.endswith(".toml"):
        return _of_file(path)
    if path.name.endswith(".sumocfg"):
        return _of_sumocfg(path)
    raise FileError(f'"{path}" is not a scenario: {_EXPECTED}')


def _nothing(source: str | Path) -> InputError:
    text = str(source)
    if "/" in text or "." in text:
        return FileError(f'there is no "{text}": {_EXPECTED}')
    return UnknownNameError("scenario", text, shipped())


def _of_file(path: Path) -> Found:
    return Found(read_scenario_file(path), path.parent, path)


def _of_sumocfg(path: Path) -> Found:
    from signals.adapters.sumo.config import read_config  # noqa: PLC0415  only SUMO's users pay for SUMO's reader

    inputs = read_config(path)
    file = ScenarioFile(
        scenario=ScenarioPart(name=_name(path, (".sumocfg",))),
        time=TimePart(begin_s=inputs.begin_s, end_s=inputs.end_s),
        sumo=SumoPart(net=_absolute(inputs.net), additionals=tuple(_absolute(file) for file in inputs.additionals)),
        demand=tuple(DemandPart(file=_absolute(route.path)) for route in inputs.routes),
    )
    return Found(file, path.parent, path, inputs.notes)


def _of_network(path: Path, given: tuple[Path, ...]) -> Found:
    """Put a scenario together from a network and its routes, from the first departure on for an hour."""
    missing = [file for file in given if not file.is_file()]
    if missing:
        raise FileError(f'there is no file "{missing[0]}"')
    additionals = tuple(file for file in given if file.name.endswith(_ADDITIONALS))
    routes = tuple(file for file in given if file not in additionals) or _beside(path)
    begin_s = min(_first_departure_s(file) for file in routes) // 60 * 60
    file = ScenarioFile(
        scenario=ScenarioPart(name=_name(path, _NET)),
        time=TimePart(begin_s=begin_s, end_s=begin_s + _DURATION_S),
        sumo=SumoPart(net=_absolute(path), additionals=tuple(_absolute(file) for file in additionals)),
        demand=tuple(DemandPart(file=_absolute(file)) for file in routes),
    )
    note = f"{path}: no times are given; the run lasts one hour from {begin_s:g} s, when the first traveller departs"
    return Found(file, path.parent, None, (note,))


def _first_departure_s(routes: Path) -> float:
    """Return when the first traveller of a route file departs; 0 where nobody departs at a given time."""
    from signals.adapters.sumo.attributes import seconds  # noqa: PLC0415  only SUMO's users pay for SUMO's reader
    from signals.adapters.sumo.route_files import TRAVELLERS  # noqa: PLC0415
    from signals.adapters.sumo.safe_xml import events  # noqa: PLC0415

    for element in events(routes, {*TRAVELLERS, "interval"}, root=("routes", "additional")):
        for key in ("depart", "begin"):
            if element.attributes.get(key, "")[:1].isdigit():
                return seconds(element, key)
    return 0.0


def _beside(path: Path) -> tuple[Path, ...]:
    stem = path.name.partition(".net.xml")[0]
    for ending in _ROUTES:
        if (path.parent / f"{stem}{ending}").is_file():
            return (path.parent / f"{stem}{ending}",)
    raise ScenarioError(
        f'"{path}" has no routes: there is no "{stem}.rou.xml" beside it; name the route files after it'
    )


def _absolute(path: Path) -> str:
    return str(path.resolve())


def _name(path: Path, endings: tuple[str, ...]) -> str:
    """Make a scenario's name of a file's."""
    stem = next((path.name.removesuffix(ending) for ending in endings if path.name.endswith(ending)), path.name)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).lstrip("._-") or "scenario"
