"""What a map shows of who is served: cells by kind, beside their values."""

from __future__ import annotations

import numpy as np

from capest.plot.map_image import without
from capest.plot.map_values import CellValues
from capest.results.cell_totals import cell_totals
from capest.results.stored import Stored
from capest.results.unserved import Unserved, unserved_of


def kinds_of(stored: Stored, shown: CellValues) -> tuple[np.ndarray, Unserved | None]:
    """Tell cells without a value apart.

    Parameters
    ----------
    stored : Stored
    shown : CellValues

    Returns
    -------
    kinds : int64 array (cells,)
        From `map_image.without`.
    unserved : Unserved or None
        ``None`` where the file does not say who asks.
    """
    totals = cell_totals(stored)
    rarely, seldom, nobody = np.zeros((3, len(shown.values)), dtype=bool)
    if totals is None:
        return without(shown, rarely, seldom, nobody), None
    found = unserved_of(totals)
    rarely[found.rarely_number] = True
    seldom[found.number] = ~rarely[found.number]
    nobody[totals.number[totals.asked == 0]] = True
    return without(shown, rarely, seldom, nobody), found


def people_in(stored: Stored, some: np.ndarray) -> float | None:
    """People who live in some cells that count; ``None`` where nobody knows where people live.

    Parameters
    ----------
    stored : Stored
    some : bool array (cells,)
    """
    totals = cell_totals(stored)
    if totals is None or totals.people is None:
        return None
    return float(totals.people[some[totals.number]].sum())
