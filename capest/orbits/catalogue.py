"""Satellites of an element-set file, and where SGP4 says they are.

Propagation is the ``sgp4`` package's (Vallado, Crawford, Hujsak, Kelso: AIAA 2006-6753), with the
constants of WGS 72 the element sets are made with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from capest.orbits.earth_rotation import JulianDate, gmst_rad, later, rotated
from capest.orbits.element_sets import ElementSet
from capest.orbits.records import Sgp4Input, sgp4_api


@dataclass(frozen=True)
class Catalogue:
    """Satellites with SGP4 mean elements.

    Attributes
    ----------
    names : tuple of str
        As the file has them; the catalogue number where it has none.
    epoch_jd : float array (satellites,)
        Julian dates (UTC) of the element sets.
    elements : tuple of Sgp4Input
    notes : tuple of str
        What the user should know of how the file was read and what was left out, one line each.
    """

    names: tuple[str, ...]
    epoch_jd: np.ndarray
    elements: tuple[Sgp4Input, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def satellites(self) -> Any:
        """Records of SGP4, made where they are used: ``sgp4.api.SatrecArray``."""
        return sgp4_api().SatrecArray([each.record() for each in self.elements])

    def __getstate__(self) -> dict[str, Any]:
        """Leave the records out: they do not travel."""
        return {name: value for name, value in vars(self).items() if name != "satellites"}


@dataclass(frozen=True)
class Propagated:
    """Satellites of a catalogue at one moment.

    Attributes
    ----------
    position_m : float array (kept, 3)
        Earth-fixed.
    kept : int array (kept,)
        Index of each in the catalogue.
    left_out : int
        Satellites for which SGP4 reports an error (decayed, elements out of range).
    """

    position_m: np.ndarray
    kept: np.ndarray
    left_out: int


def collect(sets: Sequence[ElementSet], notes: Sequence[str] = ()) -> Catalogue:
    """Make a catalogue of element sets."""
    return Catalogue(
        names=tuple(each.label for each in sets),
        epoch_jd=np.array([each.epoch_jd for each in sets]),
        elements=tuple(each.elements for each in sets),
        notes=tuple(notes),
    )


def teme_m(catalogue: Catalogue, date: JulianDate) -> tuple[np.ndarray, np.ndarray]:
    """Positions in SGP4's own axes (true equator, mean equinox of date).

    Returns
    -------
    error : uint8 array (satellites,)
        SGP4's error code, 0 for none.
    position_m : float array (satellites, 3)
        NaN, or not to be trusted, where there is an error.
    """
    error, position_km, _ = catalogue.satellites.sgp4(
        np.array([date.day]), np.array([date.fraction])
    )
    return error[:, 0], 1e3 * position_km[:, 0]


def propagate(catalogue: Catalogue, date: JulianDate, seconds: float = 0.0) -> Propagated:
    """Earth-fixed positions of a catalogue's satellites at one moment.

    From TEME to Earth-fixed axes by Greenwich mean sidereal time, without polar motion and with UTC
    for UT1. A moment's positions do not depend on other moments asked for.

    Parameters
    ----------
    catalogue : Catalogue
    date : JulianDate
        UTC, from `julian_date`.
    seconds : float
        After that date.
    """
    moment = later(date, seconds)
    error, position_m = teme_m(catalogue, moment)
    kept = np.flatnonzero((error == 0) & np.isfinite(position_m).all(axis=1))
    fixed_m = rotated(position_m[kept], gmst_rad(moment))
    return Propagated(fixed_m, kept, len(catalogue) - len(kept))
