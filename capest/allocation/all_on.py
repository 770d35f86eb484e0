"""Every beam is lit all the time (full-buffer calibration of TR 38.821)."""

from __future__ import annotations

import numpy as np

from capest.sampling.draws import Draws


def lit_beams(lattice: np.ndarray, active: int, draws: Draws) -> None:
    """Return ``None``: every beam is lit in every trial."""


def lit_share(beams: int, active: int) -> float:
    """Share of time a beam is lit."""
    return 1.0
