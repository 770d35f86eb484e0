"""Numbers of cells for a page's map: where each lies on the picture, and what it holds."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.plot.map_places import CellPlaces, places_of
from capest.results.stored import Stored
from capest.statistics.refusals import REFUSAL_REASONS, SHORT_REASONS

_FINENESS = 32.0
"""Parts of a point that the picture's coordinates are rounded to."""

_DEGREE_PARTS = 100.0

_HALF_DIAGONAL = 0.71
"""Of a square of area 1, which no cell of the lattice is longer than."""

_LONG_BEAM = 1.5
"""Beams that meet the ground at a slant are longer than a square of their area."""

_LEAST_REACH_PT = 1.5

_OF_CALLS = (("calls carried a trial", "cell_calls"), ("asked", "cell_calls_offered"))
_OF_USERS = (
    ("users served a trial", "cell_served_users"),
    ("users", "cell_users"),
    ("Mbit/s for them", "cell_throughput"),
)
_ASKED = ("asked", "users")
_PEOPLE = ("people live there", ("cell_residents", "cell_people"))


REASONS = ["", *(SHORT_REASONS[each] for each in REFUSAL_REASONS)]
"""Reasons of refusal by number, 0 where nobody is refused."""


@dataclass(frozen=True)
class CellNumbers:
    """Numbers of the cells of a map.

    Attributes
    ----------
    x_pt, y_pt : float64 array (cells,)
        Their middles on the picture, from its upper left corner.
    latitude_deg, longitude_deg : float64 array (cells,)
    country : str array (cells,)
        Codes; empty of none.
    reason : int64 array (cells,)
        What refuses most: a number into `REASONS`.
    figures : list of (str, float64 array (cells,))
        Label and values.
    weight : float64 array (cells,)
        The cells with most of it are kept where not all have room.
    reach_pt : float
        Farther from its middle no place lies in a cell.
    """

    x_pt: np.ndarray
    y_pt: np.ndarray
    latitude_deg: np.ndarray
    longitude_deg: np.ndarray
    country: np.ndarray
    reason: np.ndarray
    figures: list[tuple[str, np.ndarray]]
    weight: np.ndarray
    reach_pt: float

    @property
    def count(self) -> int:
        """Cells."""
        return len(self.x_pt)

    @property
    def bytes_per_cell(self) -> float:
        """Bytes that a cell takes in a page, at most."""
        return (12.0 + 4.0 * len(self.figures)) * 4.0 / 3.0

    def data(self, most: int) -> dict[str, Any]:
        """Return plain values for the page's script: little-endian numbers in base64.

        Parameters
        ----------
        most : int
            Cells at most.
        """
        # Equal ones in their order, so that the same file gives the same page.
        kept = np.sort(np.argsort(-self.weight, kind="stable")[:most])
        codes, of_country = np.unique(self.country[kept], return_inverse=True)
        return {
            "count": len(kept),
            "x": _column(self.x_pt[kept], "u2", _FINENESS),
            "y": _column(self.y_pt[kept], "u2", _FINENESS),
            "latitude": _column(self.latitude_deg[kept], "i2", _DEGREE_PARTS),
            "longitude": _column(self.longitude_deg[kept], "i2", _DEGREE_PARTS),
            "country": _numbers(of_country, len(codes)),
            "countries": codes.tolist(),
            "reason": _numbers(self.reason[kept], len(REASONS)),
            "reasons": REASONS,
            "figures": [
                {"label": label} | _column(values[kept], "f4") for label, values in self.figures
            ],
        }


def cell_numbers(
    stored: Stored, x_pt: np.ndarray, y_pt: np.ndarray, points_per_km: float
) -> CellNumbers:
    """Collect what a map says of its cells, those that it shows.

    Parameters
    ----------
    stored : Stored
    x_pt, y_pt : float64 array (cells,)
        Middles of all cells on the picture, from its upper left corner.
    points_per_km : float
        Scale of the picture.
    """
    places = places_of(stored)
    shown = np.flatnonzero(places.is_shown & np.isfinite(x_pt) & np.isfinite(y_pt))
    figures = _figures(stored)
    asked = next((values for name, values in figures if name in _ASKED), np.zeros(len(x_pt)))
    return CellNumbers(
        x_pt[shown],
        y_pt[shown],
        places.lat_deg[shown],
        places.lon_deg[shown],
        _country(stored, len(x_pt))[shown],
        _main_reason(stored, len(x_pt))[shown],
        [(label, values[shown]) for label, values in figures],
        asked[shown],
        max(_LEAST_REACH_PT, points_per_km * _reach_km(places, shown)),
    )


def _reach_km(places: CellPlaces, shown: np.ndarray) -> float:
    """How far from its middle a place of the largest cell may lie."""
    if not len(shown):
        return 0.0
    longer = _LONG_BEAM if places.of_beams else 1.0
    return float(longer * _HALF_DIAGONAL * np.sqrt(places.area_km2[shown].max()))


def _figures(stored: Stored) -> list[tuple[str, np.ndarray]]:
    calls = _values(stored, "cell_calls") is not None
    found = [(label, _values(stored, name)) for label, name in (_OF_CALLS if calls else _OF_USERS)]
    label, names = _PEOPLE
    found.append(
        (label, next((_values(stored, each) for each in names if each in stored.names), None))
    )
    return [(label, values) for label, values in found if values is not None]


def _values(stored: Stored, name: str) -> np.ndarray | None:
    """A value of every cell; of values of every trial their mean."""
    if name not in stored.names:
        return None
    values = stored.values(name).astype(np.float64)
    return values.mean(axis=0) if values.ndim == 2 else values


def _country(stored: Stored, cells: int) -> np.ndarray:
    if "cell_country" not in stored.names:
        return np.full(cells, "")
    codes = stored.values("cell_country").astype(str)
    return np.where(codes == "--", "", codes)


def _main_reason(stored: Stored, cells: int) -> np.ndarray:
    """Number of the reason that refuses most in each cell, from 1; 0 where none does."""
    refused = np.zeros((len(REFUSAL_REASONS), cells))
    for row, reason in enumerate(REFUSAL_REASONS):
        found = _values(stored, f"cell_calls_refused_{reason}")
        if found is not None:
            refused[row] = found
    most: np.ndarray = np.where(refused.max(axis=0) > 0.0, refused.argmax(axis=0) + 1, 0)
    return most


def _numbers(values: np.ndarray, count: int) -> dict[str, Any]:
    """Numbers from 0 to ``count`` - 1, as small as they can be."""
    return _column(values, "u1" if count <= 256 else "u2")


def _column(values: np.ndarray, kind: str, parts: float = 1.0) -> dict[str, Any]:
    scaled = values * parts if kind == "f4" else np.rint(values * parts)
    packed = scaled.astype(f"<{kind}").tobytes()
    return {"type": kind, "scale": 1.0 / parts, "values": base64.b64encode(packed).decode()}
