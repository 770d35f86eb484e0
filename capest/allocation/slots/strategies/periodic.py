"""Periodic hopping: all cells in turn in a fixed order, whatever they want."""

from __future__ import annotations

from typing import Any

from capest.allocation.slots.problem import Frame
from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose

KNOWS_DEMAND = False


def light(frame: Frame, draws: Draws) -> Any:
    """Light the cells whose turn it is, from the slot on that a trial happens to look at.

    The cells stand in a circle, such as that of `problem.turns_on_lattice`, in which cells lit
    together rarely touch. Each slot lights the next ``beams`` of the circle. The first slot is
    drawn uniformly, so trials are independent. After as many slots as there are cells every cell
    was lit equally often; in any other number of slots visits differ by one at most.

    Parameters
    ----------
    frame : Frame
    draws : Draws

    Returns
    -------
    bool array (trials, slots, cells)
    """
    xp, cells, beams = draws.xp, frame.cells, frame.beams
    # The modulus of a 64-bit word is biased by less than cells / 2**64.
    first = draws.words(Purpose.BEAM_HOPPING, 1)[:, 0, 0] % xp.uint64(cells)
    slot = first.astype(xp.int64)[:, None] + xp.arange(frame.slots)
    start = slot * beams % cells
    return (xp.asarray(frame.circle)[..., None, :] - start[:, :, None]) % cells < beams
