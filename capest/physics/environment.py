"""What stands around users: tables as of TR 38.811 clauses 6.6.1 and 6.6.2 at any elevation.

The report gives them for 10°, 20°, ..., 90° and takes the nearest. ``"nearest"`` does so too;
``"linear"`` interpolates between neighbouring angles, which keeps maps and sweeps free of steps
every 10° and agrees with the report at its own angles. Outside 10° to 90° the end holds.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from capest.physics.constants import URBAN_SIGMA_DB
from capest.physics.environments import ENVIRONMENTS

KA_BAND_FROM_HZ = 6.0e9
"""TR 38.811 clause 6.6: columns of the S band below, of the Ka band from here on."""


_ANGLES = 9
"""Entries of an environment's tables."""


@dataclass(frozen=True)
class EnvironmentTables:
    """Tables 6.6.1-1 and 6.6.2-1 to -3 of TR 38.811 for one environment and band.

    Each environment has nine entries, for elevations of 10°, 20°, ..., 90°; several follow each
    other.

    Attributes
    ----------
    los_probability : float array (9 · environments,)
    sigma_los_db, sigma_nlos_db : float array (9 · environments,)
        Standard deviation of shadow fading with and without line of sight.
    clutter_loss_db : float array (9 · environments,)
        Clutter loss without line of sight.
    """

    los_probability: np.ndarray
    sigma_los_db: np.ndarray
    sigma_nlos_db: np.ndarray
    clutter_loss_db: np.ndarray


@dataclass(frozen=True)
class AngleReading:
    """Where elevations lie between the reference angles.

    Attributes
    ----------
    lower : int array (n,)
        Entry of the tables; with several environments, of the user's own.
    share : float array (n,) or None
        Weight of the entry above; ``None`` where the entry is taken as it is.
    """

    lower: Any
    share: Any | None


def environment_tables(
    environment: str, frequency_hz: float, urban_sigma_db: float = URBAN_SIGMA_DB
) -> EnvironmentTables:
    """Look up the tables of an environment at a carrier frequency.

    Parameters
    ----------
    environment : str
        A name of `physics.environments`.
    frequency_hz : float
    urban_sigma_db : float
        Takes the place of what Table 6.6.2-2 has for ``"urban"`` with line of sight; the other
        environments are not touched.

    Returns
    -------
    EnvironmentTables
    """
    band = "Ka" if frequency_hz >= KA_BAND_FROM_HZ else "S"
    lines = csv.DictReader(ENVIRONMENTS.text(environment).splitlines())
    rows = [row for row in lines if row["band"] == band]

    def column(name: str) -> np.ndarray:
        return np.array([float(row[name]) for row in rows])

    sigma_los_db = column("sigma_los_db")
    if environment == "urban":
        sigma_los_db = np.full_like(sigma_los_db, urban_sigma_db)
    return EnvironmentTables(
        los_probability=column("los_percent") / 100.0,
        sigma_los_db=sigma_los_db,
        sigma_nlos_db=column("sigma_nlos_db"),
        clutter_loss_db=column("clutter_loss_nlos_db"),
    )


def tables_of(
    environments: Sequence[str], frequency_hz: float, urban_sigma_db: float = URBAN_SIGMA_DB
) -> EnvironmentTables:
    """Look up the tables of several environments, one after the other."""
    each = [environment_tables(name, frequency_hz, urban_sigma_db) for name in environments]
    return EnvironmentTables(
        *(
            np.concatenate([getattr(tables, field.name) for tables in each])
            for field in fields(EnvironmentTables)
        )
    )


def in_environment(reading: AngleReading, environment: Any | None) -> AngleReading:
    """Read the tables of each user's own environment, of several in `tables_of`.

    Parameters
    ----------
    reading : AngleReading
    environment : uint8 array (n,) or None
        Which; ``None`` where there is one for all.
    """
    if environment is None:
        return reading
    first = environment.astype(reading.lower.dtype) * _ANGLES
    return AngleReading(reading.lower + first, reading.share)


def reference_angles(elevation_deg: Any, lookup: str, xp: Any) -> AngleReading:
    """Place elevations among the reference angles.

    Parameters
    ----------
    elevation_deg : array (n,)
    lookup : {"linear", "nearest"}
        See the module.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    AngleReading
    """
    position = xp.clip(elevation_deg * 0.1, 1.0, 9.0)
    position -= 1.0
    if lookup == "nearest":
        return AngleReading(xp.rint(position).astype(xp.int64), None)
    lower = xp.minimum(position.astype(xp.int64), 7)
    return AngleReading(lower, position - lower)


def at_angles(table: np.ndarray, reading: AngleReading, xp: Any) -> Any:
    """Read a table of nine angles, float array (n,)."""
    values = xp.asarray(table)
    lower = values.take(reading.lower)
    if reading.share is None:
        return lower
    return lower + reading.share * (values.take(reading.lower + 1) - lower)


def shadow_and_clutter_loss_db(
    tables: EnvironmentTables, reading: AngleReading, line_of_sight: Any, normal: Any, xp: Any
) -> Any:
    """Shadow fading plus clutter loss, TR 38.811 clause 6.6.2.

    Parameters
    ----------
    tables : EnvironmentTables
    reading : AngleReading
        Of the users' elevations.
    line_of_sight : bool array (users,) or bool
        One for all users, or each one's.
    normal : float array (users,) or None
        Standard normal draws; ``None`` leaves shadow fading out.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float array (users,)
        Loss in dB; the clutter loss is zero with line of sight. A number if it is everybody's.
    """
    if isinstance(line_of_sight, bool):
        clutter_db = 0.0 if line_of_sight else at_angles(tables.clutter_loss_db, reading, xp)
        sigma = tables.sigma_los_db if line_of_sight else tables.sigma_nlos_db
        return clutter_db if normal is None else at_angles(sigma, reading, xp) * normal + clutter_db
    clutter_db = xp.where(line_of_sight, 0.0, at_angles(tables.clutter_loss_db, reading, xp))
    if normal is None:
        return clutter_db
    sigma_db = xp.where(
        line_of_sight,
        at_angles(tables.sigma_los_db, reading, xp),
        at_angles(tables.sigma_nlos_db, reading, xp),
    )
    return sigma_db * normal + clutter_db
