from __future__ import annotations

from pathlib import Path

from signals.adapters.sumo.network import read_network
from signals.model.lanes import User
from tests.adapters.sumo_tee import SAFE, program, tee


def test_an_intersection(tmp_path: Path) -> None:
    intersection = read_network(tee(tmp_path)).intersections[0]
    assert (intersection.id, intersection.junctions, intersection.link_count) == ("C", ("C",), 5)
    assert [group.links for group in intersection.groups] == [(0,), (1, 3), (2,), (4,)]
    assert [group.movements for group in intersection.groups] == [(0,), (1, 3), (2,), (4,)]
    assert [group.user for group in intersection.groups] == [User.VEHICLE] * 3 + [User.PEDESTRIAN]
    assert [group.permissive_links for group in intersection.groups] == [(), (3,), (2,), ()]
    assert intersection.off_links == ()


def test_off_links_keep_their_letter(tmp_path: Path) -> None:
    steps = tuple((step[0], f"{step[1][:3]}O{step[1][4]}") for step in SAFE)
    intersection = read_network(tee(tmp_path, program(steps))).intersections[0]
    assert intersection.off_links == ((3, "O"),)
    assert [group.links for group in intersection.groups] == [(0,), (1,), (2,), (4,)]


def test_links_that_turn_on_red_and_links_that_must_yield(tmp_path: Path) -> None:
    steps = tuple((step[0], step[1][:3] + step[1][3].replace("r", "s").replace("g", "G") + step[1][4]) for step in SAFE)
    west = read_network(tee(tmp_path, program(steps))).intersections[0].groups[1]
    assert west.turn_on_red_links == (3,)
    assert west.permissive_links == (3,), "it yields to people by law"


def test_a_program_in_rings_gets_derived_stages(tmp_path: Path) -> None:
    intersection = read_network(tee(tmp_path, program(kind="NEMA"))).intersections[0]
    assert {stage.source for stage in intersection.stages} == {"derived"}
    assert {group.amber_ds for group in intersection.groups} == {30, 0}


def test_a_short_gap_in_the_green_of_people_is_filled(tmp_path: Path) -> None:
    steps = (("10", "rGggG"), ("2", "rGggr"), ("8", "rGggG"), ("3", "ryyyr"), ("8", "rrrrr"), *SAFE[3:])
    network = read_network(tee(tmp_path, program(steps)))
    (plan,) = network.intersections[0].plans
    assert [3 in step.groups for step in plan.steps] == [True, True, True, False, False, False]
    filled = next(finding for finding in network.findings if finding.code == "filled-gap")
    assert filled.text == (
        'signal "C", plan "0": gaps in the green of "S.ped" that are shorter than its clearance are filled'
    )
