"""The junction from above."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signals.model.network import Network
from signals.report.canvas import colour_of
from signals.report.map import _angle_deg, draw_map
from signals.report.stages import draw_stages


def test_the_map_names_every_group_and_shows_every_movement(network: Network) -> None:
    figure = draw_map(network, network.intersections[0])
    assert figure is not None
    axes = figure.axes[0]
    names = {text.get_text() for text in axes.texts if text.get_text()}
    assert names == {group.id for group in network.intersections[0].groups}
    assert len([text for text in axes.texts if not text.get_text()]) == 12  # one arrow per driven movement
    colours = {line.get_color() for line in axes.lines}
    assert {colour_of(number) for number in range(8)} <= colours


@pytest.mark.parametrize(
    ("direction", "angle"),
    [((1, 0), 0), ((0, 1), 90), ((-1, 0), 0), ((0, -1), 90), ((-1, -1), 45), ((-1, 1), -45)],
)
def test_text_along_a_lane_stands_upright(direction: tuple[float, float], angle: float) -> None:
    assert _angle_deg(np.array(direction, np.float64)) == pytest.approx(angle)


def test_a_movement_without_a_shape_is_left_out(network: Network) -> None:
    exit_lane = network.lane_index["south_out_0"]
    lanes = tuple(replace(lane, shape=()) if k == exit_lane else lane for k, lane in enumerate(network.lanes))
    part = replace(network, lanes=lanes)
    figure, drawn = draw_map(part, part.intersections[0]), draw_stages(part, part.intersections[0])
    assert figure is not None
    assert drawn is not None
    arrows = [text for text in figure.axes[0].texts if not text.get_text()]
    assert len(arrows) == 9
