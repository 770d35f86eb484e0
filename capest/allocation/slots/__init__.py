"""Beam hopping over a frame of slots, against demand; one strategy a file, one signature.

Every strategy takes a `Problem` and uniforms, one per slot and cell, and returns a frame: a bool
array (..., slots, cells) of what is lit, exactly ``beams`` cells in every slot.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from capest.allocation.slots import (
    interference_aware,
    max_min,
    periodic,
    proportional,
    random_choice,
)
from capest.allocation.slots.problem import Problem

Strategy = Callable[[Problem, np.ndarray], np.ndarray]

STRATEGIES: dict[str, Strategy] = {
    "periodic": periodic.frame,
    "random": random_choice.frame,
    "proportional": proportional.frame,
    "max-min": max_min.frame,
    "interference-aware": interference_aware.frame,
}
