"""What holds for every picture that people can read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from capest.plot.picture import Picture
from capest.plot.style import house_style


def texts_of(picture: Picture) -> list[Text]:
    """All texts that are drawn, at their final places."""
    with house_style():
        FigureCanvasAgg(picture.figure).draw()
    beyond = {id(label) for axes in picture.figure.axes for label in _beyond(axes)}
    return [
        text
        for text in picture.figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and id(text) not in beyond
    ]


def _beyond(axes: Axes) -> Iterator[Text]:
    """Labels of ticks beyond the limits of an axis, which are not drawn."""
    for labels, place, limits in (
        (axes.get_xticklabels(which="both"), 0, axes.get_xlim()),
        (axes.get_yticklabels(which="both"), 1, axes.get_ylim()),
    ):
        low, high = sorted(limits)
        yield from (label for label in labels if not low <= label.get_position()[place] <= high)


def assert_readable(picture: Picture) -> None:
    """Fail where a text leaves the paper or lies over another one."""
    texts = texts_of(picture)
    width, height = picture.figure.get_size_inches() * picture.figure.dpi
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    for text, box in boxes:
        inside = box.x0 >= -1 and box.y0 >= -1 and box.x1 <= width + 1 and box.y1 <= height + 1
        assert inside, f"{text!r} is cut"
    for (one, a), (other, b) in combinations(boxes, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        high = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert min(wide, high) <= 1.5, f"{one!r} over {other!r}"
