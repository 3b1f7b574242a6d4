"""Pictures: queues over time, of all controllers and of every approach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from signals.report.canvas import INK, PAGE_IN, PALETTE, colour_of, new_figure
from signals.report.folder import Table

__all__ = ["QueueSeries", "draw_approaches", "draw_queues", "series_of"]

_LINES = ("-", "--", "-.", ":")
_COLOURS = 8
_APPROACHES = 24
_FULLNESS = LinearSegmentedColormap.from_list("fullness", [f"{PALETTE[0]}00", PALETTE[0]])


class QueueSeries(NamedTuple):
    """Vehicles standing on all approaches together.

    Attributes
    ----------
    time_s
        float64 [n] start of each interval.
    queue_veh
        float64 [runs, n] mean during it.
    """

    time_s: npt.NDArray[np.float64]
    queue_veh: npt.NDArray[np.float64]


def series_of(tables: Sequence[Table]) -> QueueSeries:
    """Add up the approaches of each run; runs are cut to the shortest.

    Parameters
    ----------
    tables
        The table `queues` of each run of one controller.
    """
    sums = [_total(table) for table in tables]
    shortest = min((len(time_s) for time_s, _ in sums), default=0)
    if not shortest:
        return QueueSeries(np.empty(0), np.empty((0, 0)))
    return QueueSeries(sums[0][0][:shortest], np.stack([queue[:shortest] for _, queue in sums]))


def draw_queues(series: Mapping[str, QueueSeries]) -> Figure:
    """Draw the mean over the runs of each controller, and the range from the lowest to the highest run."""
    figure, axes = new_figure(PAGE_IN, 3.0)
    for number, (controller, (time_s, queue_veh)) in enumerate(series.items()):
        if not len(time_s):
            continue
        colour, minutes = colour_of(number), (time_s - time_s[0]) / 60
        axes.fill_between(minutes, queue_veh.min(0), queue_veh.max(0), color=colour, alpha=0.18, linewidth=0)
        line = _LINES[number // _COLOURS % len(_LINES)]
        axes.plot(minutes, queue_veh.mean(0), line, color=colour, linewidth=1.6, label=controller)
    axes.set_xlabel("time since the start [min]")
    axes.set_ylabel("standing vehicles")
    axes.set_ylim(bottom=0)
    axes.margins(x=0)
    axes.grid()
    figure.legend(loc="outside upper center", ncols=4)
    return figure


def draw_approaches(table: Table) -> tuple[Figure, int]:
    """Draw the queue of each approach over time as bands of colour, the longest queues first.

    Returns
    -------
    tuple
        The figure, and how many approaches were left out.
    """
    time_s, column = np.unique(table["time_s"], return_inverse=True)
    names = list(dict.fromkeys(zip(table["intersection"].tolist(), table["approach"].tolist(), strict=True)))
    several = len({place for place, _ in names}) > 1
    queue_veh = np.zeros((len(names), len(time_s)))
    rows = len(names)
    queue_veh[np.arange(len(column)) % rows, column] = table["queue_mean_veh"]
    order = np.argsort(-queue_veh.mean(1), kind="stable")[:_APPROACHES]
    figure, axes = new_figure(PAGE_IN, 0.9 + 0.2 * len(order))
    minutes = (time_s - time_s[0]) / 60
    mesh = axes.pcolormesh(minutes, np.arange(len(order)), queue_veh[order], cmap=_FULLNESS, rasterized=True)
    axes.set_yticks(range(len(order)), [" ".join(names[k] if several else names[k][1:]) for k in order], fontsize=7)
    axes.invert_yaxis()
    axes.set_xlabel("time since the start [min]")
    figure.colorbar(mesh, label="standing vehicles").outline.set_edgecolor(INK)
    return figure, rows - len(order)


def _total(table: Table) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return start [n] and the sum over all approaches [n] of each interval; what is unknown counts as nobody."""
    time_s, column = np.unique(np.asarray(table["time_s"], np.float64), return_inverse=True)
    total_veh = np.zeros(len(time_s))
    np.add.at(total_veh, column, np.nan_to_num(np.asarray(table["queue_mean_veh"], np.float64)))
    return time_s, total_veh
