"""Who travels during a run with a warm-up: a map's demand, set later, with its first minutes driven once more before.

Most maps bring the demand of one hour. So that the whole hour is scored in a network that is full, everybody departs
by the length of the warm-up later, and copies of those who come first fill it. Travellers during the shock, and that
part of the flows at random, are written to a file of their own, so that there can be more of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from pathlib import Path
from typing import NamedTuple

from signals.adapters.sumo.attributes import seconds
from signals.adapters.sumo.config import AS_WRITTEN, SINGLE, RouteFile
from signals.adapters.sumo.flows import FLOWS
from signals.adapters.sumo.harmless import write_xml, xml
from signals.adapters.sumo.route_files import EVENTS, RouteContents, read_routes
from signals.adapters.sumo.safe_xml import Element
from signals.scenario_file import DemandPart

__all__ = ["COPY_MARK", "Lengthened", "Spans", "lengthened"]

COPY_MARK = "again."
"""Before the name of whoever drives again during the warm-up."""

_TIMES_OF_STOPS = ("until", "arrival")
_NO_TIME = EVENTS | {"begin"}


class Lengthened(NamedTuple):
    """Where a map's demand with its warm-up is.

    Attributes
    ----------
    calm
        One part per part of the scenario: everybody but those who depart during the shock.
    shock
        Likewise: those who depart during the shock.
    fixed_lanes
        Ids of the lanes on which somebody has to begin, stop or end.
    """

    calm: tuple[DemandPart, ...]
    shock: tuple[DemandPart, ...]
    fixed_lanes: frozenset[str]

    def parts(self, demand: float, shock: float) -> tuple[DemandPart, ...]:
        """Return the demand of a run.

        Parameters
        ----------
        demand
            How many travel for each one of the map.
        shock
            And for each one of those during the shock.
        """
        rows = ((self.calm, demand), (self.shock, demand * shock))
        return tuple(
            DemandPart(file=part.file, scale=round(part.scale * factor, 9)) for parts, factor in rows for part in parts
        )


class Spans(NamedTuple):
    """The times of a run.

    Attributes
    ----------
    begin_s
        When it begins.
    warmup_s
        Length of the warm-up that is added; 0 where the demand has one of its own.
    shock_s
        From when to when the shock lasts.
    """

    begin_s: float
    warmup_s: float
    shock_s: tuple[float, float]


def lengthened(sources: Iterable[tuple[Path, DemandPart]], spans: Spans, folder: Path) -> Lengthened:
    """Write a map's demand with its warm-up.

    Parameters
    ----------
    sources
        Every route file with what the scenario says about it.
    spans
        The times of the run.
    folder
        Where the files are written; it exists.

    Raises
    ------
    FileError
        When a route file cannot be read or written.
    """
    calm: list[DemandPart] = []
    shocked: list[DemandPart] = []
    fixed: set[str] = set()
    for number, (path, part) in enumerate(sources, 1):
        read = RouteFile(path, flows=SINGLE if part.flows == SINGLE else AS_WRITTEN)
        contents = read_routes(read, spans.begin_s)
        whole = _later(contents, spans.begin_s, spans.warmup_s)
        rows = [piece for row in whole for piece in _pieces(row, *spans.shock_s)]
        fixed.update(lane for row in contents.travellers for lane in _fixed_lanes(row))
        for name, found, lines in (
            ("demand", calm, [*contents.definitions, *_where(rows, during=False)]),
            ("shock", shocked, _where(rows, during=True)),
        ):
            target = write_xml(folder / f"{name}{number}.rou.xml", "routes", map(xml, lines))
            found.append(DemandPart(file=str(target.resolve()), scale=part.scale))
    return Lengthened(tuple(calm), tuple(shocked), frozenset(fixed))


def _where(rows: Iterable[tuple[Element, bool]], *, during: bool) -> list[Element]:
    return [row for row, within in rows if within is during]


def _pieces(row: Element, from_s: float, to_s: float) -> Iterable[tuple[Element, bool]]:
    """Yield a traveller, or the parts of a flow before, during and after the shock, and which of them is during it.

    Only flows at random are cut, which nobody notices; those at equal distances (buses) keep their timetable.
    """
    attributes = row.attributes
    if row.tag not in FLOWS:
        yield row, from_s <= _departs_s(row) < to_s
    elif "number" in attributes or not (attributes.get("period", "").startswith("exp") or "probability" in attributes):
        yield row, False
    else:
        begin_s, end_s = seconds(row, "begin", 0.0), seconds(row, "end", inf)
        cuts = ((begin_s, min(end_s, from_s)), (max(begin_s, from_s), min(end_s, to_s)), (max(begin_s, to_s), end_s))
        for mark, (start_s, stop_s) in zip(("", ".during", ".after"), cuts, strict=True):
            if start_s < stop_s:
                times = {"begin": _text(start_s), **({} if stop_s == inf else {"end": _text(stop_s)})}
                identity = f"{attributes.get('id', '')}{mark}"
                yield row._replace(attributes={**attributes, **times, "id": identity}), mark == ".during"


def _later(contents: RouteContents, begin_s: float, warmup_s: float) -> Iterable[Element]:
    """Yield those of the warm-up, then everybody else in order of departure, flows first."""
    flows = [row for row in contents.travellers if row.tag in FLOWS]
    others = [row for row in contents.travellers if row.tag not in FLOWS]
    yield from (_longer(flow, begin_s, warmup_s) for flow in flows)
    for row in others:
        if _departs_s(row) < begin_s + warmup_s:
            yield row._replace(attributes={**row.attributes, "id": f"{COPY_MARK}{row.attributes.get('id', '')}"})
    yield from (_shifted(row, warmup_s) for row in others)


def _fixed_lanes(traveller: Element) -> Iterable[str]:
    """Yield the lanes on which somebody has to begin, stop or end."""
    attributes, route = traveller.attributes, traveller.attributes.get("edges", "").split()
    for child in traveller.children:
        route = route or (child.attributes.get("edges", "").split() if child.tag == "route" else [])
        if child.tag == "stop" and "lane" in child.attributes:
            yield child.attributes["lane"]
    ends = (("departLane", "from", route[:1]), ("arrivalLane", "to", route[-1:]))
    for key, edge_key, edge in ends:
        if attributes.get(key, "").isdigit():
            yield f"{attributes.get(edge_key) or ''.join(edge)}_{attributes[key]}"


def _departs_s(traveller: Element) -> float:
    """Return when somebody departs; whoever waits for another one has no time and is never during anything."""
    return inf if traveller.attributes.get("depart") in _NO_TIME else seconds(traveller, "depart")


def _shifted(traveller: Element, warmup_s: float) -> Element:
    keys = () if traveller.attributes.get("depart") in _NO_TIME else ("depart",)
    return _stops_later(_moved(traveller, keys, warmup_s), warmup_s)


def _stops_later(element: Element, warmup_s: float) -> Element:
    """Return a traveller whose timetable is later, too."""
    children = [_stops_later(child, warmup_s) for child in element.children]
    keys = _TIMES_OF_STOPS if element.tag == "stop" else ()
    return _moved(element, keys, warmup_s)._replace(children=children)


def _longer(flow: Element, begin_s: float, warmup_s: float) -> Element:
    """Return a flow that covers the warm-up where it covers the begin, and is later elsewhere."""
    covers = seconds(flow, "begin", 0.0) <= begin_s and "number" not in flow.attributes
    return _moved(flow, ("end",) if covers else ("begin", "end"), warmup_s)


def _moved(element: Element, keys: Iterable[str], warmup_s: float) -> Element:
    """Return an element some of whose times, those that it has, are later."""
    later = {key: _text(seconds(element, key) + warmup_s) for key in keys if key in element.attributes}
    return element._replace(attributes={**element.attributes, **later})


def _text(time_s: float) -> str:
    return f"{time_s:.3f}".rstrip("0").rstrip(".")
