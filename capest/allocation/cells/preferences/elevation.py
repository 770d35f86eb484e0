"""The satellite that stands highest in the sky."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.allocation.cells.candidates import Candidates

COMPARES_ELEVATIONS = True


def weight(candidates: Candidates, demand: Any = None, xp: Any = np) -> Any:
    """Elevation of each pair in degrees, float32 array (n,)."""
    return candidates.elevation_deg
