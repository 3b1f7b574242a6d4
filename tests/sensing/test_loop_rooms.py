from __future__ import annotations

import numpy as np
import pytest

from signals.kernels.loop_health import WORKS
from signals.sensing import loop_rooms
from signals.sensing.loop_places import loop_places
from tests.sensing.corridor import corridor

NETWORK = corridor((("b0", 77.0), ("a1", 100.0)))
PLACES = loop_places(NETWORK, 200.0)


def test_every_loop_is_trusted_at_first() -> None:
    health = loop_rooms.healthy(2)
    assert health.state.tolist() == [WORKS, WORKS]
    assert not health.liar.any()


def test_every_row_has_its_prior_probability() -> None:
    counters = loop_rooms.first_counters(PLACES)
    assert (counters.row_weight == PLACES.row_prior).all()
    assert counters.row_weight is not PLACES.row_prior
    assert (counters.rate_veh_s > 0.0).all()
    assert (counters.fresh_veh == -1.0).all()


def test_nobody_is_connected_unless_somebody_says_so() -> None:
    reported = loop_rooms.nobody_reported(3)
    assert not reported.on[0]
    assert reported.offset.tolist() == [0, 0, 0, 0]
    assert len(reported.handle) == len(reported.distance_m) == 0


def test_most_drive_straight_on_before_anybody_was_counted() -> None:
    turns = loop_rooms.first_turns(NETWORK)
    assert turns.share == pytest.approx([3 / 4, 1 / 4, 1 / 1.1, 0.1 / 1.1, 3 / 4, 1 / 4])


def test_roads_are_empty_and_unwatched_lanes_unknown() -> None:
    tracks, beliefs = loop_rooms.no_tracks(3), loop_rooms.first_beliefs(NETWORK)
    assert tracks.distance_m.shape == (3, loop_rooms.MOST_EXPECTED)
    assert tracks.number.tolist() == [0, 0, 0]
    assert len(beliefs.arrival_weight) == 3 * loop_rooms.MOST_EXPECTED
    assert np.isnan(beliefs.lane_veh).all()
    assert beliefs.lane_veh.shape == NETWORK.arrays.lane_length_m.shape
