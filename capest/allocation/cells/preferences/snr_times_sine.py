"""The satellite with the largest SNR times sine of elevation: a strong signal that spills little.

A beam aimed at a cell at an elevation e lights an ellipse 1 / sin(e) times as long as the beam is
wide, and what falls beside the cell disturbs its neighbours. The product asks for a strong signal
and for a small spot.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.allocation.cells.candidates import Candidates


def weight(candidates: Candidates, demand: Any = None, xp: Any = np) -> Any:
    """Product of each pair, float32 array (n,); below 0 for a satellite below the horizon.

    Worked out in double precision and rounded once, so that machines whose sines differ in the last
    bit agree.
    """
    sine = xp.sin(xp.radians(candidates.elevation_deg.astype(xp.float64)))
    return (candidates.snr * sine).astype(xp.float32)
