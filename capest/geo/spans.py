"""Spans: where a set of parallels runs inside areas, and what two areas share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Spans:
    """Pieces of parallels, none of which crosses the date line; sorted by row.

    Attributes
    ----------
    row : int64 array (n,)
        Which parallel.
    west, east : float64 array (n,)
        Ends in degrees, -180 ≤ west < east ≤ 180.
    label : int64 array (n,)
        Which area, a country's index for instance.
    """

    row: np.ndarray
    west: np.ndarray
    east: np.ndarray
    label: np.ndarray


def expand(first: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Owners and members of consecutive ranges.

    Parameters
    ----------
    first, count : int array (n,)

    Returns
    -------
    owner, member : int64 array (sum of count,)
        Range i gives (i, first[i]), (i, first[i] + 1), ...
    """
    owner = np.repeat(np.arange(len(count)), count)
    start = np.cumsum(count) - count
    return owner, np.arange(len(owner)) - start[owner] + first[owner]


def make_spans(
    row: np.ndarray, west: np.ndarray, east: np.ndarray, label: np.ndarray | None = None
) -> Spans:
    """Sort spans by row and drop empty ones."""
    label = np.zeros(len(row), dtype=np.int64) if label is None else label
    keep = np.nonzero(east > west)[0]
    keep = keep[np.argsort(row[keep], kind="stable")]
    return Spans(row[keep].astype(np.int64), west[keep], east[keep], label[keep])


def around(row: np.ndarray, west: np.ndarray, width: np.ndarray) -> Spans:
    """Spans of a width from a western end in [-180, 180), cut where they cross the date line."""
    east = west + np.minimum(width, 360.0)
    beyond = np.minimum(east - 360.0, west)
    start = np.full(len(row), -180.0)
    return make_spans(
        np.concatenate([row, row]),
        np.concatenate([west, start]),
        np.concatenate([np.minimum(east, 180.0), beyond]),
    )


def common(areas: Spans, region: Spans) -> Spans:
    """What spans of labelled areas share with those of a region."""
    first = np.searchsorted(region.row, areas.row, side="left")
    count = np.searchsorted(region.row, areas.row, side="right") - first
    a, b = expand(first, count)
    west = np.maximum(areas.west[a], region.west[b])
    east = np.minimum(areas.east[a], region.east[b])
    return make_spans(areas.row[a], west, east, areas.label[a])
