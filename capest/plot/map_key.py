"""The key of a map or a layout: a bar of colours, and what patterns mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from capest.plot.map_image import LOOKS, Without, beyond_scale, scale_of
from capest.plot.map_values import CellValues
from capest.plot.map_words import in_vain_text, nobody_asked
from capest.plot.plain_numbers import plain_number
from capest.results.stored import Stored
from capest.results.unserved import Unserved

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WHOLE = ("cell_colour",)
_FEW_DECADES = 2.2


def draw_colour_bar(ax: Axes, shown: CellValues) -> None:
    """Draw the bar of colours right of a panel.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    shown : CellValues
    """
    from matplotlib.cm import ScalarMappable
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

    norm, colours = scale_of(shown)
    figure = ax.get_figure()
    assert figure is not None
    place = ax.inset_axes((1.02, 0.1, 0.03, 0.8))
    bar = figure.colorbar(
        ScalarMappable(norm, colours), cax=place, extend=beyond_scale(shown), extendfrac=0.03
    )
    if bar.solids is not None:
        bar.solids.set_rasterized(True)
    bar.outline.set_visible(False)
    place.grid(visible=False)
    low, high = shown.limits
    if shown.is_logarithmic:
        few = np.log10(high / low) < _FEW_DECADES
        place.yaxis.set_major_locator(LogLocator(10.0, subs=(1.0, 2.0, 5.0) if few else (1.0,)))
        place.yaxis.set_minor_formatter(FuncFormatter(lambda value, place: ""))
    else:
        whole = shown.name in _WHOLE
        place.yaxis.set_major_locator(MaxNLocator(6, integer=whole, steps=[1, 2, 2.5, 5, 10]))
    place.yaxis.set_major_formatter(FuncFormatter(lambda value, place: plain_number(value)))
    log = " (log scale)" if shown.is_logarithmic else ""
    bar.set_label(f"{shown.label}{log}", fontsize=8.0)
    place.tick_params(labelsize=8.0)


def draw_patterns_key(
    ax: Axes,
    stored: Stored,
    found: Unserved | None,
    kinds: np.ndarray,
    below: float = 0.005,
) -> None:
    """Say below a panel what cells without a colour of the scale mean.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    stored : Stored
    found : Unserved or None
        Who is never served.
    kinds : int64 array (cells,)
        From `map_image.without`.
    below : float
        Of the panel's height, down from it.
    """
    from matplotlib.patches import Patch

    words = {Without.VALUE: "no value", Without.NOTHING: "none"}
    if found is not None:
        for kind in (Without.NEVER_SERVED, Without.ASKED_SELDOM):
            words[kind] = in_vain_text(stored, found, kinds == kind, kind)
        words[Without.NOBODY_ASKED] = nobody_asked(found)
    patches = [
        Patch(
            facecolor=LOOKS[kind].colour,
            edgecolor=LOOKS[kind].line or "#8a9099",
            hatch=5 * LOOKS[kind].hatch if LOOKS[kind].line else "",
            linewidth=0.6,
            label=label,
        )
        for kind, label in words.items()
        if (kinds == kind).any()
    ]
    if patches:
        ax.legend(
            handles=patches, loc="upper left", bbox_to_anchor=(0.0, -below), borderaxespad=0.0,
            ncols=1, handlelength=1.6, labelspacing=0.3,
        )  # fmt: skip
