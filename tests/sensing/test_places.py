from __future__ import annotations

import numpy as np
import pytest

from signals.model.crossroads import crossroads
from signals.model.feeders import feeders
from signals.sensing.places import first_shares, link_approaches, places_of
from tests.sensing.corridor import corridor


def test_lanes_know_their_approach_and_their_link() -> None:
    network = corridor()
    places = places_of(network, feeders(network, 200.0))
    assert {lane: int(a) for lane, a in enumerate(places.lane_approach) if a >= 0} == {3: 0, 4: 1, 9: 2}
    assert {lane: int(k) for lane, k in enumerate(places.lane_link) if k >= 0} == {6: 0, 7: 0}
    assert list(places.link_approach) == [0, 0, 1, 1, 2, 2]
    assert set(places.watched_lanes) == set(range(14)) - {5}


def test_a_u_turn_is_improbable_until_it_is_seen() -> None:
    assert first_shares(corridor()) == pytest.approx([0.5, 0.5, 1 / 1.1, 0.1 / 1.1, 0.5, 0.5])


def test_every_link_belongs_to_the_approach_of_its_lane() -> None:
    network = crossroads()
    arrays = network.arrays
    for link, approach in enumerate(link_approaches(network)):
        assert network.movements[arrays.link_movement[link]].from_lane == arrays.approach_lane[approach]
    assert np.bincount(link_approaches(network), first_shares(network)) == pytest.approx(1.0)
