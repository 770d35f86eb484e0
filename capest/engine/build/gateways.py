"""The gateways of a scenario, and what the user should know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from capest.engine.gateways import Gateways
from capest.engine.sky import pairs_above
from capest.errors import InputError
from capest.geo.gateways_file import read_gateways
from capest.geo.land import land_at
from capest.geo.sphere import unit_vectors
from capest.orbits.visibility import largest_earth_angle_rad
from capest.scenario.gateway_notation import (
    Place,
    checked_place,
    is_notation,
    no_gateways,
    parse_gateways,
)
from capest.scenario.paths import shown_path

if TYPE_CHECKING:
    from capest.engine.space import Space
    from capest.engine.world import Ground
    from capest.scenario.model import Scenario

_SHOWN = 3
"""Gateways named in a note, at most."""

_MOMENTS = 8
"""Of the window, at which the highest satellite is looked for: element sets are not circular."""


def gateways_of(scenario: Scenario) -> tuple[Gateways | None, tuple[str, ...]]:
    """Return the gateways and notes of them; ``None`` where none are given or nothing reads them.

    Raises
    ------
    InputError
        If their file cannot be read.
    """
    text = scenario.constellation.gateways
    if text is None or scenario.satellite.payload != "transparent":
        return None, ()
    if is_notation(text):
        places = parse_gateways(text)
    else:
        places = _of_file(text)
    lat_deg, lon_deg, antennas = (np.array(column) for column in zip(*places, strict=True))
    gateways = Gateways(
        unit=unit_vectors(lat_deg, lon_deg).T,
        antennas=antennas.astype(np.int64),
        lowest_deg=scenario.satellite.gateway_elevation_deg,
    )
    notes = [_antennas_note(int(antennas.sum()), len(places))]
    at_sea = np.flatnonzero(land_at(lat_deg, lon_deg) == 0.0)
    if len(at_sea):
        named = ", ".join(f"{lat_deg[i]:g} {lon_deg[i]:g}" for i in at_sea[:_SHOWN])
        more = f" and {len(at_sea) - _SHOWN} more" if len(at_sea) > _SHOWN else ""
        notes.append(f"constellation.gateways: {named}{more} (latitude, longitude) in the sea")
    return gateways, tuple(notes)


def _of_file(path: str) -> list[Place]:
    """Read a file of gateways, which a text that is meant as places may be taken for."""
    try:
        return read_gateways(shown_path(path), checked_place)
    except InputError as error:
        raise no_gateways(path, error) from None


def _antennas_note(antennas: int, gateways: int) -> str:
    """Say how many satellites are fed at most."""
    if antennas == 1:
        return "1 antenna of 1 gateway feeds one satellite at most; the others are dark"
    places = "1 gateway feed" if gateways == 1 else f"{gateways:,} gateways feed"
    return f"{antennas:,} antennas of {places} as many satellites at most; the others are dark"


def far_note(
    gateways: Gateways | None, ground: Ground, space: Space, lowest_deg: float
) -> tuple[str, ...]:
    """Say how many gateways no satellite can join to the region, wherever it stands.

    A satellite of radius r is seen above an elevation within an angle of the Earth's centre that
    grows with r (``orbits.visibility``): a gateway farther from the region than the two angles of
    the highest satellite, its own and that of a cell, feeds none that serves. Of satellites that
    stand still the places themselves tell.

    Parameters
    ----------
    gateways : Gateways or None
    ground : Ground
    space : Space
    lowest_deg : float
        Elevation above which a satellite serves a cell.

    Returns
    -------
    tuple of str
        One line, or none.
    """
    if gateways is None:
        return ()
    moments = [0.0] if space.is_fixed else np.linspace(0.0, space.window_s, _MOMENTS).tolist()
    positions_m = [each[np.isfinite(each).all(axis=1)] for each in map(space.positions_m, moments)]
    if not all(map(len, positions_m)):
        return ()
    if space.is_fixed:
        found = _join_the_region(gateways, ground, positions_m[0], lowest_deg)
    else:
        highest_m = np.array([max(np.linalg.norm(each, axis=1).max() for each in positions_m)])
        reach = ground.reach_rad + sum(
            float(largest_earth_angle_rad(highest_m, each)[0])
            for each in (lowest_deg, gateways.lowest_deg)
        )
        away = np.arccos(np.clip(gateways.unit @ ground.cap_centre, -1.0, 1.0))
        found = away <= reach
    if found.all():
        return ()
    idle = int((~found).sum())
    who = "no gateway sees" if not found.any() else f"{idle:,} of {len(found):,} gateways never see"
    dark = "all satellites are dark" if not found.any() else "their antennas feed none"
    return (
        f"constellation.gateways: {who} a satellite that sees the region: they stand too far away, "
        f"and {dark}; each is written latitude longitude x antennas",
    )


def _join_the_region(
    gateways: Gateways, ground: Ground, position_m: np.ndarray, lowest_deg: float
) -> np.ndarray:
    """Tell which gateways see a satellite that sees a cell, bool array (gateways,)."""
    centres = np.asarray(ground.cells.centre_unit)
    serves = np.zeros(len(position_m), dtype=bool)
    serves[pairs_above(centres, position_m, lowest_deg)[1]] = True
    seen_by, satellite, _, _ = pairs_above(gateways.unit, position_m, gateways.lowest_deg)
    found = np.zeros(len(gateways.unit), dtype=bool)
    found[seen_by[serves[satellite]]] = True
    return found
