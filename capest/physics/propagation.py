"""Loss of a clear sky: free space, gas and scintillation (TR 38.811 clause 6.6)."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from capest.physics.environment import KA_BAND_FROM_HZ, at_angles, reference_angles
from capest.physics.tables import rows

_HIGH_LATITUDE_FLUCTUATION_DB = 17.0


def free_space_loss_db(range_m: Any, frequency_hz: float, xp: Any = np) -> Any:
    """Free-space path loss, TR 38.811 equation 6.6-2: 32.45 + 20 lg f_GHz + 20 lg d_m."""
    return 32.45 + 20.0 * np.log10(frequency_hz / 1e9) + 20.0 * xp.log10(range_m)


@cache
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


def elevation_deg(sin_elevation: Any, xp: Any) -> Any:
    """Elevation angle from its sine."""
    return xp.degrees(xp.arcsin(xp.minimum(sin_elevation, 1.0)))


def tropospheric_scintillation_db(sin_elevation: Any, xp: Any) -> Any:
    """Tropospheric scintillation loss not exceeded 99 % of the time, above 6 GHz.

    TR 38.811 Table 6.6.6.2.1-1 (20 GHz, Toulouse) at the nearest reference angle, as the link
    budgets of R1-1913224 read it (1.08 dB at 12.5°).
    """
    table = [
        float(row["attenuation_99pct_dB"]) for row in rows("tr38811_tropospheric_scintillation")
    ]
    reading = reference_angles(elevation_deg(sin_elevation, xp), "nearest", xp)
    return at_angles(np.array(table), reading, xp)


def ionospheric_scintillation_db(frequency_hz: float, latitudes: str = "equatorial") -> float:
    """Ionospheric scintillation loss, TR 38.811 clause 6.6.6.1, below 6 GHz only.

    The peak-to-peak fluctuation over the square root of 2, as the report measures the loss.

    Parameters
    ----------
    frequency_hz : float
    latitudes : {"equatorial", "middle", "high"}
        Within 20° of the magnetic equator: a fluctuation of 1.1 dB peak to peak at 4 GHz (curve P3
        at 1 % of the time), falling with the frequency to the power 1.5; the 2.2 dB at 2 GHz of
        TR 38.821 Table 6.1.3.2-1. From 20° to 60°: none. Beyond: the 17 dB that the report
        finds for S4 = 0.7, whatever the frequency.

    Returns
    -------
    float
        Loss in dB.
    """
    if latitudes == "middle" or frequency_hz >= KA_BAND_FROM_HZ:
        return 0.0
    if latitudes == "high":
        return _HIGH_LATITUDE_FLUCTUATION_DB / math.sqrt(2.0)
    return 1.1 * (frequency_hz / 4e9) ** -1.5 / math.sqrt(2.0)
