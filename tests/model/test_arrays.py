from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings

from signals.model.arrays import NO_CONFLICT
from signals.model.crossroads import crossroads
from signals.model.movements import Turn
from signals.model.network import Network
from tests.model.generated import networks


@settings(deadline=None, max_examples=60)
@given(networks())
def test_every_group_is_found_again_in_the_arrays(network: Network) -> None:
    arrays = network.arrays
    for i, place in enumerate(network.intersections):
        first, size = arrays.group_offset[i], len(place.groups)
        assert arrays.group_offset[i + 1] - first == size
        for n, group in enumerate(place.groups):
            assert arrays.group_user[first + n] == group.user
            assert arrays.min_green_ds[first + n] == group.min_green_ds
            assert arrays.max_green_ds[first + n] == group.max_green_ds
            assert arrays.amber_ds[first + n] == group.amber_ds
            assert arrays.red_amber_ds[first + n] == group.red_amber_ds
            assert arrays.clearance_ds[first + n] == group.clearance_ds
            assert arrays.max_red_ds[first + n] == group.max_red_ds
        cells = arrays.intergreen_ds[arrays.matrix_offset[i] : arrays.matrix_offset[i + 1]].reshape(size, size)
        expected = [[NO_CONFLICT if cell is None else cell for cell in row] for row in place.intergreen_ds]
        assert cells.tolist() == expected


@settings(deadline=None, max_examples=60)
@given(networks())
def test_links_belong_to_their_approach_and_lead_to_their_lane(network: Network) -> None:
    arrays = network.arrays
    assert arrays.approach_offset[-1] == len(arrays.approach_lane)
    for a, lane in enumerate(arrays.approach_lane):
        i = int(np.searchsorted(arrays.approach_offset, a, side="right")) - 1
        place = network.intersections[i]
        for k in range(arrays.link_offset[a], arrays.link_offset[a + 1]):
            movement = network.movements[arrays.link_movement[k]]
            group = place.groups[arrays.link_group[k] - arrays.group_offset[i]]
            assert movement.from_lane == lane
            assert movement.to_lane == arrays.link_to_lane[k]
            assert arrays.link_movement[k] in group.movements


def test_permissive_links_are_marked() -> None:
    arrays = crossroads().arrays
    assert arrays.link_permissive.tolist() == [0, 1, 0] * 4


def test_crossings_are_no_links() -> None:
    network = crossroads()
    turns = {network.movements[m].turn for m in network.arrays.link_movement}
    assert len(network.arrays.link_movement) == 12
    assert Turn.CROSSING not in turns


@settings(deadline=None, max_examples=60)
@given(networks())
def test_stages_are_rows_over_the_groups_of_their_own_intersection(network: Network) -> None:
    arrays = network.arrays
    for i, place in enumerate(network.intersections):
        rows = arrays.stage_green[arrays.stage_offset[i] : arrays.stage_offset[i + 1]]
        assert [tuple(np.flatnonzero(row)) for row in rows] == [stage.groups for stage in place.stages]


def test_priority_is_told_between_links() -> None:
    network = crossroads(pedestrians=False)
    movements = list(network.movements)
    movements[2] = replace(movements[2], yields_to=(6, 7))  # left turn from the north against the south
    arrays = replace(network, movements=tuple(movements)).arrays
    rows = [arrays.yield_link[arrays.yield_offset[k] : arrays.yield_offset[k + 1]].tolist() for k in range(12)]
    assert [[arrays.link_movement[k] for k in row] for row in rows] == [[], [], [6, 7]] + [[]] * 9


def test_nothing_controlled_makes_empty_arrays() -> None:
    arrays = replace(crossroads(), intersections=()).arrays
    assert arrays.group_offset.tolist() == arrays.approach_offset.tolist() == [0]
    assert len(arrays.link_group) == len(arrays.stage_green) == 0
