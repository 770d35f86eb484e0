"""Texts of a picture: none leaves the paper, none lies over another."""

from __future__ import annotations

import itertools

from matplotlib.text import Text

from capest.plot.picture import Picture
from capest.plot.style import house_style


def texts_of(picture: Picture) -> dict[Text, str]:
    """All texts that are seen, once the picture is drawn."""
    with house_style():
        picture.figure.draw_without_rendering()
    hidden = set()
    for axes in picture.figure.axes:
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            slack = 1e-9 * abs(high - low)
            for tick in ticks:
                if not low - slack <= tick.get_loc() <= high + slack:
                    hidden |= {tick.label1, tick.label2}
    return {
        text: text.get_text()
        for text in picture.figure.findobj(Text)
        if text.get_text().strip() and text.get_visible() and text not in hidden
    }


def assert_apart(picture: Picture) -> list[str]:
    """Every text is on the paper and on no other text; returns them."""
    texts = texts_of(picture)
    width, height = picture.figure.bbox.width, picture.figure.bbox.height
    boxes = {text: text.get_window_extent() for text in texts}
    for text, box in boxes.items():
        on_paper = box.x0 > -1 and box.y0 > -1 and box.x1 < width + 1 and box.y1 < height + 1
        assert on_paper, f"{texts[text]!r} is cut"
    for (one, a), (other, b) in itertools.combinations(boxes.items(), 2):
        wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert min(wide, high) < 1.5, f"{texts[one]!r} lies over {texts[other]!r}"
    return list(texts.values())
