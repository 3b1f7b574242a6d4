"""The stages side by side."""

from __future__ import annotations

from dataclasses import replace

from signals.model.network import Network
from signals.report.canvas import ASPECT_COLOURS
from signals.report.map import draw_map
from signals.report.stages import draw_stages


def test_stages_show_what_is_green(network: Network) -> None:
    drawn = draw_stages(network, network.intersections[0])
    assert drawn is not None
    figure, left_out = drawn
    assert left_out == 0
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["ahead_ns", "left_ns", "ahead_ew", "left_ew"]
    green = [sum(line.get_color() == ASPECT_COLOURS["green"] for line in axes.lines) for axes in figure.axes]
    assert green == [6, 2, 6, 2]  # four ways and two crossings; two left turns
    dashed = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert len(dashed) == 4  # two right turns give way, two crossings


def test_too_many_stages_are_counted(network: Network) -> None:
    place = network.intersections[0]
    stages = tuple(replace(place.stages[0], id=f"stage {k}") for k in range(20))
    drawn = draw_stages(network, replace(place, stages=stages))
    assert drawn is not None
    assert drawn[1] == 5


def test_nothing_is_drawn_without_shapes(network: Network) -> None:
    flat = replace(network, lanes=tuple(replace(lane, shape=()) for lane in network.lanes))
    assert draw_map(flat, flat.intersections[0]) is None
    assert draw_stages(flat, flat.intersections[0]) is None
