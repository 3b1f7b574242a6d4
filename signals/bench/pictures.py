"""The pictures of a suite: how delays are distributed, and queues over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

from signals.bench.results import Result
from signals.bench.standings import Standing
from signals.bench.sums import CLASS_NAMES, EDGES_S
from signals.report.canvas import styled, svg_of
from signals.report.distribution import draw_distribution
from signals.report.queues import QueueSeries, draw_queues

__all__ = ["Picture", "pictures_of", "standalone"]

_ALL = CLASS_NAMES[""]


class Picture(NamedTuple):
    """A picture of a map in one table.

    Attributes
    ----------
    site, kind
        Which map, and ``delays`` or ``queues``.
    label
        What it shows, one sentence.
    svg
        The picture, to stand in a page.
    """

    site: str
    kind: str
    label: str
    svg: Markup


def pictures_of(standing: Standing, key: str) -> list[Picture]:
    """Draw both pictures of every map on which somebody has valid runs.

    Parameters
    ----------
    standing
        The table.
    key
        Keeps the pictures of one table apart from those of others in the same page.
    """
    found = []
    # In the order in which they take part, so that everybody keeps a colour through all tables.
    names = dict.fromkeys(name for _, name in standing.cells)
    for number, site in enumerate(standing.sites):
        runs = {name: list(standing.cells[site, name].runs.values()) for name in names}
        runs = {name: results for name, results in runs.items() if results}
        if not runs:
            continue
        name = f"{key}-{number}".replace(".", "_")
        with styled():
            delays = draw_distribution({name: _shares(results) for name, results in runs.items()}, EDGES_S)
            queues = draw_queues({name: _series(results) for name, results in runs.items()})
        label = f"{site}: share of the vehicles that lost no more than so many seconds"
        found.append(Picture(site, "delays", label, svg_of(delays, f"{name}-d", label)))
        label = f"{site}: standing vehicles, mean of the seeds and from the lowest to the highest"
        found.append(Picture(site, "queues", label, svg_of(queues, f"{name}-q", label)))
    return found


def standalone(picture: Picture) -> bytes:
    """Return a picture as a file of its own, dark on white."""
    head = '<svg xmlns="http://www.w3.org/2000/svg" style="color:#1b1f24;background:#fff;font-family:sans-serif"'
    return f'<?xml version="1.0" encoding="utf-8"?>\n{str(picture.svg).replace("<svg", head, 1)}\n'.encode()


def _shares(results: Sequence[Result]) -> list[float]:
    rows = [row for result in results for row in result.trips if row["class"] == _ALL]
    total = sum(float(row["scheduled"]) for row in rows)
    return [sum(float(row[f"within_{edge}_s"]) for row in rows) / total if total else 0.0 for edge in EDGES_S]


def _series(results: Sequence[Result]) -> QueueSeries:
    rows = [result.series for result in results]
    shortest = min(map(len, rows))
    time_s = np.array([float(row["time_s"]) for row in rows[0][:shortest]])
    queue_veh = np.array([[float(row["queue_veh"]) for row in series[:shortest]] for series in rows])
    return QueueSeries(time_s, queue_veh)
