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
"""Perceptually uniform, and lighter the more there is: it reads on grey paper too."""

_STRIPE_PIXELS, _STRIPE_LINE = 8, 2


class Without(IntEnum):
    """Why a cell has no colour of the scale."""

    VALUE = 1
    NOBODY_ASKED = 2
    NEVER_SERVED = 3
    NOTHING = 4


@dataclass(frozen=True)
class Look:
    """How a kind of cell without a value looks.

    Attributes
    ----------
    colour : str
    line : str
        Colour of stripes; none where it is empty.
    """

    colour: str
    line: str = ""


LOOKS = {
    Without.VALUE: Look("#ffffff", "#c3c8cf"),
    Without.NOBODY_ASKED: Look("#cfd4da"),
    Without.NEVER_SERVED: Look("#ffffff", "#c02a00"),
    Without.NOTHING: Look("#eceef1"),
}


def without(shown: CellValues, never: np.ndarray, nobody: np.ndarray) -> np.ndarray:
    """Tell which cells have no colour of the scale.

    Parameters
    ----------
    shown : CellValues
    never : bool array (cells,)
        Whose users asked, and nobody was served in any trial.
    nobody : bool array (cells,)
        In which nobody asked in any trial.

    Returns
    -------
    int64 array (cells,)
        A `Without`; 0 for the others.
    """
    missing = ~np.isfinite(shown.values)
    # Zero has no place on a logarithmic scale, and is no small amount of service.
    zero = (shown.values == 0.0) & (shown.is_logarithmic | (shown.name in _SERVICE))
    kinds = [missing | zero, missing | zero, missing, zero & shown.is_logarithmic]
    kinds[0] = kinds[0] & never
    kinds[1] = kinds[1] & nobody
    words = [Without.NEVER_SERVED, Without.NOBODY_ASKED, Without.VALUE, Without.NOTHING]
    return np.select(kinds, [int(each) for each in words], 0)


_SERVICE = ("cell_calls", "cell_throughput", "cell_served_users", "cell_lit_users")


def scale_of(shown: CellValues) -> tuple[Normalize, ListedColormap]:
    """Scale and colours of values."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap, LogNorm, Normalize

    low, high = shown.limits
    norm: Any = LogNorm if shown.is_logarithmic else Normalize
    colours = colormaps[COLOURS](np.linspace(0.0, 1.0, LEVELS))
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
    of_cell = np.zeros((len(kinds) + 1, 4))
    line_of_cell = np.zeros((len(kinds) + 1, 4))
    of_cell[:-1][has_value] = colours(norm(shown.values[has_value]))
    line_of_cell[:-1] = of_cell[:-1]
    for kind, look in LOOKS.items():
        of_cell[:-1][kinds == kind] = to_rgba(look.colour)
        line_of_cell[:-1][kinds == kind] = to_rgba(look.line or look.colour)
    rows, columns = raster.shape
    along = np.arange(rows)[:, None] + np.arange(columns)
    striped = along % _STRIPE_PIXELS < _STRIPE_LINE
    # The last row stands for no cell: -1 finds it.
    chosen = np.where(striped[..., None], line_of_cell[raster], of_cell[raster])
    found: np.ndarray = np.rint(chosen * 255.0).astype(np.uint8)
    return found
