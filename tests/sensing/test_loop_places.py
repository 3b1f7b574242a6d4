from __future__ import annotations

import numpy as np
import pytest

from signals.model.crossroads import crossroads
from signals.model.feeders import feeders
from signals.model.network import Network
from signals.sensing.loop_places import loop_places
from tests.sensing.corridor import corridor


def rows(network: Network, approach: int) -> list[tuple[str, float, float]]:
    """Return (detector, distance, weight) of the loops upstream of an approach."""
    places = loop_places(network, feeders(network, 200.0))
    first, last = places.loop_offset[approach : approach + 2]
    names = [network.detectors[number].id for number in places.loop[first:last]]
    return [
        (name, round(float(distance), 3), round(float(weight), 4))
        for name, distance, weight in zip(
            names, places.loop_distance_m[first:last], places.loop_weight[first:last], strict=True
        )
    ]


def stop_loops(network: Network) -> list[str]:
    places = loop_places(network, feeders(network, 200.0))
    return ["" if number < 0 else network.detectors[number].id for number in places.stop_loop]


def test_two_loops_a_lane() -> None:
    network = crossroads()
    places = loop_places(network, feeders(network, 200.0))
    for approach, lane in enumerate(network.arrays.approach_lane):
        stop = network.detectors[places.stop_loop[approach]]
        assert (stop.lane, stop.position_m) == (lane, 296.0)
        ((name, distance, weight),) = rows(network, approach)
        assert name == f"{network.lanes[lane].id}@50"
        assert (distance, weight) == (50.0, 1.0)
    assert (places.lane == network.arrays.approach_lane).all()
    assert np.allclose(places.speed_mps, 13.89)


def test_the_nearest_is_at_the_stop_line_and_the_furthest_counts_in() -> None:
    network = corridor((("b0", 72.0), ("b0", 78.0), ("b0", 50.0), ("b0", 10.0), ("a0", 100.0)))
    assert stop_loops(network) == ["b0@78", "", ""]
    assert rows(network, 0) == [("b0@10", 70.0, 1.0)]


def test_behind_a_tiny_lane_the_feeding_lane_counts_in() -> None:
    network = corridor((("e", 2.0), ("d", 30.0), ("d", 50.0), (":b", 1.0)))
    assert stop_loops(network) == ["", "", "e@2"]
    assert rows(network, 2) == [("d@30", 40.0 + 14 + 5, 1.0)]
    assert rows(network, 0) == rows(network, 1) == []


def test_all_ways_that_lead_to_a_stop_line_count_in() -> None:
    network = corridor((("a0", 90.0), ("a1", 100.0)))
    # Some change lane on a or on b; half of those on a1 leave for c.
    assert rows(network, 0) == [("a0@90", 30 + 6 + 80.0, 0.7225), ("a1@100", 20 + 6 + 80.0, 0.1912)]
    assert {name: weight for name, _, weight in rows(network, 1)} == {
        "a1@100": pytest.approx(0.85 * 0.5 * 0.85 + 0.15 * 0.15, abs=1e-3), "a0@90": pytest.approx(0.19, abs=1e-2),
    }  # fmt: skip


def test_no_detectors_at_all() -> None:
    network = corridor()
    assert stop_loops(network) == ["", "", ""]
    assert all(rows(network, approach) == [] for approach in range(3))
