"""Numbers of cells for a page's map: where each lies on the picture, and what it holds."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.plot.map_places import places_of
from capest.results.stored import Stored
from capest.statistics.refusals import REFUSAL_REASONS, SHORT_REASONS

MOST_CELLS = 20_000
"""Cells that a page says something of: more would make it too large."""

_FINENESS = 32.0
"""Parts of a point that the picture's coordinates are rounded to."""

_DEGREE_PARTS = 100.0

_OF_CALLS = (("calls carried a trial", "cell_calls"), ("asked", "cell_calls_offered"))
_OF_USERS = (
    ("users served a trial", "cell_served_users"),
    ("users", "cell_users"),
    ("Mbit/s for them", "cell_throughput"),
)
_PEOPLE = ("people live there", ("cell_residents", "cell_people"))


@dataclass(frozen=True)
class CellNumbers:
    """Numbers of the cells of a map.

    Attributes
    ----------
    data : dict
        Plain values for the page's script: columns are little-endian numbers in base64.
    count, left_out : int
        Cells that the page says something of, and those that it leaves out.
    """

    data: dict[str, Any]
    count: int
    left_out: int


def cell_numbers(stored: Stored, x_pt: np.ndarray, y_pt: np.ndarray) -> CellNumbers:
    """Collect what a map says of its cells.

    Parameters
    ----------
    stored : Stored
    x_pt, y_pt : float64 array (cells,)
        Their middles on the picture, from its upper left corner.

    Returns
    -------
    CellNumbers
        Of the cells that are shown; of too many, of those in which most is asked for.
    """
    places = places_of(stored)
    columns = _columns(stored)
    asked = _values(stored, "cell_calls_offered")
    if asked is None:
        asked = _values(stored, "cell_users")
    shown = np.flatnonzero(places.is_shown & np.isfinite(x_pt) & np.isfinite(y_pt))
    weight = np.zeros(len(x_pt)) if asked is None else asked
    # Equal ones in their order, so that the same file gives the same page.
    kept = np.sort(shown[np.argsort(-weight[shown], kind="stable")][:MOST_CELLS])
    country = _country(stored)
    codes = np.unique(country[kept]) if country is not None else np.array([""])
    of_country = np.zeros(len(kept)) if country is None else np.searchsorted(codes, country[kept])
    data: dict[str, Any] = {
        "count": len(kept),
        "x": _column(x_pt[kept], "u2", _FINENESS),
        "y": _column(y_pt[kept], "u2", _FINENESS),
        "latitude": _column(places.lat_deg[kept], "i2", _DEGREE_PARTS),
        "longitude": _column(places.lon_deg[kept], "i2", _DEGREE_PARTS),
        "country": _numbers(of_country, len(codes)),
        "countries": ["" if each == "--" else str(each) for each in codes],
        "figures": [{"label": label} | _column(each[kept], "f4") for label, each in columns],
        "reasons": ["", *(SHORT_REASONS[each] for each in REFUSAL_REASONS)],
        "reason": _numbers(_main_reason(stored, len(x_pt))[kept], len(REFUSAL_REASONS) + 1),
    }
    return CellNumbers(data, len(kept), len(shown) - len(kept))


def _columns(stored: Stored) -> list[tuple[str, np.ndarray]]:
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


def _country(stored: Stored) -> np.ndarray | None:
    return stored.values("cell_country").astype(str) if "cell_country" in stored.names else None


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
