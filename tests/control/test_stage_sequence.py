from __future__ import annotations

import time
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.control import stage_sequence as module
from signals.control.stage_sequence import protected_links, stage_sequence
from signals.model.crossroads import crossroads
from signals.model.intersections import Intersection, SignalGroup, Stage
from signals.model.lanes import User
from signals.model.network import Network

CROSSROADS = crossroads()


def with_stages(stages: tuple[Stage, ...], network: Network = CROSSROADS) -> Network:
    return replace(network, intersections=(replace(network.intersections[0], stages=stages),))


def free_groups(count: int, stages: list[tuple[int, ...]]) -> Network:
    """An intersection whose groups do not conflict at all, so that any stages may be tried."""
    groups = tuple(SignalGroup(f"g{n}", User.VEHICLE, (n,)) for n in range(count))
    matrix = ((None,) * count,) * count
    place = Intersection("x", groups, matrix, tuple(Stage(f"s{n}", green) for n, green in enumerate(stages)))
    return Network("free", (), (), (place,))


def test_every_stage_of_the_crossroads_is_needed() -> None:
    sequence = stage_sequence(CROSSROADS, 0)
    assert sequence.stages == (0, 1, 2, 3)
    # Vehicles wait 5 s for vehicles, 8 s for people; people need 6 s of green after the 5 s they wait.
    assert sequence.lost_ds == (50, 80, 50, 80)
    assert sequence.shortest_ds == (110, 130, 110, 130)


def test_stages_that_serve_nobody_new_are_left_out() -> None:
    stages = CROSSROADS.intersections[0].stages
    more = (Stage("half", (0,)), *stages, Stage("rest", ()))
    assert stage_sequence(with_stages(more), 0).stages == (1, 2, 3, 4)


def test_one_stage_changes_to_nothing() -> None:
    sequence = stage_sequence(with_stages((Stage("only", (0, 4, 9)),)), 0)
    assert sequence.stages == (0,)
    assert sequence.lost_ds == (0,)
    assert sequence.shortest_ds == (60,)


def test_groups_that_go_on_lose_nothing() -> None:
    stages = (Stage("north and its left", (0, 1)), Stage("both", (0, 4, 9, 11)), Stage("east", (2, 6)))
    sequence = stage_sequence(with_stages(stages), 0)
    assert sequence.stages == (0, 1, 2)
    assert sequence.lost_ds[1] == 50  # the south waits for the left turn, the north goes on


def test_where_nobody_new_begins_those_who_go_on_wait_for_the_amber_of_their_rivals() -> None:
    stages = (Stage("both", (0, 1)), Stage("left alone", (1,)), Stage("east", (2,)))
    sequence = stage_sequence(with_stages(stages), 0)
    assert sequence.stages == (0, 2)  # the left turn goes with the rest already
    place = replace(CROSSROADS.intersections[0], stages=stages)
    assert module._change_ds(place, 0, 1) == (30, 80)  # 3 s of amber, then 5 s of green
    assert module._change_ds(place, 1, 0) == (0, 50)  # straight on joins at once


def test_no_stage_no_sequence() -> None:
    for stages in ((), (Stage("rest", ()),)):
        assert stage_sequence(with_stages(stages), 0) == module.StageSequence((), (), ())


@settings(deadline=None)
@given(st.lists(st.sets(st.integers(0, 5), min_size=1, max_size=4), min_size=1, max_size=7))
def test_no_smaller_choice_serves_everybody(sets: list[set[int]]) -> None:
    everybody = set().union(*sets)
    network = free_groups(6, [tuple(sorted(groups)) for groups in sets])
    chosen = stage_sequence(network, 0).stages
    assert set().union(*(sets[s] for s in chosen)) == everybody
    assert list(chosen) == sorted(chosen)
    for smaller in combinations(sets, len(chosen) - 1):
        assert set().union(*smaller) != everybody


def test_where_the_smallest_choice_is_hard_to_find_a_small_one_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_NODES", 3)
    network = free_groups(6, [(0,), (1,), (2,), (3,), (4,), (5,), (0, 1, 2), (3, 4)])
    assert stage_sequence(network, 0).stages == (5, 6, 7)


def test_forty_groups_in_sixty_stages_take_no_time() -> None:
    rng = np.random.default_rng(3)
    stages = [tuple(sorted(set(rng.integers(0, 40, 6).tolist()))) for _ in range(60)]
    begin = time.process_time()
    sequence = stage_sequence(free_groups(40, stages), 0)
    assert time.process_time() - begin < 10.0
    assert {g for s in sequence.stages for g in stages[s]} == {g for green in stages for g in green}


def yielding_left() -> Network:
    """The left turn from the north also goes with the straight traffic, yielding to the south."""
    network = crossroads(pedestrians=False)
    movements = list(network.movements)
    movements[2] = replace(movements[2], yields_to=(6, 7))
    place = network.intersections[0]
    groups = list(place.groups)
    groups[1] = replace(groups[1], permissive_links=(2,))
    cells = [list(row) for row in place.intergreen_ds]
    cells[1][4] = cells[4][1] = None
    stages = (Stage("all", (0, 1, 4)), Stage("left", (1, 5)), Stage("east", (2, 6)), Stage("east left", (3, 7)))
    place = replace(place, groups=tuple(groups), intergreen_ds=tuple(tuple(row) for row in cells), stages=stages)
    return replace(network, movements=tuple(movements), intersections=(place,))


def test_a_left_turn_that_yields_is_served_by_the_stage_that_protects_it() -> None:
    network = yielding_left()
    link = int(np.flatnonzero(network.arrays.link_movement == 2)[0])
    assert protected_links(network, 0) == [frozenset(), {link}, frozenset(), frozenset()]
    assert stage_sequence(network, 0).stages == (0, 1, 2, 3)


def test_without_such_a_stage_yielding_is_good_enough() -> None:
    network = yielding_left()
    stages = [s for s in network.intersections[0].stages if s.id != "left"]
    place = replace(network.intersections[0], stages=(*stages, Stage("south left", (5,))))
    assert stage_sequence(replace(network, intersections=(place,)), 0).stages == (0, 1, 2, 3)
    assert not any(protected_links(replace(network, intersections=(place,)), 0))


def test_turning_right_across_a_crossing_needs_no_stage_of_its_own() -> None:
    assert not any(protected_links(CROSSROADS, 0))
