"""Queues: sums over approaches, ranges over runs."""

from __future__ import annotations

import numpy as np

from signals.report.folder import Table
from signals.report.queues import draw_approaches, draw_queues, series_of


def queue_table(queues: list[list[float]]) -> Table:
    intervals, approaches = len(queues), len(queues[0])
    return {
        "time_s": np.repeat(np.arange(intervals) * 10.0, approaches),
        "intersection": np.array(["centre"] * intervals * approaches),
        "approach": np.array([f"lane {k}" for k in range(approaches)] * intervals),
        "queue_mean_veh": np.array(queues).ravel(),
    }


def test_queues_are_summed_over_approaches_and_cut_to_the_shortest() -> None:
    series = series_of([queue_table([[1, 2], [3, 4], [5, 6]]), queue_table([[0, 0], [0, np.nan]])])
    assert series.time_s.tolist() == [0, 10]
    assert series.queue_veh.tolist() == [[3, 7], [0, 0]]
    assert len(series_of([]).time_s) == 0
    line = draw_queues({"a": series, "b": series_of([])}).axes[0].lines[0]
    assert line.get_ydata().tolist() == [1.5, 3.5]


def test_the_longest_queues_come_first_and_the_rest_is_counted() -> None:
    figure, left_out = draw_approaches(queue_table([list(range(30))] * 3))
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels[:2] == ["lane 29", "lane 28"]
    assert (len(labels), left_out) == (24, 6)
    mesh = figure.axes[0].collections[0].get_array()
    assert mesh is not None
    assert mesh.reshape(24, 3)[0].tolist() == [29, 29, 29]


def test_names_of_approaches_tell_the_intersection_where_there_are_several() -> None:
    table = queue_table([[1.0, 2.0]]) | {"intersection": np.array(["here", "there"])}
    labels = [label.get_text() for label in draw_approaches(table)[0].axes[0].get_yticklabels()]
    assert labels == ["there lane 1", "here lane 0"]
