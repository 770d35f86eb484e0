"""Patterns of beams of an aperture that points at its boresight; one pattern = one file.

A file holds a function ``pattern(beam)``, which takes an `antenna.Beam` and returns an
`antenna.Pattern`. The file's name is the pattern's. ``WIDTH_FROM = "hpbw_deg"`` stands in a file
whose pattern takes the width of the beam from ``satellite.hpbw_deg``; without it, the pattern takes
it from the aperture's diameter.
"""

from __future__ import annotations

from capest.registry import Registry

PATTERNS = Registry("capest.physics.patterns", "pattern")


def takes_hpbw(name: str) -> bool:
    """Tell whether a pattern takes its width from ``satellite.hpbw_deg``, not from a diameter."""
    return bool(PATTERNS.constant(name, "WIDTH_FROM", "antenna_diameter_m") == "hpbw_deg")
