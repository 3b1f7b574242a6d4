from __future__ import annotations

from dataclasses import replace

from signals.bench.closing import closable_lanes, draw_closure
from signals.model.crossroads import crossroads
from signals.model.lanes import Lane
from signals.model.movements import Movement
from signals.model.network import Network


def doubled(network: Network, ways: int) -> Network:
    """The network with a second lane beside its first approach, from which the first `ways` movements are possible."""
    first = int(network.arrays.approach_lane[0])
    old = network.lanes[first]
    lane = Lane(f"{old.edge}_new", old.edge, old.length_m, old.speed_mps)
    number = len(network.lanes)
    own = [movement for movement in network.movements if movement.from_lane == first][:ways]
    more = tuple(Movement(f"{lane.id}>{k}", number, movement.to_lane, (), 10.0, 10.0) for k, movement in enumerate(own))
    return replace(network, lanes=(*network.lanes, lane), movements=(*network.movements, *more))


def test_only_a_lane_whose_traffic_has_another_way_may_be_closed() -> None:
    plain = crossroads()
    first = plain.lanes[int(plain.arrays.approach_lane[0])].id
    total = sum(movement.from_lane == int(plain.arrays.approach_lane[0]) for movement in plain.movements)
    assert first not in closable_lanes(plain)
    assert first in closable_lanes(doubled(plain, total))
    assert first not in closable_lanes(doubled(plain, total - 1))


def test_the_same_seed_closes_the_same_lane() -> None:
    network = doubled(crossroads(), 9)
    found = draw_closure(network, 100.0, 200.0, 5)
    assert found is not None
    assert (found.begin_s, found.end_s) == (100, 200)
    assert found == draw_closure(network, 100.0, 200.0, 5)
    assert found.lane in closable_lanes(network)


def test_where_somebody_begins_or_stops_nothing_is_closed() -> None:
    network = doubled(crossroads(), 9)
    assert draw_closure(network, 0.0, 9.0, 1, closable_lanes(network)) is None
