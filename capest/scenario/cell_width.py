"""How wide cells are that nobody gave a width: as a beam straight below the lowest satellite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capest.scenario.shell_notation import parse_shells

if TYPE_CHECKING:
    from capest.scenario import sections

GEOSTATIONARY_KM = 35_793.17
"""Height of a slot over the sphere of 6371 km: the orbit's radius is 42,164.17 km."""


def narrowest_km(constellation: sections.ConstellationSettings, spacing_uv: float) -> float | None:
    """Width of the narrowest beam straight below its satellite.

    Parameters
    ----------
    constellation : ConstellationSettings
        Validated; with satellites.
    spacing_uv : float
        Distance of neighbouring beams in direction cosines.

    Returns
    -------
    float or None
        ``None`` with a catalogue: only its objects say how high they are.
    """
    if constellation.catalogue is not None:
        return None
    altitudes_km = []
    if constellation.shells is not None:
        altitudes_km = [shell.altitude_km for shell in parse_shells(constellation.shells)]
    if constellation.geostationary is not None:
        altitudes_km.append(GEOSTATIONARY_KM)
    return spacing_uv * min(altitudes_km)
