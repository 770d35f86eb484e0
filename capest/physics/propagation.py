"""Large-scale propagation of TR 38.811 clause 6.6."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.physics.tables import rows

_KA_BAND_FROM_HZ = 6.0e9  # TR 38.811 clause 6.6 gives S-band columns below 6 GHz, Ka above
_LOS_COLUMN = {
    "dense-urban": "dense_urban_percent",
    "urban": "urban_percent",
    "suburban": "suburban_rural_percent",
    "rural": "suburban_rural_percent",
}
_SHADOW_SCENARIO = {
    "dense-urban": "dense_urban",
    "urban": "urban",
    "suburban": "suburban_rural",
    "rural": "suburban_rural",
}


@dataclass(frozen=True)
class EnvironmentTables:
    """Tables 6.6.1-1 and 6.6.2-1 to -3 of TR 38.811 for one environment and band.

    Each array has nine entries, for elevations of 10°, 20°, ..., 90°.

    Attributes
    ----------
    los_probability : float array (9,)
    sigma_los_db, sigma_nlos_db : float array (9,)
        Standard deviation of shadow fading with and without line of sight.
    clutter_loss_db : float array (9,)
        Clutter loss without line of sight.
    """

    los_probability: np.ndarray
    sigma_los_db: np.ndarray
    sigma_nlos_db: np.ndarray
    clutter_loss_db: np.ndarray


def environment_tables(environment: str, frequency_hz: float) -> EnvironmentTables:
    """Look up the tables of an environment at a carrier frequency.

    Parameters
    ----------
    environment : {"rural", "suburban", "urban", "dense-urban"}
    frequency_hz : float

    Returns
    -------
    EnvironmentTables
    """
    band = "Ka" if frequency_hz >= _KA_BAND_FROM_HZ else "S"
    scenario = _SHADOW_SCENARIO[environment]
    shadow = [
        row
        for row in rows("tr38811_shadow_clutter")
        if row["scenario"] == scenario and row["band"] == band
    ]
    los = [float(row[_LOS_COLUMN[environment]]) for row in rows("tr38811_los_probability")]
    return EnvironmentTables(
        los_probability=np.array(los) / 100.0,
        sigma_los_db=np.array([float(row["sigma_los_dB"]) for row in shadow]),
        sigma_nlos_db=np.array([float(row["sigma_nlos_dB"]) for row in shadow]),
        clutter_loss_db=np.array([float(row["clutter_loss_nlos_dB"]) for row in shadow]),
    )


def elevation_index(elevation_deg: Any, xp: Any) -> Any:
    """Row of the TR 38.811 tables: the reference angle nearest to the elevation.

    Clauses 6.6.1 and 6.6.2 take the nearest of 10°, 20°, ..., 90°.
    """
    return xp.clip(xp.rint(elevation_deg * 0.1), 1.0, 9.0).astype(xp.int64) - 1


def free_space_loss_db(range_m: Any, frequency_hz: float, xp: Any = np) -> Any:
    """Free-space path loss, TR 38.811 equation 6.6-2: 32.45 + 20 lg f_GHz + 20 lg d_m."""
    return 32.45 + 20.0 * np.log10(frequency_hz / 1e9) + 20.0 * xp.log10(range_m)


def zenith_gas_loss_db(frequency_hz: float) -> float:
    """Gas attenuation at zenith, Recommendation ITU-R P.676 annex 2 figure 6.

    Linear interpolation between the figure's values at whole GHz, 1 to 50 GHz, as the ns-3 project
    read them off (Sandri et al., Workshop on ns-3, 2023); the value of 1 GHz is taken below.
    """
    table = rows("tr38811_zenith_attenuation")
    frequency_ghz = [float(row["frequency_GHz"]) for row in table]
    loss_db = [float(row["ns3_digitised_P676_fig6_dB"]) for row in table]
    return float(np.interp(frequency_hz / 1e9, frequency_ghz, loss_db))


def gas_loss_db(sin_elevation: Any, zenith_loss_db: float) -> Any:
    """Gas attenuation on a slant path, TR 38.811 equation 6.6-8: zenith / sin(elevation)."""
    return zenith_loss_db / sin_elevation


def tropospheric_scintillation_db(sin_elevation: Any, xp: Any) -> Any:
    """Tropospheric scintillation loss not exceeded 99 % of the time, above 6 GHz.

    TR 38.811 Table 6.6.6.2.1-1 (20 GHz, Toulouse) at the nearest reference angle, as the link
    budgets of R1-1913224 read it (1.08 dB at 12.5°).
    """
    table = [
        float(row["attenuation_99pct_dB"]) for row in rows("tr38811_tropospheric_scintillation")
    ]
    elevation_deg = xp.degrees(xp.arcsin(xp.minimum(sin_elevation, 1.0)))
    return xp.asarray(table)[elevation_index(elevation_deg, xp)]


def ionospheric_scintillation_db(frequency_hz: float) -> float:
    """Ionospheric scintillation loss, TR 38.811 clause 6.6.6.1, below 6 GHz only.

    Peak-to-peak fluctuation of 1.1 dB at 4 GHz (curve P3 at 1 % of the time), falling with the
    frequency to the power 1.5, over the square root of 2: the 2.2 dB at 2 GHz of TR 38.821
    Table 6.1.3.2-1. Latitudes between 20° and 60° see none of it.
    """
    if frequency_hz >= _KA_BAND_FROM_HZ:
        return 0.0
    return float(1.1 * (frequency_hz / 4e9) ** -1.5 / np.sqrt(2.0))


def shadow_and_clutter_loss_db(
    tables: EnvironmentTables, index: Any, line_of_sight: Any, normal: Any, xp: Any
) -> Any:
    """Shadow fading plus clutter loss, TR 38.811 clause 6.6.2.

    Parameters
    ----------
    tables : EnvironmentTables
    index : int array (users,)
        From `elevation_index`.
    line_of_sight : bool array (users,)
    normal : float array (users,)
        Standard normal draws; zeros leave shadow fading out.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float array (users,)
        Loss in dB; the clutter loss is zero with line of sight.
    """
    sigma_db = xp.where(
        line_of_sight,
        xp.asarray(tables.sigma_los_db)[index],
        xp.asarray(tables.sigma_nlos_db)[index],
    )
    clutter_db = xp.where(line_of_sight, 0.0, xp.asarray(tables.clutter_loss_db)[index])
    return sigma_db * normal + clutter_db
