"""Pictures become elements of the page."""

from __future__ import annotations

from signals.report.canvas import ASPECT_COLOURS, new_figure, styled, svg_of


def test_every_aspect_has_a_colour_of_its_own() -> None:
    assert len(set(ASPECT_COLOURS.values())) == len(ASPECT_COLOURS)


def test_a_picture_is_an_element_with_names_of_its_own() -> None:
    def draw(name: str) -> str:
        with styled():
            figure, axes = new_figure(2, 1)
            axes.plot([0, 1], [0, 1], "o-")
            axes.set_title("日本 <b> $x$")
        return svg_of(figure, name, 'a "label"')

    one, two = draw("one"), draw("two")
    assert one.startswith('<svg role="img" aria-label="a &#34;label&#34;"')
    assert one.rstrip().endswith("</svg>")
    assert "&lt;b&gt; $x$" in one
    assert 'id="one-' in one
    assert 'id="one-' not in two
    assert one == draw("one")
