"""What stands in a route file: types, routes, and the travellers in order of departure.

Both that SUMO is given and what the built-in simulator reads begin here, so that the same people travel in both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from math import inf
from pathlib import Path
from typing import NamedTuple

from signals.adapters.sumo.attributes import refuse, seconds
from signals.adapters.sumo.config import SINGLE, RouteFile
from signals.adapters.sumo.flows import FLOWS, copies, scaled, single
from signals.adapters.sumo.harmless import ACTIVE_TAGS, harmless
from signals.adapters.sumo.safe_xml import Element, events
from signals.errors import ScenarioError

__all__ = ["DEFINITIONS", "EVENTS", "TAGS", "TRAVELLERS", "RouteContents", "check_edges", "departure_s", "read_routes"]

TRAVELLERS = frozenset({"vehicle", "trip", "person", *FLOWS})
DEFINITIONS = frozenset({"vType", "vTypeDistribution", "route", "routeDistribution"})
TAGS = TRAVELLERS | DEFINITIONS | ACTIVE_TAGS | {"interval"}
EVENTS = frozenset({"triggered", "containerTriggered", "split", "now"})
"""Departures that are no time: the traveller waits for another one."""
_EDGE_LISTS = frozenset({"edges", "via"})
_EDGES = frozenset({"from", "to"})
_PLANS = frozenset({"walk", "personTrip", "ride", "route", "trip", "vehicle", "flow", "person", "personFlow"})
_COPY_MARK = "#"


class RouteContents(NamedTuple):
    """What stands in a route file.

    Attributes
    ----------
    definitions
        Types and routes, in the order of the file.
    travellers
        Everybody who departs in time and every flow, in order of departure, as many as the file is to have.
    early
        How many depart before the begin; they are left out.
    """

    definitions: list[Element]
    travellers: list[Element]
    early: int


def read_routes(file: RouteFile, begin_s: float) -> RouteContents:
    """Read a route file, without what names other files; flows of an interval get its times.

    Parameters
    ----------
    file
        The file, and how many travellers are made of those in it.
    begin_s
        Whoever departs earlier is left out (SUMO does so, too); flows are not.

    Raises
    ------
    FileError
        When it cannot be read, or something in it is not what it must be.
    """
    definitions: list[Element] = []
    found: list[tuple[float, Element]] = []
    early, last_s, seen = 0, -inf, 0
    for element in _elements(file.path):
        if element.tag in DEFINITIONS:
            definitions.append(element)
        if element.tag not in TRAVELLERS:
            continue
        traveller = single(element) if file.flows == SINGLE and element.tag in FLOWS else element
        last_s = departs_s = departure_s(traveller, last_s, begin_s)
        if traveller.tag in FLOWS:
            if file.scale > 0:
                found.append((departs_s, traveller if file.scale == 1 else scaled(traveller, file.scale)))
        elif departs_s < begin_s:
            early += 1
        else:
            found += [(departs_s, _copy(traveller, number)) for number in range(copies(seen, file.scale))]
            seen += 1
    found.sort(key=lambda row: row[0])
    return RouteContents(definitions, [traveller for _, traveller in found], early)


def departure_s(element: Element, last_s: float, begin_s: float) -> float:
    """Return when a traveller or a flow departs.

    Parameters
    ----------
    element
        The traveller.
    last_s
        When the one before departs: who waits for somebody keeps their place in the file.
    begin_s
        When the run begins.

    Raises
    ------
    FileError
        When it is no time >= 0.
    """
    key = "begin" if element.tag in FLOWS else "depart"
    value = element.attributes.get(key, "0" if element.tag in FLOWS else None)
    if value in EVENTS:
        return last_s
    if value == "begin":
        return begin_s
    departs_s = seconds(element, key, 0.0 if element.tag in FLOWS else None)
    if departs_s < 0:
        refuse(element, f"{key} must be a time >= 0, got {departs_s:g}")
    return departs_s


def check_edges(traveller: Element, edges: Collection[str]) -> None:
    """Raise `ScenarioError` where a traveller, or a route, uses an edge that the network does not have."""
    _check_edges(traveller, traveller, edges)


def _check_edges(element: Element, traveller: Element, edges: Collection[str]) -> None:
    if element.tag in _PLANS:
        for key, value in element.attributes.items():
            names = value.split() if key in _EDGE_LISTS else [value] if key in _EDGES else ()
            for name in names:
                if name not in edges:
                    identity = traveller.attributes.get("id", "?")
                    raise ScenarioError(
                        f'{element.path}, line {element.line}: <{traveller.tag}> "{identity}" uses the edge '
                        f'"{name}", which the network does not have'
                    )
    for child in element.children:
        _check_edges(child, traveller, edges)


def _elements(path: Path) -> Iterator[Element]:
    for element in events(path, TAGS):
        if element.tag == "interval":
            times = {key: value for key, value in element.attributes.items() if key in {"begin", "end"}}
            for child in element.children:
                yield harmless(child._replace(attributes={**times, **child.attributes}))
        elif element.tag not in ACTIVE_TAGS:
            yield harmless(element)


def _copy(traveller: Element, number: int) -> Element:
    """Return the traveller again, under another name."""
    if not number:
        return traveller
    name = f"{traveller.attributes.get('id', '')}{_COPY_MARK}{number}"
    return traveller._replace(attributes={**traveller.attributes, "id": name})
