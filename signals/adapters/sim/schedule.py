"""Everybody who wants to travel, drawn from rates: Poisson arrivals of every flow and every source."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.adapters.sim.turning import Turning
from signals.errors import ScenarioError
from signals.model.demand import Demand, Flow, Source, usual_kind
from signals.model.lanes import User
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.travel import Travel, VehicleKind, Walk
from signals.model.trips import DoubleArray
from signals.model.values import FloatArray, IntArray

__all__ = ["Schedule", "check_demand", "draw_travel", "schedule"]

DEVIATION = 0.1
"""Of the speeds that drivers and people on foot want, as a share of their mean (SUMO's default)."""
SLOWEST, FASTEST = 0.2, 2.0
"""Nobody wants less or more, as shares of the mean."""
WALKING_MPS = 1.39
_SOURCE = 1
"""Tells the random streams of sources from those of flows."""


class Schedule(NamedTuple):
    """The travellers, vehicles and people on foot apart, each in order of time.

    Attributes
    ----------
    vehicle_s, person_s
        float64 when each wants to start.
    vehicle_flow, person_flow
        int32 the flow of the demand to which each belongs.
    """

    vehicle_s: npt.NDArray[np.float64]
    vehicle_flow: IntArray
    person_s: npt.NDArray[np.float64]
    person_flow: IntArray


class _Group(NamedTuple):
    """Travellers of one flow or source; their routes are of edges, for people of one crossing each."""

    user: User
    kind: str
    depart_s: DoubleArray
    speed_factor: FloatArray
    routes: list[tuple[int, ...]]


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
        groups.append(_Group(flow.user, flow.kind, depart_s, _factors(len(depart_s), stream), [_way(network, flow)]))
    turning: dict[User, Turning] = {}
    for number, source in enumerate(demand.sources):
        stream = np.random.default_rng([seed, number, _SOURCE])
        user = kinds[source.kind].user if source.kind else User.VEHICLE
        if user not in turning:
            turning[user] = Turning(network, demand.turns, user)
        depart_s = _arrivals(source, begin_s, end_s, stream)
        factor = _factors(len(depart_s), stream)
        groups.append(
            _Group(user, source.kind, depart_s, factor, turning[user].draw(source.edge, len(depart_s), stream))
        )
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
    kinds: dict[VehicleKind, int] = {}
    routes: dict[tuple[int, ...], int] = {}
    walks: dict[tuple[int, ...], int] = {}
    rows: tuple[list[IntArray], list[IntArray]] = [], []
    for group in groups:
        count, numbers = len(group.depart_s), walks if group.user is User.PEDESTRIAN else routes
        route = np.array([numbers.setdefault(way, len(numbers)) for way in group.routes], np.int32)
        rows[0].append(np.broadcast_to(route, count) if len(route) == 1 else route)
        kind = -1
        if group.user is not User.PEDESTRIAN:
            chosen = named[group.kind] if group.kind else usual_kind(group.user)
            kind = kinds.setdefault(chosen, len(kinds))
        rows[1].append(np.full(count, kind, np.int32))
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


def _check_joints(network: Network, number: int, flow: Flow) -> None:
    for before, after in zip(flow.route, flow.route[1:], strict=False):
        end = network.lanes[network.movements[before].to_lane]
        start = network.lanes[network.movements[after].from_lane]
        if end.edge != start.edge:
            raise ScenarioError(
                f'flow {number}: movement "{network.movements[after].id}" does not start on the edge where '
                f'"{network.movements[before].id}" ends'
            )


def schedule(demand: Demand, end_s: float, seed: int) -> Schedule:
    """Draw the travellers.

    Every flow has a random stream of its own, so that changing one leaves the others as they are.

    Parameters
    ----------
    demand
        The flows.
    end_s
        Nobody starts later.
    seed
        The same seed gives the same travellers.
    """
    times, flows = [np.empty(0)], [np.empty(0, np.int32)]
    for number, flow in enumerate(demand.flows):
        last_s = max(min(flow.end_s, end_s), flow.begin_s)
        stream = np.random.default_rng([seed, number])
        count = stream.poisson(flow.rate_veh_h * (last_s - flow.begin_s) / 3600.0)
        times.append(stream.uniform(flow.begin_s, last_s, count))
        flows.append(np.full(count, number, np.int32))
    time_s, number_of = np.concatenate(times), np.concatenate(flows)
    order = np.argsort(time_s, kind="stable")
    time_s, number_of = time_s[order], number_of[order]
    on_foot = np.array([flow.user is User.PEDESTRIAN for flow in demand.flows], np.bool_)[number_of]
    return Schedule(time_s[~on_foot], number_of[~on_foot], time_s[on_foot], number_of[on_foot])
