from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.adapters.sumo.routing import MINOR_S, TURNING_BACK_S, fastest, free_flow_s
from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.road_graph import OPEN, RoadGraph, road_graph

EDGES = 7


def graph_of(hops: dict[tuple[int, int], float], *, yields: int = -1, back: int = -1) -> RoadGraph:
    rows = sorted(hops)
    count = np.bincount([start for start, _ in rows], minlength=EDGES)
    number = np.arange(len(rows))
    return RoadGraph(
        np.concatenate([[0], np.cumsum(count)]).astype(np.int32),
        np.array([end for _, end in rows], np.int32),
        np.array([hops[row] for row in rows], np.float64),
        number == yields,
        number == back,
        np.ones(EDGES),
        np.ones(EDGES),
    )


hop = st.tuples(st.integers(0, EDGES - 1), st.integers(0, EDGES - 1))


@settings(deadline=None)  # the first call compiles
@given(
    st.dictionaries(hop, st.integers(0, 3), max_size=25), st.lists(st.integers(0, 4), min_size=EDGES, max_size=EDGES)
)
def test_no_way_is_faster(hops: dict[tuple[int, int], int], edge_s: list[int]) -> None:
    """The naive twin: Bellman and Ford's rounds over all hops."""
    legs = [(start, end) for start in range(EDGES) for end in range(EDGES)]
    found = fastest(graph_of(hops), np.array(edge_s, np.float64), legs)
    for start in range(EDGES):
        best = {start: 0}
        for _ in range(EDGES):
            for (here, there), cost in hops.items():
                if here in best:
                    best[there] = min(best.get(there, 10**9), best[here] + cost + edge_s[there])
        assert {end for begin, end in found if begin == start} == best.keys()
        for end, cost in best.items():
            way = found[start, end]
            assert (way[0], way[-1]) == (start, end)
            assert sum(hops[leg] + edge_s[leg[1]] for leg in pairwise(way)) == cost


def test_an_answer_does_not_depend_on_what_else_is_asked() -> None:
    hops = {(0, 2): 1.0, (0, 1): 1.0, (1, 3): 1.0, (2, 3): 1.0, (3, 4): 1.0}
    edge_s = np.ones(EDGES)
    alone = fastest(graph_of(hops), edge_s, [(0, 4)])
    assert alone == {(0, 4): (0, 1, 3, 4)}
    assert fastest(graph_of(hops), edge_s, [(0, 2), (0, 4), (0, 5), (0, 4)]) == {**alone, (0, 2): (0, 2)}


@pytest.mark.parametrize(("kind", "extra_s"), [("yields", MINOR_S), ("back", TURNING_BACK_S)])
def test_ways_that_yield_or_turn_back_are_avoided(kind: str, extra_s: float) -> None:
    hops = {(0, 1): 0.0, (0, 2): 0.0, (1, 3): 0.0, (2, 3): extra_s - 0.1}
    edge_s = np.ones(EDGES)
    assert fastest(graph_of(hops, **{kind: 0}), edge_s, [(0, 3)])[0, 3] == (0, 2, 3)
    hops[2, 3] = extra_s + 0.1
    assert fastest(graph_of(hops, **{kind: 0}), edge_s, [(0, 3)])[0, 3] == (0, 1, 3)


def test_times_on_empty_roads_depend_on_the_vehicle() -> None:
    network = crossroads(length_m=100.0, speed_mps=20.0)
    graph = road_graph(network, OPEN[User.VEHICLE])
    walk, road = network.edge_index["north_walk"], network.edge_index["north_in"]
    assert free_flow_s(graph, 50.0)[[road, walk]].tolist() == [5.0, np.inf]
    assert free_flow_s(graph, 5.0)[road] == 20.0
    assert fastest(graph, free_flow_s(graph, 50.0), [(walk, walk), (walk, road)]) == {}
