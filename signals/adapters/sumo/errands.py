"""The ways of vehicles: those that a file gives, and those that have to be found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from signals.adapters.sumo.routing import Leg, fastest, free_flow_s
from signals.adapters.sumo.safe_xml import Element
from signals.errors import ScenarioError
from signals.model.lanes import User
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.road_graph import OPEN, road_graph

__all__ = ["Errand", "Errands"]

_ANYWHERE = (User.VEHICLE, User.TRANSIT, User.BICYCLE)


class Errand(NamedTuple):
    """What a vehicle wants of its way.

    Attributes
    ----------
    edges
        The edges that it uses, or, if `routed`, those that it passes (indices into `Network.edges`).
    routed
        Whether the way between them has to be found.
    user, speed_mps
        If so: who drives, and how fast it can.
    """

    edges: tuple[int, ...]
    routed: bool = False
    user: User = User.VEHICLE
    speed_mps: float = 0.0


class Errands:
    """Numbers the different errands, and finds the way for each in the end.

    Parameters
    ----------
    network
        The network.
    """

    def __init__(self, network: Network) -> None:
        self.notes: list[str] = []
        self._network = network
        self._numbers: dict[Errand, int] = {}
        self._first: list[Element] = []
        edges = [network.edge_index[lane.edge] for lane in network.lanes]
        self._joined = {
            (edges[move.from_lane], edges[move.to_lane]) for move in network.movements if move.turn is not Turn.CROSSING
        }

    def number(self, errand: Errand, traveller: Element) -> int:
        """Return the number of an errand.

        Raises
        ------
        ScenarioError
            When the edges that it gives are not joined.
        """
        if errand not in self._numbers:
            if not errand.routed:
                for leg in pairwise(errand.edges):
                    if leg not in self._joined:
                        self._refuse(traveller, leg, "its route goes")
            self._numbers[errand] = len(self._first)
            self._first.append(traveller)
        return self._numbers[errand]

    def ways(self) -> list[tuple[int, ...]]:
        """Return the edges of every errand, by its number.

        Raises
        ------
        ScenarioError
            When there is no way for one.
        """
        found: dict[Errand, tuple[int, ...]] = {}
        groups: dict[tuple[User, float], list[Errand]] = {}
        for errand in self._numbers:
            if errand.routed:
                groups.setdefault((errand.user, errand.speed_mps), []).append(errand)
            else:
                found[errand] = errand.edges
        for (user, speed_mps), errands in groups.items():
            legs = self._legs(errands, user, speed_mps)
            for errand in errands:
                found[errand] = self._way(errand, legs)
        return [found[errand] for errand in self._numbers]

    def _legs(self, errands: Iterable[Errand], user: User, speed_mps: float) -> dict[Leg, tuple[int, ...]]:
        """Find the legs of some errands; one that cannot be driven on the lanes of its user may use any."""
        wanted = {leg for errand in errands for leg in _legs_of(errand)}
        graph = road_graph(self._network, OPEN[user])
        found = fastest(graph, free_flow_s(graph, speed_mps), wanted)
        if missing := wanted - found.keys():
            graph = road_graph(self._network, _ANYWHERE)
            more = fastest(graph, free_flow_s(graph, speed_mps), missing)
            found |= more
            if more:
                text = f"{len(more)} ways of {user.name.lower()} traffic need lanes that are for somebody else, too"
                self.notes.append(text)
        return found

    def _way(self, errand: Errand, legs: dict[Leg, tuple[int, ...]]) -> tuple[int, ...]:
        way = errand.edges[:1]
        for leg in _legs_of(errand):
            if leg not in legs:
                self._refuse(self._first[self._numbers[errand]], leg, "no way leads")
            way = (*way[:-1], *legs[leg])
        return way

    def _refuse(self, traveller: Element, leg: Leg, what: str) -> None:
        start, end = (self._network.edges[edge] for edge in leg)
        name = traveller.attributes.get("id", "?")
        raise ScenarioError(
            f'{traveller.path}, line {traveller.line}: <{traveller.tag}> "{name}": {what} from edge "{start}" to '
            f'"{end}", and a vehicle cannot drive so'
        )


def _legs_of(errand: Errand) -> Sequence[Leg]:
    """Return the legs between the edges that an errand passes; one alone is its own leg."""
    edges = [edge for number, edge in enumerate(errand.edges) if not number or edge != errand.edges[number - 1]]
    return list(pairwise(edges)) or [(edges[0], edges[0])]
