"""Round-robin beam hopping: beams take turns in a fixed cycle of slots."""

from __future__ import annotations

import math
from typing import Any

from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose


def lit_beams(beams: int, active: int, draws: Draws) -> Any:
    """Light the beams whose turn it is, in the slot a trial happens to look at.

    A cycle has ceil(beams / active) slots; slot s lights beams s, s + slots, s + 2·slots, ... of
    the layout, which keeps neighbours in different slots. A trial looks at a slot drawn
    uniformly, so trials are independent.

    Returns
    -------
    uint8 array (trials, beams)
    """
    xp = draws.xp
    slots = math.ceil(beams / active)
    # The modulus of a 64-bit word is biased by less than slots / 2**64.
    slot = draws.words(Purpose.BEAM_HOPPING, 1)[:, 0, 0] % xp.uint64(slots)
    turn = xp.arange(beams, dtype=xp.uint64) % xp.uint64(slots)
    return (turn[None, :] == slot[:, None]).astype(xp.uint8)


def lit_share(beams: int, active: int) -> float:
    """Share of time a beam is lit."""
    return 1.0 / math.ceil(beams / active)
