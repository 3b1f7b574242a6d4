"""When everybody wants to travel: Poisson arrivals of every flow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from signals.errors import ScenarioError
from signals.model.demand import Demand, Flow
from signals.model.lanes import User
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.values import IntArray

__all__ = ["Schedule", "check_demand", "schedule"]


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


def check_demand(network: Network, demand: Demand) -> None:
    """Raise `ScenarioError` where a route cannot be taken in the network."""
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
