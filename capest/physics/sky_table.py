"""What the sky between a user and a satellite takes, as a table over the sine of the elevation.

With many satellites every user has hundreds of links; one look-up per link replaces the tables of
TR 38.811 and the laws between them.
"""

from __future__ import annotations

import math

import numpy as np

from capest.physics.clear_sky import ClearSky, clear_sky_loss_db
from capest.physics.constants import URBAN_SIGMA_DB
from capest.physics.environment import (
    at_angles,
    environment_tables,
    reference_angles,
)

ENTRIES = 4096
"""Entries over sines of 0 to 1: 0.014° apart at the horizon; the nearest is taken."""

NEPER_PER_DB = math.log(10.0) / 10.0
"""Nepers of power in a decibel."""

LOWEST_SINE = math.sin(math.radians(1.0))
"""Gas over sine of elevation has no bound at the horizon: below 1° the loss there stands."""


def table_sines() -> np.ndarray:
    """Sines of the entries' elevations at which losses are taken, float64 array (ENTRIES,)."""
    return np.maximum(np.linspace(0.0, 1.0, ENTRIES), LOWEST_SINE)


def sky_table(
    environments: tuple[str, ...],
    frequency_hz: float,
    lookup: str,
    sky: ClearSky,
    urban_sigma_db: float = URBAN_SIGMA_DB,
) -> np.ndarray:
    """Tabulate clear-sky loss, line of sight and shadow fading (TR 38.811 clause 6.6).

    Parameters
    ----------
    environments : tuple of str
        Rows of the table.
    frequency_hz : float
    lookup : {"linear", "nearest"}
        See `environment.reference_angles`.
    sky : mapping
        See `clear_sky.clear_sky`.
    urban_sigma_db : float
        See `environment.environment_tables`.

    Returns
    -------
    float32 array (environments, ENTRIES, 6)
        Probability of line of sight; standard deviation of shadow fading with and without it;
        clutter loss without it; clear-sky loss; growth of the building entry loss of P.2109
        with elevation, as a factor. Losses and deviations are in nepers of power.
    """
    sine = np.linspace(0.0, 1.0, ENTRIES)
    elevation_deg = np.degrees(np.arcsin(sine))
    reading = reference_angles(elevation_deg, lookup, np)
    clear_db = clear_sky_loss_db(sky, frequency_hz, table_sines(), np)
    table = np.empty((len(environments), ENTRIES, 6), dtype=np.float32)
    for row, environment in enumerate(environments):
        tables = environment_tables(environment, frequency_hz, urban_sigma_db)
        table[row, :, 0] = at_angles(tables.los_probability, reading, np)
        table[row, :, 1] = at_angles(tables.sigma_los_db, reading, np) * NEPER_PER_DB
        table[row, :, 2] = at_angles(tables.sigma_nlos_db, reading, np) * NEPER_PER_DB
        table[row, :, 3] = at_angles(tables.clutter_loss_db, reading, np) * NEPER_PER_DB
        table[row, :, 4] = clear_db * NEPER_PER_DB
        table[row, :, 5] = 10.0 ** (0.0212 * elevation_deg)
    return table
