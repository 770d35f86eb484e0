"""Round-robin beam hopping: beams take turns in a fixed order, so many at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.physics.beam_grid import reuse_colours
from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose


def lit_beams(lattice: np.ndarray, active: int, draws: Draws) -> Any:
    """Light the ``active`` beams whose turn it is, in the slot a trial happens to look at.

    The beams of the hexagonal layout stand in a circle, ordered by the colours of the reuse pattern
    with the most colours that still has ``active`` beams in each: beams lit together then rarely
    touch. Each slot lights the next ``active`` of the circle. A trial looks at a slot drawn
    uniformly, so trials are independent.

    Returns
    -------
    uint8 array (trials, beams)
    """
    xp, beams = draws.xp, len(lattice)
    colours = max(count for count in (1, 3, 4, 7) if count == 1 or active * count <= beams)
    colour = reuse_colours(lattice, colours)
    place = np.argsort(np.argsort(colour, kind="stable"))
    # The modulus of a 64-bit word is biased by less than beams / 2**64.
    slot = draws.words(Purpose.BEAM_HOPPING, 1)[:, 0, 0] % xp.uint64(beams)
    start = slot.astype(xp.int64) * active % beams
    return ((xp.asarray(place)[None, :] - start[:, None]) % beams < active).astype(xp.uint8)


def lit_share(beams: int, active: int) -> float:
    """Share of time a beam is lit."""
    return active / beams
