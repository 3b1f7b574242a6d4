from __future__ import annotations

from dataclasses import replace

from signals.model.lanes import User
from signals.model.movements import Movement
from signals.model.network import Network
from signals.model.sole_ways import sole_ways
from tests.sensing.corridor import corridor


def ways(network: Network) -> dict[str, list[str]]:
    return {
        network.lanes[approach].id: [network.lanes[lane].id for lane in lanes]
        for approach, lanes in sole_ways(network).items()
    }


def test_lanes_before_a_stop_line_that_lead_there_only() -> None:
    # a1 leads to c, too; before d there is another stop line.
    assert ways(corridor()) == {"b0": [":a", "a0"], "b1": [], "e": ["d"]}


def test_where_ways_meet_they_end() -> None:
    network = corridor()
    lane = network.lane_index
    more = Movement("a1>b0", lane["a1"], lane["b0"], (), 5.0, 10.0)
    assert ways(replace(network, movements=(*network.movements, more)))["b0"] == []


def test_people_on_foot_lead_nowhere() -> None:
    network = corridor()
    lane = network.lane_index
    walk = Movement("c>b0", lane["c"], lane["b0"], (), 5.0, 1.0, user=User.PEDESTRIAN)
    assert ways(replace(network, movements=(*network.movements, walk)))["b0"] == [":a", "a0"]


def test_a_ring_has_an_end() -> None:
    network = corridor()
    lane = network.lane_index
    ring = tuple(Movement(f"{a}>{b}", lane[a], lane[b], (), 5.0, 10.0) for a, b in (("d", "c"), ("c", "d"), ("f", "h")))
    kept = tuple(move for move in network.movements if move.id in ("b0>g", "b1>g", "d>e", "e>f"))
    second = network.intersections[1]
    place = replace(second, groups=(replace(second.groups[0], movements=(3,)),))
    assert sole_ways(replace(network, movements=(*kept, *ring), intersections=(place,))) == {lane["e"]: ()}
