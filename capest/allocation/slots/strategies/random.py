"""Random hopping: in every slot a fresh random choice of the cells that can be lit at once."""

from __future__ import annotations

from typing import Any

from capest.allocation.slots.problem import Frame
from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose

KNOWS_DEMAND = False


def light(frame: Frame, draws: Draws) -> Any:
    """Light the cells with the smallest random words, every choice equally likely.

    Words are whole numbers, so the choice is the same on every backend.

    Parameters
    ----------
    frame : Frame
    draws : Draws

    Returns
    -------
    bool array (trials, slots, cells)
    """
    words = draws.words(Purpose.BEAM_HOPPING, frame.slots * frame.cells)[:, :, 0]
    words = words.reshape(draws.trials, frame.slots, frame.cells)
    rank = words.argsort(axis=-1).argsort(axis=-1)
    return rank < frame.beams
