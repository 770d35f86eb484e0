"""Names of the largest cities on a map, none over another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from capest.geo.coast import cities
from capest.geo.sphere import unit_vectors
from capest.plot.map_places import CellPlaces
from capest.plot.map_view import MapView
from capest.plot.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CREDIT = "cities: GeoNames, CC BY 4.0"
"""What a picture with names of cities says under it."""

LABEL_BOX = {"boxstyle": "round,pad=0.12", "facecolor": "#ffffff", "alpha": 0.8, "linewidth": 0.0}
"""What is below words on a map."""

_MOST = 9
_LOOKED_AT = 250
_TYPE_PT = 7.0
_POINTS_PER_INCH = 72.0
_WIDTH_OF_LETTER = 0.62
_APART = 0.1
"""Of the larger side of the map, between cities that are named."""


@dataclass(frozen=True)
class CityLabel:
    """A city with a name on a map.

    Attributes
    ----------
    name : str
    x_km, y_km : float
    is_left : bool
        The name stands left of the city.
    """

    name: str
    x_km: float
    y_km: float
    is_left: bool


def labels_on(
    view: MapView, places: CellPlaces, width_in: float, taken: list[tuple[float, ...]]
) -> list[CityLabel]:
    """Choose cities in cells that are shown, the largest first, whose names have room.

    Parameters
    ----------
    view : MapView
    places : CellPlaces
    width_in : float
        Of the map on paper.
    taken : list of (float, float, float, float)
        Rectangles that are not free: west, east, south, north, km.
    """
    listed = cities()
    x, y = view.projection.forward(listed.lat_deg, listed.lon_deg)
    near = np.flatnonzero(view.holds(x, y))
    cell = places.cell_at(unit_vectors(listed.lat_deg[near], listed.lon_deg[near]))
    near = near[(cell >= 0) & places.is_shown[cell]][:_LOOKED_AT]
    km_per_pt = view.width_km / (width_in * _POINTS_PER_INCH)
    high = 1.3 * _TYPE_PT * km_per_pt
    found: list[CityLabel] = []
    boxes = list(taken)
    apart = _APART * max(view.width_km, view.height_km)
    for place in near.tolist():
        if len(found) == _MOST:
            break
        at = float(x[place]), float(y[place])
        if any(np.hypot(each.x_km - at[0], each.y_km - at[1]) < apart for each in found):
            continue
        long = (_WIDTH_OF_LETTER * len(listed.name[place]) * _TYPE_PT + 5.0) * km_per_pt
        for is_left in (False, True):
            west = at[0] - long if is_left else at[0]
            box = (west, west + long, at[1] - 0.4 * high, at[1] + 1.1 * high)
            if _is_free(box, boxes, view):
                found.append(CityLabel(listed.name[place], *at, is_left))
                boxes.append(box)
                break
    return found


def draw_labels(ax: Axes, labels: list[CityLabel]) -> None:
    """Draw cities and their names on light paper: a halo would make shapes of letters in an SVG."""
    if not labels:
        return
    ax.plot(
        [each.x_km for each in labels], [each.y_km for each in labels], "o", markersize=2.8,
        markerfacecolor="#ffffff", markeredgecolor=INK, markeredgewidth=0.8, zorder=5.0,
        scalex=False, scaley=False,
    )  # fmt: skip
    for each in labels:
        ax.annotate(
            each.name, (each.x_km, each.y_km),
            xytext=(-3.5 if each.is_left else 3.5, 2.0), textcoords="offset points",
            ha="right" if each.is_left else "left", fontsize=_TYPE_PT, zorder=6.0,
            bbox=LABEL_BOX,
        )  # fmt: skip


def _is_free(
    box: tuple[float, ...], boxes: list[tuple[float, ...]], view: MapView
) -> bool:  # fmt: skip
    west, east, south, north = box
    if west < view.west_km or east > view.east_km:
        return False
    if south < view.south_km or north > view.north_km:
        return False
    return all(
        east < other[0] or west > other[1] or north < other[2] or south > other[3]
        for other in boxes
    )
