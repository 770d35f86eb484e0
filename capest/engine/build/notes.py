"""What a network's own figures tell of a choice that invites the wrong answer."""

from __future__ import annotations

import math

import numpy as np

from capest.allocation.cells import PREFERENCES, parts_of
from capest.engine.space import Space
from capest.orbits.catalogue import propagate
from capest.orbits.constants import DAY_S
from capest.physics.constants import EARTH_RADIUS_M

OLD_DAYS = 30.0
"""Age of element sets beyond which the user is told."""

_HEIGHTS = 1.5
"""Largest ratio of heights that is taken for one. AST's 510 to 690 km carry as much by elevation as
by signal; Guowang's 508 to 1,145 km carry 26,590 calls by elevation and 34,259 by signal."""

_WIDTHS = 1.25
"""Largest ratio of widths of cells and beams that is taken for one."""

_DIAMETERS_KM = (5.0, 5000.0)
"""Least and largest ``cells.diameter_km``."""


def catalogue_notes(space: Space) -> tuple[str, ...]:
    """What the user should know of the element sets of a catalogue, one line each.

    SGP4's error along the track grows by kilometres a day with the age of the elements (Vallado
    and Cefola 2012, Two-line element sets: practice and use).
    """
    if space.catalogue is None:
        return ()
    name, start_jd = space.names[-1], space.start.day + space.start.fraction
    start_day = space.catalogue.epoch_jd - start_jd
    age_days = np.maximum(np.abs(start_day), np.abs(start_day - space.window_s / DAY_S))
    found = list(space.catalogue.notes)
    if (old := int((age_days > OLD_DAYS).sum())) > 0:
        found.append(
            f"{name}: {old} of {len(space.catalogue)} element sets are more than "
            f"{OLD_DAYS:.0f} days from constellation.start or its window's end, "
            f"{age_days.max():,.0f} at most: not where the satellites are"
        )
    if lost := propagate(space.catalogue, space.start).left_out:
        found.append(
            f"{name}: SGP4 has no position for {lost} of {len(space.catalogue)} satellites at "
            "constellation.start; they are left out"
        )
    return tuple(found)


def altitudes_km(position_m: np.ndarray) -> np.ndarray:
    """Return the altitudes of satellites, (n,), without those whose position is not known.

    Parameters
    ----------
    position_m : float64 array (satellites, 3)
        NaN where it is not known.
    """
    found = (np.linalg.norm(position_m, axis=1) - EARTH_RADIUS_M) / 1e3
    return found[np.isfinite(found)]


def assignment_note(
    assignment: str, altitude_km: np.ndarray, preference: str | None = None
) -> tuple[str, ...]:
    """Warn of elevations that are compared across satellites of different height.

    Parameters
    ----------
    assignment : str
        ``cells.assignment``.
    altitude_km : float64 array (n,)
    preference : str, optional
        ``cells.preference``, where it is written.

    Returns
    -------
    tuple of str
        One line, or none.
    """
    parts = parts_of(assignment, preference=preference)
    by_elevation = parts is not None and PREFERENCES.constant(
        parts[1], "COMPARES_ELEVATIONS", default=False
    )
    if not by_elevation or not altitude_km.size:
        return ()
    low, high = float(altitude_km.min()), float(altitude_km.max())
    if high <= _HEIGHTS * low:
        return ()
    key, better = f'cells.assignment = "{assignment}"', "low-spill and max-sinr"
    if preference is not None:
        key, better = f'cells.preference = "{preference}"', "low-spill and snr"
    return (
        f"{key} compares elevations of satellites {low:,.0f} to "
        f"{high:,.0f} km high: higher satellites often stand higher in the sky, although farther "
        f"away; {better} compare signals and may carry far more",
    )


def coverage_note(
    covers_first: bool, turns: int, beams_at_once: int, cells: int
) -> tuple[str, ...]:
    """Say where coverage comes first and no cell shares the time of a beam.

    Whether any cell stays dark is known after a run alone, unless one satellite lights them all.

    Over China, Guowang's 6,080 satellites of GW-A59 carry 36,350 calls where cells share a frame of
    eight slots, and 25,560 where each has a beam of its own (rules of 0.2, no minimum).

    Parameters
    ----------
    covers_first : bool
    turns : int
        Cells that a satellite may hold for each beam.
    beams_at_once : int
    cells : int
        Of the region.

    Returns
    -------
    tuple of str
        One line, or none.
    """
    if not covers_first or turns > 1 or beams_at_once >= cells:
        return ()
    return (
        f'cells.objective = "coverage" with no turns of beams: a satellite lights {beams_at_once} '
        "cells and no more; where cells stay dark that a satellite might serve, or change to "
        'weaker ones so that more are lit, beams.allocation = "proportional" with beams.slots = 8 '
        "lets cells share beams in time",
    )


def cell_width_note(
    diameter_km: float,
    spacing_uv: float,
    altitude_km: np.ndarray,
    unlike: str = "satellites of such different heights",
) -> tuple[str, ...]:
    """Say where cells are narrower or wider than the beams that serve them.

    A narrow cell's beam reaches into the cells around: Starlink's 2,016 satellites at 525 km serve
    2,020 of 3,000 users in cells of 17 km and 2,629 in cells of 25 km, as wide as their beams.

    Parameters
    ----------
    diameter_km : float
        Of a cell.
    spacing_uv : float
        Distance of neighbouring beams in direction cosines.
    altitude_km : float64 array (n,)
    unlike : str, optional
        What it is that no one width fits, see `unlike_beams`.

    Returns
    -------
    tuple of str
        One line, or none.
    """
    if not altitude_km.size:
        return ()
    low, high = (float(edge) * spacing_uv for edge in (altitude_km.min(), altitude_km.max()))
    trouble = []
    if high > _WIDTHS * diameter_km:
        trouble.append("a beam wider than its cell interferes with the cells around")
    if diameter_km > _WIDTHS * low:
        trouble.append("far from the centre of a cell users get the edge of a narrower beam")
    if not trouble:
        return ()
    beams = f"{low:,.0f} km" if f"{low:,.0f}" == f"{high:,.0f}" else f"{low:,.0f} to {high:,.0f} km"
    return (
        f"cells are {diameter_km:,.0f} km wide and beams, straight below the satellites, {beams}: "
        f"{' and '.join(trouble)}; {_better_width(low, high, unlike)}",
    )


def unlike_beams(altitude_km: np.ndarray, width_uv: np.ndarray) -> str:
    """Say in words what makes beams so different on the ground, arrays (satellites,).

    Parameters
    ----------
    altitude_km : float64 array (satellites,)
    width_uv : float64 array (satellites,)
        Of their beams, in direction cosines.
    """
    heights, widths = (
        bool(each.size) and float(each.max()) > _WIDTHS * float(each.min())
        for each in (altitude_km, width_uv)
    )
    if widths and not heights:
        return "beams of such different widths"
    if heights and not widths:
        return "satellites of such different heights"
    return "beams of such different widths on satellites of such different heights"


def _better_width(low_km: float, high_km: float, unlike: str) -> str:
    """Say which width of cells fits beams of some widths, if one does."""
    middle_km = math.sqrt(low_km * high_km)
    if high_km > _WIDTHS**2 * low_km:
        return f"no one width of cells fits {unlike}"
    if not _DIAMETERS_KM[0] <= middle_km <= _DIAMETERS_KM[1]:
        return "no width of cells that cells.diameter_km may have fits"
    return f"cells.diameter_km = {middle_km:.3g} fits"
