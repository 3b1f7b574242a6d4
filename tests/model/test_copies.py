from __future__ import annotations

import numpy as np
import pytest

from signals.adapters.sim.replay import Replay, replay
from signals.errors import NetworkError
from signals.model.copies import copies, together
from signals.model.crossroads import crossroads
from tests.kernels.driven import random_travel


def test_a_copy_is_the_network_with_other_numbers() -> None:
    network, three = crossroads(), copies(crossroads(), 3)
    assert len(three.lanes) == 3 * len(network.lanes)
    assert [place.id for place in three.intersections] == ["centre~0", "centre~1", "centre~2"]
    for name in ("min_green_ds", "intergreen_ds", "link_permissive", "lane_length_m"):
        np.testing.assert_array_equal(getattr(three.arrays, name), np.tile(getattr(network.arrays, name), 3))
    last, moves = three.movements[-len(network.movements) :], network.movements
    assert [m.from_lane - 2 * len(network.lanes) for m in last] == [m.from_lane for m in moves]
    assert [tuple(f - 2 * len(moves) for f in m.yields_to) for m in last] == [m.yields_to for m in moves]
    assert three.edges[-1] == f"{network.edges[-1]}~2"


def test_what_happens_in_a_copy_happens_in_the_network_alone() -> None:
    network = crossroads()
    travels = [random_travel(network, seed, 100 + 50 * seed, people=5) for seed in range(3)]
    whole = replay(Replay(copies(network, 3), together(network, travels), 0.0, 900.0))[0]
    alone = [replay(Replay(network, travel, 0.0, 900.0))[0] for travel in travels]
    for name in ("scheduled_s", "time_loss_s", "duration_s", "departure_delay_s", "waiting_s"):
        apart = np.concatenate([getattr(trips, name) for trips in alone])
        np.testing.assert_array_equal(np.sort(getattr(whole, name)), np.sort(apart))


def test_no_copy_at_all_is_refused() -> None:
    with pytest.raises(NetworkError, match="not 0 times"):
        copies(crossroads(), 0)
