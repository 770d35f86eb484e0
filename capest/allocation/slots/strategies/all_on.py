"""Every cell is lit all the time (full-buffer calibration of TR 38.821)."""

from __future__ import annotations

from capest.allocation.slots.problem import Frame
from capest.sampling.draws import Draws

KNOWS_DEMAND = False


def light(frame: Frame, draws: Draws) -> None:
    """Return ``None``: every cell is lit in every slot, however many beams are asked for."""
