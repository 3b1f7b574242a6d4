"""The fastest ways through a network, from edge to edge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from signals.kernels.shortest_tree import shortest_tree
from signals.model.road_graph import RoadGraph
from signals.model.trips import DoubleArray

__all__ = ["MINOR_S", "TURNING_BACK_S", "Leg", "fastest", "free_flow_s"]

MINOR_S = 1.5
"""What SUMO adds for every way that yields (its option ``weights.minor-penalty``)."""
TURNING_BACK_S = 5.0
"""What it adds for turning back (``weights.turnaround-penalty``)."""

Leg = tuple[int, int]
"""From an edge to an edge (indices into `Network.edges`)."""


def free_flow_s(graph: RoadGraph, speed_mps: float) -> DoubleArray:
    """Return the time that each edge takes on an empty road; infinite where nobody may drive.

    Parameters
    ----------
    graph
        The edges.
    speed_mps
        The fastest that the vehicle can drive.
    """
    time_s = np.full(len(graph.length_m), np.inf)
    drivable = graph.speed_mps > 0
    time_s[drivable] = graph.length_m[drivable] / np.minimum(graph.speed_mps[drivable], speed_mps)
    return time_s


def fastest(graph: RoadGraph, edge_s: DoubleArray, legs: Iterable[Leg]) -> dict[Leg, tuple[int, ...]]:
    """Find the fastest way for each leg; edges are the nodes, junctions are what lies between them.

    Of ways that take equally long the one over the smaller numbers of edges wins, so that the answer does not depend on
    what else is asked.

    Parameters
    ----------
    graph
        The edges, and which leads to which.
    edge_s
        float64 [nE] the time that each edge takes, >= 0.
    legs
        What to find; equal ones are looked for once.

    Returns
    -------
    dict
        The edges of each leg, both ends with them; a leg without a way is missing.
    """
    ends: dict[int, set[int]] = {}
    for start, end in legs:
        ends.setdefault(start, set()).add(end)
    extra_s = graph.inside_s + MINOR_S * graph.yields + TURNING_BACK_S * graph.turns_back
    cost_s = extra_s + edge_s[graph.to_edge]
    edges, hops = len(graph.length_m), len(graph.to_edge)
    before, best_s = np.empty(edges, np.int32), np.empty(edges)
    heap = np.empty(hops + 1), np.empty(hops + 1, np.int32)
    found: dict[Leg, tuple[int, ...]] = {}
    for start in sorted(ends):
        if np.isfinite(edge_s[start]):
            shortest_tree(start, graph.first_hop, graph.to_edge, cost_s, before, best_s, *heap)
            back = before.tolist()
            found.update(((start, end), _way(back, end)) for end in sorted(ends[start]) if back[end] >= -1)
    return found


def _way(before: Sequence[int], end: int) -> tuple[int, ...]:
    """Go back from an edge to the start."""
    way = [end]
    while (edge := before[way[-1]]) >= 0:
        way.append(edge)
    return tuple(reversed(way))
