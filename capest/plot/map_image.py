"""Cells on a map as an image: colours of values, and patterns where there is no value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.plot.map_values import CellValues

if TYPE_CHECKING:
    from matplotlib.colors import ListedColormap, Normalize

LEVELS = 48
"""Colours of a scale: the eye tells no more apart on a map, and images stay small."""

COLOURS = "viridis"
"""Perceptually uniform."""

_LEAST, _MOST = 0.88, 0.0
"""Ends of the scale on it: darker the more there is, and no value as light as those cells that
have none, so that nobody served does not read as the most on grey paper or in a small picture."""

_STRIPE_PIXELS, _STRIPE_LINE = 8, 2


class Without(IntEnum):
    """Why a cell has no colour of the scale."""

    VALUE = 1
    NOBODY_ASKED = 2
    NEVER_SERVED = 3
    NOTHING = 4
    ASKED_SELDOM = 5


@dataclass(frozen=True)
class Look:
    """How a kind of cell without a value looks.

    Attributes
    ----------
    colour : str
    line : str
        Colour of stripes; none where it is empty.
    hatch : str
        Their direction, as matplotlib writes it.
    edge : str
        Colour of the line around connected cells of the kind; none where it is empty.
    """

    colour: str
    line: str = ""
    hatch: str = "/"
    edge: str = ""


LOOKS = {
    Without.VALUE: Look("#ffffff", "#c3c8cf"),
    Without.NOBODY_ASKED: Look("#dfe3e8"),
    Without.NEVER_SERVED: Look("#ffffff", "#c02a00", edge="#5a1400"),
    Without.ASKED_SELDOM: Look("#ffffff", "#9aa0a6", "\\"),
    Without.NOTHING: Look("#eceef1"),
}


def without(
    shown: CellValues, rarely: np.ndarray, seldom: np.ndarray, nobody: np.ndarray
) -> np.ndarray:
    """Tell which cells have no colour of the scale.

    Parameters
    ----------
    shown : CellValues
    rarely : bool array (cells,)
        Whose users asked in so many trials, and nobody was served in any, that chance is ruled out.
    seldom : bool array (cells,)
        In which nobody was served in any trial, and users asked in too few to tell.
    nobody : bool array (cells,)
        In which nobody asked in any trial.

    Returns
    -------
    int64 array (cells,)
        A `Without`; 0 for the others.
    """
    missing = ~np.isfinite(shown.values)
    # Zero has no place on a logarithmic scale, and is no small amount of service.
    nothing = missing | ((shown.values == 0.0) & (shown.name in _SERVICE))
    zero = (shown.values == 0.0) & shown.is_logarithmic
    kinds = [nothing & rarely, nothing & seldom, nothing & nobody, missing, zero]
    words = [
        *(Without.NEVER_SERVED, Without.ASKED_SELDOM, Without.NOBODY_ASKED),
        *(Without.VALUE, Without.NOTHING),
    ]
    return np.select(kinds, [int(each) for each in words], 0)


_SERVICE = ("cell_calls", "cell_throughput", "cell_served_users", "cell_lit_users")


def scale_of(shown: CellValues) -> tuple[Normalize, ListedColormap]:
    """Scale and colours of values."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap, LogNorm, Normalize

    low, high = shown.limits
    norm: Any = LogNorm if shown.is_logarithmic else Normalize
    colours = colormaps[COLOURS](np.linspace(_LEAST, _MOST, LEVELS))
    return norm(low, high, clip=True), ListedColormap(colours)


def beyond_scale(shown: CellValues) -> str:
    """Ends of the scale beyond which there are values, as matplotlib calls them."""
    low, high = shown.limits
    values = shown.values[np.isfinite(shown.values)]
    if shown.is_logarithmic:
        values = values[values > 0.0]
    under, over = bool((values < low).any()), bool((values > high).any())
    return {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[under, over]


def image_of(raster: np.ndarray, shown: CellValues, kinds: np.ndarray) -> np.ndarray:
    """Colours of pixels.

    Parameters
    ----------
    raster : int64 array (rows, columns)
        Cell of each pixel, -1 for none.
    shown : CellValues
    kinds : int64 array (cells,)
        From `without`.

    Returns
    -------
    uint8 array (rows, columns, 4)
        Red, green, blue and opacity.
    """
    from matplotlib.colors import to_rgba

    norm, colours = scale_of(shown)
    has_value = np.isfinite(shown.values) & (kinds == 0)
    # The last row stands for no cell: -1 finds it.
    of_cell = np.zeros((len(kinds) + 1, 4))
    of_cell[:-1][has_value] = colours(norm(shown.values[has_value]))
    chosen = of_cell[raster]
    kind_at = np.append(kinds, 0)[raster]
    rows, columns = raster.shape
    down, right = np.arange(rows)[:, None], np.arange(columns)
    for kind, look in LOOKS.items():
        there = kind_at == kind
        along = down + right if look.hatch == "/" else down - right
        chosen[there] = to_rgba(look.colour)
        if look.line:
            chosen[there & (along % _STRIPE_PIXELS < _STRIPE_LINE)] = to_rgba(look.line)
        if look.edge:
            chosen[there & _at_edge(there)] = to_rgba(look.edge)
    found: np.ndarray = np.rint(chosen * 255.0).astype(np.uint8)
    return found


def _at_edge(there: np.ndarray) -> np.ndarray:
    """Pixels with one beside, above or below them that is not there; bool array like ``there``."""
    around = np.pad(there, 1, mode="edge")
    inside = around[:-2, 1:-1] & around[2:, 1:-1] & around[1:-1, :-2] & around[1:-1, 2:]
    return ~inside
