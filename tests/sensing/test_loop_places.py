from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.model.crossroads import crossroads
from signals.model.lanes import User
from signals.model.network import Network
from signals.sensing.loop_places import CYCLING_MPS, LEAST_M, _beside, loop_places
from tests.sensing.corridor import corridor


def rows(network: Network, approach: int) -> list[tuple[str, float, float]]:
    """Return (detector, distance, weight) of the loops that count in for an approach, the farthest first."""
    places = loop_places(network, 200.0)
    found = []
    for post in range(*places.post_offset[approach : approach + 2]):
        row = places.post_row[post]
        assert row < 0 or (places.row_approach[row], places.row_link[row]) == (approach, -1)
        share = 1.0 if row < 0 else round(float(places.row_prior[row]), 4)
        name = network.detectors[places.post_loop[post]].id
        found.append((name, round(float(places.post_distance_m[post]), 3), share))
    return found


def onward(network: Network, approach: int) -> list[tuple[int, int, float, float]]:
    """Return (link, approach, distance, probability) of those who leave an approach."""
    places = loop_places(network, 200.0)
    part = slice(*places.row_offset[approach : approach + 2])
    columns = (places.row_link, places.row_approach, places.row_distance_m, places.row_prior)
    return [
        (int(k), int(a), round(float(m), 3), round(float(p), 4))
        for k, a, m, p in zip(*(c[part] for c in columns), strict=True)
    ]


def stop_loops(network: Network) -> list[str]:
    places = loop_places(network, 200.0)
    return ["" if number < 0 else network.detectors[number].id for number in places.stop_loop]


def test_two_loops_a_lane() -> None:
    network = crossroads()
    places = loop_places(network, 200.0)
    for approach, lane in enumerate(network.arrays.approach_lane):
        stop = network.detectors[places.stop_loop[approach]]
        assert (stop.lane, stop.position_m) == (lane, 296.0)
        ((name, distance, weight),) = rows(network, approach)
        assert name == f"{network.lanes[lane].id}@50"
        assert (distance, weight) == (50.0, 1.0)
    assert (places.lane == network.arrays.approach_lane).all()
    assert np.allclose(places.speed_mps, 13.89)


def test_the_nearest_is_at_the_stop_line_and_the_others_count_in() -> None:
    network = corridor((("b0", 72.0), ("b0", 78.0), ("b0", 50.0), ("b0", 10.0), ("a0", 100.0)))
    assert stop_loops(network) == ["b0@78", "", ""]
    assert rows(network, 0) == [("a0@100", 20 + 6 + 80.0, 1.0), ("b0@10", 70.0, 1.0), ("b0@50", 30.0, 1.0)]
    # b0@72 is another at the line


def test_behind_a_tiny_lane_the_feeding_lane_counts_in() -> None:
    network = corridor((("e", 2.0), ("d", 30.0), ("d", 50.0), (":b", 1.0)))
    assert stop_loops(network) == ["", "", "e@2"]
    assert rows(network, 2) == [("d@30", 40.0 + 14 + 5, 1.0), ("d@50", 20.0 + 14 + 5, 1.0)]  # the only way to it
    assert rows(network, 0) == rows(network, 1) == []


def test_all_ways_that_lead_to_a_stop_line_count_in() -> None:
    network = corridor((("a0", 90.0), ("a1", 100.0)))
    # Some change lane on a or on b; half of those on a1 leave for c.
    assert rows(network, 0) == [("a0@90", 30 + 6 + 80.0, 0.7225), ("a1@100", 20 + 6 + 80.0, 0.1912)]
    assert {name: weight for name, _, weight in rows(network, 1)} == {
        "a1@100": pytest.approx(0.85 * 0.5 * 0.85 + 0.15 * 0.15, abs=1e-3), "a0@90": pytest.approx(0.19, abs=1e-2),
    }  # fmt: skip


def test_a_loop_on_a_lane_on_which_nobody_can_stand_tells_nothing() -> None:
    network = corridor((("e", 2.0), ("d", 30.0)))
    lanes = tuple(replace(lane, length_m=LEAST_M - 0.5) if lane.id == "e" else lane for lane in network.lanes)
    network = replace(network, lanes=lanes)
    assert stop_loops(network) == ["", "", ""]
    assert [name for name, _, _ in rows(network, 2)] == ["d@30"]


def test_no_detectors_at_all() -> None:
    network = corridor()
    assert stop_loops(network) == ["", "", ""]
    assert all(rows(network, approach) == [] for approach in range(3))


def test_who_leaves_goes_to_the_next_stop_line() -> None:
    network = corridor((("b0", 77.0),))
    assert onward(network, 0) == [(0, 2, 14.0 + 70.0 + 14.0 + 5.0, 1.0)]  # over d, by the first link only
    assert onward(network, 1) == onward(network, 2) == []


def test_a_road_of_several_lanes_is_left_on_any_of_them() -> None:
    network = crossroads()
    places = loop_places(network, 200.0)
    assert len(places.row_prior) == 0  # nothing follows
    assert places.sight_m.tolist() == [200.0] * len(places.lane)
    assert loop_places(network, 400.0).sight_m.tolist() == network.arrays.lane_length_m[places.lane].tolist()


def test_lanes_beside_get_their_share() -> None:
    network = corridor()
    assert _beside(network, 0) == {0: 0.5, 1: 0.5}
    assert _beside(network, 2) == {2: 1.0}
    places = loop_places(network, 200.0)
    assert places.beside_offset.tolist() == [0, 1, 2, 2]
    assert places.beside.tolist() == [1, 0]


def test_cyclists_ride_as_fast_as_they_can_not_as_they_may() -> None:
    network = corridor()
    lanes = tuple(replace(lane, user=User.BICYCLE) if lane.id in {"b0", "d"} else lane for lane in network.lanes)
    slow = tuple(replace(lane, speed_mps=3.0) if lane.id == "b0" else lane for lane in lanes)
    assert loop_places(replace(network, lanes=lanes), 200.0).speed_mps.tolist() == [CYCLING_MPS, 12.0, 12.0]
    assert loop_places(replace(network, lanes=slow), 200.0).speed_mps.tolist() == [3.0, 12.0, 12.0]


def test_the_stop_line_loop_of_a_tiny_lane_lies_on_what_leads_to_it_alone() -> None:
    network = corridor((("d", 67.0), ("d", 30.0)))
    lanes = tuple(replace(lane, length_m=1.5) if lane.id == "e" else lane for lane in network.lanes)
    assert stop_loops(replace(network, lanes=lanes)) == ["", "", "d@67"]
    assert rows(replace(network, lanes=lanes), 2) == [("d@30", 40.0 + 14 + 1.5, 1.0)]  # it counts in no more
    far = corridor((("d", 55.0),))
    assert stop_loops(replace(far, lanes=lanes)) == ["", "", ""]


def test_loops_on_the_only_way_are_its_own_unless_they_are_far_away() -> None:
    near, far = corridor((("a0", 110.0),)), corridor((("d", 28.0),))
    near = replace(near, lanes=tuple(replace(lane, length_m=40.0) if lane.id == "b0" else lane for lane in near.lanes))
    assert loop_places(near, 200.0).post_row[0] == -1
    assert rows(near, 0) == [("a0@110", 10 + 6 + 40.0, 1.0)]
    assert loop_places(far, 200.0).post_row[-1] >= 0


def test_loops_farther_away_on_the_only_way_tell_of_who_comes_earlier() -> None:
    assert rows(corridor((("b0", 40.0), ("a0", 60.0), ("a0", 110.0))), 0) == [
        ("a0@60", 60.0 + 6.0 + 80.0, 1.0),
        ("a0@110", 10.0 + 6.0 + 80.0, 1.0),
        ("b0@40", 40.0, 1.0),
    ]
    # One that is hardly farther away tells nothing new, and where others join, the way is no longer the only one.
    assert rows(corridor((("b0", 5.0), ("a0", 112.0))), 0) == [("b0@5", 75.0, 1.0)]
    assert rows(corridor((("b1", 40.0), ("a1", 60.0))), 1) == [("b1@40", 40.0, 1.0)]
