"""Regions of the Earth by country, box, circle, GeoJSON file, or all of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from capest.errors import InputError
from capest.geo import data
from capest.geo.countries import polygons_of, stand_in
from capest.geo.country_names import find_country
from capest.geo.geojson import read_polygons
from capest.geo.shapes import (
    OUTLINE_STEP_DEG,
    Areas,
    Bounds,
    Box,
    Circle,
    Earth,
    Shape,
)
from capest.geo.sphere import EARTH_RADIUS_KM, lat_lon, unit_vectors, wrapped


class Cap(NamedTuple):
    """A circle on the sphere: unit vector (3,) to its centre, and angular radius in radians."""

    centre: np.ndarray
    radius: float


@dataclass(frozen=True)
class Region:
    """A region of the Earth.

    Attributes
    ----------
    name : str
        For messages.
    shape : Shape
    countries : tuple of int or None
        Indices into `data.countries` if the region consists of countries.
    notes : tuple of str
        What was replaced, one line each, to be shown to the user.
    """

    name: str
    shape: Shape
    countries: tuple[int, ...] | None = None
    notes: tuple[str, ...] = ()

    def contains(self, lat_deg: np.ndarray, lon_deg: np.ndarray) -> np.ndarray:
        """Tell which points are inside.

        Parameters
        ----------
        lat_deg, lon_deg : float array (n,)
            Any longitude is understood.

        Returns
        -------
        bool array (n,)
        """
        inside: np.ndarray = self.shape.border.contains(lat_deg, lon_deg)
        return inside

    @property
    def area_km2(self) -> float:
        """Area on the sphere; for countries that of the polygons at 1:110 million."""
        return self.shape.area_km2

    @property
    def bounds(self) -> Bounds:
        """Extent in latitude and longitude."""
        return self.shape.bounds

    @cached_property
    def cap(self) -> Cap:
        """A circle around the region, a little (up to 0.4°) larger than the smallest."""
        if isinstance(self.shape, Circle):
            circle = self.shape
            centre = unit_vectors(np.array([circle.lat_deg]), np.array([circle.lon_deg]))[:, 0]
            return Cap(centre, min(circle.radius_km / EARTH_RADIUS_KM, math.pi))
        edge = unit_vectors(*self.shape.outline())
        centre = _middle(edge)
        antipode = lat_lon(-centre[:, None])
        if self.contains(*antipode)[0]:
            return Cap(centre, math.pi)
        farthest = math.acos(float(np.clip(centre @ edge, -1.0, 1.0).min()))
        return Cap(centre, min(farthest + math.radians(OUTLINE_STEP_DEG), math.pi))


def whole_earth() -> Region:
    """Every place on Earth."""
    return Region("the Earth", Earth())


def country(names: str | Iterable[str]) -> Region:
    """One country or several.

    Parameters
    ----------
    names : str or iterable of str
        ISO 3166 alpha-2 or alpha-3 codes or English names, in any case.

    Raises
    ------
    InputError
        If a country is not known, or nothing is known of where it is.
    """
    names = [names] if isinstance(names, str) else list(names)
    if not names:
        raise InputError("region: no country given; expected at least one, such as CN")
    return _of_countries(tuple(dict.fromkeys(find_country(name) for name in names)))


# The same object for the same countries, so that what is found out of a shape can be kept.
@lru_cache(maxsize=16)
def _of_countries(indices: tuple[int, ...]) -> Region:
    listed = data.countries()
    circles, notes = [], []
    for index in indices:
        if polygons_of((index,)) is None:
            circle = stand_in(index)
            circles.append(circle)
            notes.append(
                f"{listed.name[index]} is too small for the 1:110 million map: a circle of its "
                f"{circle.area_km2:.3g} km² around its largest place stands for it"
            )
    shown = ", ".join(listed.name[index] for index in indices)
    return Region(shown, Areas(polygons_of(indices), tuple(circles)), indices, tuple(notes))


def box(south_deg: float, west_deg: float, north_deg: float, east_deg: float) -> Region:
    """Between two parallels and, going east from the first, two meridians.

    East below west means across the date line; -180 to 180 is all the way round.

    Raises
    ------
    InputError
        If the box is empty or not on Earth.
    """
    if not -90.0 <= south_deg < north_deg <= 90.0:
        raise InputError(
            f"box: south {south_deg:g} and north {north_deg:g}: expected -90 ≤ south < north ≤ 90"
        )
    if not (abs(west_deg) <= 360.0 and abs(east_deg) <= 360.0) or west_deg == east_deg:
        raise InputError(
            f"box: west {west_deg:g} and east {east_deg:g}: expected two different longitudes "
            "in degrees"
        )
    across = east_deg - west_deg
    width = across if 0.0 < across <= 360.0 else across % 360.0
    name = f"the box {south_deg:g} to {north_deg:g}° N, {west_deg:g} to {east_deg:g}° E"
    west = float(wrapped(west_deg)) if width < 360.0 else -180.0
    return Region(name, Box(south_deg, west, north_deg, width))


def circle(lat_deg: float, lon_deg: float, radius_km: float) -> Region:
    """All within a distance along the surface of a point.

    Raises
    ------
    InputError
        If the centre is not on Earth or the radius is not positive.
    """
    if not (abs(lat_deg) <= 90.0 and abs(lon_deg) <= 360.0):
        raise InputError(
            f"circle: centre {lat_deg:g}, {lon_deg:g}: expected latitude within ±90 and "
            "longitude within ±180"
        )
    if not 0.0 < radius_km < math.pi * EARTH_RADIUS_KM:
        raise InputError(f"circle: radius {radius_km:g} km: expected more than 0, up to 20,015")
    name = f"the circle of {radius_km:g} km around {lat_deg:g}, {lon_deg:g}"
    return Region(name, Circle(lat_deg, float(wrapped(lon_deg)), radius_km))


def geojson(path: str | Path) -> Region:
    """Polygons of a GeoJSON file; see `geojson.read_polygons` for what it may hold."""
    polygons, notes = read_polygons(path)
    return Region(Path(path).name, Areas(polygons), notes=notes)


def _middle(points: np.ndarray) -> np.ndarray:
    """Centre, unit vector (3,), of about the smallest cap around points (3, n).

    Bădoiu and Clarkson (2003): walk to the farthest point by an ever smaller share.
    """
    centre = points.mean(axis=1)
    for step in range(1, 500):
        away = points - centre[:, None]
        farthest = int(np.argmax((away * away).sum(axis=0)))
        centre = centre + (points[:, farthest] - centre) / (step + 1.0)
    length = float(np.linalg.norm(centre))
    return centre / length if length > 1e-6 else np.array([0.0, 0.0, 1.0])
