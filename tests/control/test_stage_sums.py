from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from signals.control.stage_sums import StageSums
from signals.model.crossroads import crossroads
from signals.testing import networks
from tests.control.made import demanded, quiet


@pytest.mark.parametrize("network", networks())
def test_stages_are_worth_the_sum_of_their_links_and_calls(network: Any) -> None:
    arrays, rng = network.arrays, np.random.default_rng(1)
    links = rng.random(len(arrays.link_group))
    snapshot = demanded(quiet(network), range(0, len(arrays.group_user), 2))
    expected = []
    for i, place in enumerate(network.intersections):
        first = int(arrays.group_offset[i])
        for stage in place.stages:
            worth = sum(float(links[k]) for k, g in enumerate(arrays.link_group) if g - first in stage.groups)
            worth += 2.5 * sum(place.groups[g].user == 1 and (first + g) % 2 == 0 for g in stage.groups)
            expected.append(worth)
    assert StageSums(network, 2.5).of_links(links, snapshot) == pytest.approx(expected)


def test_calls_may_be_worth_what_they_are_said_to_be() -> None:
    network = crossroads()
    worth = np.zeros(12)
    worth[0], worth[8] = 5.0, 7.0  # a group of vehicles calls in vain
    found = StageSums(network, 1.0).of_links(np.zeros(12), demanded(quiet(network), (0, 8)), worth)
    stages = network.intersections[0].stages
    assert found.tolist() == [7.0 * (8 in stage.groups) for stage in stages]
