"""Users drawn from weighted points or cells of a grid, instead of from the population model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from capest.errors import InputError
from capest.geo.curve import along_curve
from capest.geo.spans import expand
from capest.geo.sphere import unit_vectors, wrapped
from capest.geo.weighted import guide_table, weighted_places

UNIFORMS = 3
"""Uniforms a draw takes of each user."""

_MOST_CUTS = 256
"""Pieces along a side of a cell, at most."""


@dataclass(frozen=True)
class PointsModel:
    """Weighted points or cells; draws like `PopulationModel`.

    Attributes
    ----------
    people : float
        Sum of all weights.
    cumulative : float64 array (n,)
        Running share of weight; the last entry is 1.
    lat_deg, lon_deg : float64 array (n,)
        Points, or centres of cells.
    height_deg, width_deg : float64 array (n,)
        Extent of cells, in which users are uniform by area; 0 for points.
    surroundings : int8 array (n,)
        Code in `settlement_density.SURROUNDINGS`.
    country : int16 array (n,)
        Index into `data.countries`, -1 outside all polygons.
    notes : tuple of str
        What the user should know of the file they come from, one line each.
    """

    people: float
    cumulative: Any
    lat_deg: Any
    lon_deg: Any
    height_deg: Any
    width_deg: Any
    surroundings: Any
    country: Any
    notes: tuple[str, ...] = ()

    uniforms_needed = UNIFORMS

    @cached_property
    def guide(self) -> np.ndarray:
        """Where to look for the place of a uniform, see `weighted`."""
        return guide_table(self.cumulative)

    @cached_property
    def sines(self) -> tuple[np.ndarray, np.ndarray]:
        """Sine of each cell's southern edge, and how much larger that of its northern one is."""
        half = 0.5 * self.height_deg
        low = np.sin(np.radians(np.maximum(self.lat_deg - half, -90.0)))
        high = np.sin(np.radians(np.minimum(self.lat_deg + half, 90.0)))
        return low, high - low

    def in_order(self, cell_at: Callable[[np.ndarray], np.ndarray]) -> PointsModel:
        """See `PopulationModel.in_order`."""
        cell = cell_at(unit_vectors(self.lat_deg, self.lon_deg))
        order = along_curve(self.lat_deg, self.lon_deg, cell)
        return replace(only(self, order), notes=self.notes)

    def on(self, xp: Any) -> PointsModel:
        """Copy the arrays to ``xp``, once instead of at every draw."""
        names = (
            "cumulative", "lat_deg", "lon_deg", "height_deg", "width_deg",
            "surroundings", "country",
        )  # fmt: skip
        return replace(self, **{name: xp.asarray(getattr(self, name)) for name in names})

    def draw(self, uniforms: list[Any], xp: Any = np) -> tuple[Any, Any, Any, Any]:
        """Place users; see `PopulationModel.draw`."""
        model = self if xp is np else self.on(xp)
        point = weighted_places(model.cumulative, self.guide if xp is np else None, uniforms[0], xp)
        low, rise = (xp.asarray(column)[point] for column in self.sines)
        within = xp.degrees(xp.arcsin(low + uniforms[1] * rise))
        lat = xp.where(model.height_deg[point] > 0.0, within, model.lat_deg[point])
        lon = model.lon_deg[point] + (uniforms[2] - 0.5) * model.width_deg[point]
        return lat, wrapped(lon, xp), model.surroundings[point], model.country[point]


def only(model: PointsModel, kept: np.ndarray) -> PointsModel:
    """Keep some of the points; at least one."""
    weight = np.diff(model.cumulative, prepend=0.0) * model.people
    return points_model(
        model.lat_deg[kept],
        model.lon_deg[kept],
        weight[kept],
        model.surroundings[kept],
        model.country[kept],
        model.height_deg[kept],
        model.width_deg[kept],
    )


def weighted(model: PointsModel, weight: np.ndarray) -> PointsModel:
    """The same points with other weights; at least one of them is positive."""
    return points_model(
        model.lat_deg,
        model.lon_deg,
        weight,
        model.surroundings,
        model.country,
        model.height_deg,
        model.width_deg,
    )


def pieces(model: PointsModel, most_deg: float) -> PointsModel:
    """Cut cells into pieces that are as high and as wide as this, at most, or by `_MOST_CUTS`.

    Users of a cell that only part of an area covers can then be drawn in that part.
    """
    across = np.maximum(np.cos(np.radians(model.lat_deg)), 1e-3)
    rows, columns = (
        np.clip(np.ceil(extent / most_deg - 1e-9), 1, _MOST_CUTS).astype(np.int64)
        for extent in (model.height_deg, model.width_deg * across)
    )
    cell, piece = expand(np.zeros_like(rows), rows * columns)
    row, column = np.divmod(piece, columns[cell])
    height, width = model.height_deg[cell] / rows[cell], model.width_deg[cell] / columns[cell]
    lat = model.lat_deg[cell] - 0.5 * model.height_deg[cell] + (row + 0.5) * height
    lon = model.lon_deg[cell] - 0.5 * model.width_deg[cell] + (column + 0.5) * width
    area = np.where(height > 0.0, np.cos(np.radians(lat)), 1.0)
    area /= np.bincount(cell, area, minlength=len(rows))[cell]
    weight = np.diff(model.cumulative, prepend=0.0)[cell] * model.people * area
    kinds = (model.surroundings[cell], model.country[cell])
    return points_model(lat, lon, weight, *kinds, height, width)


def points_model(
    lat_deg: np.ndarray,
    lon_deg: np.ndarray,
    weight: np.ndarray,
    surroundings: np.ndarray,
    country: np.ndarray,
    height_deg: np.ndarray | None = None,
    width_deg: np.ndarray | None = None,
) -> PointsModel:
    """Build the model from weights, at least one of them positive; see `PointsModel`."""
    kept = np.nonzero(weight > 0.0)[0]
    total = float(weight[kept].sum())
    if not np.isfinite(total):
        raise InputError("weights of users: their sum is not finite; expected smaller numbers")
    cumulative = np.cumsum(weight[kept]) / total
    cumulative[-1] = 1.0
    nothing = np.zeros(len(weight))
    return PointsModel(
        people=total,
        cumulative=cumulative,
        lat_deg=lat_deg[kept],
        lon_deg=wrapped(lon_deg[kept]),
        height_deg=(nothing if height_deg is None else height_deg)[kept],
        width_deg=(nothing if width_deg is None else width_deg)[kept],
        surroundings=surroundings[kept].astype(np.int8),
        country=country[kept].astype(np.int16),
    )
