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
