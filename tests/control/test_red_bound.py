from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.control.red_bound import red_bound_s
from signals.model.crossroads import crossroads
from signals.model.network import Network
from signals.safety.bounds import waiting_bounds
from tests.control.test_horizon_site import permissive_crossroads


@pytest.mark.parametrize("network", [crossroads(), crossroads(pedestrians=False), permissive_crossroads()])
def test_it_is_when_the_guard_begins_to_serve_a_group_by_itself(network: Network) -> None:
    patience_ds, _ = waiting_bounds(network.arrays, 10)
    assert red_bound_s(network) == pytest.approx(patience_ds / 10, abs=1.0)  # whose times are whole ticks
    assert (red_bound_s(network) >= patience_ds / 10 - 1e-4).all()


def test_who_may_wait_longer_has_more_time() -> None:
    network = crossroads()
    (place,) = network.intersections
    first = replace(place.groups[0], max_red_ds=place.groups[0].max_red_ds + 100)
    patient = replace(network, intersections=(replace(place, groups=(first, *place.groups[1:])),))
    expected = np.zeros(len(place.groups))
    expected[0] = 10.0
    assert red_bound_s(patient) - red_bound_s(network) == pytest.approx(expected)
