"""Why calls are refused, as shares stacked along an axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.plot.style import INK, OF_REASON, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEAST_SHARE = 1e-3
"""A reason with less everywhere is not named: no eye sees it."""

_DARK = {"bandwidth", "uplink", "satellite"}
"""Reasons on whose colour ink is not read."""

_PLACES = 81
"""Places at which a word is tried."""


@dataclass(frozen=True)
class BandWord:
    """A word within a band.

    Attributes
    ----------
    reason, text : str
    x, y : float
        Its middle: from 0 to 1 of the width of the panel, and as a share.
    """

    reason: str
    text: str
    x: float
    y: float


def shown_reasons(shares: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Reasons that are seen, in the order in which they are stacked.

    Parameters
    ----------
    shares : mapping of str to float array (points,)
        Of the calls refused, by reason; NaN where nobody was refused.
    """
    return {
        reason: shares[reason]
        for reason in OF_REASON
        if reason in shares and bool(np.nanmax(np.append(shares[reason], 0.0)) >= _LEAST_SHARE)
    }


def words_with_room(
    along: np.ndarray,
    shares: Mapping[str, np.ndarray],
    width_pt: float,
    height_pt: float,
    size_pt: float,
) -> list[BandWord]:
    """Words that fit into their bands.

    Parameters
    ----------
    along : float array (points,)
        Places of the points from 0 to 1 of the width of the panel, ascending.
    shares : mapping of str to float array (points,)
        In the order in which they are stacked.
    width_pt, height_pt : float
        Of the panel, rather too small than too large.
    size_pt : float
        Of the type.
    """
    found = []
    places = np.linspace(0.0, 1.0, _PLACES)
    below = np.zeros(len(along))
    for reason, share in shares.items():
        text = OF_REASON[reason][2]
        above = below + share
        low, high = _between(places, along, below), _between(places, along, above)
        below = above
        # Of type without serifs a letter is 0.6 of its size wide on the average, or less.
        half = max(1, int(np.ceil(0.31 * size_pt * len(text) / width_pt * (_PLACES - 1))))
        if 2 * half + 1 > _PLACES:
            continue
        windows = np.lib.stride_tricks.sliding_window_view
        bottom = windows(low, 2 * half + 1).max(axis=1)
        top = windows(high, 2 * half + 1).min(axis=1)
        room = np.where(np.isfinite(top - bottom), top - bottom, -1.0)
        # Of places with as much room, the one nearest to the middle.
        centre = np.abs(places[half : half + len(room)] - 0.5)
        best = int(np.argmax(room - 1e-3 * centre))
        if room[best] * height_pt >= 1.5 * size_pt:
            middle = float(0.5 * (top[best] + bottom[best]))
            found.append(BandWord(reason, text, float(places[best + half]), middle))
    return found


def _between(places: np.ndarray, along: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values between points; NaN beyond them."""
    return np.interp(places, along, values, left=np.nan, right=np.nan)


def draw_bands(
    ax: Axes,
    x: np.ndarray,
    shares: Mapping[str, np.ndarray],
    *,
    as_bars: bool,
    along: np.ndarray,
    size_in: tuple[float, float],
) -> None:
    """Draw shares of the calls refused, one on the other, with their words or a legend of them.

    Parameters
    ----------
    ax : Axes
    x : float array (points,)
    shares : mapping of str to float array (points,)
        Of `shown_reasons`.
    as_bars : bool
        A bar for every point: nothing lies between them.
    along : float array (points,)
        Places of the points from 0 to 1 of the width of the panel.
    size_in : (float, float)
        Width and height of the panel, rather too small than too large.
    """
    below = np.zeros(len(x))
    words = (
        [] if as_bars else words_with_room(along, shares, 72.0 * size_in[0], 72.0 * size_in[1], 8.0)
    )
    inside = {word.reason for word in words}
    for reason, share in shares.items():
        colour, hatch, text = OF_REASON[reason]
        # Ink on black, paper on all others: a hatch must be seen on its colour.
        edge = PAPER if reason in _DARK else INK
        label = "_" if reason in inside else text
        known = np.where(np.isfinite(share), share, 0.0)
        look: dict[str, Any] = {
            "facecolor": colour,
            "hatch": hatch,
            "edgecolor": edge,
            "linewidth": 0.0,
        }
        if as_bars:
            ax.bar(x, known, 0.6, bottom=below, label=label, **look)
        else:
            there = np.isfinite(share)
            ax.fill_between(x, below, below + known, where=there, label=label, **look)
            ax.plot(x, np.where(there, below + known, np.nan), color=PAPER, linewidth=0.6)
        below = below + known
    for place, total in zip(x, below, strict=True):
        if total == 0.0:
            ax.text(place, 0.5, "none", rotation=90, ha="center", va="center", fontsize=7.5)
    for word in words:
        dark = word.reason in _DARK
        ax.text(
            word.x,
            word.y,
            word.text,
            transform=ax.get_yaxis_transform(),
            ha="center",
            va="center",
            fontsize=8.0,
            fontweight="bold",
            color=PAPER if dark else INK,
            bbox={
                "boxstyle": "round,pad=0.15",
                "facecolor": OF_REASON[word.reason][0],
                "edgecolor": "none",
            },
        )
    ax.set_ylim(0.0, 1.0)
    ax.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "25", "50", "75", "100"])
    ax.set_ylabel("of the refused, %")
    ax.grid(visible=False)
    if inside != set(shares):
        columns = max(1, min(len(shares) - len(inside), int(size_in[0] / 1.7)))
        ax.legend(
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=columns,
            borderaxespad=0.2,
            handlelength=1.6,
            columnspacing=1.2,
            fontsize=7.5,
        )
