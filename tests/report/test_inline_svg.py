"""SVG within a page: own names, colours of the page, and nothing that acts."""

from __future__ import annotations

import math
import re
from itertools import pairwise

import pytest

from capest.report.inline_svg import inline_svg
from capest.report.short_paths import short_path

START = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'


def inlined(content: str, prefix: str = "p") -> str:
    return str(inline_svg(f"{START}{content}</svg>".encode(), prefix))


def test_names_and_links_get_the_prefix() -> None:
    found = inlined(
        '<defs><clipPath id="c"><rect width="1" height="1"/></clipPath></defs>'
        '<g clip-path="url(#c)"><use xlink:href="#c" style="fill: url(#c)"/></g>'
    )
    assert 'id="p-c"' in found
    assert found.count("url(#p-c)") == 2
    assert 'href="#p-c"' in found


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        "<foreignObject><b>bold</b></foreignObject>",
        '<a xlink:href="javascript:alert(1)"><path d="M 0 0"/></a>',
        '<g onload="alert(1)" onclick="alert(2)"/>',
        '<image xlink:href="https://example.org/x.png"/>',
        '<use xlink:href="https://example.org/x.svg#a"/>',
        '<path style="fill: url(https://example.org/x)"/>',
        "<style>@import url(https://example.org)</style>",
        "<!-- comment --><metadata>somebody</metadata><title>t</title>",
        '<animate attributeName="href" to="javascript:alert(1)"/>',
    ],
)
def test_what_does_not_draw_is_left_out(content: str) -> None:
    found = inlined(content)
    for word in ("script", "foreign", "http", "alert", "import", "comment", "somebody", "animate"):
        assert word not in found


def test_texts_are_escaped_and_what_is_no_xml_does_not_stop_it() -> None:
    found = inlined("<text>&lt;b&gt; &amp; \x00\x1b \u202e</text>")
    assert "&lt;b&gt; &amp;" in found
    assert not re.search("[\x00-\x1f\u202e]", found)


def test_colours_of_the_house_follow_the_page_but_white_words_stay() -> None:
    found = inlined(
        '<path style="fill: #FFFFFF; stroke: #22262b"/><text style="fill: #ffffff">a</text>'
    )
    assert "fill: var(--paper); stroke: var(--ink)" in found
    assert '<text style="fill: #ffffff">' in found


def test_a_circle_of_curves_becomes_arcs_of_the_same_circle() -> None:
    x, y, r = 10.5, 45.0, 0.3
    k = r * 4.0 / 3.0 * math.tan(math.pi / 16.0)
    path = [f"M {x} {y + r}"]
    angles = [math.pi / 2 - n * math.pi / 4 for n in range(9)]
    for a, b in pairwise(angles):
        first = (x + r * math.cos(a) + k * math.sin(a), y + r * math.sin(a) - k * math.cos(a))
        second = (x + r * math.cos(b) - k * math.sin(b), y + r * math.sin(b) + k * math.cos(b))
        end = (x + r * math.cos(b), y + r * math.sin(b))
        path.append("C " + " ".join(f"{one:.6f} {two:.6f}" for one, two in (first, second, end)))
    found = short_path("\n".join([*path, "z", "M 0 0 L 1 1"]))
    left, middle, size = map(
        float,
        re.match(r"M([\d.]+) ([\d.]+)a([\d.]+) ", found).groups(),  # type: ignore[union-attr]
    )
    assert (left + size, middle, size) == pytest.approx((x, y, r), abs=0.011)
    assert found.endswith("z M 0 0 L 1 1")


def test_curves_that_are_no_circle_stay() -> None:
    path = "M 0 0 " + "C 0 1 1 1 1 0 " * 8 + "z"
    assert short_path(path) == path
