"""What groups showed and what a plan asks for."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch

from signals.model.network import Network
from signals.report.canvas import ASPECT_COLOURS
from signals.report.folder import Table
from signals.report.timing import Window, draw_plan, draw_timing, window_of


def signals_table(rows: list[tuple[float, str, str, float]]) -> Table:
    time_s, group, aspect, duration_s = (list(column) for column in zip(*rows, strict=True))
    return {
        "time_s": np.array(time_s),
        "intersection": np.array(["centre"] * len(rows)),
        "group": np.array(group),
        "aspect": np.array(aspect),
        "duration_s": np.array(duration_s),
    }


def bars_of(figure: Figure) -> dict[str, set[tuple[float, float, float]]]:
    """Return colour → {(row, start, end)} of what was drawn."""
    found: dict[str, set[tuple[float, float, float]]] = {}
    for patch in figure.axes[0].patches:
        assert isinstance(patch, PathPatch)
        corners = patch.get_path().vertices.reshape(-1, 4, 2)
        spans = {(round(float(c[:, 1].mean()), 6), float(c[:, 0].min()), float(c[:, 0].max())) for c in corners}
        found[to_hex(patch.get_facecolor()).upper()] = spans
    return found


def test_timing_shows_each_aspect_when_and_where_it_was(network: Network) -> None:
    table = signals_table(
        [
            (0.0, "north_ahead", "red", 20.0),
            (20.0, "north_ahead", "green", 30.0),
            (50.0, "north_ahead", "amber", 3.0),
            (0.0, "north_left", "red", 100.0),
            (0.0, "stranger", "green", 100.0),
        ]
    )
    bars = bars_of(draw_timing(table, network.intersections[0], Window(10.0, 40.0)))
    assert bars == {
        ASPECT_COLOURS["red"]: {(0.0, 10.0, 20.0), (1.0, 10.0, 40.0)},
        ASPECT_COLOURS["green"]: {(0.0, 20.0, 40.0)},
    }


def test_the_window_is_five_minutes_from_the_middle() -> None:
    assert window_of(signals_table([(-1.0, "a", "red", 3602.0)])) == Window(1650.0, 1950.0)
    assert window_of(signals_table([(-1.0, "a", "red", 101.0)])) == Window(-1.0, 100.0)
    assert window_of({"time_s": np.empty(0), "duration_s": np.empty(0)}) == Window(0.0, 300.0)


def test_a_plan_shows_what_each_step_wants(network: Network) -> None:
    place = network.intersections[0]
    bars = bars_of(draw_plan(place.plans[0], place))
    first, second = (step.groups for step in (place.plans[0].steps[0], place.plans[0].steps[3]))
    spans = bars[ASPECT_COLOURS["green"]]
    assert {span for span in spans if span[1] == 0} == {(float(group), 0.0, 22.0) for group in first}
    assert {span for span in spans if span[1] == 30} == {(float(group), 30.0, 42.0) for group in second}
