"""The town that is made without files: that it is one, and that one can drive through it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from benchmarks.speed.town import Town, network_of, travel_of
from signals.adapters.sim.layout import traffic
from signals.adapters.sim.replay import Replay, replay
from signals.model.movements import Turn
from signals.model.trips import TripState

SMALL = Town(4, 300, 600.0)


def test_every_crossing_has_two_stages_and_a_plan() -> None:
    network = network_of(4)
    assert len(network.intersections) == 16
    assert {len(place.groups) for place in network.intersections} == {2}
    assert {place.plans[0].cycle_ds for place in network.intersections} == {800}
    assert len({place.plans[0].offset_ds for place in network.intersections}) > 8
    inner = network.intersections[5].groups
    assert sorted(len(group.movements) for group in inner) == [8, 8]


def test_left_turns_yield_to_the_oncoming_traffic_and_nobody_else_does() -> None:
    network = network_of(3)
    for move in network.movements:
        foes = [network.movements[foe] for foe in move.yields_to]
        if move.turn is not Turn.LEFT:
            assert not foes
        assert all(foe.turn in (Turn.STRAIGHT, Turn.RIGHT) for foe in foes)
        assert all((foe.from_lane // 2) % 4 == (move.from_lane // 2 + 2) % 4 for foe in foes)
    middle = [move for move in network.movements if move.from_lane // 8 == 4 and move.turn is Turn.LEFT]
    assert [len(move.yields_to) for move in middle] == [3, 3, 3, 3]


def test_turns_go_where_their_names_say() -> None:
    """Edge 4 * crossing + heading leads to the crossing; north is 0, and headings go clockwise."""
    for move in network_of(4).movements:
        before, after = move.from_lane // 2, move.to_lane // 2
        turned = {0: Turn.STRAIGHT, 1: Turn.RIGHT, 3: Turn.LEFT}[(after % 4 - before % 4) % 4]
        assert move.turn is turned
        step = {0: 4, 1: 1, 2: -4, 3: -1}[after % 4]
        assert after // 4 - before // 4 == step


def test_every_route_can_be_driven() -> None:
    network, travel = network_of(SMALL.side), travel_of(SMALL)
    joined = {(move.from_lane // 2, move.to_lane // 2) for move in network.movements}
    assert len(travel.routes) == SMALL.vehicles
    assert all(pair in joined for route in travel.routes for pair in pairwise(route))
    turns = [sum((after - before) % 4 != 0 for before, after in pairwise(route)) for route in travel.routes]
    assert max(turns) == 2
    assert len(traffic(network, travel).lane) > 0


def test_the_same_seed_gives_the_same_trips() -> None:
    one, again, other = travel_of(SMALL), travel_of(SMALL), travel_of(SMALL._replace(seed=2))
    assert one.routes == again.routes
    assert one.depart_s.tobytes() == again.depart_s.tobytes()
    assert one.routes != other.routes


def test_trips_are_as_long_as_wanted() -> None:
    large = travel_of(Town(100, 4000, 600.0, mean_hops=12.0))
    assert np.mean([len(route) for route in large.routes]) == pytest.approx(12.0, rel=0.1)


def test_everybody_arrives_where_there_is_little_traffic() -> None:
    travel = travel_of(SMALL)
    trips, _ = replay(Replay(network_of(SMALL.side), travel, 0.0, 1500.0))
    assert set(trips.state.tolist()) == {TripState.FINISHED}
    assert 5.0 < float(np.mean(trips.time_loss_s)) < 120.0
