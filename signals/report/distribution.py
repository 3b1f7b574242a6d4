"""Picture: which share of the travellers lost how much, for every controller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from signals.report.canvas import PAGE_IN, colour_of, new_figure

__all__ = ["draw_distribution"]

_LINES = ("-", "--", "-.", ":")
_COLOURS = 8


def draw_distribution(shares: Mapping[str, Sequence[float]], edges_s: Sequence[float]) -> Figure:
    """Draw one rising line per controller, on a logarithmic axis: the long delays are where they differ.

    Parameters
    ----------
    shares
        Controller → share of the travellers, 0 to 1, that lost at most each of `edges_s`.
    edges_s
        The delays, > 0 and ascending.
    """
    figure, axes = new_figure(PAGE_IN, 3.0)
    for number, (controller, values) in enumerate(shares.items()):
        line = _LINES[number // _COLOURS % len(_LINES)]
        axes.plot(edges_s, [100 * value for value in values], line, color=colour_of(number), label=controller)
    axes.set_xscale("log")
    axes.set_xticks(edges_s, [f"{edge:g}" for edge in edges_s], fontsize=7)
    axes.minorticks_off()
    axes.set_xlabel("delay [s]")
    axes.set_ylabel("vehicles that lost no more [%]")
    axes.set_ylim(0, 100)
    axes.margins(x=0)
    axes.grid()
    figure.legend(loc="outside upper center", ncols=4)
    return figure
