"""What a network's own figures tell of a choice that invites the wrong answer."""

from __future__ import annotations

import numpy as np

from capest.physics.constants import EARTH_RADIUS_M

_BY_ELEVATION = ("highest-elevation", "greedy-demand")
"""Assignments that take the satellite that stands highest."""

_HEIGHTS = 1.5
"""Largest ratio of heights that is taken for one. AST's 510 to 690 km carry the same by elevation and
by signal; Guowang's 508 to 1,145 km carry 26,590 calls by elevation and 34,259 by signal."""

_WIDTHS = 1.25
"""Largest ratio of widths of cells and beams that is taken for one."""


def altitudes_km(position_m: np.ndarray) -> np.ndarray:
    """Return the altitudes of satellites, (n,), without those whose position is not known.

    Parameters
    ----------
    position_m : float64 array (satellites, 3)
        NaN where it is not known.
    """
    found = (np.linalg.norm(position_m, axis=1) - EARTH_RADIUS_M) / 1e3
    return found[np.isfinite(found)]


def assignment_note(assignment: str, altitude_km: np.ndarray) -> tuple[str, ...]:
    """Warn of elevations that are compared across satellites of different height.

    Parameters
    ----------
    assignment : str
        ``cells.assignment``.
    altitude_km : float64 array (n,)

    Returns
    -------
    tuple of str
        One line, or none.
    """
    if assignment not in _BY_ELEVATION or not altitude_km.size:
        return ()
    low, high = float(altitude_km.min()), float(altitude_km.max())
    if high <= _HEIGHTS * low:
        return ()
    return (
        f'cells.assignment = "{assignment}" compares elevations of satellites {low:,.0f} to '
        f"{high:,.0f} km high: of two the higher one often stands higher and is farther away; "
        "max-sinr compares signals and may carry far more",
    )


def cell_width_note(
    diameter_km: float, spacing_uv: float, altitude_km: np.ndarray
) -> tuple[str, ...]:
    """Say where cells are narrower or wider than the beams that serve them.

    Parameters
    ----------
    diameter_km : float
        Of a cell.
    spacing_uv : float
        Distance of neighbouring beams in direction cosines.
    altitude_km : float64 array (n,)

    Returns
    -------
    tuple of str
        One line, or none.
    """
    if not altitude_km.size:
        return ()
    low, high = (float(edge) * spacing_uv for edge in (altitude_km.min(), altitude_km.max()))
    if low <= _WIDTHS * diameter_km and diameter_km <= _WIDTHS * high:
        return ()
    beams = f"{low:,.0f} km" if f"{low:,.0f}" == f"{high:,.0f}" else f"{low:,.0f} to {high:,.0f} km"
    trouble = (
        "neighbouring cells share a beam's width and disturb each other"
        if diameter_km < low
        else "users between them get the edge of a beam"
    )
    return (
        f"cells are {diameter_km:,.0f} km wide and beams, straight below the satellites, {beams}: "
        f"{trouble}; cells.diameter_km = {round(high):d} fits",
    )
