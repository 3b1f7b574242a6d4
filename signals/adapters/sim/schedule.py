"""Everybody who wants to travel, drawn from rates: Poisson arrivals of every flow and every source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from signals.adapters.sim.turning import Turning
from signals.errors import ScenarioError
from signals.model.demand import Demand, Flow, Source, usual_kind
from signals.model.lanes import User
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.travel import CAR, Travel, VehicleKind, Walk
from signals.model.trips import DoubleArray
from signals.model.values import FloatArray, IntArray

__all__ = ["check_demand", "draw_travel"]

DEVIATION = 0.1
"""Of the speeds that drivers and people on foot want, as a share of their mean (SUMO's default)."""
SLOWEST, FASTEST = 0.2, 2.0
"""Nobody wants less or more, as shares of the mean."""
WALKING_MPS = 1.39
_SOURCE = 1
"""Tells the random streams of sources from those of flows."""


class _Group(NamedTuple):
    """Travellers of one flow or source; the way of each is of edges, of people on foot the crossing."""

    user: User
    kind: str
    depart_s: DoubleArray
    speed_factor: FloatArray
    ways: list[tuple[int, ...]]


def draw_travel(network: Network, demand: Demand, begin_s: float, end_s: float, seed: int) -> Travel:
    """Draw everybody who travels.

    Every flow and source has a random stream of its own, so that changing one leaves the others as they are.

    Parameters
    ----------
    network
        The network.
    demand
        The flows, the sources and the shares of the turns.
    begin_s, end_s
        Nobody starts before or after.
    seed
        The same seed gives the same travellers.

    Raises
    ------
    ScenarioError
        When a route cannot be taken in the network, or a share belongs to a turn that cannot be taken.
    """
    check_demand(network, demand)
    kinds = {kind.id: kind for kind in demand.kinds}
    groups = []
    for number, flow in enumerate(demand.flows):
        stream = np.random.default_rng([seed, number])
        depart_s = _arrivals(flow, begin_s, end_s, stream)
        factor = _factors(len(depart_s), stream)
        groups.append(_Group(flow.user, flow.kind, depart_s, factor, [_way(network, flow)] * len(depart_s)))
    turning: dict[User, Turning] = {}
    for number, source in enumerate(demand.sources):
        stream = np.random.default_rng([seed, number, _SOURCE])
        user = kinds[source.kind].user if source.kind else User.VEHICLE
        if user not in turning:
            turning[user] = Turning(network, demand.turns, user)
        depart_s = _arrivals(source, begin_s, end_s, stream)
        factor = _factors(len(depart_s), stream)
        ways = turning[user].draw(source.edge, len(depart_s), stream)
        groups.append(_Group(user, source.kind, depart_s, factor, ways))
    return _together(kinds, groups)


def _arrivals(flow: Flow | Source, begin_s: float, end_s: float, stream: np.random.Generator) -> DoubleArray:
    """Draw a Poisson process: the number first, then the times, which are uniform given the number."""
    first_s, last_s = max(flow.begin_s, begin_s), min(flow.end_s, end_s)
    if last_s <= first_s:
        return np.empty(0)
    return stream.uniform(first_s, last_s, stream.poisson(flow.rate_veh_h * (last_s - first_s) / 3600.0))


def _factors(count: int, stream: np.random.Generator) -> FloatArray:
    return np.clip(stream.normal(1.0, DEVIATION, count), SLOWEST, FASTEST).astype(np.float32)


def _way(network: Network, flow: Flow) -> tuple[int, ...]:
    """Return the edges that the movements of a flow join; of people on foot the crossing."""
    if flow.user is User.PEDESTRIAN:
        return flow.route
    moves = [network.movements[number] for number in flow.route]
    lanes = [moves[0].from_lane, *(move.to_lane for move in moves)]
    return tuple(network.edge_index[network.lanes[lane].edge] for lane in lanes)


def _together(named: Mapping[str, VehicleKind], groups: Sequence[_Group]) -> Travel:
    driving = [group for group in groups if group.user is not User.PEDESTRIAN]
    walking = [group for group in groups if group.user is User.PEDESTRIAN]
    routes, route = _numbered(driving)
    crossings, walk = _numbered(walking)
    chosen = [named[group.kind] if group.kind else usual_kind(group.user) for group in driving]
    kinds = tuple(dict.fromkeys(chosen)) or (CAR,)
    number = np.array([kinds.index(kind) for kind in chosen], np.int32)
    kind = np.repeat(number, [len(group.depart_s) for group in driving])
    depart_s, factor = _joined(driving)
    walk_depart_s, walk_factor = _joined(walking)
    order = np.argsort(depart_s, kind="stable")
    walk_order = np.argsort(walk_depart_s, kind="stable")
    return Travel(
        kinds=kinds,
        routes=routes,
        depart_s=depart_s[order],
        kind=kind[order],
        route=route[order],
        speed_factor=factor[order],
        walks=tuple(Walk(way, (0.0,) * len(way)) for way in crossings),
        walk_depart_s=walk_depart_s[walk_order],
        walk=walk[walk_order],
        walk_speed_mps=WALKING_MPS * walk_factor[walk_order],
    )


def _numbered(groups: Sequence[_Group]) -> tuple[tuple[tuple[int, ...], ...], IntArray]:
    """Return the different ways, and the number of that of everybody."""
    ways = [way for group in groups for way in group.ways]
    number = {way: row for row, way in enumerate(dict.fromkeys(ways))}
    return tuple(number), np.array([number[way] for way in ways], np.int32)


def _joined(groups: Sequence[_Group]) -> tuple[DoubleArray, FloatArray]:
    depart_s = np.concatenate([np.empty(0), *(group.depart_s for group in groups)])
    return depart_s, np.concatenate([np.empty(0, np.float32), *(group.speed_factor for group in groups)])


def check_demand(network: Network, demand: Demand) -> None:
    """Raise `ScenarioError` where a route cannot be taken in the network."""
    _check_edges(network, demand)
    for number, flow in enumerate(demand.flows):
        if any(not 0 <= movement < len(network.movements) for movement in flow.route):
            raise ScenarioError(
                f"flow {number}: its route names a movement that does not exist; the network has "
                f"{len(network.movements)}, numbered from 0"
            )
        crossings = [network.movements[movement].turn is Turn.CROSSING for movement in flow.route]
        on_foot = flow.user is User.PEDESTRIAN
        if crossings != [True] if on_foot else any(crossings):
            wanted = "exactly one crossing" if on_foot else "no crossing"
            raise ScenarioError(f"flow {number}: the route of a {flow.user.name.lower()} needs {wanted}")
        _check_joints(network, number, flow)


def _check_edges(network: Network, demand: Demand) -> None:
    for what, edge in (
        *((f"source {number}", source.edge) for number, source in enumerate(demand.sources)),
        *((f"turn {n}", edge) for n, turn in enumerate(demand.turns) for edge in (turn.from_edge, turn.to_edge)),
    ):
        if not 0 <= edge < len(network.edges):
            raise ScenarioError(
                f"{what} names an edge that does not exist; the network has {len(network.edges)}, numbered from 0"
            )


def _check_joints(network: Network, number: int, flow: Flow) -> None:
    for before, after in zip(flow.route, flow.route[1:], strict=False):
        end = network.lanes[network.movements[before].to_lane]
        start = network.lanes[network.movements[after].from_lane]
        if end.edge != start.edge:
            raise ScenarioError(
                f'flow {number}: movement "{network.movements[after].id}" does not start on the edge where '
                f'"{network.movements[before].id}" ends'
            )
