"""Routes as SUMO chose them: one run with the network's own programs, and a route file that leaves nothing to choose.

Where trips are routed while they drive, the route depends on the traffic, and so on the simulator. Two worlds have the
same demand only if both read routes that are fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from signals.adapters.sumo.attributes import seconds, text
from signals.adapters.sumo.client import Client, open_client
from signals.adapters.sumo.config import SumoInputs
from signals.adapters.sumo.flows import FLOWS
from signals.adapters.sumo.harmless import write_xml, xml
from signals.adapters.sumo.options import SumoOptions
from signals.adapters.sumo.prepare import prepare
from signals.adapters.sumo.route_files import RouteContents, departure_s, read_routes
from signals.adapters.sumo.safe_xml import Element, events
from signals.errors import FileError, RecordError
from signals.model.network import Network

__all__ = ["RecordedRoutes", "record_routes"]

_ROUTES = "vehroutes.xml"
_PEOPLE = frozenset({"person", "personFlow"})
_TYPES = frozenset({"vType", "vTypeDistribution"})
_MOST_NAMES = 9
# What says where to drive or how often, and what would have SUMO choose anew.
_REPLACED = frozenset({
    "from", "to", "via", "route", "reroute", "fromTaz", "toTaz", "fromJunction", "toJunction", "viaJunctions",
    "fromXY", "toXY", "viaXY", "fromLonLat", "toLonLat", "viaLonLat",
    "begin", "end", "number", "period", "probability", "vehsPerHour", "perHour",
})  # fmt: skip
_REROUTING = ("has.rerouting.", "device.rerouting.")


class RecordedRoutes(NamedTuple):
    """What was recorded.

    Attributes
    ----------
    path
        The route file.
    vehicles
        How many vehicles it has.
    people
        How many people and flows of people it has.
    notes
        What was left out or changed on the way, one sentence each.
    """

    path: Path
    vehicles: int
    people: int
    notes: tuple[str, ...]


class _Course(NamedTuple):
    """What SUMO chose for a vehicle."""

    depart: str
    type: str
    edges: str


def record_routes(
    network: Network,
    inputs: SumoInputs,
    out: Path,
    options: SumoOptions | None = None,
    on_tick: Callable[[float], None] | None = None,
) -> RecordedRoutes:
    """Run SUMO once with the network's own programs and write the routes that it chose.

    The file takes the place of all route files of the inputs. It has every vehicle that is scheduled before the end,
    in order of departure, with its attributes, its type (of a distribution, the one that was drawn) and a fixed route:
    that which it drove, or was about to if it was never inserted. People and types stay as they are. Travellers in
    additional files stay there.

    Parameters
    ----------
    network
        The network.
    inputs
        Files and times.
    out
        The route file to write, whole or not at all.
    options
        How SUMO is run.
    on_tick
        Called after each tick with the share of the run that is done, 0 to 1.

    Raises
    ------
    FileError
        When a file cannot be read or written.
    ScenarioError
        When the parts do not fit.
    MissingDependencyError
        When SUMO is not installed.
    WorldError, RecordError
        When SUMO fails, or does not leave the whole of its routes.
    """
    contents = [read_routes(file, inputs.begin_s) for file in inputs.routes]
    chosen = replace(options or SumoOptions(), record_states=False)
    with TemporaryDirectory(prefix="signals-routes-") as name:
        courses, notes = _driven(network, inputs, Path(name).resolve(), chosen, on_tick)
    travellers, without = _fixed(contents, courses, inputs)
    if without:
        named = ", ".join(without[:_MOST_NAMES]) + (", …" if len(without) > _MOST_NAMES else "")
        notes = (*notes, f"SUMO chose no route for {len(without)} vehicles, which stay as they are: {named}")
    types = [_never_rerouted(row) for one in contents for row in one.definitions if row.tag in _TYPES]
    if not out.parent.is_dir():
        raise FileError(f'{out}: there is no folder "{out.parent}"')
    write_xml(out, "routes", map(xml, [*types, *travellers]))
    people = sum(traveller.tag in _PEOPLE for traveller in travellers)
    return RecordedRoutes(out, len(travellers) - people, people, notes)


def _driven(
    network: Network,
    inputs: SumoInputs,
    folder: Path,
    options: SumoOptions,
    on_tick: Callable[[float], None] | None,
) -> tuple[dict[str, _Course], tuple[str, ...]]:
    """Run SUMO; return what it chose, by vehicle, and notes."""
    # One step more, so that those who are due during the last one have a route, too.
    longer = replace(inputs, end_s=inputs.end_s + options.step_s)
    prepared = prepare(network, longer, folder, options)
    record = ["--vehroute-output", str(folder / _ROUTES)]
    for option in ("intended-depart", "write-unfinished", "last-route"):
        record += [f"--vehroute-output.{option}", "true"]
    client = open_client((*prepared.arguments, *record), folder, options)
    try:
        waiting = _run(client, longer, options.step_s, on_tick)
    except client.errors as error:
        raise client.lost(error) from error
    finally:
        client.close()
    return {**waiting, **_recorded(folder / _ROUTES)}, prepared.notes


def _run(
    client: Client, inputs: SumoInputs, step_s: float, on_tick: Callable[[float], None] | None
) -> dict[str, _Course]:
    """Step to the end; return what SUMO chose for those who still wait to depart."""
    steps = round((inputs.end_s - inputs.begin_s) / step_s)
    for number in range(steps):
        client.step()
        if on_tick is not None:
            on_tick((number + 1) / steps)
    vehicle, now_s = client.api.vehicle, client.api.simulation.getTime()
    return {
        name: _Course(
            f"{now_s - vehicle.getDepartDelay(name):.2f}", vehicle.getTypeID(name), " ".join(vehicle.getRoute(name))
        )
        for name in client.api.simulation.getPendingVehicles()
    }


def _recorded(path: Path) -> dict[str, _Course]:
    """Read what SUMO wrote of those who departed."""
    found = {}
    try:
        for row in events(path, {"vehicle"}, root={"routes"}):
            (route,) = (child for child in row.children if child.tag == "route")
            found[text(row, "id")] = _Course(text(row, "depart"), text(row, "type", ""), text(route, "edges"))
    except (FileError, ValueError) as error:
        raise RecordError(f"SUMO's record of its routes is not whole ({error}); was the disk full?") from error
    return found


def _fixed(
    contents: Sequence[RouteContents], courses: Mapping[str, _Course], inputs: SumoInputs
) -> tuple[list[Element], list[str]]:
    """Return everybody in order of departure, vehicles with their routes; and vehicles that SUMO chose none for."""
    found: list[tuple[float, Element]] = []
    without: list[str] = []
    of_flow = _by_flow(contents, courses)
    for one in contents:
        last_s = inputs.begin_s
        for traveller in one.travellers:
            last_s = departure_s(traveller, last_s, inputs.begin_s)
            name = text(traveller, "id")
            if traveller.tag in _PEOPLE:
                found.append((last_s, traveller))
            elif traveller.tag in FLOWS:
                rows = [_vehicle(traveller, vehicle, courses[vehicle]) for vehicle in of_flow.get(name, ())]
                found += [(seconds(row, "depart"), row) for row in rows if seconds(row, "depart") < inputs.end_s]
            elif last_s < inputs.end_s:
                course = courses.get(name)
                without += [] if course else [name]
                found.append((last_s, _vehicle(traveller, name, course) if course else traveller))
    found.sort(key=lambda row: row[0])
    return [traveller for _, traveller in found], without


def _by_flow(contents: Sequence[RouteContents], courses: Mapping[str, _Course]) -> dict[str, list[str]]:
    """Return the vehicles of every flow: SUMO calls them ``flow.0``, ``flow.1`` and so on."""
    single = {text(one, "id") for part in contents for one in part.travellers if one.tag not in FLOWS}
    found: dict[str, list[str]] = {}
    for name in courses:
        if name not in single:
            found.setdefault(name.rpartition(".")[0], []).append(name)
    return found


def _vehicle(traveller: Element, name: str, course: _Course) -> Element:
    """Return one vehicle with a fixed route; one that waits for somebody still does."""
    kept = {key: value for key, value in traveller.attributes.items() if key not in _REPLACED}
    # As it was written, with all of its digits; SUMO rounds.
    depart = course.depart if traveller.tag in FLOWS else kept["depart"]
    attributes = {"id": name, **({"type": course.type} if course.type else {}), "depart": depart}
    route = traveller._replace(tag="route", attributes={"edges": course.edges}, children=[])
    children = [row for row in _never_rerouted(traveller).children if row.tag not in {"route", "routeDistribution"}]
    return traveller._replace(tag="vehicle", attributes={**kept, **attributes}, children=[route, *children])


def _never_rerouted(element: Element) -> Element:
    """Leave out the parameters that would have SUMO choose a route anew."""
    children = [
        _never_rerouted(child)
        for child in element.children
        if not (child.tag == "param" and child.attributes.get("key", "").startswith(_REROUTING))
    ]
    return element._replace(children=children)
