"""One order of cells and one preference among satellites, put together."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.allocation.cells import ORDERS, PREFERENCES
from capest.allocation.cells.candidates import (
    Candidates,
    best_first,
    best_first_of_cells,
    best_pairs_first,
    deferred_acceptance,
    places,
)


def match(
    order: str,
    preference: str,
    candidates: Candidates,
    demand: Any,
    room: Any,
    drawn: Any = None,
    xp: Any = np,
) -> Any:
    """Let cells in some order take the satellite they prefer that still has room.

    Satellites rank cells by the order, cells rank satellites by the preference: serial
    dictatorship, the only stable matching. Without order satellites rank cells by the preference
    as well, and pairs are taken from the best one on. Ties: lower cell, then lower satellite.

    Parameters
    ----------
    order : str
        A name of ``allocation.cells.ORDERS``.
    preference : str
        A name of ``allocation.cells.PREFERENCES``.
    candidates : Candidates
        Arrays of ``xp``, as all others.
    demand : int64 array (cells,)
        A cell without is not served.
    room : int or int array (satellites,)
        Cells a satellite serves at most, or each of them.
    drawn : uint64 array (cells,), optional
        A random number of each cell, for an order that draws.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int32 array (cells,)
        Satellite of each, -1 for none.
    """
    weight = PREFERENCES.find(preference)(candidates, demand, xp)
    if PREFERENCES.constant(preference, "LEAVES_OUT", default=False):
        kept = ~xp.isnan(weight)
        candidates, weight = candidates.only(kept), weight[kept]
    turn = ORDERS.find(order)(candidates, demand, drawn, xp)
    if PREFERENCES.constant(preference, "BY_LOAD", default=False):
        return _evenly(candidates, demand, room, weight, turn, xp)
    if turn is None:
        return best_pairs_first(candidates, demand, room, weight, xp)
    pairs = best_first_of_cells(candidates, demand, weight, xp)
    return deferred_acceptance(
        pairs.cell, pairs.satellite, places(turn, xp)[pairs.cell], turn,
        room, candidates.cells, candidates.satellites, xp,
    )  # fmt: skip


def _evenly(candidates: Candidates, demand: Any, room: Any, weight: Any, turn: Any, xp: Any) -> Any:
    """Let cells in turn take the satellite with the fewest cells so far; ties: larger weight.

    Without a turn cells with the fewest candidates come first; ties: lower cell.

    The n-th cell of a satellite finds all satellites it could take with n - 1 cells or more, from
    cells before it. So all first cells of satellites can be found at once: in the order of the
    cells each takes the best satellite that has no first cell yet, or waits; then, among those
    who waited, all second cells, and so on. Each is a stable matching of one cell a satellite;
    satellites propose, which asks few cells of many.
    """
    cells, satellites = candidates.cells, candidates.satellites
    pairs = best_first(candidates, demand, weight, xp)
    if turn is None:
        turn = xp.argsort(xp.bincount(pairs.cell, minlength=cells), kind="stable")
    order = xp.argsort(pairs.satellite.astype(xp.int64) * cells + places(turn, xp)[pairs.cell])
    cell, satellite = pairs.cell[order], pairs.satellite[order]
    served_by = xp.full(cells, -1, dtype=xp.int32)
    of_each = room if isinstance(room, int) else xp.asarray(room)
    for load in range(int(xp.max(xp.asarray(room)))):
        if not isinstance(of_each, int):
            left = of_each[satellite] > load
            order, cell, satellite = order[left], cell[left], satellite[left]
        if not len(order):
            break
        taken = deferred_acceptance(
            satellite, cell, order, pairs.satellite, 1, satellites, cells, xp
        )
        matched = xp.flatnonzero(taken >= 0).astype(xp.int32)
        served_by[taken[matched]] = matched
        waiting = served_by[cell] < 0
        order, cell, satellite = order[waiting], cell[waiting], satellite[waiting]
    return served_by
