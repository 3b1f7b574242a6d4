"""How every picture looks, and how it becomes a piece of the page.

Colours are those of Okabe and Ito (2008), which people with any kind of colour vision can tell apart. Ink and roads
take their colours from the page and the ground is left open, so that a picture follows it into the dark and onto paper.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure

__all__ = ["ASPECT_COLOURS", "GREY", "INK", "PAGE_IN", "PALETTE", "ROAD", "colour_of", "new_figure", "styled", "svg_of"]

INK = "#010203"
"""Stands for the colour of the text around a picture."""

ROAD = "#040506"
"""Stands for the colour of roads, which the page chooses."""

GREY = "#808080"
"""A grey that is seen on white and on black."""

PAGE_IN = 9.6
"""Width of a picture that fills the page."""

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#999933", "#999999")
"""Okabe and Ito without black, the yellow darkened so that it can be seen on white, and a grey."""

ASPECT_COLOURS = {
    "green": "#009E73",
    "amber": "#E69F00",
    "red_amber": "#D55E00",
    "clearance": "#56B4E9",
    "red": "#C8102E",
    "unknown": GREY,
}

_STYLE = Path(__file__).with_name("page.mplstyle")

_REFERENCE = re.compile(r'(?:url\(#|href="#)([^")]+)')
_ID = re.compile(r' id="([^"]*)"')
_HEAD = re.compile(r"^.*?(?=<svg)|<metadata>.*?</metadata>|<style.*?</style>", re.DOTALL)
_NAMESPACE = re.compile(r' xmlns(?::\w+)?="[^"]*"')


def colour_of(number: int) -> str:
    """Return the colour of the n-th thing; they repeat."""
    return PALETTE[number % len(PALETTE)]


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the style of the page."""
    with mpl.rc_context(fname=_STYLE), warnings.catch_warnings():
        # The browser draws the text with its own fonts, whatever is missing in ours.
        warnings.filterwarnings("ignore", message=r"Glyph \d+")
        yield


def new_figure(width_in: float, height_in: float) -> tuple[Figure, Axes]:
    """Return a figure with one pair of axes."""
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    return figure, figure.add_subplot()


def svg_of(figure: Figure, name: str, label: str) -> Markup:
    """Return a figure as an inline SVG element without anything that changes from one run to the next.

    Parameters
    ----------
    figure
        What was drawn.
    name
        Unique on the page; keeps its internal names apart from those of other pictures.
    label
        What it shows, one sentence, for those who cannot see it.
    """
    text = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with styled():
        figure.savefig(text, format="svg", metadata=nothing)
    svg = _NAMESPACE.sub("", _HEAD.sub("", text.getvalue()).replace("xlink:href", "href"))
    used = set(_REFERENCE.findall(svg))
    svg = _ID.sub(lambda found: f' id="{name}-{found[1]}"' if found[1] in used else "", svg)
    svg = _REFERENCE.sub(lambda found: found[0].replace("#", f"#{name}-"), svg)
    svg = svg.replace(INK, "currentColor").replace(ROAD, "var(--road)")
    svg = svg.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)
    return Markup(svg)  # noqa: S704  matplotlib has escaped every text in it
