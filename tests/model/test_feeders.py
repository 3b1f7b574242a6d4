from __future__ import annotations

import pytest

from signals.model.crossroads import crossroads
from signals.model.feeders import CUT_OFF, Feeders, feeders, owners
from signals.model.intersections import Intersection, SignalGroup
from signals.model.lanes import Lane, User
from signals.model.movements import Movement, Turn
from signals.model.network import Network

Row = tuple[int, float, float]


def lane(name: str, length_m: float, edge: str = "", *, internal: bool = False) -> Lane:
    return Lane(name, edge or name, length_m, 10.0, internal=internal)


def network(lanes: list[Lane], ways: list[tuple[str, str, tuple[str, ...], Turn]], controlled: list[int]) -> Network:
    """Every controlled movement belongs to the only group of the only intersection."""
    index = {place.id: number for number, place in enumerate(lanes)}
    movements = tuple(
        Movement(f"{start}>{end}", index[start], index[end], tuple(index[v] for v in via), 10.0, 8.0, turn, link=number)
        for number, (start, end, via, turn) in enumerate(ways)
    )
    group = SignalGroup("g", User.VEHICLE, tuple(controlled), tuple(controlled))
    return Network("street", tuple(lanes), movements, (Intersection("j", (group,), ((None,),), ()),))


def rows(table: Feeders, number: int) -> list[Row]:
    first, last = table.lane_offset[number : number + 2]
    return [
        (int(table.approach[row]), round(float(table.distance_m[row]), 3), round(float(table.probability[row]), 4))
        for row in range(first, last)
    ]


S, L, R, U = Turn.STRAIGHT, Turn.LEFT, Turn.RIGHT, Turn.UTURN


def test_an_isolated_junction_is_fed_by_its_approaches_only() -> None:
    net = crossroads()
    table = feeders(net, 200.0)
    for approach, number in enumerate(net.arrays.approach_lane):
        assert rows(table, number) == [(approach, 0.0, 1.0)]
    assert len(table.approach) == 8
    names = {net.lanes[number].id for number in table.watched_lanes}
    assert names == {
        f"{arm}_{lane}" for arm in ("north", "east", "south", "west") for lane in ("in_0", "in_1", "out_0")
    }
    assert not any(array.flags.writeable for array in table)


def test_a_short_signalised_lane_sees_the_chain_upstream() -> None:
    net = network(
        [
            lane("a", 80.0),
            lane("b", 4.0),
            lane("in", 1.0),
            lane("v", 6.0, internal=True),
            lane("stub", 0.5),
            lane("out", 9.0),
        ],
        [("a", "b", (), S), ("b", "stub", ("in", "v"), S), ("stub", "out", (), S)],
        [2],
    )
    table = feeders(net, 50.0)
    assert rows(table, 0) == [(0, 10.0 + 4.0 + 7.0 + 0.5, 1.0)]
    assert rows(table, 1) == [(0, 7.5, 1.0)]
    assert rows(table, 2) == [(0, 6.5, 1.0)]
    assert rows(table, 3) == [(0, 0.5, 1.0)]
    assert rows(table, 4) == [(0, 0.0, 1.0)]
    assert rows(table, 5) == []
    assert list(table.watched_lanes) == [0, 1, 2, 3, 4, 5]

    assert owners(net, [5, 1, 0, 1], 50.0) == {0: 0, 1: 0}
    assert owners(net, [0, 1], 10.0) == {1: 0}
    assert owners(net, [], 50.0) == {}


@pytest.mark.parametrize(("range_m", "seen"), [(21.5, True), (21.4, False), (0.0, False)])
def test_range_is_measured_from_the_end_of_the_lane(range_m: float, seen: bool) -> None:
    net = network(
        [lane("a", 80.0), lane("stub", 11.5), lane("out", 9.0)], [("a", "stub", (), S), ("stub", "out", (), S)], [1]
    )
    assert bool(rows(feeders(net, range_m), 0)) is seen
    assert rows(feeders(net, range_m), 1) == [(0, 0.0, 1.0)]


def test_movements_share_and_a_u_turn_counts_little() -> None:
    net = network(
        [lane("a", 80.0), lane("b", 20.0), lane("c", 20.0), lane("back", 20.0), lane("out", 9.0)],
        [("a", "b", (), S), ("a", "c", (), L), ("a", "back", (), U), ("b", "out", (), S), ("back", "out", (), S)],
        [3, 4],
    )
    assert rows(feeders(net, 100.0), 0) == [(0, 30.0, round(1 / 2.1, 4)), (1, 30.0, round(0.1 / 2.1, 4))]


def test_a_controlled_movement_is_a_wall_but_its_inside_leads_on() -> None:
    net = network(
        [lane("a", 80.0), lane("v", 5.0, internal=True), lane("b", 30.0), lane("out", 9.0)],
        [("a", "b", ("v",), S), ("b", "out", (), S)],
        [0, 1],
    )
    table = feeders(net, 100.0)
    assert rows(table, 0) == [(0, 0.0, 1.0)]
    assert rows(table, 1) == [(1, 30.0, 1.0)]
    assert list(table.watched_lanes) == [0, 1, 2, 3]


def test_the_inside_of_a_controlled_movement_is_watched_even_if_it_feeds_nothing() -> None:
    net = network([lane("a", 80.0), lane("v", 5.0, internal=True), lane("out", 9.0)], [("a", "out", ("v",), S)], [0])
    table = feeders(net, 100.0)
    assert rows(table, 1) == []
    assert list(table.watched_lanes) == [0, 1, 2]


def test_some_change_lane_on_the_way_and_on_the_edge_of_the_stop_line() -> None:
    net = network(
        [
            lane("a0", 80.0, "a"), lane("a1", 80.0, "a"),
            lane("b0", 20.0, "b"), lane("b1", 20.0, "b"), lane("out", 9.0),
        ],
        [("a0", "b0", (), S), ("a1", "b1", (), S), ("b0", "out", (), S), ("b1", "out", (), S)],
        [2, 3],
    )  # fmt: skip
    table = feeders(net, 100.0)
    stay, go = 0.85 * 0.85 + 0.15 * 0.15, 2 * 0.85 * 0.15
    assert rows(table, 0) == [(0, 30.0, round(stay, 4)), (1, 30.0, round(go, 4))]
    assert rows(table, 1) == [(1, 30.0, round(stay, 4)), (0, 30.0, round(go, 4))]
    assert rows(table, 2) == [(0, 0.0, 1.0)]


def test_from_a_lane_that_ends_everybody_must_change() -> None:
    net = network(
        [lane("a0", 80.0, "a"), lane("a1", 80.0, "a"), lane("b", 20.0), lane("out", 9.0)],
        [("a1", "b", (), S), ("b", "out", (), S)],
        [1],
    )
    table = feeders(net, 100.0)
    assert rows(table, 0) == rows(table, 1) == [(0, 30.0, 1.0)]


def test_ways_that_meet_again_share_a_row_at_the_shorter_distance() -> None:
    net = network(
        [lane("a", 80.0), lane("b", 20.0), lane("c", 40.0), lane("d", 5.0), lane("out", 9.0)],
        [("a", "b", (), S), ("a", "c", (), L), ("b", "d", (), S), ("c", "d", (), S), ("d", "out", (), S)],
        [4],
    )
    assert rows(feeders(net, 100.0), 0) == [(0, 45.0, 1.0)]


def test_improbable_ways_are_not_followed() -> None:
    ends = [f"e{number}" for number in range(51)]
    net = network(
        [lane("a", 80.0), lane("in", 5.0), lane("out", 9.0), *(lane(end, 5.0) for end in ends)],
        [("in", "out", (), S), ("a", "in", (), S), *(("a", end, (), R) for end in ends)],
        [0],
    )
    assert CUT_OFF > 1 / 52
    assert rows(feeders(net, 100.0), 0) == []


def test_a_ring_of_tiny_lanes_ends() -> None:
    net = network(
        [lane("a", 0.01), lane("b", 0.01), lane("in", 5.0), lane("out", 5.0)],
        [("a", "b", (), S), ("b", "a", (), S), ("in", "out", (), S)],
        [2],
    )
    assert rows(feeders(net, 1e6), 0) == []


def test_people_on_foot_feed_nothing() -> None:
    walk = Lane("walk", "w", 3.0, 1.4, User.PEDESTRIAN)
    lanes = (walk, lane("in", 20.0), lane("out", 9.0))
    movements = (
        Movement("walk>in", 0, 1, (), 3.0, 1.4, Turn.CROSSING, User.PEDESTRIAN),
        Movement("walk>on", 0, 1, (), 3.0, 1.4, Turn.STRAIGHT, User.PEDESTRIAN),
        Movement("in>out", 1, 2, (), 3.0, 8.0, link=0),
    )
    group = SignalGroup("g", User.VEHICLE, (0,), (2,))
    net = Network("n", lanes, movements, (Intersection("j", (group,), ((None,),), ()),))
    assert rows(feeders(net, 100.0), 0) == []


def test_the_same_network_gives_the_same_bytes() -> None:
    one, two = feeders(crossroads(), 150.0), feeders(crossroads(), 150.0)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one, two, strict=True))
