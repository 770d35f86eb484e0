"""Pictures of a report: those of the named ones that its files hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from capest.plot import picture
from capest.plot.source import Source
from capest.report.blocks import Drawing
from capest.report.inline_svg import inline_svg

SIZE_IN = (6.4, 4.6)
"""Of a picture: letters stay legible on a phone."""


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
            drawn = picture.draw(name, sources, size_in=SIZE_IN, options=options)
            markup = inline_svg(drawn.content("svg"), f"{place}-{name}")
            words = drawn.words
            yield Drawing(markup, words.title, words.subtitle, words.footer, words.alt)
