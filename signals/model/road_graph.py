"""Which edge leads to which, for those who may use some kinds of lanes."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.model.lanes import User
from signals.model.movements import Movement, Turn
from signals.model.network import Network
from signals.model.trips import DoubleArray
from signals.model.values import IntArray

__all__ = ["OPEN", "RoadGraph", "road_graph"]

OPEN = {
    User.VEHICLE: (User.VEHICLE,),
    User.TRANSIT: (User.TRANSIT, User.VEHICLE),
    User.BICYCLE: (User.BICYCLE, User.VEHICLE),
}
"""The kinds of lanes that each may use, its own first."""


class RoadGraph(NamedTuple):
    """The edges, and the hops from each to the next, in order of the edge that they lead to.

    Attributes
    ----------
    first_hop
        int32 [nE + 1] where the hops of each edge begin.
    to_edge
        int32 [nH] where each leads.
    inside_s
        float64 [nH] time needed inside the junction by who is alone; the shortest if there are several ways.
    yields, turns_back
        bool [nH] whether all ways of it give way to somebody, and whether all of them are U-turns.
    length_m, speed_mps
        float64 [nE] length and speed limit of the best of the lanes that may be used; 0 where there is none.
    """

    first_hop: IntArray
    to_edge: IntArray
    inside_s: DoubleArray
    yields: npt.NDArray[np.bool_]
    turns_back: npt.NDArray[np.bool_]
    length_m: DoubleArray
    speed_mps: DoubleArray


def road_graph(network: Network, users: Collection[User]) -> RoadGraph:
    """Build the graph of the lanes that are for some users.

    Parameters
    ----------
    network
        The network.
    users
        Whose lanes may be used; see `OPEN`.
    """
    lanes, edge_of = network.lanes, [network.edge_index[lane.edge] for lane in network.lanes]
    ways: dict[tuple[int, int], list[Movement]] = {}
    for move in network.movements:
        start, end = lanes[move.from_lane], lanes[move.to_lane]
        if move.turn is not Turn.CROSSING and not start.internal and start.user in users and end.user in users:
            ways.setdefault((edge_of[move.from_lane], edge_of[move.to_lane]), []).append(move)
    length_m, speed_mps = np.zeros(len(network.edges)), np.zeros(len(network.edges))
    for lane, edge in zip(lanes, edge_of, strict=True):
        if lane.user in users:
            length_m[edge] = max(length_m[edge], lane.length_m)
            speed_mps[edge] = max(speed_mps[edge], lane.speed_mps)
    hops = sorted(ways)
    count = np.bincount([start for start, _ in hops], minlength=len(network.edges))
    return RoadGraph(
        np.concatenate([[0], np.cumsum(count)]).astype(np.int32),
        np.array([end for _, end in hops], np.int32),
        np.array([min(move.length_m / move.speed_mps for move in ways[hop]) for hop in hops], np.float64),
        np.array([all(move.yields_to for move in ways[hop]) for hop in hops], np.bool_),
        np.array([all(move.turn is Turn.UTURN for move in ways[hop]) for hop in hops], np.bool_),
        length_m,
        speed_mps,
    )
