"""Which satellites may serve which cells, and the matching the strategies share.

A cell wants one satellite, a satellite serves so many cells at once. Deferred acceptance (Gale and
Shapley, College Admissions and the Stability of Marriage, American Mathematical Monthly 69, 1962)
lets one side propose and the other keep its best proposals so far, until nobody is left who is
refused and could ask elsewhere. The result is stable, whatever the order of the proposals, so that
a round can take those of all cells at once. Where one side ranks the other by one list common to
all of it, or where both sides rank pairs by one weight, only one matching is stable: the one that
goes through the list, or through the pairs, in order and gives each the best that is left.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

_BITS = 64
"""Of the whole number by which pairs are sorted."""


@dataclass(frozen=True)
class CellsAround:
    """Which cells of a region lie around each other.

    Attributes
    ----------
    first, second : int32 array (pairs,)
        Cells next to each other; each pair once.
    cells : int
        Of the region: where trials are side by side, those of the next one follow.
    product_of_cell : float, optional
        SNR times sine of elevation of a beam whose spot is as large as a cell.
    """

    first: Any
    second: Any
    cells: int
    product_of_cell: float = math.inf

    def mean_demand(self, demand: Any, xp: Any = np) -> Any:
        """Mean demand of the cells around each cell, 0 where there is none.

        Parameters
        ----------
        demand : int64 array (trials · cells,)
        xp : module
            ``numpy`` or ``cupy``.

        Returns
        -------
        float64 array (trials · cells,)
        """
        step = xp.arange(0, len(demand), max(self.cells, 1))[:, None]
        first, second = (self.first + step).ravel(), (self.second + step).ravel()
        count = xp.bincount(first, minlength=len(demand)) + xp.bincount(
            second, minlength=len(demand)
        )
        total = xp.bincount(first, demand[second], len(demand))
        total = total + xp.bincount(second, demand[first], len(demand))
        return total / xp.maximum(count, 1)


@dataclass(frozen=True)
class Candidates:
    """Pairs of a cell and a satellite that may serve it.

    Elevation mask and least time in view have been applied. Each pair occurs once. Strategies do
    not depend on the order of the pairs, and are faster if they ascend by cell and satellite.

    Attributes
    ----------
    cell : int32 array (n,)
        Ascending.
    satellite : int32 array (n,)
    elevation_deg : float32 array (n,)
        Of the satellite at the cell's centre; no NaN.
    snr : float32 array (n,)
        Linear, at the cell's centre; no NaN.
    cells, satellites : int
        How many there are, with or without a pair.
    in_view_s : float32 array (n,) or None
        How long the satellite stays above the mask; ``None`` where nobody asks.
    around : CellsAround or None
        Which cells lie around each other; ``None`` where nobody asks.
    """

    cell: Any
    satellite: Any
    elevation_deg: Any
    snr: Any
    cells: int
    satellites: int
    in_view_s: Any = None
    around: CellsAround | None = None

    def only(self, some: Any) -> Candidates:
        """Return some of the pairs, by a mask, indices or a slice."""
        return replace(
            self,
            cell=self.cell[some],
            satellite=self.satellite[some],
            elevation_deg=self.elevation_deg[some],
            snr=self.snr[some],
            in_view_s=None if self.in_view_s is None else self.in_view_s[some],
        )


@dataclass(frozen=True)
class Pairs:
    """Candidates of cells with demand, best pair first.

    Attributes
    ----------
    cell, satellite : int32 array (n,)
    """

    cell: Any
    satellite: Any


def largest_of(group: Any, value: Any, groups: int, xp: Any = np) -> Any:
    """Largest value of each group, 0 where it has none, float32 array (groups,).

    Parameters
    ----------
    group : int array (n,)
        Of each value.
    value : float32 array (n,)
    groups : int
    xp : module
        ``numpy`` or ``cupy``.
    """
    found = xp.zeros(groups, dtype=xp.float32)
    xp.maximum.at(found, group, value)
    return found


def wanted_pairs(candidates: Candidates, demand: Any, xp: Any = np) -> Any:
    """Candidates of cells with demand, by ascending cell, then satellite.

    Returns
    -------
    int64 array (n,)
        Indices into the arrays of ``candidates``.
    """
    chosen = xp.flatnonzero(demand[candidates.cell] > 0)
    cell, satellite = candidates.cell[chosen], candidates.satellite[chosen]
    number = cell.astype(xp.int64) * candidates.satellites + satellite
    if bool((number[1:] <= number[:-1]).any()):
        chosen = chosen[xp.argsort(number, kind="stable")]
    return chosen


def best_first(candidates: Candidates, demand: Any, weight: Any, xp: Any = np) -> Pairs:
    """Candidates of cells with demand by falling weight; ties: lower cell, then lower satellite.

    Parameters
    ----------
    candidates : Candidates
    demand : int64 array (cells,)
    weight : float32 array (n,)
        Of each candidate.
    xp : module
        ``numpy`` or ``cupy``.
    """
    chosen = wanted_pairs(candidates, demand, xp)
    # Sorting one whole number a pair is an order of magnitude faster than a stable sort: on top
    # what falls as the weight rises, below the place.
    number = _falling(weight[chosen], xp) << xp.uint64(32)
    number |= xp.arange(len(chosen), dtype=xp.uint64)
    number.sort()
    order = chosen[(number & xp.uint64(0xFFFFFFFF)).astype(xp.int64)]
    return Pairs(candidates.cell[order], candidates.satellite[order])


def best_first_of_cells(candidates: Candidates, demand: Any, weight: Any, xp: Any = np) -> Pairs:
    """The pairs of `best_first` by ascending cell, its best satellite first."""
    chosen = wanted_pairs(candidates, demand, xp)
    cell = candidates.cell[chosen]
    is_first = xp.ones(len(cell), dtype=bool)
    is_first[1:] = cell[1:] != cell[:-1]
    first = xp.flatnonzero(is_first)
    row = xp.cumsum(is_first) - 1
    begin = first[row]
    within = xp.arange(len(cell)) - begin
    shift = (int(within.max()) + 1).bit_length() if len(cell) else 0
    if len(first).bit_length() + 32 + shift > _BITS:
        pairs = best_first(candidates, demand, weight, xp)
        order = by_cell(pairs, xp)
        return Pairs(pairs.cell[order], pairs.satellite[order])
    # One sort: on top the cell, then what falls as the weight rises, below the place in the cell.
    number = _falling(weight[chosen], xp) << xp.uint64(shift)
    number |= row.astype(xp.uint64) << xp.uint64(32 + shift)
    number |= within.astype(xp.uint64)
    number.sort()
    # Cells have as many pairs as before, so that theirs begin where they began.
    order = begin + (number & xp.uint64((1 << shift) - 1)).astype(xp.int64)
    return Pairs(cell, candidates.satellite[chosen[order]])


def _falling(weight: Any, xp: Any) -> Any:
    """Numbers below 2³² that fall as the weight rises, uint64 array: its bits, turned."""
    bits = (weight.astype(xp.float32) + xp.float32(0.0)).view(xp.int32)
    falling = xp.where(bits < 0, bits, bits ^ xp.int32(0x7FFFFFFF)).view(xp.uint32)
    return falling.astype(xp.uint64)


def by_cell(pairs: Pairs, xp: Any = np) -> Any:
    """Order of the pairs by ascending cell, its best satellite first, int64 array (n,)."""
    shift = len(pairs.cell).bit_length()
    number = (pairs.cell.astype(xp.int64) << shift) | xp.arange(len(pairs.cell))
    number.sort()
    return number & ((1 << shift) - 1)


def places(order: Any, xp: Any = np) -> Any:
    """Place of each entry in an order, int64 array (n,): the inverse of a permutation."""
    place = xp.empty(len(order), dtype=xp.int64)
    place[order] = xp.arange(len(order))
    return place


def deferred_acceptance(
    proposer: Any,
    receiver: Any,
    place: Any,
    proposer_at: Any,
    room: Any,
    proposers: int,
    receivers: int,
    xp: Any = np,
) -> Any:
    """Stable matching: every proposer asks for one receiver, which takes up to ``room``.

    In each round every proposer without a receiver asks the best that has not refused it, and
    every receiver keeps the best ``room`` of those who ask and those it has.

    Parameters
    ----------
    proposer, receiver : int32 array (n,)
        Pairs that may match, by ascending proposer, its best receiver first.
    place : int64 array (n,)
        Place of the pair in the receivers' ranking, lowest best; differs among a receiver's pairs.
    proposer_at : int array
        Proposer of the pair at each place.
    room : int or int array (receivers,)
        Of all receivers, or of each.
    proposers, receivers : int
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int32 array (proposers,)
        Receiver of each, -1 for none.
    """
    matched = xp.full(proposers, -1, dtype=xp.int32)
    is_one = isinstance(room, int | np.integer)
    if not len(proposer) or int(room if is_one else room.max()) < 1:
        return matched
    shift = len(proposer_at).bit_length()
    mask = (1 << shift) - 1
    # Sorts by receiver, its best proposer first.
    request = (receiver.astype(xp.int64) << shift) | place
    bounds = xp.searchsorted(proposer, xp.arange(proposers + 1))
    asks, end = bounds[:-1].copy(), bounds[1:]
    # The last request a full receiver holds; any later one is refused.
    last = xp.full(receivers, np.iinfo(np.int64).max)
    held = xp.empty(0, dtype=xp.int64)
    free = xp.flatnonzero(asks < end)
    while len(free):
        new = request[asks[free]]
        hopeful = new < last[new >> shift]
        both = xp.sort(xp.concatenate([held, new[hopeful]]))
        who = both >> shift
        # Beyond its room is a request if the one so many places before has the same receiver.
        beyond = xp.zeros(len(both), dtype=bool)
        if is_one:
            beyond[room:] = who[room:] == who[:-room]
        else:
            beyond[:] = xp.arange(len(who)) - xp.searchsorted(who, who) >= room[who]
        held, lost = both[~beyond], both[beyond]
        # Those right before a loss of the same receiver: one without room holds none.
        full = xp.flatnonzero(beyond[1:] & ~beyond[:-1] & (who[1:] == who[:-1]))
        last[who[full]] = both[full]
        free = xp.concatenate([free[~hopeful], proposer_at[lost & mask]])
        asks[free] += 1
        free = free[asks[free] < end[free]]
    matched[proposer_at[held & mask]] = (held >> shift).astype(xp.int32)
    return matched


def best_pairs_first(
    candidates: Candidates, demand: Any, beams_at_once: Any, weight: Any, xp: Any = np
) -> Any:
    """Take pairs by falling weight wherever cell and satellite still have room.

    Ties: lower cell, then lower satellite. Cells and satellites rank each other by the same
    weight, so that this is the only stable matching. Its sum of weights is at least half of what
    any matching has (Avis, Networks 13, 1983).

    Parameters
    ----------
    candidates : Candidates
    demand : int64 array (cells,)
        A cell without is not served.
    beams_at_once : int or int array (satellites,)
    weight : float32 array (n,)
        Of each candidate.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int32 array (cells,)
        Satellite of each, -1 for none.
    """
    pairs = best_first(candidates, demand, weight, xp)
    order = by_cell(pairs, xp)
    return deferred_acceptance(
        pairs.cell[order], pairs.satellite[order], order, pairs.cell,
        beams_at_once, candidates.cells, candidates.satellites, xp,
    )  # fmt: skip
