"""Streets on a plane: who may drive from which lane to which."""

from __future__ import annotations

import pytest

from benchmarks.towns.make import PLACES
from benchmarks.towns.streets import Junction, Street, Town, connections_of, roads_of, turn_of

CROSS = Town(
    (
        Junction("J", 0, 0, "traffic_light", ("N",)),
        Junction("N", 0, 100),
        Junction("E", 100, 0),
        Junction("S", 0, -100),
        Junction("W", -100, 0),
    ),
    tuple(
        Street(arm, "J", "w b sr s l" if arm in "NS" else "w b slr", "w b slr slr" if arm in "NS" else "w b slr")
        for arm in "NESW"
    ),
)


def ways(town: Town, edge: str) -> set[tuple[int, str, int, str]]:
    return {(row.start_lane, row.end, row.end_lane, row.turn) for row in connections_of(town) if row.start == edge}


def test_lanes_lead_where_their_letters_say_and_cyclists_never_left() -> None:
    assert ways(CROSS, "N_J") == {
        (1, "J_S", 1, "s"),
        (1, "J_W", 1, "r"),
        (2, "J_S", 2, "s"),
        (2, "J_W", 2, "r"),
        (3, "J_S", 3, "s"),
        (4, "J_E", 2, "l"),
    }
    assert ways(CROSS, "W_J") == {
        (1, "J_E", 1, "s"),
        (1, "J_S", 1, "r"),
        (2, "J_E", 2, "s"),
        (2, "J_S", 2, "r"),  # to the lane at the kerb
        (2, "J_N", 3, "l"),  # to the lane at the middle
    }


def test_where_a_street_widens_the_lane_at_the_middle_opens() -> None:
    wide = Town(
        (Junction("a", 0, 0), Junction("b", 100, 0), Junction("c", 200, 0)),
        (Street("a", "b", "w b slr slr", "w b slr"), Street("b", "c", "w b sr s l", "w b slr")),
    )
    assert ways(wide, "a_b") == {
        (1, "b_c", 1, "s"),
        (2, "b_c", 2, "s"),
        (3, "b_c", 3, "s"),
        (3, "b_c", 4, "s"),
    }
    assert ways(wide, "c_b") == {(1, "b_a", 1, "s"), (2, "b_a", 2, "s")}


def test_streets_that_turn_back_are_refused() -> None:
    sharp = Town(
        (Junction("a", 0, 0), Junction("b", 100, 0), Junction("c", 0, 20)),
        (Street("a", "b", "slr", "slr"), Street("b", "c", "slr", "slr")),
    )
    first, _, second, _ = roads_of(sharp)
    with pytest.raises(ValueError, match="a_b and b_c turn back"):
        turn_of(sharp, first, second)


def test_crossings_have_priority_only_where_no_signal_is() -> None:
    assert '<crossing node="J" edges="J_N N_J" width="3"/>' in CROSS.connections()
    town = PLACES["small_town"].town.connections()
    assert '<crossing node="u" edges="u_uS uS_u" width="3" priority="true"/>' in town


@pytest.mark.parametrize("name", PLACES)
def test_names_are_unique_and_crossed_arms_exist(name: str) -> None:
    town = PLACES[name].town
    roads = [road.id for road in roads_of(town)]
    assert len(set(roads)) == len(roads)
    assert len({junction.id for junction in town.junctions}) == len(town.junctions)
    for junction in town.junctions:
        assert {f"{arm}_{junction.id}" for arm in junction.crossed} <= set(roads)
    entered = {row.end for row in connections_of(town)}
    begins = {road.id for road in roads_of(town) if len(_roads_from(town, road.start)) == 1}
    assert set(roads) == entered | begins


def _roads_from(town: Town, node: str) -> list[str]:
    return [road.id for road in roads_of(town) if road.start == node]
