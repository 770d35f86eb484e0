"""Loss into buildings (Recommendation ITU-R P.2109) and vehicles (TR 38.901)."""

from __future__ import annotations

import math
from typing import Any

from capest.physics.tables import rows

_VEHICLE_SIGMA_DB = 5.0


def building_entry_loss_db(
    frequency_hz: float, elevation_deg: Any, normal: Any, thermally_efficient: Any, xp: Any
) -> Any:
    """Building entry loss, Recommendation ITU-R P.2109-1 annex 1 equations 1 to 9.

    TR 38.811 clause 6.6.3 takes it over for indoor users (0.08 to 100 GHz).

    Parameters
    ----------
    frequency_hz : float
    elevation_deg : array (n,)
        Elevation of the path at the facade.
    normal : array (n,)
        Standard normal deviate of each user: the loss is the one not exceeded with the
        probability of that deviate.
    thermally_efficient : bool array (n,)
        Metallised glass and foil-backed panels; otherwise a traditional building.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    array (n,)
        Loss in dB. As in the Recommendation it may be slightly negative: at least -3 dB.
    """
    traditional, efficient = (_coefficients(row, frequency_hz) for row in _building_types())
    median_db, sigma_1_db, median_2_db, sigma_2_db = (
        xp.where(thermally_efficient, of_efficient, of_traditional)
        for of_traditional, of_efficient in zip(traditional, efficient, strict=True)
    )
    a_db = median_db + 0.212 * xp.abs(elevation_deg) + sigma_1_db * normal
    b_db = median_2_db + sigma_2_db * normal
    c = 10.0 ** (0.1 * -3.0)
    return 10.0 * xp.log10(10.0 ** (0.1 * a_db) + 10.0 ** (0.1 * b_db) + c)


def building_entry_terms(
    frequency_hz: float, normal: Any, thermally_efficient: Any, xp: Any
) -> tuple[Any, Any]:
    """Building entry loss as a function of elevation alone, for users with many links.

    The loss of `building_entry_loss_db` is ``10 lg(a · 10**(0.0212 · elevation) + d)``.

    Parameters
    ----------
    frequency_hz, normal, thermally_efficient, xp
        As there.

    Returns
    -------
    a, d : array (n,)
    """
    traditional, efficient = (_coefficients(row, frequency_hz) for row in _building_types())
    median_db, sigma_1_db, median_2_db, sigma_2_db = (
        xp.where(thermally_efficient, of_efficient, of_traditional)
        for of_traditional, of_efficient in zip(traditional, efficient, strict=True)
    )
    a = 10.0 ** (0.1 * (median_db + sigma_1_db * normal))
    return a, 10.0 ** (0.1 * (median_2_db + sigma_2_db * normal)) + 10.0 ** (0.1 * -3.0)


def vehicle_entry_loss_db(mean_db: float, normal: Any) -> Any:
    """Penetration loss into a car, TR 38.901 clause 7.4.3.2: normal, 5 dB standard deviation.

    Parameters
    ----------
    mean_db : float
        9 for a common car, 20 for one with metallised windows.
    normal : array (n,)
        Standard normal deviates.

    Returns
    -------
    array (n,)
        Loss in dB; with 9 dB a user in thirty finds a gain, as the report's normal law has it.
    """
    return mean_db + _VEHICLE_SIGMA_DB * normal


def _building_types() -> tuple[dict[str, float], ...]:
    by_type = {row["building_type"]: row for row in rows("p2109_building_entry_loss")}
    return tuple(
        {name: float(by_type[kind][name]) for name in "rstuvwxyz"}
        for kind in ("traditional", "thermally_efficient")
    )


def _coefficients(row: dict[str, float], frequency_hz: float) -> tuple[float, float, float, float]:
    """Medians and standard deviations of the two parts, in dB."""
    decades = math.log10(frequency_hz / 1e9)
    return (
        row["r"] + row["s"] * decades + row["t"] * decades**2,
        row["u"] + row["v"] * decades,
        row["w"] + row["x"] * decades,
        row["y"] + row["z"] * decades,
    )
