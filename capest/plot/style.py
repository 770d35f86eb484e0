"""What all pictures have in common: colours for all eyes, hatches for grey paper, type, lines.

Colours are those of Okabe and Ito, Color Universal Design (2008), which people with any kind of
colour vision tell apart; what is told by colour is told by a hatch, a mark or a word besides.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

INK, MUTED, GRID, PAPER = "#22262b", "#5b6472", "#e5e7eb", "#ffffff"

BLUE, ORANGE, GREEN, VERMILLION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
PURPLE, SKY, YELLOW, BLACK, GREY = "#CC79A7", "#56B4E9", "#F0E442", "#1a1a1a", "#9aa0a6"

FAMILY = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK)
"""Colours of curves side by side, in this order."""

LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)), (0, (8, 2)))
"""Patterns of the lines of `FAMILY`: they tell curves apart in grey."""

MARKS = ("o", "s", "^", "D", "v", "P", "X")
"""Marks of points of `FAMILY`."""

SERVED = (GREEN, "", "carried")
"""Colour, hatch and word of what is served."""

OF_REASON: dict[str, tuple[str, str, str]] = {
    "bandwidth": (BLUE, "", "beam full"),
    "uplink": (VERMILLION, "\\\\\\\\", "phone too weak (uplink)"),
    "downlink": (ORANGE, "..", "signal too weak (downlink)"),
    "delay": (YELLOW, "xxxx", "too much delay"),
    "beam": (SKY, "////", "no beam free"),
    "elevation": (PURPLE, "||", "satellites too low"),
    "satellite": (BLACK, "++", "no satellite"),
}
"""Colour, hatch and word of each reason of refusal, in the order in which they are stacked.

Hatches are of lines where that is possible: dots and rings take 16 kB and more of an SVG each.
"""

SIZE_IN = (7.2, 5.4)
"""Width and height of a picture in inches, where nobody asks for another."""

_SETTINGS: dict[str, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9.0,
    "text.color": INK,
    # Titles come from files: a dollar sign is a dollar sign.
    "text.parse_math": False,
    "axes.titlesize": 10.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelcolor": INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.formatter.use_mathtext": False,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "hatch.linewidth": 0.6,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    # Text stays text: it can be searched, read aloud and edited.
    "svg.fonttype": "none",
    # The same result gives the same bytes.
    "svg.hashsalt": "capest",
    "pdf.fonttype": 42,
}

_MORE_FONTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "Arial Unicode MS")


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in capest's style within this block, whatever holds outside."""
    import matplotlib

    settings: Any = {**_SETTINGS, "font.family": fonts()}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # `missing_letters` says it once, and in one line.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        yield


def fonts() -> list[str]:
    """Fonts that are there, so that titles in other scripts are drawn where that is possible."""
    from matplotlib import font_manager

    there = {font.name for font in font_manager.fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in _MORE_FONTS if name in there)]
