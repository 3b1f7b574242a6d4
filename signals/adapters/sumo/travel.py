"""Everybody who travels, out of the files that SUMO reads."""

from __future__ import annotations

from signals.adapters.sumo.config import RouteFile, SumoInputs
from signals.adapters.sumo.drivers import Drivers
from signals.adapters.sumo.route_files import check_edges, read_routes
from signals.adapters.sumo.vehicle_types import TypeBook
from signals.adapters.sumo.walks import Walkers
from signals.model.network import Network
from signals.model.travel import CAR, Travel

__all__ = ["read_travel"]

_PEOPLE = frozenset({"person", "personFlow"})


def read_travel(inputs: SumoInputs, network: Network, seed: int) -> tuple[Travel, tuple[str, ...]]:
    """Read the travellers of route files and additional files.

    The same vehicles depart at the same times as in SUMO. Trips take the way that is fastest on empty roads,
    and people the shortest one over pavements and crossings.

    Parameters
    ----------
    inputs
        The files, and when the run begins and ends: whoever departs before or after is left out.
    network
        The network that they travel in.
    seed
        Of all that is left to chance: speeds, choices between types and routes, random flows.

    Returns
    -------
    travel
        The travellers.
    notes
        What was left out or assumed, one sentence each.

    Raises
    ------
    FileError
        When a file cannot be read, or something in it is not what it must be.
    ScenarioError
        When a route uses edges that do not exist or are not joined, or there is no way for a trip.
    """
    types = TypeBook()
    drivers = Drivers(inputs, network, types, seed)
    walkers = Walkers(inputs, network, types, seed)
    notes = []
    for file in (*(RouteFile(path) for path in inputs.additionals), *inputs.routes):
        contents = read_routes(file, inputs.begin_s)
        for element in contents.definitions:
            check_edges(element, network.edge_index)
            types.take(element)
            drivers.routes.take(element)
        for traveller in contents.travellers:
            check_edges(traveller, network.edge_index)
            if traveller.tag in _PEOPLE:
                walkers.take(traveller)
            else:
                drivers.take(traveller)
        if contents.early:
            text = f"{file.path}: {contents.early} departures before the begin, {inputs.begin_s:g} s, are left out"
            notes.append(text)
    vehicles, people = drivers.vehicles(), walkers.people()
    if not vehicles.kinds:
        vehicles = vehicles._replace(kinds=(CAR,))
    return Travel(**vehicles._asdict(), **people._asdict()), (*notes, *drivers.notes(), *walkers.notes())
