"""Which beams are lit in a trial; one strategy = one file, one signature.

Every strategy takes the lattice coordinates of the beams, how many may be lit at once and the draws
of some trials, and returns a uint8 array (trials, beams) of 0 and 1, or ``None`` if every beam is
always lit.
`STRATEGIES` names them; `LIT_SHARE` gives the share of time each beam is lit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from capest.allocation import all_on, random_hopping, round_robin
from capest.sampling.draws import Draws

Allocation = Callable[[np.ndarray, int, Draws], Any]

STRATEGIES: dict[str, Allocation] = {
    "all-on": all_on.lit_beams,
    "random": random_hopping.lit_beams,
    "periodic": round_robin.lit_beams,
}

LIT_SHARE: dict[str, Callable[[int, int], float]] = {
    "all-on": all_on.lit_share,
    "random": random_hopping.lit_share,
    "periodic": round_robin.lit_share,
}
