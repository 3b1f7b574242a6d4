from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from signals.control.dual_ring import Rings
from signals.control.ring_barrier import ring_plan
from signals.model.crossroads import crossroads
from signals.testing import networks
from tests.control.test_stage_sequence import yielding_left

NETWORK = crossroads()
PLACE = NETWORK.intersections[0]


def test_the_classic_eight() -> None:
    """Two sides, two rings each, turns to the left lead; people on foot are in no ring."""
    plan = ring_plan(NETWORK, 0)
    assert [{frozenset(ring) for ring in side} for side in plan.sides] == [
        {frozenset((0, 5)), frozenset((1, 4))},
        {frozenset((2, 7)), frozenset((3, 6))},
    ]
    assert all(ring[0] in (1, 3, 5, 7) for side in plan.sides for ring in side)
    assert plan.overlaps == (8, 9, 10, 11)


def test_the_matrix_keeps_apart_what_these_rings_do() -> None:
    plan = ring_plan(NETWORK, 0)
    Rings(PLACE, [[[PLACE.groups[g].id for g in ring] for ring in side] for side in plan.sides])


@pytest.mark.parametrize("network", networks())
def test_every_group_has_one_place_and_rings_of_a_side_are_compatible(network: Any) -> None:
    for i, place in enumerate(network.intersections):
        plan = ring_plan(network, i)
        ringed = [g for side in plan.sides for ring in side for g in ring]
        assert sorted([*ringed, *plan.overlaps]) == sorted({g for stage in place.stages for g in stage.groups})
        for side in plan.sides:
            for one in side:
                for other in side:
                    if one is not other:
                        assert not any(place.conflict(g, h) for g in one for h in other)
        sides = [[g for ring in side for g in ring] for side in plan.sides]
        assert all(place.conflict(g, h) for a in sides for b in sides if a is not b for g in a for h in b)


def test_without_stages_there_are_no_rings() -> None:
    network = replace(NETWORK, intersections=(replace(PLACE, stages=()),))
    assert ring_plan(network, 0).sides == ()


def test_who_yields_stands_in_one_ring_with_those_it_yields_to_where_a_stage_protects_it() -> None:
    plan = ring_plan(yielding_left(), 0)
    assert list(zip(*plan.yields.nonzero(), strict=True)) == [(1, 4)]
    assert not plan.conflicts[1, 4]
    assert [ring for side in plan.sides for ring in side if {1, 4} & set(ring)] == [(1, 4)]


def test_a_turn_that_shares_its_lane_has_no_place_of_its_own() -> None:
    """Whoever goes straight on at the head of the lane would block it."""
    network = yielding_left()
    movements = list(network.movements)
    movements[2] = replace(movements[2], from_lane=movements[0].from_lane)
    assert not ring_plan(replace(network, movements=tuple(movements)), 0).yields.any()
