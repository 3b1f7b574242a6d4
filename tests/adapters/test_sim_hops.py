"""Hops of routes, beside a twin that looks every one of them up by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.adapters.sim.hops import Hops
from signals.errors import ScenarioError
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.movements import Turn
from signals.model.network import Network
from signals.model.travel import CAR, Travel, VehicleKind
from tests.kernels.driven import cars, random_travel

BUS = VehicleKind(id="bus", user=User.TRANSIT, length_m=12.0)
BICYCLE = VehicleKind(id="bicycle", user=User.BICYCLE, length_m=1.6)
Option = tuple[int, int]


def with_users(network: Network, seed: int) -> Network:
    """The same with lanes for anybody."""
    stream = np.random.default_rng(seed)
    users = stream.choice((User.VEHICLE, User.TRANSIT, User.BICYCLE, User.PEDESTRIAN), len(network.lanes))
    lanes = tuple(replace(lane, user=User(user)) for lane, user in zip(network.lanes, users.tolist(), strict=True))
    return replace(network, lanes=lanes)


def mixed_travel(network: Network, seed: int, count: int = 60) -> Travel:
    """Cars, buses and bicycles; some routes are driven by many, some by nobody, some end halfway."""
    stream = np.random.default_rng(seed)
    travel = random_travel(network, seed, count, people=0)
    return replace(
        travel,
        kinds=(BICYCLE, CAR, BUS),
        kind=stream.integers(0, 3, count).astype(np.int32),
        routes=(*travel.routes, *((route[0],) for route in travel.routes)),
        route=stream.integers(0, 7, count).astype(np.int32) * 3,
    )


def slow_options(network: Network, edge: str, following: str | None, user: User) -> list[Option]:
    """What one finds who goes through the whole network for one hop."""
    lanes = network.lanes
    found = [
        (move.from_lane, number)
        for number, move in enumerate(network.movements)
        if move.turn is not Turn.CROSSING
        and (lanes[move.from_lane].edge, lanes[move.to_lane].edge) == (edge, following)
    ]
    if following is None:
        found = [(number, -1) for number, lane in enumerate(lanes) if lane.edge == edge]
    wanted = {
        User.VEHICLE: [{User.VEHICLE}],
        User.TRANSIT: [{User.TRANSIT, User.VEHICLE}],
        User.BICYCLE: [{User.BICYCLE}, {User.VEHICLE}],
    }
    for users in wanted[user]:
        if chosen := [option for option in found if lanes[option[0]].user in users]:
            return chosen
    return found


def test_every_vehicle_finds_what_the_slow_twin_finds() -> None:
    for seed in range(6):
        network = with_users(crossroads(), seed) if seed else crossroads()
        travel = mixed_travel(network, seed)
        ways = Hops(network).ways(travel)
        options = np.split(ways.option, ways.hop_first[1:-1])
        for vehicle, (kind, route) in enumerate(zip(travel.kind, travel.route, strict=True)):
            edges = [network.edges[edge] for edge in travel.routes[route]]
            first = ways.first[vehicle]
            found = [options[hop] for hop in ways.step_hop[first : first + len(edges)]]
            for (edge, following), rows in zip(zip(edges, [*edges[1:], None], strict=True), found, strict=True):
                wanted = slow_options(network, edge, following, travel.kinds[kind].user)
                assert [tuple(row) for row in rows.tolist()] == wanted
            assert network.edges[ways.origin[vehicle]] == edges[0]


def test_only_what_is_driven_is_there_and_only_once() -> None:
    network = crossroads()
    travel = cars(network, [("north_in", "south_out"), ("east_in", "west_out")], [0.0, 1.0, 2.0])
    alone = replace(travel, route=np.zeros(3, np.int32))
    ways = Hops(network).ways(alone)
    assert ways.step_hop.tolist() == [0, 1]
    assert ways.first.tolist() == [0, 0, 0]
    assert len(ways.hop_first) == 3
    assert ways.hop_first[-1] == len(ways.option)


def test_the_types_are_those_of_the_kernels() -> None:
    network = crossroads()
    ways = Hops(network).ways(mixed_travel(network, 1))
    assert {array.dtype for array in ways} == {np.dtype(np.int32)}
    assert all(array.flags.c_contiguous for array in ways)


def test_nobody_and_nowhere() -> None:
    for network in (crossroads(), Network("nothing", (), (), ())):
        for travel in (Travel(), Travel(kinds=())):
            ways = Hops(network).ways(travel)
            assert ways.hop_first.tolist() == [0]
            assert [len(array) for array in ways[1:]] == [0, 0, 0, 0]
            assert ways.option.shape == (0, 2)


@pytest.mark.parametrize("edge", [-1, 16])
def test_an_edge_that_does_not_exist_is_refused(edge: int) -> None:
    network = crossroads()
    travel = replace(cars(network, [("north_in", "south_out")], [0.0]), routes=((0, edge),))
    with pytest.raises(ScenarioError, match="does not exist; the network has 16"):
        Hops(network).ways(travel)


def test_edges_that_are_not_joined_are_refused_by_name() -> None:
    network = crossroads()
    for start in network.edges:
        reached = {end for end in network.edges if slow_options(network, start, end, User.VEHICLE)}
        for end in network.edges:
            travel = cars(network, [(start, end)], [0.0])
            if end in reached:
                assert len(Hops(network).ways(travel).step_hop) == 2
            else:
                with pytest.raises(ScenarioError, match=f'from edge "{start}" to "{end}", which are not joined'):
                    Hops(network).ways(travel)


def test_the_first_hop_that_is_wrong_is_named() -> None:
    network = crossroads()
    ways = [("north_in", "south_out"), ("south_out", "north_in"), ("east_in", "north_in")]
    with pytest.raises(ScenarioError, match='"south_out" to "north_in"'):
        Hops(network).ways(cars(network, ways, [0.0, 1.0, 2.0]))
    # Who does not drive does no harm.
    assert len(Hops(network).ways(cars(network, ways, [0.0])).first) == 1
