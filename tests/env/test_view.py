"""Which rows belong to an intersection."""

from __future__ import annotations

import numpy as np

from signals.env.view import View
from signals.testing import two_crossroads
from tests.env.made import busy


def test_the_rows_of_two_intersections_are_all_rows_and_no_row_twice() -> None:
    network = two_crossroads()
    arrays, snapshot = network.arrays, busy(network)
    one, two = (View(network, i, 0, snapshot) for i in (0, 1))
    for name, count in (
        ("approaches", len(arrays.approach_lane)),
        ("groups", len(arrays.group_user)),
        ("links", len(arrays.link_group)),
        ("arrivals", len(snapshot.arrival_weight)),
    ):
        first, second = getattr(one, name), getattr(two, name)
        assert (first.start, first.stop, second.stop) == (0, second.start, count)
        assert 0 < first.stop < count


def test_the_links_are_those_of_the_groups() -> None:
    network = two_crossroads()
    for i in (0, 1):
        view = View(network, i, 0, busy(network))
        groups = network.arrays.link_group[view.links]
        assert ((groups >= view.groups.start) & (groups < view.groups.stop)).all()
        assert len(np.unique(groups)) > 1
