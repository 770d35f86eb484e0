"""The data of this package and how it is read; sources and licences stand in SOURCES.md."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Countries:
    """Countries and territories with an ISO 3166 code, by alpha-2 code.

    Attributes
    ----------
    alpha2, alpha3, name : tuple of str
        Codes and the name GeoNames uses.
    alias : tuple of str
        Name Natural Earth uses, empty if it has none.
    population : int64 array (countries,)
        People living there (Natural Earth, mostly 2019, or GeoNames).
    area_km2 : float64 array (countries,)
        Published area, GeoNames.
    """

    alpha2: tuple[str, ...]
    alpha3: tuple[str, ...]
    name: tuple[str, ...]
    alias: tuple[str, ...]
    population: np.ndarray
    area_km2: np.ndarray


@dataclass(frozen=True)
class Settlements:
    """Cities and towns of at least 15,000 people or that are capitals, sorted by country.

    Attributes
    ----------
    lat_deg, lon_deg : float64 array (places,)
        Centre, to 10⁻⁴ degrees.
    population : float64 array (places,)
    country : int64 array (places,)
        Index into `Countries`; within a country the largest place comes first.
    """

    lat_deg: np.ndarray
    lon_deg: np.ndarray
    population: np.ndarray
    country: np.ndarray


@dataclass(frozen=True)
class Rings:
    """Outlines of countries at 1:110 million; holes are rings like any other.

    Attributes
    ----------
    lat_deg, lon_deg : tuple of float64 array
        Corners of each ring, the last repeats the first.
    country : int64 array (rings,)
        Index into `Countries`.
    """

    lat_deg: tuple[np.ndarray, ...]
    lon_deg: tuple[np.ndarray, ...]
    country: np.ndarray


@dataclass(frozen=True)
class Land:
    """How much of each cell of 1/8 degree is land. Lakes count as land.

    Attributes
    ----------
    level : uint8 array (1440, 2880)
        Index into ``fraction``. Rows go north from 90° S, columns east from 180° W.
    fraction : float32 array (226,)
        Shares of land that a cell may have, ascending.
    """

    level: Any
    fraction: Any


def read(name: str) -> dict[str, np.ndarray]:
    """Read an archive by its name."""
    with as_file(files(__package__) / f"{name}.npz") as path, np.load(path) as archive:
        return dict(archive)


@cache
def other_names() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Read further names of countries: the codes each group of names stands for, and the names.

    A name behind a slash is of a part of the country.
    """
    text = (files(__package__) / "names.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))[1:]
    return tuple((tuple(codes.split()), tuple(names.split("|"))) for codes, names in rows)


@cache
def countries() -> Countries:
    """Read the countries."""
    data = read("countries")
    words = [tuple(str(word) for word in data[key]) for key in ("alpha2", "alpha3", "name")]
    alias = tuple(str(word) for word in data["alias"])
    return Countries(words[0], words[1], words[2], alias, data["population"], data["area_km2"])


@cache
def places() -> Settlements:
    """Read the places."""
    data = read("places")
    return Settlements(
        data["lat_1e4"] / 1e4,
        data["lon_1e4"] / 1e4,
        data["population"].astype(np.float64),
        data["country"].astype(np.int64),
    )


@cache
def rings() -> Rings:
    """Read the outlines of countries."""
    data = read("polygons")
    cuts = np.cumsum(data["ring_size"])[:-1]
    return Rings(
        tuple(np.split(data["lat_1e4"] / 1e4, cuts)),
        tuple(np.split(data["lon_1e4"] / 1e4, cuts)),
        data["ring_country"].astype(np.int64),
    )


@cache
def land() -> Land:
    """Read where there is land."""
    data = read("land")
    whole = int(data["whole"])
    fraction = (np.arange(whole + 1) / whole).astype(np.float32)
    return Land(data["land"].astype(np.uint8, copy=False), fraction)
