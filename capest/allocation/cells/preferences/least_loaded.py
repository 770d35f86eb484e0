"""The satellite that serves the fewest cells so far, the highest of them: loads stay even."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.allocation.cells.candidates import Candidates

BY_LOAD = True


def weight(candidates: Candidates, demand: Any = None, xp: Any = np) -> Any:
    """Elevation of each pair in degrees, which decides between equal loads, float32 array (n,)."""
    return candidates.elevation_deg
