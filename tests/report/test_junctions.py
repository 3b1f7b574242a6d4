"""What the page says about an intersection."""

from __future__ import annotations

from dataclasses import replace

from signals.model.network import Network
from signals.report.junctions import MOST, junction_views


def test_no_conflict_is_empty_and_zero_is_zero(network: Network) -> None:
    place = network.intersections[0]
    matrix = [list(row) for row in place.intergreen_ds]
    matrix[0][2] = 0
    matrix[2][0] = 35
    changed = replace(place, intergreen_ds=tuple(map(tuple, matrix)))
    view = junction_views(replace(network, intersections=(changed,)), [])[0]
    assert view.matrix[0][0] == "north_ahead"
    assert view.matrix[0][1][:3] == ("", "", "0")
    assert view.matrix[2][1][0] == "3.5"
    assert view.timings == ()


def test_times_are_in_seconds(network: Network) -> None:
    view = junction_views(network, [])[0]
    walk = view.groups[8]
    assert (walk.id, walk.user) == ("north_walk", "pedestrian")
    assert walk.times == ("6", "90", "0", "0", "8", "120")
    assert view.plan_text == "fixed, cycle 94 s, offset 0 s"


def test_pictures_that_cannot_be_drawn_are_left_out(network: Network) -> None:
    lanes = tuple(replace(lane, shape=()) for lane in network.lanes)
    bare = replace(network.intersections[0], plans=(), stages=())
    view = junction_views(replace(network, lanes=lanes, intersections=(bare,)), [])[0]
    assert (view.map, view.stages, view.plan, view.plan_text) == (None, None, None, "")


def test_only_the_first_are_drawn(network: Network) -> None:
    lanes = tuple(replace(lane, shape=()) for lane in network.lanes)
    bare = replace(network.intersections[0], plans=(), stages=())
    many = tuple(replace(bare, id=f"place {k}") for k in range(MOST + 3))
    views = junction_views(replace(network, lanes=lanes, intersections=many), [])
    assert [view.id for view in views] == [f"place {k}" for k in range(MOST)]
