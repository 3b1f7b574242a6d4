"""More stages than a network comes with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signals.model import stage_choices
from signals.model.crossroads import crossroads
from signals.model.intersections import Stage
from signals.model.network import Network
from signals.model.stage_choices import own_stages, with_all_stages

AHEAD_NS, LEFT_NS, AHEAD_EW, LEFT_EW = (0, 4), (1, 5), (2, 6), (3, 7)
ARMS = [(0, 1), (2, 3), (4, 5), (6, 7)]


def with_stages(network: Network, *stages: Stage) -> Network:
    place = replace(network.intersections[0], stages=stages)
    return replace(network, intersections=(place,))


def sets_of(network: Network) -> list[tuple[int, ...]]:
    return [stage.groups for stage in network.intersections[0].stages]


def permitting(network: Network, *pairs: tuple[int, int]) -> Network:
    """Let the second group of each pair be green with the first, whose drivers go first."""
    place, movements = network.intersections[0], list(network.movements)
    matrix = [list(row) for row in place.intergreen_ds]
    for first, second in pairs:
        matrix[first][second] = matrix[second][first] = None
        for movement in place.groups[second].movements:
            movements[movement] = replace(movements[movement], yields_to=place.groups[first].movements)
    place = replace(place, intergreen_ds=tuple(tuple(row) for row in matrix))
    return replace(network, movements=tuple(movements), intersections=(place,))


def test_every_arm_can_be_served_alone_where_the_network_serves_opposite_ones_together() -> None:
    network = crossroads(pedestrians=False)
    wide = with_all_stages(network)
    assert sets_of(network) == [AHEAD_NS, LEFT_NS, AHEAD_EW, LEFT_EW]
    assert sets_of(wide)[:4] == sets_of(network)
    assert sorted(sets_of(wide)[4:]) == ARMS
    more = wide.intersections[0].stages[4:]
    assert [stage.id for stage in more] == ["5", "6", "7", "8"]
    assert {stage.source for stage in more} == {"derived"}


def test_nothing_is_added_twice() -> None:
    once = with_all_stages(crossroads(pedestrians=False))
    assert with_all_stages(once) == once


def test_all_that_is_added_is_compatible_and_complete() -> None:
    place = with_all_stages(crossroads(pedestrians=True)).intersections[0]
    for stage in place.stages[4:]:
        rest = set(range(len(place.groups))) - set(stage.groups)
        assert not any(place.conflict(a, b) for a in stage.groups for b in stage.groups if a != b)
        assert all(any(place.conflict(one, other) for other in stage.groups) for one in rest)


def test_who_may_yield_gets_stages_with_and_without_yielding() -> None:
    """Left turns that may yield: both through streams and both left turns at once, and each arm without yielding."""
    network = permitting(crossroads(pedestrians=False), (0, 5), (4, 1))
    north_south = [groups for groups in sets_of(with_all_stages(network)) if set(groups) <= {0, 1, 4, 5}]
    assert north_south == [LEFT_NS, (0, 1, 4, 5), (0, 1), (4, 5)]


def test_drivers_yield_only_where_the_network_has_them_yield() -> None:
    assert not any(set(groups) >= {0, 5} for groups in sets_of(with_all_stages(crossroads(pedestrians=False))))


def test_names_that_are_taken_are_passed_over() -> None:
    network = crossroads(pedestrians=False)
    own = network.intersections[0].stages
    wide = with_all_stages(with_stages(network, replace(own[0], id="6"), *own[1:]))
    assert [stage.id for stage in wide.intersections[0].stages[4:]] == ["5", "7", "8", "9"]


@pytest.mark.parametrize("offsets", [{"late_start_ds": (0, 30)}, {"early_cutoff_ds": (20, 0)}])
def test_what_somebody_designed_in_detail_is_left_as_it_is(offsets: dict[str, tuple[int, ...]]) -> None:
    network = crossroads(pedestrians=False)
    own = network.intersections[0].stages
    designed = with_stages(network, replace(own[0], **offsets), *own[1:])
    assert with_all_stages(designed) == designed


def test_groups_that_no_stage_serves_stay_without() -> None:
    network = crossroads(pedestrians=False)
    wide = with_all_stages(with_stages(network, *network.intersections[0].stages[:2]))
    assert {group for groups in sets_of(wide) for group in groups} == {0, 1, 4, 5}


def test_a_stage_makes_room_for_one_that_serves_more() -> None:
    network = crossroads(pedestrians=False)
    own = network.intersections[0].stages
    wide = with_all_stages(with_stages(network, Stage("half", (0,)), *own))
    assert wide.intersections[0].stages[:4] == own
    assert (0,) not in sets_of(wide)


def test_a_stage_in_which_nobody_has_to_yield_stays_beside_the_larger_one() -> None:
    network = permitting(crossroads(pedestrians=False), (0, 5), (4, 1))
    assert (1, 5) in sets_of(with_all_stages(with_stages(network, Stage("all", (0, 1, 4, 5)), Stage("left", (1, 5)))))


def test_its_own_stages_come_first_and_are_counted_where_they_serve_everybody() -> None:
    network = crossroads(pedestrians=False)
    own = network.intersections[0].stages
    assert own_stages(network).tolist() == own_stages(with_all_stages(network)).tolist() == [len(own)]
    left = with_stages(network, *(replace(stage, source="derived") for stage in own))
    assert own_stages(left).tolist() == [len(own)]  # there are no others
    halves = with_all_stages(with_stages(network, *own[:3], *(Stage(f"{g}", (g,)) for g in own[3].groups)))
    assert own_stages(halves).tolist() == [len(halves.intersections[0].stages)]  # the halves made room


def test_where_there_would_be_too_many_all_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    network = crossroads()
    wide = with_all_stages(network)
    monkeypatch.setattr(stage_choices, "MOST_STAGES", len(sets_of(wide)))
    assert with_all_stages(network) == wide
    monkeypatch.setattr(stage_choices, "MOST_STAGES", len(sets_of(wide)) - 1)
    assert with_all_stages(network) == network
