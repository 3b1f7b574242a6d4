"""The network and the additional files that SUMO may read.

A network is handed over as it is, or refused when something in it acts. Additional files are never handed over: what is
known to be harmless is copied into one file of ours, where every loop in it writes to nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from signals.adapters.sumo.attributes import refuse, text
from signals.adapters.sumo.demand import VehicleTypes
from signals.adapters.sumo.harmless import ACTIVE_TAGS, PROGRAM_TYPES, harmless, speakable, xml
from signals.adapters.sumo.route_files import DEFINITIONS, TRAVELLERS
from signals.adapters.sumo.safe_xml import Element, events
from signals.errors import FileError, ScenarioError

__all__ = ["NOWHERE", "Additionals", "check_net", "read_additionals"]

NOWHERE = "NUL"
"""The file name by which SUMO means no file, on every system."""

_LOOPS = frozenset({"inductionLoop", "e1Detector", "laneAreaDetector", "e2Detector"})
_PLACES = frozenset({
    "busStop", "trainStop", "containerStop", "chargingStation", "parkingArea", "taz", "WAUT", "wautJunction",
})  # fmt: skip
_COPIED = DEFINITIONS | _LOOPS | _PLACES | {"tlLogic"}
_NOT_COPIED = (ACTIVE_TAGS - _LOOPS) | {"interval"}


def check_net(net: Path) -> frozenset[str]:
    """Make sure that a network only describes; return its edges.

    Raises
    ------
    FileError
        When it cannot be read or something in it would make SUMO act.
    ScenarioError
        When SUMO could not be told its name.
    """
    if not speakable(net):
        raise ScenarioError(f'{net}: SUMO cannot read a path with "," ";" or "${{" in it; move the file')
    edges = set()
    for element in events(net, {"edge", "junction", "tlLogic"} | ACTIVE_TAGS | TRAVELLERS, root={"net"}):
        if element.tag == "edge":
            edges.add(_edge(element))
        elif element.tag == "junction":
            for key in ("incLanes", "intLanes"):  # SUMO 1.28 crashes without them
                text(element, key)
        elif element.tag == "tlLogic":
            _check_program(element)
            if harmless(element) is not element:
                refuse(element, "it names a file to write; a network must not")
        else:
            refuse(element, "a network must only describe; this would make SUMO act")
    return frozenset(edges)


def _edge(element: Element) -> str:
    name = text(element, "id")
    if name.startswith(":") and "function" not in element.attributes:  # SUMO 1.28 crashes on it
        refuse(element, "an edge inside a junction must say what its function is")
    return name


@dataclass(frozen=True, slots=True)
class Additionals:
    """What is taken over.

    Parameters
    ----------
    lines
        The elements, as text.
    loops
        Ids of its induction loops.
    with_travellers
        Additional files that hold demand, too.
    notes
        What was left out.
    """

    lines: tuple[str, ...]
    loops: frozenset[str]
    with_travellers: tuple[Path, ...]
    notes: tuple[str, ...]


def read_additionals(paths: Sequence[Path], types: VehicleTypes) -> Additionals:
    """Take what is harmless out of additional files.

    Parameters
    ----------
    paths
        The additional files.
    types
        Takes the vehicle types.

    Raises
    ------
    FileError
        When a file cannot be read, or holds a signal program that is not supported.
    """
    lines: list[str] = []
    loops: set[str] = set()
    with_travellers: list[Path] = []
    notes: list[str] = []
    for path in paths:
        left_out: dict[str, int] = {}
        for element in events(path, _COPIED | _NOT_COPIED | TRAVELLERS):
            if element.tag in TRAVELLERS:
                if path not in with_travellers:
                    with_travellers.append(path)
            elif element.tag in _NOT_COPIED:
                left_out[element.tag] = left_out.get(element.tag, 0) + 1
            else:
                types.take(element)
                lines.append(xml(_copied(element, loops)))
        if left_out:
            names = ", ".join(f"{count} <{tag}>" for tag, count in sorted(left_out.items()))
            notes.append(f"{path}: left out, as it could write or read other files: {names}")
    return Additionals(tuple(lines), frozenset(loops), tuple(with_travellers), tuple(notes))


def _copied(element: Element, loops: set[str]) -> Element:
    if element.tag == "tlLogic":
        _check_program(element)
    copy = harmless(element)
    if element.tag not in _LOOPS:
        return copy
    if element.tag in {"inductionLoop", "e1Detector"}:
        loops.add(element.attributes.get("id", ""))
    return copy._replace(attributes={**copy.attributes, "file": NOWHERE})


def _check_program(element: Element) -> None:
    kind = element.attributes.get("type", "static")
    if kind not in PROGRAM_TYPES:
        raise FileError(
            f'{element.path}, line {element.line}: signal programs of type "{kind}" are not supported '
            f"(known: {', '.join(sorted(PROGRAM_TYPES))})"
        )
