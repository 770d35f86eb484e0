"""Circular orbits at epoch 0, one row per satellite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class CircularOrbits:
    """Circular orbits at epoch 0.

    Attributes
    ----------
    semi_major_axis_m : float array (satellites,)
        Radius of the orbit.
    inclination_rad : float array (satellites,)
    raan_rad : float array (satellites,)
        Right ascension of the ascending node.
    argument_of_latitude_rad : float array (satellites,)
        Angle from the ascending node along the orbit.
    """

    semi_major_axis_m: np.ndarray
    inclination_rad: np.ndarray
    raan_rad: np.ndarray
    argument_of_latitude_rad: np.ndarray

    def __len__(self) -> int:
        return len(self.semi_major_axis_m)


def columns(elements: CircularOrbits) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the four arrays in the order of the attributes."""
    return (
        elements.semi_major_axis_m,
        elements.inclination_rad,
        elements.raan_rad,
        elements.argument_of_latitude_rad,
    )


def take(elements: CircularOrbits, chosen: np.ndarray | slice) -> CircularOrbits:
    """Keep some satellites.

    Parameters
    ----------
    elements : CircularOrbits
    chosen : int array, bool array (satellites,) or slice
        Which satellites, as NumPy indexes.
    """
    return CircularOrbits(*(column[chosen] for column in columns(elements)))


def join(parts: Sequence[CircularOrbits]) -> CircularOrbits:
    """Put constellations one after another.

    Raises
    ------
    ValueError
        If there is nothing to join.
    """
    if not parts:
        raise ValueError("join needs at least one set of elements")
    joined = zip(*(columns(part) for part in parts), strict=True)
    return CircularOrbits(*(np.concatenate(column) for column in joined))
