"""Outlines of countries, and which country points are in."""

from __future__ import annotations

from functools import cache

import numpy as np

from capest.errors import InputError
from capest.geo import data
from capest.geo.polygon import PolygonSet, Ring, unrolled
from capest.geo.shapes import Circle
from capest.geo.sphere import cap_radius_km, ring_area_km2


@cache
def outlines() -> tuple[tuple[Ring, ...], tuple[bool, ...], tuple[int, ...]]:
    """Rings of all countries, unwrapped; whether each is a hole, and the country of each.

    In the source, outlines run clockwise and holes counter-clockwise.
    """
    raw = data.rings()
    rings = [unrolled(lat, lon) for lat, lon in zip(raw.lat_deg, raw.lon_deg, strict=True)]
    holes = [ring_area_km2(*ring) > 0.0 for ring in rings]
    return tuple(rings), tuple(holes), tuple(int(owner) for owner in raw.country)


def polygons_of(indices: tuple[int, ...]) -> PolygonSet | None:
    """Polygons of countries, labelled with their index; None if none has any."""
    rings, holes, owners = outlines()
    chosen = [i for i, owner in enumerate(owners) if owner in set(indices)]
    if not chosen:
        return None
    return PolygonSet(
        tuple(rings[i] for i in chosen),
        tuple(holes[i] for i in chosen),
        tuple(owners[i] for i in chosen),
    )


def stand_in(index: int) -> Circle:
    """Circle of the published area around the largest place, for a country without polygon.

    Raises
    ------
    InputError
        If there is no place, or no published area.
    """
    listed, places = data.countries(), data.places()
    own = np.nonzero(places.country == index)[0]
    area_km2 = float(listed.area_km2[index])
    if not len(own) or area_km2 <= 0.0:
        raise InputError(
            f"country {listed.name[index]} ({listed.alpha2[index]}) has neither a polygon at "
            "1:110 million nor a listed place: give a box, a circle or a GeoJSON file"
        )
    centre = own[0]
    return Circle(
        float(places.lat_deg[centre]), float(places.lon_deg[centre]), cap_radius_km(area_km2)
    )


def country_at(lat_deg: np.ndarray, lon_deg: np.ndarray) -> np.ndarray:
    """Country whose polygon holds each point.

    Parameters
    ----------
    lat_deg, lon_deg : float64 array (n,)

    Returns
    -------
    int16 array (n,)
        Index into `data.countries`; -1 at sea and in countries without polygon.
    """
    found = np.full(len(lat_deg), -1, dtype=np.int16)
    for index in sorted(set(outlines()[2])):
        polygons = _single(index)
        south = min(lat.min() for lat, _ in polygons.rings)
        north = max(lat.max() for lat, _ in polygons.rings)
        rows = np.nonzero((lat_deg >= south) & (lat_deg <= north) & (found < 0))[0]
        if len(rows):
            found[rows[polygons.bands.contains(lat_deg[rows], lon_deg[rows])]] = index
    return found


@cache
def _single(index: int) -> PolygonSet:
    polygons = polygons_of((index,))
    assert polygons is not None
    return polygons
