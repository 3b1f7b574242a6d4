from __future__ import annotations

from pathlib import Path

import pytest

from signals.adapters.sumo.network import read_network
from signals.model.intersections import Intersection, Stage
from tests.adapters.sumo_tee import SAFE, program, shipped, tee

NORTH, WEST, LEFT, WALK = range(4)


def read(path: Path, stages: str = "file") -> Intersection:
    return read_network(path, stages=stages).intersections[0]


def steps(intersection: Intersection, plan: int = 0) -> list[tuple[int, tuple[int, ...]]]:
    return [(step.duration_ds, step.groups) for step in intersection.plans[plan].steps]


def test_a_plan_says_who_is_wanted_green(tmp_path: Path) -> None:
    intersection = read(tee(tmp_path, program(offset="12.5")))
    assert steps(intersection) == [(200, (WEST, LEFT, WALK)), (50, ()), (150, (NORTH,)), (50, ())]
    (plan,) = intersection.plans
    assert (plan.id, plan.cycle_ds, plan.offset_ds) == ("0", 450, 125)


def test_a_group_is_wanted_from_its_red_amber_on(tmp_path: Path) -> None:
    with_red_amber = program((*SAFE[:2], ("1", "rrrrr"), ("1", "urrrr"), *SAFE[3:]))
    assert steps(read(tee(tmp_path, with_red_amber))) == [
        (200, (WEST, LEFT, WALK)),
        (40, ()),
        (160, (NORTH,)),
        (50, ()),
    ]


def test_red_amber_waits_for_a_conflicting_green(tmp_path: Path) -> None:
    early = program((("20", "rGggG"), ("2", "uGggr"), *SAFE[1:]))
    network = read_network(tee(tmp_path, early))
    assert steps(network.intersections[0])[:2] == [(200, (WEST, LEFT, WALK)), (20, (WEST, LEFT))]
    assert [finding.code for finding in network.findings if finding.code == "early-red-amber"]


def test_steps_with_bounds_are_not_joined(tmp_path: Path) -> None:
    bounded = program((("20", "rGggG", 'minDur="5"', 'maxDur="30"'), ("5", "rGggG"), *SAFE[1:]), kind="actuated")
    plan = read(tee(tmp_path, bounded)).plans[0]
    assert [(step.duration_ds, step.min_ds, step.max_ds) for step in plan.steps[:2]] == [(200, 50, 300), (50, 0, 0)]


def test_the_later_of_two_that_conflict_is_left_out_of_the_step(tmp_path: Path) -> None:
    unsafe = program((*SAFE, ("9", "GrrrG"), ("3", "yrrrr")))
    intersection = read(tee(tmp_path, unsafe))
    assert steps(intersection)[4:] == [(90, (NORTH,)), (30, ())]


def test_stages_come_from_steps_without_amber(tmp_path: Path) -> None:
    assert read(tee(tmp_path)).stages == (Stage("1", (WEST, LEFT, WALK)), Stage("2", (NORTH,)))


def test_a_stage_that_is_part_of_another_is_left_out_unless_it_spares_drivers_from_yielding(tmp_path: Path) -> None:
    no_walk = ("5", "rGggr")
    no_left = ("5", "rGrgr")
    only_left = ("5", "rrGrr")
    intersection = read(tee(tmp_path, program((SAFE[0], no_walk, no_left, SAFE[1], only_left, *SAFE[2:]))))
    assert [stage.groups for stage in intersection.stages] == [(WEST, LEFT, WALK), (LEFT,), (NORTH,)]


def test_derived_stages_are_the_largest_compatible_sets(tmp_path: Path) -> None:
    intersection = read(tee(tmp_path), "derived")
    assert intersection.stages == (Stage("1", (WEST, LEFT, WALK), "derived"), Stage("2", (NORTH,), "derived"))


def test_a_group_that_no_safe_step_serves_gets_a_stage(tmp_path: Path) -> None:
    steps_of = (("20", "rGrrr"), ("3", "ryrrr"), ("9", "GrrrG"), ("3", "yrrrr"))
    intersection = read(tee(tmp_path, program(steps_of)))
    walk = next(index for index, group in enumerate(intersection.groups) if 4 in group.links)
    assert [stage.groups for stage in intersection.stages if walk in stage.groups] == [
        next(stage.groups for stage in intersection.stages if stage.source == "derived")
    ]


def test_the_stages_of_cologne_keep_the_protected_left_turns() -> None:
    found = shipped("RESCO/cologne1/cologne1.net.xml")
    if found is None:
        pytest.skip("sumo-rl is not installed")
    assert [stage.groups for stage in read(found[0]).stages] == [(2, 3, 6, 7), (3, 7), (0, 1, 4, 5), (1, 5)]
