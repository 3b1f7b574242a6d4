"""Route files that SUMO may read: checked against the network, and rewritten where they cannot be used as they are.

A file is used as it is when nothing in it names another file, SUMO would drop nobody in it (departures out of order,
fixed speeds) and nothing is asked to be changed. Otherwise a sorted copy is written into the folder of the run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from signals.adapters.sumo.attributes import refuse, seconds
from signals.adapters.sumo.config import AS_WRITTEN, SINGLE, RouteFile
from signals.adapters.sumo.flows import FLOWS, copies, scaled, single
from signals.adapters.sumo.harmless import ACTIVE_TAGS, harmless, speakable, write_xml, xml
from signals.adapters.sumo.safe_xml import Element, events
from signals.errors import ScenarioError

__all__ = ["DEFINITIONS", "TRAVELLERS", "DemandWriter", "VehicleTypes"]

TRAVELLERS = frozenset({"vehicle", "trip", "person", *FLOWS})
DEFINITIONS = frozenset({"vType", "vTypeDistribution", "route", "routeDistribution"})
_TAGS = TRAVELLERS | DEFINITIONS | ACTIVE_TAGS | {"interval"}
_EDGE_LISTS = frozenset({"edges", "via"})
_EDGES = frozenset({"from", "to"})
_PLANS = frozenset({"walk", "personTrip", "ride", "route", "trip", "vehicle", "flow", "person", "personFlow"})
# Departures that are no time: the traveller waits for another one.
_EVENTS = frozenset({"triggered", "containerTriggered", "split", "now"})
_COPY_MARK = "#"
# SUMO gives up travellers whose fixed speed does not suit the road ahead, with nothing but a line in its log: how many
# depends on the queue before them, and so on the controller. They enter as fast as is safe instead, like all others.
_AS_FAST_AS_IS_SAFE = "max"


@dataclass(slots=True)
class VehicleTypes:
    """Vehicle classes by vehicle type, as the files are read."""

    vclass: dict[str, str] = field(
        default_factory=lambda: {
            "DEFAULT_VEHTYPE": "passenger",
            "DEFAULT_PEDTYPE": "pedestrian",
            "DEFAULT_BIKETYPE": "bicycle",
            "DEFAULT_TAXITYPE": "taxi",
            "DEFAULT_RAILTYPE": "rail",
        }
    )

    def take(self, element: Element) -> None:
        """Note the types that an element defines."""
        if element.tag == "vType":
            self.vclass[element.attributes.get("id", "")] = element.attributes.get("vClass", "passenger")
        elif element.tag == "vTypeDistribution":
            for child in element.children:
                self.take(child)


class DemandWriter:
    """Makes route files ready for SUMO.

    Parameters
    ----------
    edges
        The edges of the network.
    begin_s
        Whoever departs earlier is dropped (so SUMO does, too).
    folder
        Where copies are written.
    """

    def __init__(self, edges: Collection[str], begin_s: float, folder: Path) -> None:
        self.types = VehicleTypes()
        self.notes: list[str] = []
        self._edges = edges
        self._begin_s = begin_s
        self._folder = folder
        self._written = 0

    def ready(self, file: RouteFile, *, definitions: bool = True) -> Path:
        """Return the file itself, or a copy that SUMO may read.

        Parameters
        ----------
        file
            The route file.
        definitions
            False: a copy is written in any case, without the types and routes that the file defines.

        Raises
        ------
        FileError
            When it cannot be read, or something in it is not what it must be.
        ScenarioError
            When it uses an edge that the network does not have.
        """
        as_it_is = self._check(file.path) and speakable(file.path)
        if as_it_is and definitions and file.flows == AS_WRITTEN and file.scale == 1:
            return file.path
        defined = [xml(element) for element in self._elements(file.path) if definitions and element.tag in DEFINITIONS]
        self._written += 1
        target = self._folder / f"demand{self._written}.rou.xml"
        return write_xml(target, "routes", [*defined, *self._travellers(file)])

    def _check(self, path: Path) -> bool:
        """Check a file against the network; say whether it can be used as it is."""
        usable, last_s, fixed = True, -inf, 0
        for element in events(path, _TAGS):
            self.types.take(element)
            if element.tag in ACTIVE_TAGS or harmless(element) is not element:
                usable = False
                self.notes.append(f"{path}, line {element.line}: what names files in <{element.tag}> is left out")
            for traveller in element.children if element.tag == "interval" else [element]:
                self._check_edges(traveller, traveller)
                if traveller.tag in TRAVELLERS:
                    departs_s = self._departure_s(traveller, last_s)
                    usable = usable and departs_s >= last_s
                    fixed += _has_fixed_speed(traveller)
                    last_s = departs_s
        if fixed:
            text = f"{path}: {fixed} travellers with a fixed departSpeed enter as fast as is safe instead"
            self.notes.append(f"{text}, since SUMO gives up those whose speed does not suit the queue before them")
        return usable and not fixed

    def _elements(self, path: Path) -> Iterator[Element]:
        """Read the elements again, without what names files; flows of an interval get its times."""
        for element in events(path, _TAGS):
            if element.tag == "interval":
                times = {key: value for key, value in element.attributes.items() if key in {"begin", "end"}}
                for child in element.children:
                    yield harmless(child._replace(attributes={**times, **child.attributes}))
            elif element.tag not in ACTIVE_TAGS:
                yield harmless(element)

    def _travellers(self, file: RouteFile) -> list[str]:
        """Everybody who departs in time, as many as `scale` says, in order of departure."""
        found: list[tuple[float, str]] = []
        early, last_s, seen = 0, -inf, 0
        for element in self._elements(file.path):
            if element.tag not in TRAVELLERS:
                continue
            traveller = single(element) if file.flows == SINGLE and element.tag in FLOWS else element
            if _has_fixed_speed(traveller):
                traveller = traveller._replace(attributes={**traveller.attributes, "departSpeed": _AS_FAST_AS_IS_SAFE})
            last_s = departs_s = self._departure_s(traveller, last_s)
            if departs_s < self._begin_s and traveller.tag not in FLOWS:
                early += 1
                continue
            if traveller.tag not in FLOWS:
                found += [(departs_s, xml(_copy(traveller, n))) for n in range(copies(seen, file.scale))]
                seen += 1
            elif file.scale > 0:
                found.append((departs_s, xml(traveller if file.scale == 1 else scaled(traveller, file.scale))))
        if early:
            self.notes.append(f"{file.path}: {early} departures before the begin, {self._begin_s:g} s, are left out")
        return [text for _, text in sorted(found, key=lambda row: row[0])]

    def _departure_s(self, element: Element, last_s: float) -> float:
        """When a traveller or a flow departs; who waits for somebody keeps their place in the file."""
        key = "begin" if element.tag in FLOWS else "depart"
        value = element.attributes.get(key, "0" if element.tag in FLOWS else None)
        if value in _EVENTS:
            return last_s
        if value == "begin":
            return self._begin_s
        departs_s = seconds(element, key, 0.0 if element.tag in FLOWS else None)
        if departs_s < 0:
            refuse(element, f"{key} must be a time >= 0, got {departs_s:g}")
        return departs_s

    def _check_edges(self, element: Element, traveller: Element) -> None:
        if element.tag in _PLANS:
            for key, value in element.attributes.items():
                names = value.split() if key in _EDGE_LISTS else [value] if key in _EDGES else ()
                for name in names:
                    if name not in self._edges:
                        identity = traveller.attributes.get("id", "?")
                        raise ScenarioError(
                            f'{element.path}, line {element.line}: <{traveller.tag}> "{identity}" uses the edge '
                            f'"{name}", which the network does not have'
                        )
        for child in element.children:
            self._check_edges(child, traveller)


def _copy(traveller: Element, number: int) -> Element:
    """Return the traveller again, under another name."""
    if not number:
        return traveller
    name = f"{traveller.attributes.get('id', '')}{_COPY_MARK}{number}"
    return traveller._replace(attributes={**traveller.attributes, "id": name})


def _has_fixed_speed(traveller: Element) -> bool:
    try:
        speed_mps = float(traveller.attributes.get("departSpeed", "0"))
    except ValueError:  # a word, such as max
        return False
    return speed_mps > 0 and "insertionChecks" not in traveller.attributes
