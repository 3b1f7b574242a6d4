from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.errands import Errand, Errands
from signals.adapters.sumo.safe_xml import Element
from signals.errors import ScenarioError
from signals.model.lanes import User
from signals.model.network import Network
from tests.adapters.streets import town
from tests.model.test_road_graph import avenue

TRIP = Element("trip", {"id": "t"}, [], 4, Path("x.xml"))


def ways(network: Network, *errands: Errand) -> tuple[list[str], list[str]]:
    book = Errands(network)
    numbers = [book.number(errand, TRIP) for errand in errands]
    found = book.ways()
    return [" ".join(network.edges[edge] for edge in found[number]) for number in numbers], book.notes


def errand(network: Network, names: str, **how: object) -> Errand:
    return Errand(tuple(network.edge_index[name] for name in names.split()), **how)


def test_given_ways_stay_and_others_are_found() -> None:
    network = town()
    given = errand(network, "minor exit west side")
    trip = errand(network, "minor side", routed=True, speed_mps=30.0)
    by_way_of = errand(network, "minor tiny side", routed=True, speed_mps=30.0)
    here = errand(network, "west", routed=True, speed_mps=30.0)
    twice = errand(network, "west west tiny", routed=True, speed_mps=30.0)
    found, notes = ways(network, given, trip, by_way_of, here, trip, twice)
    assert found[:2] == ["minor exit west side"] * 2
    assert found[2] == "minor exit west tiny exit west side"
    assert found[3:] == ["west", found[1], "west tiny"]
    assert not notes


def test_the_same_errand_has_one_number() -> None:
    network, book = town(), Errands(town())
    one, two = errand(network, "west tiny"), errand(network, "west side")
    assert [book.number(some, TRIP) for some in (one, two, one)] == [0, 1, 0]


def test_lanes_of_somebody_else_are_used_where_nothing_else_leads_there() -> None:
    network = avenue()
    trip = errand(network, "road path", routed=True, user=User.VEHICLE, speed_mps=20.0)
    found, notes = ways(network, trip, errand(network, "road next", routed=True, speed_mps=20.0))
    assert found == ["road path", "road next"]
    assert notes == ["1 ways of vehicle traffic need lanes that are for somebody else, too"]


def test_what_nobody_can_drive_is_named() -> None:
    network = town()
    with pytest.raises(ScenarioError, match=r'x\.xml, line 4: <trip> "t": no way leads from edge "side" to "west"'):
        ways(network, errand(network, "side west", routed=True, speed_mps=20.0))
    with pytest.raises(ScenarioError, match='its route goes from edge "side" to "west"'):
        ways(network, errand(network, "west side west"))
    with pytest.raises(ScenarioError, match='its route goes from edge "walk" to "cross"'):
        ways(network, errand(network, "walk cross"))
