"""Cells that a satellite's antenna reaches: those within its largest angle from the nadir."""

from __future__ import annotations

from typing import Any

from capest.physics.constants import EARTH_RADIUS_M


def within_scan(sine: Any, radius_m: Any, largest_sine: Any) -> Any:
    """Tell which pairs of a cell and a satellite lie within the largest angle of the antenna.

    Law of sines: R cos(e) = r sin(angle) with the elevation e at the cell.

    Parameters
    ----------
    sine : float64 array (pairs,)
        Of the satellite's elevation at the cell.
    radius_m : float64 array (pairs,)
        From the satellite to the Earth's centre.
    largest_sine : float or float64 array (pairs,)
        Of the largest angle between beam and nadir.

    Returns
    -------
    bool array (pairs,)
    """
    return EARTH_RADIUS_M**2 * (1.0 - sine * sine) <= (largest_sine * radius_m) ** 2
