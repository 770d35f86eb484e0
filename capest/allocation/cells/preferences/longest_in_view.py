"""The satellite that stays above the elevation mask longest: cells change it least often."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.allocation.cells.candidates import Candidates

LOOKS_AHEAD = True


def weight(candidates: Candidates, demand: Any = None, xp: Any = np) -> Any:
    """Seconds that each pair's satellite stays above the mask, float32 array (n,).

    Raises
    ------
    ValueError
        If nobody worked them out.
    """
    if candidates.in_view_s is None:
        raise ValueError("nobody worked out how long satellites stay in view")
    return candidates.in_view_s
