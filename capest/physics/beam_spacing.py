"""Spacing of neighbouring beams; no arrays, so that loading a scenario stays light."""

from __future__ import annotations

import math


def spacing_from_hpbw(hpbw_deg: float) -> float:
    """Return the adjacent beam spacing sqrt(3)·sin(HPBW/2), TR 38.821 Table 6.1.1.1-4."""
    return math.sqrt(3.0) * math.sin(math.radians(hpbw_deg) / 2.0)
