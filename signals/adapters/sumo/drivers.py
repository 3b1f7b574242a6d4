"""The vehicles of route files, one by one."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple
from zlib import crc32

import numpy as np

from signals.adapters.sumo.attributes import number, refuse, text
from signals.adapters.sumo.config import SumoInputs
from signals.adapters.sumo.errands import Errand, Errands
from signals.adapters.sumo.flows import FLOWS, departures
from signals.adapters.sumo.route_book import RouteBook, is_routed
from signals.adapters.sumo.route_files import EVENTS, departure_s
from signals.adapters.sumo.safe_xml import Element
from signals.adapters.sumo.vehicle_types import DEFAULT, TypeBook, VehicleType
from signals.model.network import Network
from signals.model.travel import VehicleKind
from signals.model.trips import DoubleArray
from signals.model.values import FloatArray, IntArray

__all__ = ["Drivers", "Vehicles", "when"]

_PLACES = frozenset({"departLane", "departPos", "arrivalLane", "arrivalPos", "departPosLat", "arrivalPosLat"})
_DRAWN = -1.0


class Vehicles(NamedTuple):
    """The columns of a `Travel` that are about vehicles, in its order."""

    kinds: tuple[VehicleKind, ...]
    routes: tuple[tuple[int, ...], ...]
    depart_s: DoubleArray
    kind: IntArray
    route: IntArray
    speed_factor: FloatArray


def when(traveller: Element, inputs: SumoInputs, seed: int) -> DoubleArray:
    """Return when a traveller, or those of a flow, depart during a run; a flow has a random stream of its own."""
    if traveller.tag in FLOWS:
        stream = np.random.default_rng([seed, crc32(text(traveller, "id").encode())])
        return departures(traveller, inputs.begin_s, inputs.end_s, stream)
    departs_s = departure_s(traveller, inputs.begin_s, inputs.begin_s)
    return np.array([departs_s] if inputs.begin_s <= departs_s < inputs.end_s else [], np.float64)


class Drivers:
    """Takes the elements that are about vehicles, and makes columns of them.

    Parameters
    ----------
    inputs
        When the run begins and ends.
    network
        The network.
    types
        The types of vehicles.
    seed
        Of the speeds, of choices between types and routes, and of random flows.
    """

    def __init__(self, inputs: SumoInputs, network: Network, types: TypeBook, seed: int) -> None:
        self.routes = RouteBook()
        self._inputs, self._network, self._types, self._seed = inputs, network, types, seed
        self._errands = Errands(network)
        self._stream = np.random.default_rng(seed)
        self._left_out: Counter[str] = Counter()
        self._depart_s: list[float] = []
        self._type: list[VehicleType] = []
        self._errand: list[int] = []
        self._factor: list[float] = []

    def take(self, traveller: Element) -> None:
        """Take a vehicle, a trip or a flow of vehicles.

        Raises
        ------
        FileError, ScenarioError
            When something in it is not what it must be, or its route cannot be driven.
        """
        if traveller.attributes.get("begin" if traveller.tag in FLOWS else "depart") in EVENTS:
            self._left_out["wait for somebody else to depart, and are left out"] += 1
            return
        self._note(traveller)
        factor = number(traveller, "speedFactor", _DRAWN)
        if factor <= 0 and factor != _DRAWN:
            refuse(traveller, f"speedFactor must be > 0, got {factor:g}")
        route = self.routes.name_of(traveller) if is_routed(traveller) else ""
        for departs_s in when(traveller, self._inputs, self._seed).tolist():
            kind = self._types.choose(traveller, DEFAULT, self._stream)
            self._depart_s.append(departs_s)
            self._type.append(kind)
            self._errand.append(self._errands.number(self._errand_of(traveller, route, kind), traveller))
            self._factor.append(factor)

    def vehicles(self) -> Vehicles:
        """Return everybody in order of departure. Raises `ScenarioError` where there is no way."""
        ways = self._errands.ways()
        routes = {way: row for row, way in enumerate(dict.fromkeys(ways))}
        route_of = np.array([routes[way] for way in ways], np.int32)
        depart_s = np.array(self._depart_s, np.float64)
        order = np.argsort(depart_s, kind="stable")
        kinds = {kind: row for row, kind in enumerate(dict.fromkeys(one.kind for one in self._type if one.kind))}
        kind = np.array([kinds[one.kind] for one in self._type if one.kind], np.int32)
        return Vehicles(
            tuple(kinds),
            tuple(routes),
            depart_s[order],
            kind[order],
            route_of[np.array(self._errand, np.intp)][order],
            self._factors()[order],
        )

    def notes(self) -> list[str]:
        """Return what was left out or assumed, one sentence each."""
        return [*(f"{count} vehicles {what}" for what, count in self._left_out.items()), *self._errands.notes]

    def _errand_of(self, traveller: Element, route: str, kind: VehicleType) -> Errand:
        index = self._network.edge_index
        if kind.kind is None:
            refuse(traveller, "its type is one of people on foot, who cannot drive")
        if route:
            return Errand(tuple(index[name] for name in self.routes.choose(route, self._stream)))
        stops = [child.attributes for child in traveller.children if child.tag == "stop"]
        places = [stop.get("edge") or stop.get("lane", "").rpartition("_")[0] for stop in stops]
        via = text(traveller, "via", "").split() or [place for place in places if place in index]
        names = (text(traveller, "from"), *via, text(traveller, "to"))
        return Errand(tuple(index[name] for name in names), True, kind.kind.user, kind.kind.speed_mps)  # noqa: FBT003

    def _factors(self) -> FloatArray:
        """Return the speed factor of everybody, drawn type by type where a vehicle has none of its own."""
        found = np.array(self._factor, np.float64)
        rows: dict[VehicleType, list[int]] = {}
        for row, (one, factor) in enumerate(zip(self._type, self._factor, strict=True)):
            if factor == _DRAWN:
                rows.setdefault(one, []).append(row)
        for one, drawn in rows.items():
            found[drawn] = one.speed_factor.draw(len(drawn), self._stream)
        return found.astype(np.float32)

    def _note(self, traveller: Element) -> None:
        if not _PLACES.isdisjoint(traveller.attributes):
            self._left_out["begin and end on certain lanes or places; here they do so at the ends of the edges"] += 1
        if any(child.tag == "stop" for child in traveller.children):
            self._left_out["have stops on their way, at which they do not stop here"] += 1
