"""The population of a region cut into small pieces, where each is to be asked something.

A place becomes points that stand for as many people each, with a square around that holds them at
the place's density there; a cell of land becomes pieces of equal area. Each piece weighs as much as
the population puts into it: by the land there, and by whether it lies in the region.
"""

from __future__ import annotations

import math

import numpy as np

from capest.geo.land import land_at
from capest.geo.points import PointsModel, points_model
from capest.geo.population import PopulationModel
from capest.geo.settlement_density import BEYOND, kernel_points, surroundings
from capest.geo.sphere import EARTH_RADIUS_KM, moved

_MOST_OF_PLACE = 128
_MOST_ACROSS = 8
_MOST_PIECES = 2_000_000
"""Of all places, and of all cells, about."""


def points_of(model: PopulationModel) -> PointsModel:
    """Cut all places and cells of a population into pieces.

    Parameters
    ----------
    model : PopulationModel
        Of everybody, on the host.

    Returns
    -------
    PointsModel
        Its sum of people is the model's.
    """
    parts = [_of_places(model), _of_cells(model)]
    lat, lon, people, kind, country, height, width = (
        np.concatenate(columns) for columns in zip(*parts, strict=True)
    )
    return points_model(lat, lon, people, kind, country, height, width)


Columns = tuple[np.ndarray, ...]
"""Latitude, longitude, people, surroundings, country, height and width of pieces."""


def _of_places(model: PopulationModel) -> Columns:
    places = model.places
    count = len(places.people)
    each = int(np.clip(_MOST_PIECES // max(count, 1), 16, _MOST_OF_PLACE))
    radius, bearing = kernel_points(each)
    place = np.repeat(np.arange(count), each)
    away, towards = np.tile(radius, count), np.tile(bearing, count)
    sigma = places.sigma_km[place]
    lat, lon = moved(places.lat_deg[place], places.lon_deg[place], away * sigma, towards)
    # A piece of the kernel holds one of so many parts: the less dense, the larger it is.
    area = 2.0 * math.pi * (1.0 - BEYOND) / each * np.exp(0.5 * away * away)
    height = np.degrees(sigma * np.sqrt(area) / EARTH_RADIUS_KM)
    width = np.minimum(height / np.maximum(np.cos(np.radians(lat)), 1e-3), 360.0)
    weight = land_at(lat, lon).astype(np.float64)
    if model.cuts_places:
        weight *= model.border.contains(lat, lon)
    kind = surroundings(places.population[place], away, model.parameters)
    at_anchor = surroundings(places.population, places.anchor_radius, model.parameters)
    found = (lat, lon, weight, kind, places.country[place], height, width)
    anchors = (places.anchor_lat, places.anchor_lon, at_anchor, places.country)
    return _shared_out(found, place, places.people, anchors)


def _of_cells(model: PopulationModel) -> Columns:
    land = model.land
    count = len(land.people)
    across = int(np.clip(math.sqrt(_MOST_PIECES / max(count, 1)), 2, _MOST_ACROSS))
    cell = np.repeat(np.arange(count), across * across)
    row, column = np.divmod(np.tile(np.arange(across * across), count), across)
    rise = (land.high - land.low)[cell] / across
    south = np.degrees(np.arcsin(np.clip(land.low[cell] + row * rise, -1.0, 1.0)))
    north = np.degrees(np.arcsin(np.clip(land.low[cell] + (row + 1) * rise, -1.0, 1.0)))
    width = land.width[cell] / across
    lat, lon = 0.5 * (south + north), land.west[cell] + (column + 0.5) * width
    weight = land_at(lat, lon).astype(np.float64)
    check = np.flatnonzero(land.check[cell])
    weight[check] *= model.border.contains(lat[check], lon[check])
    found = (lat, lon, weight, land.surroundings[cell], land.country[cell], north - south, width)
    anchors = (land.anchor_lat, land.anchor_lon, land.surroundings, land.country)
    return _shared_out(found, cell, land.people, anchors)


def _shared_out(found: Columns, spot: np.ndarray, people: np.ndarray, anchors: Columns) -> Columns:
    """Share out the people of spots among their pieces; of those without any, to their anchors."""
    total = np.bincount(spot, found[2], minlength=len(people))
    weight = found[2] * (people / np.where(total > 0.0, total, 1.0))[spot]
    lost = np.flatnonzero(total == 0.0)
    lat, lon, kind, country = (each[lost] for each in anchors)
    points = (lat, lon, people[lost], kind, country, np.zeros(len(lost)), np.zeros(len(lost)))
    whole = (*found[:2], weight, *found[3:])
    return tuple(np.concatenate(pair) for pair in zip(whole, points, strict=True))
