from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from signals.adapters.sim.turning import MOST_EDGES, Turning
from signals.errors import ScenarioError
from signals.model.crossroads import crossroads
from signals.model.demand import TurnShare
from signals.model.lanes import Lane, User
from signals.model.movements import Movement, Turn
from signals.model.network import Network
from tests.adapters.streets import street, town


def stream(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def share(network: Network, *rows: tuple[str, str, float]) -> tuple[TurnShare, ...]:
    index = network.edge_index
    return tuple(TurnShare(index[start], index[end], part) for start, end, part in rows)


def names(network: Network, ways: list[tuple[int, ...]]) -> Counter[str]:
    return Counter(" ".join(network.edges[edge] for edge in way) for way in ways)


def test_without_shares_an_edge_splits_evenly() -> None:
    network = crossroads()
    ways = names(network, Turning(network, (), User.VEHICLE).draw(network.edge_index["east_in"], 3000, stream()))
    assert set(ways) == {"east_in north_out", "east_in south_out", "east_in west_out"}
    assert all(abs(count - 1000) < 4 * np.sqrt(1000 * 2 / 3) for count in ways.values())


def test_shares_are_kept_in_proportion() -> None:
    network = crossroads()
    turns = share(network, ("east_in", "north_out", 30.0), ("east_in", "west_out", 10.0))
    ways = names(network, Turning(network, turns, User.BICYCLE).draw(network.edge_index["east_in"], 4000, stream()))
    assert set(ways) == {"east_in north_out", "east_in west_out"}
    assert ways["east_in west_out"] == pytest.approx(1000, abs=4 * np.sqrt(4000 * 0.75 * 0.25))


def test_the_same_numbers_give_the_same_ways() -> None:
    turning = Turning(crossroads(), (), User.VEHICLE)
    assert turning.draw(0, 50, stream(5)) == turning.draw(0, 50, stream(5)) != turning.draw(0, 50, stream(6))


def test_ways_go_on_until_none_leads_on() -> None:
    network = town()
    turns = share(network, ("west", "tiny", 0.5), ("west", "side", 0.5))
    ways = names(network, Turning(network, turns, User.VEHICLE).draw(network.edge_index["minor"], 2000, stream()))
    round_again = [way.count("west tiny exit") for way in ways]
    assert all(way.startswith("minor exit west") and way.endswith("side") for way in ways)
    assert sorted(round_again)[:5] == [0, 1, 2, 3, 4]
    assert ways["minor exit west side"] == pytest.approx(1000, abs=4 * np.sqrt(500))
    single = street()
    assert Turning(single, (), User.VEHICLE).draw(1, 2, stream()) == [(1,), (1,)]


def test_a_way_without_an_exit_is_cut_off() -> None:
    network = town()
    turns = share(network, ("west", "tiny", 1.0), ("west", "side", 0.0))
    (way,) = Turning(network, turns, User.VEHICLE).draw(network.edge_index["west"], 1, stream())
    assert len(way) == MOST_EDGES
    assert set(way) == {network.edge_index[name] for name in ("west", "tiny", "exit")}


def test_nobody_turns_back_unless_told_to() -> None:
    lanes = (Lane("dead_end", "dead_end", 50.0, 10.0), Lane("back", "back", 50.0, 10.0))
    network = Network("close", lanes, (Movement("m", 0, 1, (), 5.0, 5.0, Turn.UTURN),), ())
    assert Turning(network, (), User.VEHICLE).draw(0, 1, stream()) == [(0,)]
    assert Turning(network, (TurnShare(0, 1, 1.0),), User.VEHICLE).draw(0, 1, stream()) == [(0, 1)]


def test_nobody_travels_where_nobody_enters() -> None:
    assert Turning(crossroads(), (), User.VEHICLE).draw(0, 0, stream()) == []


def test_a_turn_that_cannot_be_taken_is_named() -> None:
    network = crossroads()
    turns = share(network, ("east_in", "east_out", 0.5))
    with pytest.raises(
        ScenarioError, match=r'0\.5 of those on edge "east_in" .* "east_out", but no way leads a vehicle'
    ):
        Turning(network, turns, User.VEHICLE)
    Turning(network, share(network, ("east_in", "east_out", 0.0), ("east_in", "west_out", 1.0)), User.VEHICLE)


def test_nobody_enters_on_a_pavement() -> None:
    network = town()
    with pytest.raises(ScenarioError, match='a vehicle cannot enter on edge "walk"'):
        Turning(network, (), User.VEHICLE).draw(network.edge_index["walk"], 1, stream())
