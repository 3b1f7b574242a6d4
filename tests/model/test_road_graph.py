from __future__ import annotations

from signals.model.crossroads import crossroads
from signals.model.lanes import Lane, User
from signals.model.movements import Movement, Turn
from signals.model.network import Network
from signals.model.road_graph import OPEN, RoadGraph, road_graph
from tests.adapters.streets import town


def hops(network: Network, graph: RoadGraph) -> dict[str, list[str]]:
    found = {}
    for number, edge in enumerate(network.edges):
        first, last = graph.first_hop[number : number + 2]
        found[edge] = [network.edges[end] for end in graph.to_edge[first:last]]
    return found


def avenue() -> Network:
    """A road with a bus lane and a cycle track; only the track leads on to the path, and buses may turn back."""
    lanes = (
        Lane("road_0", "road", 100.0, 14.0), Lane("road_1", "road", 102.0, 8.0, User.TRANSIT),
        Lane("road_2", "road", 100.0, 20.0, User.BICYCLE), Lane("path_0", "path", 50.0, 8.0, User.BICYCLE),
        Lane("next_0", "next", 80.0, 14.0), Lane(":j_0", ":j", 5.0, 5.0, internal=True),
        Lane("next_1", "next", 80.0, 14.0),
    )  # fmt: skip
    movements = (
        Movement("a", 0, 4, (), 12.0, 6.0, yields_to=(1,)), Movement("b", 0, 6, (), 10.0, 10.0),
        Movement("c", 1, 1, (), 4.0, 2.0, Turn.UTURN, yields_to=(0,)), Movement("d", 2, 3, (), 5.0, 5.0),
        Movement("e", 5, 4, (), 5.0, 5.0),
    )  # fmt: skip
    return Network("avenue", lanes, movements, ())


def test_every_user_has_roads_of_its_own() -> None:
    network = avenue()
    for user, road, best in (
        (User.VEHICLE, ["next"], (100.0, 14.0)),
        (User.TRANSIT, ["road", "next"], (102.0, 14.0)),
        (User.BICYCLE, ["path", "next"], (100.0, 20.0)),
    ):
        graph = road_graph(network, OPEN[user])
        assert hops(network, graph) == {"road": road, "path": [], "next": [], ":j": []}
        assert (graph.length_m[0], graph.speed_mps[0]) == best


def test_a_hop_is_as_good_as_the_best_of_its_ways() -> None:
    network = avenue()
    graph = road_graph(network, OPEN[User.TRANSIT])
    assert graph.inside_s.tolist() == [2.0, 1.0]
    assert graph.yields.tolist() == [True, False]
    assert graph.turns_back.tolist() == [True, False]
    assert road_graph(network, OPEN[User.VEHICLE]).length_m[network.edge_index["path"]] == 0


def test_crossings_lead_nowhere() -> None:
    network = town()
    found = hops(network, road_graph(network, OPEN[User.VEHICLE]))
    assert found["walk"] == found["cross"] == []
    assert found["west"] == ["tiny", "side"]
    network = crossroads()
    assert hops(network, road_graph(network, OPEN[User.BICYCLE]))["north_in"] == ["east_out", "south_out", "west_out"]
