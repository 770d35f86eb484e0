"""What the user should know of all points of a sweep, and of some, in lines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

OF_ALL, OF_SOME = "notes", "notes_of_some_points"
"""Attributes of a sweep's file, one note in a line."""


def notes_of_sweep(attributes: Mapping[str, Any]) -> list[str]:
    """Notes of a sweep, those of some points with these words before them.

    Parameters
    ----------
    attributes : mapping
        Of a sweep's file.
    """
    found = str(attributes.get(OF_ALL, "")).splitlines()
    return found + [f"at some points: {note}" for note in notes_of_some(attributes)]


def notes_of_some(attributes: Mapping[str, Any]) -> list[str]:
    """Notes of some points alone, as the points have them."""
    return str(attributes.get(OF_SOME, "")).splitlines()


def notes_of_sweep_file(path: Path) -> list[str]:
    """Notes of the sweep in a file, see `notes_of_sweep`."""
    import netCDF4

    with netCDF4.Dataset(path) as dataset:
        return notes_of_sweep(dataset.__dict__)
