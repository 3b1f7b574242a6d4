"""Ways through the network, drawn turn by turn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from signals.errors import ScenarioError
from signals.model.demand import TurnShare
from signals.model.lanes import User
from signals.model.network import Network
from signals.model.road_graph import OPEN, RoadGraph, road_graph
from signals.model.trips import DoubleArray
from signals.model.values import IntArray

__all__ = ["MOST_EDGES", "Turning"]

MOST_EDGES = 500
"""A way that is still in the network after so many edges ends there: in a network without an exit it would never."""


class Turning:
    """The shares of the turns, for one user.

    Parameters
    ----------
    network
        The network.
    turns
        The shares that are given; an edge without any splits evenly over all that it leads to, U-turns left out.
    user
        Who turns.

    Raises
    ------
    ScenarioError
        When a share belongs to a turn that the user cannot take.
    """

    def __init__(self, network: Network, turns: Sequence[TurnShare], user: User) -> None:
        self._network, self._user = network, user
        self._graph = road_graph(network, OPEN[user])
        share = self._shares(turns)
        self._leads_on = np.bincount(_from_edge(self._graph), share, len(network.edges)) > 0
        self._bound = _bounds(self._graph, share)

    def draw(self, edge: int, count: int, stream: np.random.Generator) -> list[tuple[int, ...]]:
        """Draw the ways of some vehicles that enter on an edge.

        A way ends on an edge from which none leads on, or after `MOST_EDGES`.

        Parameters
        ----------
        edge
            Where they enter.
        count
            How many there are.
        stream
            The random numbers.

        Raises
        ------
        ScenarioError
            When the user may not enter there.
        """
        if not self._graph.length_m[edge]:
            raise ScenarioError(f'a {self._user.name.lower()} cannot enter on edge "{self._network.edges[edge]}"')
        first = self._graph.first_hop
        going, here = np.arange(count), np.full(count, edge, np.int32)
        steps = [(going, here)]
        while len(steps) < MOST_EDGES:
            leads_on = self._leads_on[here]
            going, here = going[leads_on], here[leads_on]
            if not len(going):
                break
            hop = np.searchsorted(self._bound, here + stream.random(len(going)), side="right")
            here = self._graph.to_edge[np.minimum(hop, first[here + 1] - 1)]
            steps.append((going, here))
        return _by_vehicle(steps, count)

    def _shares(self, turns: Sequence[TurnShare]) -> DoubleArray:
        """Return the share of every hop, not yet in proportion."""
        graph, edges = self._graph, self._network.edges
        share = np.where(graph.turns_back, 0.0, 1.0)
        for edge in {turn.from_edge for turn in turns}:
            share[graph.first_hop[edge] : graph.first_hop[edge + 1]] = 0.0
        for turn in turns:
            hops = range(graph.first_hop[turn.from_edge], graph.first_hop[turn.from_edge + 1])
            hop = next((hop for hop in hops if graph.to_edge[hop] == turn.to_edge), None)
            if hop is not None:
                share[hop] = turn.share
            elif turn.share > 0:
                raise ScenarioError(
                    f'{turn.share:g} of those on edge "{edges[turn.from_edge]}" are to go on to '
                    f'"{edges[turn.to_edge]}", but no way leads a {self._user.name.lower()} there'
                )
        return share


def _from_edge(graph: RoadGraph) -> IntArray:
    """Return the edge that every hop begins on."""
    return np.repeat(np.arange(len(graph.length_m), dtype=np.int32), np.diff(graph.first_hop))


def _bounds(graph: RoadGraph, share: DoubleArray) -> DoubleArray:
    """Return, for each hop, its edge plus the shares up to and with it, so that one search finds edge and turn."""
    edge = _from_edge(graph)
    total = np.bincount(edge, share, len(graph.length_m))
    upto = np.concatenate([[0.0], np.cumsum(share)])
    part = upto[1:] - upto[graph.first_hop[edge]]
    return np.asarray(edge + np.divide(part, total[edge], out=np.zeros(len(share)), where=total[edge] > 0))


def _by_vehicle(steps: Sequence[tuple[npt.NDArray[np.int64], IntArray]], count: int) -> list[tuple[int, ...]]:
    """Put the edges of every vehicle together; each step lists the vehicles that took it, and where to."""
    vehicle = np.concatenate([going for going, _ in steps])
    edges = np.concatenate([here for _, here in steps])[np.argsort(vehicle, kind="stable")].tolist()
    last = np.cumsum(np.bincount(vehicle, minlength=count)).tolist()
    return [tuple(edges[first:end]) for first, end in zip([0, *last], last, strict=False)]
