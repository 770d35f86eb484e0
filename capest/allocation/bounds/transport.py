"""Most that satellites could carry if their beams did not interfere: a transport problem.

Satellites have beams, cells want them, and each pair of both has a value. A cell takes one beam, or
a few; a satellite gives as many as it has. Shares of beams are allowed, so that what is found is at
least what any assignment reaches. What is reported is not what a solver says but the Lagrangian
dual at the prices that it sets on the beams of satellites, over all pairs: whatever the prices, no
assignment carries more (weak duality; Fisher, Management Science 27, 1981).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.allocation.bounds.smooth_prices import likely_shares
from capest.errors import InputError
from capest.extras import lacks

WITHIN = 1e-6
"""By how much the bound may exceed the optimum of the linear program, calls."""

WITHOUT_SCIPY = lacks("scipy", 'cells.bound = "interference-free"')

_FIRST_OFFERS, _LEAST_SHARE = 8, 1e-4
"""Of each cell's offers, how many the first linear program knows, and what share they have."""

_MORE_OFFERS = 4
"""Of each cell's offers that pay, how many join at a time."""

_ROUNDS = 60
"""Linear programs at most. Further offers would only lower the bound: it holds after any round."""

_WORTHLESS = 1e-7


@dataclass(frozen=True)
class Offers:
    """What satellites could do for cells.

    Attributes
    ----------
    cell, satellite : int64 array (n,)
        Of each offer; sorted by cell.
    value : float64 array (n,)
        What is carried, positive.
    time : float64 array (n,)
        Share of a beam's time that it takes, above 0.
    """

    cell: np.ndarray
    satellite: np.ndarray
    value: np.ndarray
    time: np.ndarray

    def __len__(self) -> int:
        return len(self.cell)

    @property
    def start(self) -> np.ndarray:
        """First offer to each cell that has any, int64 array (cells with offers,)."""
        return np.flatnonzero(np.diff(self.cell, prepend=-1))

    @property
    def row(self) -> np.ndarray:
        """Place of each offer's cell among those that have any, int64 array (n,)."""
        return np.cumsum(np.diff(self.cell, prepend=-1) != 0) - 1


@dataclass(frozen=True)
class Prices:
    """What the dual is worked out at; any values give a bound.

    Attributes
    ----------
    beam : float64 array (satellites,)
        Of a beam of each satellite.
    worth : float64 array (cells with offers,)
        Of one unit carried in a cell, 1 or less where what the cell wants is the limit.
    """

    beam: np.ndarray
    worth: np.ndarray


@dataclass(frozen=True)
class Bound:
    """What no assignment exceeds.

    Attributes
    ----------
    value : float
    program : float
        Optimum of the last linear program: with `value` it encloses what shares of beams reach.
    prices : Prices
    """

    value: float
    program: float
    prices: Prices


def offers_of(
    cell: np.ndarray,
    satellite: np.ndarray,
    value: np.ndarray,
    time: np.ndarray | None = None,
) -> Offers:
    """Sort offers by cell, and leave out what is worth nothing.

    Parameters
    ----------
    cell, satellite : int array (n,)
    value : array (n,)
    time : array (n,), optional
        Share of a beam's time; 1 by default.
    """
    some = np.flatnonzero(value > 0)
    some = some[np.lexsort((satellite[some], cell[some]))]
    whole = np.ones(len(cell)) if time is None else time
    return Offers(
        cell[some].astype(np.int64),
        satellite[some].astype(np.int64),
        value[some].astype(np.float64),
        whole[some].astype(np.float64),
    )


def dual_bound(
    offers: Offers,
    room: np.ndarray,
    prices: Prices,
    beams_per_cell: int = 1,
    most: np.ndarray | None = None,
) -> float:
    """Work out the Lagrangian dual over all offers: no assignment is worth more, whatever prices.

    At its prices, every satellite sells all its beams, and every cell buys as many of the offer
    that yields most above its price, or none. A cell that wants no more than ``most`` counts what
    it is carried at ``worth``, and the rest of what it wants is given to it.

    Parameters
    ----------
    offers : Offers
    room : float array (satellites,)
        Beams of each.
    prices : Prices
        Negative ones, and what is no number, count as nothing.
    beams_per_cell : int
    most : float array (cells with offers,), optional
        What each cell wants at most; without it, nothing limits it.

    Returns
    -------
    float
    """
    beam = np.nan_to_num(np.maximum(prices.beam, 0.0), nan=0.0, posinf=0.0)
    found = float((room * beam).sum())
    if not len(offers):
        return found
    spent = beam[offers.satellite] * offers.time

    def of_cells(worth: np.ndarray | float) -> np.ndarray:
        of_offers = np.broadcast_to(worth, len(offers.start))[offers.row] * offers.value
        best = np.maximum.reduceat(of_offers - spent, offers.start)
        yielded: np.ndarray = beams_per_cell * np.maximum(best, 0.0)
        return yielded

    each = of_cells(1.0)
    if most is not None:
        worth = np.nan_to_num(np.clip(prices.worth, 0.0, 1.0), nan=1.0)
        each = np.minimum(each, np.minimum(most, of_cells(worth) + (1.0 - worth) * most))
    return found + float(each.sum())


def transport_bound(
    offers: Offers,
    room: np.ndarray,
    beams_per_cell: int = 1,
    most: np.ndarray | None = None,
) -> Bound:
    """Find prices with a linear program, and the bound at them.

    Offers join the program as long as they yield more than what their cell has at the prices that
    its solution sets (column generation; Dantzig and Wolfe, Operations Research 8, 1960).

    Parameters
    ----------
    offers, room, beams_per_cell, most
        As of `dual_bound`.

    Returns
    -------
    Bound

    Raises
    ------
    InputError
        If SciPy is not installed; says how to install it.
    """
    tools = _scipy()
    start, row = offers.start, offers.row
    prices = Prices(np.zeros(len(room)), np.ones(len(start)))
    best = Bound(dual_bound(offers, room, prices, beams_per_cell, most), 0.0, prices)
    if not len(offers):
        return best
    share = likely_shares(offers, room.astype(np.float64), beams_per_cell)
    known = _best_of_cells(offers, share, _FIRST_OFFERS) & (share > _LEAST_SHARE)
    for _ in range(_ROUNDS):
        solved = _solve(tools, offers, np.flatnonzero(known), room, beams_per_cell, most)
        if solved is None:
            break
        program, prices, of_cell = solved
        whole = Prices(np.rint(prices.beam), np.rint(prices.worth))
        # A transport problem of whole numbers has whole prices: those are free of rounding.
        for each in (prices, whole):
            value = dual_bound(offers, room, each, beams_per_cell, most)
            if value < best.value:
                best = Bound(value, program, each)
        best = Bound(best.value, program, best.prices)
        if best.value - program <= WITHIN:
            break
        yielded = prices.worth[row] * offers.value - prices.beam[offers.satellite] * offers.time
        gain = np.where(known, -np.inf, yielded - of_cell[row])
        pays = gain > _WORTHLESS
        if not pays.any():
            break
        known |= pays & _best_of_cells(offers, gain, _MORE_OFFERS)
    return best


def _best_of_cells(offers: Offers, merit: np.ndarray, count: int) -> np.ndarray:
    """Mark the offers of most merit to each cell, bool array (n,)."""
    order = np.lexsort((-merit, offers.cell))
    place = np.arange(len(order)) - offers.start[offers.row[order]]
    marked = np.zeros(len(order), dtype=bool)
    marked[order[place < count]] = True
    return marked


def _solve(
    tools: tuple[Any, ...],
    offers: Offers,
    some: np.ndarray,
    room: np.ndarray,
    beams_per_cell: int,
    most: np.ndarray | None,
) -> tuple[float, Prices, np.ndarray] | None:
    """Solve the program of some offers.

    Returns
    -------
    optimum : float
    prices : Prices
    of_cell : float64 array (cells with offers,)
        Price of a cell's beam.
    """
    linprog, csr_array, eye_array, block_array = tools
    count, cells, row = len(some), len(offers.start), offers.row[some]
    column, ones = np.arange(count), np.ones(count)
    of_cell = csr_array((ones, (row, column)), shape=(cells, count))
    of_satellite = csr_array(
        (offers.time[some], (offers.satellite[some], column)), shape=(len(room), count)
    )
    limits = [np.full(cells, float(beams_per_cell)), room.astype(np.float64)]
    cost, upper = -offers.value[some], np.full(count, np.inf)
    blocks: list[list[Any]] = [[of_cell], [of_satellite]]
    if most is not None:
        # What a cell is carried is a variable of its own: no more than it wants or is offered.
        carried = csr_array((offers.value[some], (row, column)), shape=(cells, count))
        blocks = [[of_cell, None], [of_satellite, None], [-carried, eye_array(cells)]]
        cost = np.concatenate([np.zeros(count), -np.ones(cells)])
        upper = np.concatenate([upper, most])
        limits = [*limits, np.zeros(cells)]
    # An interior point needs a third of the time of the simplex method, and ends at a vertex.
    for method in ("highs-ipm", "highs-ds"):
        found = linprog(
            cost,
            A_ub=block_array(blocks, format="csr"),
            b_ub=np.concatenate(limits),
            bounds=np.stack([np.zeros_like(upper), upper], axis=1),
            method=method,
        )
        if found.status == 0:
            break
    if found.status != 0:
        return None
    price = np.maximum(-found.ineqlin.marginals, 0.0)
    worth = np.ones(cells) if most is None else price[cells + len(room) :]
    return -found.fun, Prices(price[cells : cells + len(room)], worth), price[:cells]


def _scipy() -> tuple[Any, ...]:
    try:
        from scipy.optimize import linprog
        from scipy.sparse import block_array, csr_array, eye_array
    except ImportError as error:
        raise InputError(WITHOUT_SCIPY) from error
    return linprog, csr_array, eye_array, block_array
