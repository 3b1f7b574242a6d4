"""The same network several times over, as one: many replicas are one town to everything that works on arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from signals.errors import NetworkError
from signals.model.intersections import Intersection
from signals.model.network import Network
from signals.model.travel import Travel

__all__ = ["copies", "together"]


def copies(network: Network, count: int) -> Network:
    """Return a network of so many copies that know nothing of each other; ids get ``~0``, ``~1``, … .

    Lanes, movements, intersections, edges and detectors of copy k follow those of copy k - 1, in the same order.

    Raises
    ------
    NetworkError
        When `count` is not positive.
    """
    if count < 1:
        raise NetworkError(f"a network can be copied once or more often, not {count} times")
    lanes, moves = len(network.lanes), len(network.movements)
    return Network(
        network.name,
        tuple(
            replace(lane, id=f"{lane.id}~{k}", edge=f"{lane.edge}~{k}", shape=())
            for k in range(count)
            for lane in network.lanes
        ),
        tuple(
            replace(
                move,
                id=f"{move.id}~{k}",
                from_lane=move.from_lane + k * lanes,
                to_lane=move.to_lane + k * lanes,
                via=tuple(lane + k * lanes for lane in move.via),
                yields_to=tuple(foe + k * moves for foe in move.yields_to),
                foes=tuple(foe + k * moves for foe in move.foes),
            )
            for k in range(count)
            for move in network.movements
        ),
        tuple(_moved(place, k, moves) for k in range(count) for place in network.intersections),
        tuple(
            replace(detector, id=f"{detector.id}~{k}", lane=detector.lane + k * lanes)
            for k in range(count)
            for detector in network.detectors
        ),
    )


def _moved(place: Intersection, k: int, moves: int) -> Intersection:
    groups = tuple(
        replace(group, movements=tuple(move + k * moves for move in group.movements)) for group in place.groups
    )
    return replace(place, id=f"{place.id}~{k}", groups=groups)


def together(network: Network, travels: list[Travel]) -> Travel:
    """Return the travellers of all copies: those of the first travel in the first copy, and so on.

    Parameters
    ----------
    network
        One copy.
    travels
        One for each.
    """
    edges, moves = len(network.edges), len(network.movements)
    kinds = list(dict.fromkeys(kind for travel in travels for kind in travel.kinds))
    kind_of = [np.array([kinds.index(kind) for kind in travel.kinds], np.int32) for travel in travels]
    routes = [tuple(edge + k * edges for edge in route) for k, travel in enumerate(travels) for route in travel.routes]
    walks = [
        replace(walk, crossings=tuple(move + k * moves for move in walk.crossings))
        for k, travel in enumerate(travels)
        for walk in travel.walks
    ]
    first_route = np.cumsum([0, *(len(travel.routes) for travel in travels)])
    first_walk = np.cumsum([0, *(len(travel.walks) for travel in travels)])
    depart_s = np.concatenate([travel.depart_s for travel in travels])
    walk_depart_s = np.concatenate([travel.walk_depart_s for travel in travels])
    order, walk_order = np.argsort(depart_s, kind="stable"), np.argsort(walk_depart_s, kind="stable")
    kind = np.concatenate([of[travel.kind] for of, travel in zip(kind_of, travels, strict=True)])
    route = np.concatenate([travel.route + first_route[k] for k, travel in enumerate(travels)])
    walk = np.concatenate([travel.walk + first_walk[k] for k, travel in enumerate(travels)])
    return Travel(
        kinds=tuple(kinds),
        routes=tuple(routes),
        depart_s=depart_s[order],
        kind=kind[order].astype(np.int32),
        route=route[order].astype(np.int32),
        speed_factor=np.concatenate([travel.speed_factor for travel in travels])[order],
        walks=tuple(walks),
        walk_depart_s=walk_depart_s[walk_order],
        walk=walk[walk_order].astype(np.int32),
        walk_speed_mps=np.concatenate([travel.walk_speed_mps for travel in travels])[walk_order],
    )
