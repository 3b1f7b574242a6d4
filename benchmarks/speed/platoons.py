"""The same network and vehicles in UXsim, where a link is an edge, and a node whatever is between edges.

UXsim has signals for whole links only, so that a link is green while at least half of its signalled movements are.
Every vehicle is simulated by itself (platoons of one), on its fixed route, and nothing is logged.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from signals.model.intersections import Intersection
from signals.model.lanes import User
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.travel import Travel

__all__ = ["SignalTimes", "link_ends", "mean_delay_s", "signal_times", "world_of"]

JAM_VEH_M = 1.0 / 7.5
STEP_S = 1.0


class SignalTimes(NamedTuple):
    """The signal of a node.

    Attributes
    ----------
    durations_s
        Of its steps; UXsim shows each for a step of the simulation longer.
    offset_s
        Where its cycle is when the run begins, as UXsim counts it.
    """

    durations_s: list[float]
    offset_s: float


def link_ends(network: Network) -> dict[int, tuple[int, int]]:
    """Return for every edge of the road its nodes: whatever can follow an edge begins at the node where that ends."""
    number = network.edge_index
    roads = sorted({number[one.edge] for one in network.lanes if not one.internal and one.user is not User.PEDESTRIAN})
    parent = list(range(2 * len(network.edges)))

    def root(end: int) -> int:
        while parent[end] != end:
            parent[end] = parent[parent[end]]
            end = parent[end]
        return end

    for move in network.movements:
        if move.turn is not Turn.CROSSING:
            ends = number[network.lanes[move.from_lane].edge], number[network.lanes[move.to_lane].edge]
            parent[root(2 * ends[0] + 1)] = root(2 * ends[1])
    return {edge: (root(2 * edge), root(2 * edge + 1)) for edge in roads}


def signal_times(intersection: Intersection, begin_s: float) -> SignalTimes:
    """Translate the first plan of an intersection.

    Parameters
    ----------
    intersection
        It has a plan.
    begin_s
        When the run begins, in the time of the plan.
    """
    plan = intersection.plans[0]
    real_s = [step.duration_ds / 10.0 for step in plan.steps]
    shown_s = [max(duration_s - STEP_S, 0.0) for duration_s in real_s]
    into_s = (begin_s - plan.offset_ds / 10.0) % (plan.cycle_ds / 10.0)
    begins_s = [0.0, *accumulate(real_s)]
    step = max(number for number in range(len(real_s)) if begins_s[number] <= into_s)
    at_s = sum(shown_s[:step]) + min(into_s - begins_s[step], shown_s[step])
    return SignalTimes(shown_s, sum(shown_s) - at_s)


def world_of(network: Network, travel: Travel, begin_s: float, end_s: float) -> tuple[Any, list[Any]]:
    """Build the world and its vehicles, in the order of the travel.

    Parameters
    ----------
    network
        The network; its first plans run.
    travel
        Who drives.
    begin_s, end_s
        From when to when.
    """
    import uxsim  # noqa: PLC0415  optional, and in the child only

    duration_s = end_s - begin_s
    world = uxsim.World(
        cpp=True, deltan=1, reaction_time=STEP_S, tmax=duration_s + 2.0 * STEP_S, duo_update_time=2.0 * duration_s,
        random_seed=1, print_mode=0, save_mode=0, show_mode=0, show_progress=0, vehicle_logging_timestep_interval=-1,
    )  # fmt: skip
    ends = link_ends(network)
    owner, green = _signals(network)
    times = {place: signal_times(one, begin_s) for place, one in enumerate(network.intersections) if one.plans}
    place_of = {ends[edge][1]: place for edge, place in owner.items() if place in times}
    for node in sorted({end for pair in ends.values() for end in pair}):
        shown = times.get(place_of.get(node, -1), SignalTimes([0.0], 0.0))
        world.addNode(str(node), 0.0, 0.0, signal=shown.durations_s, signal_offset=shown.offset_s)
    for edge, (start, end) in ends.items():
        lanes = [one for one in network.lanes if one.edge == network.edges[edge] and one.user is not User.PEDESTRIAN]
        steps = len(times[place_of[end]].durations_s) if end in place_of else 1
        world.addLink(
            str(edge), str(start), str(end), lanes[0].length_m, free_flow_speed=lanes[0].speed_mps,
            jam_density_per_lane=JAM_VEH_M, number_of_lanes=len(lanes),
            signal_group=green.get(edge, list(range(steps))),
        )  # fmt: skip
    vehicles = []
    for depart_s, route in zip((travel.depart_s - begin_s).tolist(), travel.route.tolist(), strict=True):
        way = travel.routes[route]
        vehicle = world.addVehicle(str(ends[way[0]][0]), str(ends[way[-1]][1]), depart_s)
        vehicle.enforce_route([str(edge) for edge in way])
        vehicles.append(vehicle)
    return world, vehicles


def _signals(network: Network) -> tuple[dict[int, int], dict[int, list[int]]]:
    """Return the intersection of every signalled edge, and the steps of its plan in which the edge is green."""
    shows: dict[int, list[set[int]]] = {}
    owner: dict[int, int] = {}
    for place, intersection in enumerate(network.intersections):
        steps = intersection.plans[0].steps if intersection.plans else ()
        for group, one in enumerate(intersection.groups):
            greens = {number for number, step in enumerate(steps) if group in step.groups}
            for move in one.movements:
                if network.movements[move].turn is not Turn.CROSSING:
                    edge = network.edge_index[network.lanes[network.movements[move].from_lane].edge]
                    owner[edge] = place
                    shows.setdefault(edge, []).append(greens)
    green = {}
    for edge, rows in shows.items():
        count = {step: sum(step in row for row in rows) for step in sorted(set().union(*rows))}
        half = [step for step, number in count.items() if 2 * number >= len(rows)]
        green[edge] = half or list(count)
    return owner, green


def mean_delay_s(network: Network, travel: Travel, vehicles: Sequence[Any], begin_s: float, end_s: float) -> float:
    """Return the mean delay of all who should have departed, those included that are still under way.

    Parameters
    ----------
    network, travel
        As for `world_of`.
    vehicles
        What it returned, after the run.
    begin_s, end_s
        From when to when.
    """
    time_s = {network.edge_index[one.edge]: one.length_m / one.speed_mps for one in network.lanes}
    duration_s = end_s - begin_s
    lost_s = []
    for depart_s, route, vehicle in zip(travel.depart_s - begin_s, travel.route.tolist(), vehicles, strict=True):
        way = travel.routes[route]
        if vehicle.state == "end":
            lost_s.append(vehicle.travel_time - sum(time_s[edge] for edge in way))
            continue
        driven_s = 0.0
        if vehicle.state == "run":
            at = int(vehicle.link.name)
            driven_s = sum(time_s[edge] for edge in way[: way.index(at)])
            driven_s += time_s[at] * vehicle.x / vehicle.link.length
        lost_s.append(max(duration_s - depart_s - driven_s, 0.0))
    return float(np.mean(lost_s))
