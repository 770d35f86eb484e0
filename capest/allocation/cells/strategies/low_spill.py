"""The cell with the most demand takes the best signal of a small spot, where that disturbs few."""

from __future__ import annotations

from typing import Any

from capest.allocation.cells.candidates import Candidates
from capest.allocation.cells.match import match

ORDER = "demand"
PREFERENCE = "low-spill"


def assign(candidates: Candidates, demand: Any, beams_at_once: Any) -> Any:
    """Match cells and satellites; arguments and result as of `match`."""
    return match(ORDER, PREFERENCE, candidates, demand, beams_at_once)
