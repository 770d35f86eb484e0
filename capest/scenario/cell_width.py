"""How wide cells are that nobody gave a width: as a beam straight below the lowest satellite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capest.physics.beam_spacing import spacing_from_hpbw
from capest.scenario.shell_notation import parse_shells

if TYPE_CHECKING:
    from capest.scenario import sections

GEOSTATIONARY_KM = 35_793.17
"""Height of a slot over the sphere of 6371 km: the orbit's radius is 42,164.17 km."""


def narrowest_km(
    constellation: sections.ConstellationSettings, spacing_uv: float, is_given: bool
) -> float | None:
    """Width of the narrowest beam straight below its satellite.

    Parameters
    ----------
    constellation : ConstellationSettings
        Validated; with satellites.
    spacing_uv : float
        Distance of neighbouring beams in direction cosines.
    is_given : bool
        Somebody wrote it, for beams of all widths.

    Returns
    -------
    float or None
        ``None`` with a catalogue: only its objects say how high they are.
    """
    if constellation.catalogue is not None:
        return None
    widths_km = []
    if constellation.shells is not None:
        widths_km = [spacing_uv * shell.altitude_km for shell in parse_shells(constellation.shells)]
    if constellation.geostationary is not None:
        widths_km.append(spacing_uv * GEOSTATIONARY_KM)
    for table in constellation.shell or ():
        own_uv = spacing_uv
        if table.hpbw_deg is not None and not is_given:
            own_uv = spacing_from_hpbw(table.hpbw_deg)
        orbits = parse_shells(table.orbit) if table.orbit is not None else ()
        widths_km += [own_uv * each.altitude_km for each in orbits]
        widths_km += [own_uv * GEOSTATIONARY_KM] if table.geostationary is not None else []
    return min(widths_km)
