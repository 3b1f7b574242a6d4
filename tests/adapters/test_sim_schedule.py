from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.sim.schedule import SLOWEST, check_demand, draw_travel
from signals.errors import ScenarioError
from signals.model.crossroads import crossroads, crossroads_demand
from signals.model.demand import BICYCLE, BUS, Demand, Flow, Source, TurnShare
from signals.model.lanes import User
from signals.model.travel import CAR, Travel, VehicleKind, Walk
from tests.adapters.streets import town


def times_of(travel: Travel, movement: int) -> np.ndarray:
    """When those depart who take a movement of the crossroads."""
    network = crossroads()
    lanes = network.movements[movement].from_lane, network.movements[movement].to_lane
    way = tuple(network.edge_index[network.lanes[lane].edge] for lane in lanes)
    return travel.depart_s[[travel.routes[route] == way for route in travel.route]]


def test_arrivals_are_poisson_in_time_order_and_within_the_flow() -> None:
    demand = Demand((Flow((0,), 3600.0, 100.0, 400.0), Flow((1,), 1800.0), Flow((2,), 0.0)))
    counts = []
    for seed in range(40):
        drawn = draw_travel(crossroads(), demand, 0.0, 600.0, seed)
        first = times_of(drawn, 0)
        assert (first >= 100.0).all()
        assert (first < 400.0).all()
        assert (drawn.depart_s < 600.0).all()
        counts.append([len(times_of(drawn, movement)) for movement in range(3)])
    mean, variance = np.mean(counts, axis=0), np.var(counts, axis=0)
    assert mean == pytest.approx([300.0, 300.0, 0.0], abs=4 * np.sqrt(300 / 40))
    assert 0.5 < variance[0] / 300.0 < 1.7


def test_changing_one_flow_leaves_the_others_alone() -> None:
    before, after = (
        draw_travel(crossroads(), Demand((Flow((0,), rate), Flow((1,), 500.0))), 0.0, 3600.0, 3)
        for rate in (500.0, 900.0)
    )
    assert times_of(before, 1).tobytes() == times_of(after, 1).tobytes()
    assert len(times_of(before, 0)) < len(times_of(after, 0))


@pytest.mark.parametrize(
    ("flow", "sentence"),
    [
        (Flow((99,), 1.0), "does not exist"),
        (Flow((-1,), 1.0), "does not exist"),
        (Flow((5,), 1.0), "a vehicle needs no crossing"),
        (Flow((0, 5), 1.0, user=User.PEDESTRIAN), "a pedestrian needs exactly one crossing"),
        (Flow((0,), 1.0, user=User.PEDESTRIAN), "a pedestrian needs exactly one crossing"),
        (Flow((0, 4), 1.0), '"minor>exit" does not start on the edge where "west>tiny" ends'),
    ],
)
def test_impossible_routes_are_refused(flow: Flow, sentence: str) -> None:
    with pytest.raises(ScenarioError, match="flow 1: .*" + sentence):
        check_demand(town(), Demand((Flow((0, 3), 1.0), flow)))


def test_possible_routes_pass() -> None:
    check_demand(town(), Demand((Flow((0, 3, 6, 1), 1.0), Flow((5,), 1.0, user=User.PEDESTRIAN))))
    check_demand(crossroads(), crossroads_demand())


VAN = VehicleKind(id="van", length_m=6.5)


def columns(travel: Travel) -> bytes:
    names = ("depart_s", "kind", "route", "speed_factor", "walk_depart_s", "walk", "walk_speed_mps")
    return b"".join(getattr(travel, name).tobytes() for name in names)


def departures(travel: Travel, *edges: int) -> list[float]:
    return travel.depart_s[travel.route == travel.routes.index(edges)].tolist()


def test_flows_become_routes_of_edges() -> None:
    network = town()
    demand = Demand((Flow((0, 3), 400.0), Flow((2,), 200.0), Flow((0, 3), 100.0, user=User.TRANSIT)))
    travel = draw_travel(network, demand, 0.0, 3600.0, 1)
    index = network.edge_index
    assert travel.routes == ((index["west"], index["tiny"], index["exit"]), (index["east"], index["away"]))
    assert travel.kinds == (CAR, BUS)
    per_kind_and_route = [
        ((travel.kind == kind) & (travel.route == route)).sum() for kind, route in ((0, 0), (0, 1), (1, 0), (1, 1))
    ]
    assert per_kind_and_route[:3] == [pytest.approx(rate, abs=4 * np.sqrt(rate)) for rate in (400, 200, 100)]
    assert per_kind_and_route[3] == 0


def test_everybody_departs_in_time_at_a_speed_of_their_own() -> None:
    travel = draw_travel(crossroads(), crossroads_demand(end_s=900.0), 100.0, 600.0, 2)
    assert 100.0 <= travel.depart_s[0] < travel.depart_s[-1] < 600.0
    assert len(travel.depart_s) == pytest.approx(1600 * 500 / 3600, abs=4 * np.sqrt(222))
    assert travel.speed_factor.dtype == np.float32
    assert travel.speed_factor.mean() == pytest.approx(1.0, abs=0.03)
    assert travel.speed_factor.std() == pytest.approx(0.1, rel=0.2)
    assert travel.speed_factor.min() > SLOWEST


def test_the_same_seed_gives_the_same_travellers() -> None:
    network = crossroads()
    demand = Demand((Flow((0,), 300.0), Flow((12,), 60.0, user=User.PEDESTRIAN)), (Source(0, 300.0),))
    one, two, other = (draw_travel(network, demand, 0.0, 1800.0, seed) for seed in (3, 3, 4))
    assert (columns(one), one.routes) == (columns(two), two.routes)
    assert columns(one) != columns(other)


def test_flows_and_sources_have_streams_of_their_own() -> None:
    network = crossroads()
    flow, source = Flow((0,), 300.0), Source(network.edge_index["south_in"], 400.0)
    before = draw_travel(network, Demand((flow, Flow((4,), 100.0)), (source,)), 0.0, 3600.0, 1)
    after = draw_travel(network, Demand((flow, Flow((4,), 900.0)), (source, Source(0, 50.0))), 0.0, 3600.0, 1)
    edges = [network.edge_index[name] for name in ("south_in", "north_out")]
    assert departures(before, *edges) == departures(after, *edges)
    alone = draw_travel(network, Demand((flow,)), 0.0, 3600.0, 1)
    as_source = draw_travel(network, Demand((), (Source(0, 300.0),)), 0.0, 3600.0, 1)
    assert set(alone.depart_s).isdisjoint(as_source.depart_s)


def test_sources_follow_the_shares_with_the_kind_that_they_name() -> None:
    network = crossroads()
    index = network.edge_index
    demand = Demand(
        (),
        (Source(index["north_in"], 300.0, kind="van"), Source(index["south_in"], 200.0, 600.0, 1200.0)),
        (TurnShare(index["north_in"], index["east_out"], 1.0),),
        (VAN, VehicleKind(id="unused")),
    )
    travel = draw_travel(network, demand, 0.0, 3600.0, 1)
    assert travel.kinds == (VAN, CAR)
    vans = travel.kind == 0
    assert {travel.routes[route] for route in travel.route[vans]} == {(index["north_in"], index["east_out"])}
    assert {travel.routes[route][0] for route in travel.route[~vans]} == {index["south_in"]}
    assert travel.depart_s[~vans].min() >= 600.0
    assert travel.depart_s[~vans].max() < 1200.0


def test_people_on_foot_have_walks_of_one_crossing() -> None:
    demand = Demand((Flow((12,), 300.0, user=User.PEDESTRIAN), Flow((0,), 10.0, user=User.BICYCLE)))
    travel = draw_travel(crossroads(), demand, 0.0, 3600.0, 1)
    assert travel.walks == (Walk((12,), (0.0,)),)
    assert len(travel.walk) == pytest.approx(300, abs=4 * np.sqrt(300))
    assert (np.diff(travel.walk_depart_s) >= 0).all()
    assert travel.walk_speed_mps.mean() == pytest.approx(1.39, abs=0.05)
    assert travel.kinds == (BICYCLE,)


def test_nobody_at_all_is_a_travel_too() -> None:
    travel = draw_travel(crossroads(), Demand((Flow((0,), 0.0), Flow((1,), 50.0, 10.0, 20.0))), 30.0, 60.0, 1)
    assert len(travel.depart_s) == len(travel.walk) == 0
    assert draw_travel(crossroads(), Demand(), 0.0, 60.0, 1).kinds == (CAR,)


@pytest.mark.parametrize(
    ("demand", "sentence"),
    [
        (Demand((Flow((5,), 1.0),)), "flow 0: .*a vehicle needs no crossing"),
        (Demand((), (Source(99, 1.0),)), "source 0 names an edge that does not exist; the network has 9"),
        (Demand((), (Source(0, 1.0),), (TurnShare(0, 9, 1.0),)), "turn 0 names an edge"),
        (Demand((), (Source(0, 1.0),), (TurnShare(0, 1, 1.0),)), "no way leads a vehicle there"),
    ],
)
def test_what_cannot_be_travelled_is_refused(demand: Demand, sentence: str) -> None:
    with pytest.raises(ScenarioError, match=sentence):
        draw_travel(town(), demand, 0.0, 60.0, 1)
