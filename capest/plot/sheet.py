"""The paper of a picture: room for a title that is the answer, panels, and a footer."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from capest.plot.style import INK, MUTED, SIZE_IN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.legend import Legend
    from matplotlib.text import Text

_TITLE_PT, _SUBTITLE_PT, _FOOTER_PT = 12.0, 8.5, 6.5
_PANEL_TITLE_PT, _LEAST_COLUMNS, _WIDTH_OF_LETTER, _GAP_PT = 9.0, 16, 0.62, 4.0
"""Of a title above somebody else's panel: points, letters of a line, width of one, room below."""
_MARGIN_IN = 0.1
_POINTS_PER_INCH = 72.0

_BREAKS = re.compile(r"(?<!\d) (?!±)| (?!(?:%|ms|dB|dBi|Mbit/s|kbit/s)(?![\w/])|±)")
"""Spaces at which a line may be broken: not between a number, its unit and its interval."""


@dataclass(frozen=True)
class Words:
    """What a picture says in words.

    Attributes
    ----------
    title : str
        The answer, with its interval: "30,054 calls at once, ±63, of 100,000 who ask".
    subtitle : str
        What it is the answer of, and what marks mean.
    footer : str
        Trials, seed, version, scenario, sources.
    alt : str
        What the picture shows, for people who do not see it.
    """

    title: str
    subtitle: str = ""
    footer: str = ""
    alt: str = ""


class Sheet:
    """Where a picture is drawn: a new figure, or one panel that somebody else has.

    Parameters
    ----------
    size_in : (float, float)
        Width and height of the figure.
    ax : matplotlib.axes.Axes, optional
        Draw the first panel here, with the title above it unless it has one, and leave subtitle,
        footer and the other panels away.
    has_words : bool
        Whether there are title, subtitle and footer; a page writes them itself.
    """

    def __init__(
        self,
        size_in: tuple[float, float] = SIZE_IN,
        ax: Axes | None = None,
        *,
        has_words: bool = True,
    ) -> None:
        from matplotlib.figure import Figure as NewFigure

        self.is_whole = ax is None
        self._has_words = has_words
        self._ax = ax
        self.figure: Figure = NewFigure(figsize=size_in) if ax is None else ax.get_figure()  # type: ignore[assignment]
        self._later: list[Callable[[], object]] = []

    def resize(self, width_in: float, height_in: float) -> None:
        """Take the size that the content needs; a panel of somebody else keeps its own."""
        if self.is_whole:
            self.figure.set_size_inches(width_in, height_in)

    def panels(
        self,
        heights: Sequence[float] = (1.0,),
        widths: Sequence[float] = (1.0,),
        *,
        share_x: bool = False,
        share_y: bool = False,
    ) -> list[Axes | None]:
        """Divide the paper into panels, row by row; of somebody else's panel there is the first.

        Parameters
        ----------
        heights, widths : sequence of float
            Of rows and columns, relative.
        share_x, share_y : bool
            Panels of a column, or a row, have one axis.
        """
        count = len(heights) * len(widths)
        if self._ax is not None:
            return [self._ax, *[None] * (count - 1)]
        grid = self.figure.subplots(
            len(heights),
            len(widths),
            squeeze=False,
            sharex="col" if share_x else False,
            sharey="row" if share_y else False,
            height_ratios=list(heights),
            width_ratios=list(widths),
        )
        return list(np.ravel(grid))

    def when_laid_out(self, write: Callable[[], object]) -> None:
        """Write this once panels have their size: texts that must not cover each other.

        Parameters
        ----------
        write : callable
            Takes nothing; what it adds has no part in the layout.
        """
        self._later.append(write)

    def finish(self, words: Words) -> None:
        """Write title, subtitle and footer, and give the panels the room that is left.

        Legends of the figure, not of a panel, stand below the subtitle.
        """
        if self.is_whole:
            self._frame(words if self._has_words else Words(""))
        if self._later:
            self.figure.draw_without_rendering()
        for write in self._later:
            write()
        if not self.is_whole and self._has_words:
            self._write_title_of_panel(words.title)

    def _write_title_of_panel(self, title: str) -> None:
        """Write the title above somebody else's panel, in lines as wide as it is."""
        panel = self._ax
        if panel is None or any(panel.get_title(where) for where in ("left", "center", "right")):
            return
        width_pt = panel.get_window_extent().width / self.figure.dpi * _POINTS_PER_INCH
        columns = max(_LEAST_COLUMNS, int(width_pt / (_WIDTH_OF_LETTER * _PANEL_TITLE_PT)))
        lines = textwrap.fill(title, columns, break_on_hyphens=False)
        pad_pt = self._height_above_pt(panel)
        written = panel.set_title(lines, loc="left", pad=pad_pt, fontsize=_PANEL_TITLE_PT)
        written.set(fontweight="bold", color=INK)

    def _height_above_pt(self, panel: Axes) -> float:
        """Points above a panel's frame that legend and labels take."""
        self.figure.draw_without_rendering()
        legend = panel.get_legend()
        shown = [*panel.texts, *([] if legend is None else [legend])]
        top = float(panel.get_window_extent().y1)
        reached = [float(each.get_window_extent().y1) for each in shown if each.get_visible()]
        above = max([0.0, *(each - top for each in reached)])
        return above / float(self.figure.dpi) * _POINTS_PER_INCH + _GAP_PT

    def _frame(self, words: Words) -> None:
        figure = self.figure
        width_in, height_in = figure.get_size_inches()
        top_in = _MARGIN_IN
        for text, size_pt, weight, colour in (
            (words.title, _TITLE_PT, "bold", INK),
            (words.subtitle, _SUBTITLE_PT, "normal", MUTED),
        ):
            if text:
                top_in += self._line(text, size_pt, weight, colour, top_in, width_in, height_in)
        for legend in figure.legends:
            top_in += self._place_legend(legend, top_in, width_in, height_in)
        bottom_in = _MARGIN_IN
        if words.footer:
            bottom_in += self._foot(words.footer, width_in, height_in)
        figure.set_layout_engine(
            "constrained",
            rect=(
                _MARGIN_IN / width_in,
                bottom_in / height_in,
                1.0 - 2.0 * _MARGIN_IN / width_in,
                1.0 - (top_in + bottom_in) / height_in,
            ),
        )

    def _line(
        self,
        text: str,
        size_pt: float,
        weight: str,
        colour: str,
        top_in: float,
        width_in: float,
        height_in: float,
    ) -> float:
        """Write lines below ``top_in`` and return their height in inches."""
        drawn = self.figure.text(
            _MARGIN_IN / width_in,
            1.0 - top_in / height_in,
            text,
            fontsize=size_pt,
            fontweight=weight,
            color=colour,
            ha="left",
            va="top",
            linespacing=1.25,
        )
        lines = self._broken(drawn, width_in)
        return (len(lines) * 1.3 * size_pt + 3.0) / _POINTS_PER_INCH

    def _place_legend(
        self, legend: Legend, top_in: float, width_in: float, height_in: float
    ) -> float:
        """Put a legend of the whole figure below ``top_in`` and return its height in inches."""
        legend.set_in_layout(False)
        legend.set_loc("upper left")
        legend.borderaxespad = 0.0
        corner = (_MARGIN_IN / width_in, 1.0 - top_in / height_in)
        legend.set_bbox_to_anchor(corner, self.figure.transFigure)
        box = legend.get_window_extent()
        return float(box.height) / float(self.figure.dpi)

    def _foot(self, text: str, width_in: float, height_in: float) -> float:
        drawn = self.figure.text(
            _MARGIN_IN / width_in,
            0.5 * _MARGIN_IN / height_in,
            text,
            fontsize=_FOOTER_PT,
            color=MUTED,
            ha="left",
            va="bottom",
            linespacing=1.25,
        )
        lines = self._broken(drawn, width_in)
        return len(lines) * 1.3 * _FOOTER_PT / _POINTS_PER_INCH

    def _broken(self, drawn: Text, width_in: float) -> list[str]:
        """Break a text into lines that fit the paper, at spaces; set and return them."""
        room = width_in - 2.0 * _MARGIN_IN
        words = _BREAKS.split(drawn.get_text())
        lines = [""]
        for word in words:
            longer = f"{lines[-1]} {word}" if lines[-1] else word
            drawn.set_text(longer)
            if lines[-1] and self._width_in(drawn) > room:
                lines.append(word)
            else:
                lines[-1] = longer
        drawn.set_text("\n".join(lines))
        return lines

    def _width_in(self, drawn: Text) -> float:
        box = drawn.get_window_extent(dpi=self.figure.dpi)
        return float(box.width) / float(self.figure.dpi)
