"""Pictures of a report: those of the named ones that its files hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from capest.plot import picture
from capest.plot.source import Source
from capest.plot.style import house_style
from capest.report.blocks import Drawing
from capest.report.inline_svg import inline_svg

SIZE_IN = (7.2, 4.6)
"""Of a picture: letters stay legible on a phone."""

_MARGIN_PT = 4.0
_WIDER_FONT = 0.03
"""Part of the width that is left free at the right: a reader's fonts may be wider than ours."""

_POINTS_PER_INCH = 72.0


def drawings(
    names: Sequence[str],
    sources: Sequence[Source],
    place: str,
    options: Mapping[str, Any] | None = None,
) -> Iterator[Drawing]:
    """Draw those pictures that the files hold.

    Parameters
    ----------
    names : sequence of str
        Of pictures; such as are not there are left out.
    sources : sequence of Source
        All are in every picture.
    place : str
        Where the pictures stand in the page; no other place is called so.
    options : mapping, optional
        Keyword arguments of the pictures' own.
    """
    for name in names:
        if name in picture.names() and not picture.why_not(name, sources):
            drawn = picture.draw(name, sources, size_in=SIZE_IN, options=options, has_words=False)
            yield as_drawing(drawn, f"{place}-{name}")


def as_drawing(drawn: picture.Picture, prefix: str) -> Drawing:
    """Return a picture that has no words of its own as a block, cut to what is drawn."""
    content = drawn.content("svg")
    markup = inline_svg(content, prefix, drawn_box(drawn))
    words = drawn.words
    return Drawing(markup, words.title, words.subtitle, words.footer, words.alt)


def drawn_box(drawn: picture.Picture) -> tuple[float, float, float, float]:
    """Return left, top, width and height of what is drawn, in points of its SVG.

    The picture has been written once, so that everything has its place.
    """
    figure = drawn.figure
    with house_style():
        box = figure.get_tightbbox()
        # Legends of a whole figure have their place beside the layout.
        for legend in figure.legends:
            extent = legend.get_window_extent()
            of_legend = extent.transformed(figure.dpi_scale_trans.inverted())
            box = box.union([box, of_legend])
    _, height_in = figure.get_size_inches()
    left, top = box.x0 * _POINTS_PER_INCH, (height_in - box.y1) * _POINTS_PER_INCH
    width, height = (each * _POINTS_PER_INCH + 2.0 * _MARGIN_PT for each in (box.width, box.height))
    return (left - _MARGIN_PT, top - _MARGIN_PT, (1.0 + _WIDER_FONT) * width, height)
