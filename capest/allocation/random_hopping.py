"""Random beam hopping: in every slot a fresh random choice of the beams that can be lit at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose


def lit_beams(lattice: np.ndarray, active: int, draws: Draws) -> Any:
    """Light ``active`` of the beams, every choice equally likely.

    A trial is one slot. The beams with the smallest random words are lit, which is the same
    choice on every backend.

    Returns
    -------
    uint8 array (trials, beams)
    """
    xp, beams = draws.xp, len(lattice)
    words = draws.words(Purpose.BEAM_HOPPING, beams)[:, :, 0]
    chosen = xp.argsort(words, axis=1)[:, :active]
    lit = xp.zeros((draws.trials, beams), dtype=xp.uint8)
    lit[xp.arange(draws.trials)[:, None], chosen] = 1
    return lit


def lit_share(beams: int, active: int) -> float:
    """Share of time a beam is lit."""
    return active / beams
