"""The satellite that serves the fewest cells so far takes the next: loads stay even."""

from __future__ import annotations

import numpy as np

from capest.allocation.cells.candidates import (
    Candidates,
    best_first,
    deferred_acceptance,
    places,
)


def assign(
    candidates: Candidates, demand: np.ndarray, beams_at_once: int | np.ndarray
) -> np.ndarray:
    """Let cells with the fewest candidates first take the satellite with the fewest cells so far.

    Ties: lower cell; of satellites, the higher one in the sky, then the lower number.

    The n-th cell of a satellite finds all satellites it could take with n - 1 cells or more, from
    cells before it. So all first cells of satellites can be found at once: in the order of the
    cells each takes the highest satellite that has no first cell yet, or waits; then, among those
    who waited, all second cells, and so on. Each is a stable matching of one cell a satellite;
    satellites propose, which asks few cells of many.

    Parameters
    ----------
    candidates : Candidates
    demand : int64 array (cells,)
        A cell without is not served.
    beams_at_once : int or int array (satellites,)
        Cells a satellite serves at most, or each of them.

    Returns
    -------
    int32 array (cells,)
        Satellite of each, -1 for none.
    """
    cells, satellites = candidates.cells, candidates.satellites
    pairs = best_first(candidates, demand, candidates.elevation_deg)
    turn = np.argsort(np.bincount(pairs.cell, minlength=cells), kind="stable")
    order = np.argsort(pairs.satellite.astype(np.int64) * cells + places(turn)[pairs.cell])
    cell, satellite = pairs.cell[order], pairs.satellite[order]
    served_by = np.full(cells, -1, dtype=np.int32)
    room = np.broadcast_to(beams_at_once, satellites)
    for load in range(int(np.max(beams_at_once))):
        left = room[satellite] > load
        if not left.all():
            order, cell, satellite = order[left], cell[left], satellite[left]
        if not len(order):
            break
        taken = deferred_acceptance(satellite, cell, order, pairs.satellite, 1, satellites, cells)
        matched = np.nonzero(taken >= 0)[0]
        served_by[taken[matched]] = matched
        waiting = served_by[cell] < 0
        order, cell, satellite = order[waiting], cell[waiting], satellite[waiting]
    return served_by
