"""Where lanes and movements lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from signals.model.movements import Turn
from signals.model.network import Network
from signals.report.plane import _bend, path_of, view_of


def test_the_view_holds_the_junction_and_not_the_whole_arms(network: Network) -> None:
    view = view_of(network, network.intersections[0])
    assert view is not None
    assert abs(view.x_m) < 2
    assert 25 < view.half_m < 40


def test_ways_begin_at_the_stop_line_and_end_where_the_exit_begins(network: Network) -> None:
    for movement in network.movements:
        path = path_of(network, movement)
        assert path is not None
        if movement.turn is not Turn.CROSSING:
            assert path[0].tolist() == list(network.lanes[movement.from_lane].shape[-1])
            assert path[-1].tolist() == list(network.lanes[movement.to_lane].shape[0])


def test_known_lanes_inside_the_junction_are_followed(network: Network) -> None:
    inside = replace(network.lanes[0], id="inside", shape=((1.0, 2.0), (3.0, 4.0)))
    movement = replace(network.movements[0], via=(len(network.lanes),))
    wider = replace(network, lanes=(*network.lanes, inside))
    path = path_of(wider, movement)
    assert path is not None
    assert path[1:3].tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_bend_turns_where_the_two_lanes_meet() -> None:
    path = _bend(np.array([[0.0, -9.0], [0.0, 0.0]]), np.array([[10.0, 10.0], [20.0, 10.0]]))
    assert path[0].tolist() == [0, 0]
    assert path[-1].tolist() == [10, 10]
    assert (np.diff(path, axis=0) >= -1e-9).all()
    straight = _bend(np.array([[0.0, -9.0], [0.0, 0.0]]), np.array([[0.0, 10.0], [0.0, 20.0]]))
    assert np.abs(straight[:, 0]).max() == 0
