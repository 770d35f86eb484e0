"""No cell comes first: pairs of cell and satellite compete by the preference, the best pair first."""

from __future__ import annotations

from typing import Any

from capest.allocation.cells.candidates import Candidates


def turn(candidates: Candidates, demand: Any, drawn: Any = None, xp: Any = None) -> None:
    """Return nothing: satellites rank cells by the preference too.

    Where the preference is "least-loaded", which ranks no pairs, the cell with the fewest
    candidates chooses first.
    """
