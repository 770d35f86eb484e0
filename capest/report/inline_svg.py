"""SVG of a picture made fit to stand within a page: own names, the page's colours, no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from markupsafe import Markup, escape

from capest.plot.style import BLACK, GRID, INK, MUTED, PAPER
from capest.report.short_paths import short_path
from capest.results.columns import printable

_DRAWN = {
    *("svg", "g", "defs", "use", "path", "rect", "circle", "ellipse", "line", "polyline"),
    *("polygon", "text", "tspan", "image", "clipPath", "pattern", "symbol"),
}
"""Elements that draw; all others are left out."""

_SAID = {
    *("id", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height"),
    *("points", "transform", "style", "clip-path", "fill", "stroke", "stroke-width", "opacity"),
    *(
        "href",
        "viewBox",
        "preserveAspectRatio",
        "clipPathUnits",
        "patternUnits",
        "patternTransform",
    ),
    *(
        "patternContentUnits",
        "text-anchor",
        "font-size",
        "font-weight",
        "fill-opacity",
        "fill-rule",
    ),
}
"""Attributes that a drawing needs; all others are left out, those of events among them."""

_OF_PAGE = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    GRID: "var(--grid)",
    PAPER: "var(--paper)",
    BLACK: "var(--black)",
}
"""Colours of the house style that follow the page's, dark or light."""

_COLOUR = re.compile("|".join(map(re.escape, _OF_PAGE)), re.IGNORECASE)
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FRACTION = re.compile(r"(\d+\.\d{2})\d+")
_FAR_LINK = re.compile(r"url\(\s*(?!#)|@import|expression", re.IGNORECASE)
_LINK = re.compile(r"url\(\s*['\"]?#([^)'\"]*)['\"]?\s*\)")


def inline_svg(
    content: bytes, prefix: str, box: tuple[float, float, float, float] | None = None
) -> Markup:
    """Return the SVG of a picture as markup for a page.

    Parameters
    ----------
    content : bytes
        As ``plot.picture.Picture.content`` gives it.
    prefix : str
        Before every name in it, so that no two pictures of a page share one.
    box : (float, float, float, float), optional
        Left, top, width and height of the part to be shown; all of it by default.

    Returns
    -------
    Markup
        Elements and attributes that draw, with colours of the page; it loads nothing.
    """
    text = _NOT_XML.sub("\ufffd", content.decode("utf-8", "replace"))
    drawn = ElementTree.fromstring(text)
    if box is not None:
        drawn.set("viewBox", " ".join(f"{each:.2f}" for each in box))
    return Markup("".join(_written(drawn, prefix)))


def _written(element: ElementTree.Element, prefix: str) -> Iterator[str]:
    name = _local(element.tag)
    if name not in _DRAWN:
        return
    yield f"<{name}"
    # The size is the page's business; the box of coordinates is the picture's.
    of_page = {"width", "height"} if name == "svg" else set()
    for key, value in element.attrib.items():
        short = _local(key)
        if short in _SAID - of_page:
            value = _value(short, value, prefix, is_text=name in ("text", "tspan"))
            if value:
                yield f' {short}="{escape(value)}"'
    if name == "svg":
        yield ' aria-hidden="true" focusable="false"'
    yield ">"
    yield _text(element.text, name)
    for child in element:
        yield from _written(child, prefix)
        yield _text(child.tail, name)
    yield f"</{name}>"


def _text(text: str | None, name: str) -> str:
    return str(escape(printable(text.strip("\n")))) if text and name in ("text", "tspan") else ""


def _value(key: str, value: str, prefix: str, *, is_text: bool) -> str:
    if key == "id":
        return f"{prefix}-{value}"
    if key == "href":
        if value.startswith("#"):
            return f"#{prefix}-{value[1:]}"
        return value if value.startswith("data:image/png;base64,") else ""
    if key == "d":
        return short_path(value)
    if key in ("points", "transform", "x", "y"):
        # A hundredth of a point is finer than any screen.
        value = _FRACTION.sub(r"\1", " ".join(value.split()))
    if key in ("style", "fill", "stroke", "clip-path"):
        value = _LINK.sub(lambda found: f"url(#{prefix}-{found[1]})", value)
        # White words stand on colour, which stays.
        value = _COLOUR.sub(lambda found: _colour(found[0].lower(), is_text), value)
        if _FAR_LINK.search(value):
            return ""
    return value


def _colour(colour: str, is_text: bool) -> str:
    return colour if is_text and colour == PAPER else _OF_PAGE[colour]


def _local(name: object) -> str:
    """Name without its namespace; empty of comments."""
    return name.rpartition("}")[2] if isinstance(name, str) else ""
