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

from dataclasses import dataclass

import numpy as np

_BITS = 64
"""Of the whole number by which pairs are sorted."""


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
    """

    cell: np.ndarray
    satellite: np.ndarray
    elevation_deg: np.ndarray
    snr: np.ndarray
    cells: int
    satellites: int


@dataclass(frozen=True)
class Pairs:
    """Candidates of cells with demand, best pair first.

    Attributes
    ----------
    cell, satellite : int32 array (n,)
    """

    cell: np.ndarray
    satellite: np.ndarray


def wanted_pairs(candidates: Candidates, demand: np.ndarray) -> np.ndarray:
    """Candidates of cells with demand, by ascending cell, then satellite.

    Returns
    -------
    int64 array (n,)
        Indices into the arrays of ``candidates``.
    """
    chosen = np.nonzero(demand[candidates.cell] > 0)[0]
    cell, satellite = candidates.cell[chosen], candidates.satellite[chosen]
    number = cell.astype(np.int64) * candidates.satellites + satellite
    if (number[1:] <= number[:-1]).any():
        chosen = chosen[np.argsort(number, kind="stable")]
    return chosen


def best_first(candidates: Candidates, demand: np.ndarray, weight: np.ndarray) -> Pairs:
    """Candidates of cells with demand by falling weight; ties: lower cell, then lower satellite.

    Parameters
    ----------
    candidates : Candidates
    demand : int64 array (cells,)
    weight : float32 array (n,)
        Of each candidate.
    """
    chosen = wanted_pairs(candidates, demand)
    # Sorting one whole number a pair is an order of magnitude faster than a stable sort: on top
    # what falls as the weight rises, below the place.
    number = (_falling(weight[chosen]) << np.uint64(32)) | np.arange(len(chosen), dtype=np.uint64)
    number.sort()
    order = chosen[(number & np.uint64(0xFFFFFFFF)).astype(np.int64)]
    return Pairs(candidates.cell[order], candidates.satellite[order])


def best_first_of_cells(candidates: Candidates, demand: np.ndarray, weight: np.ndarray) -> Pairs:
    """The pairs of `best_first` by ascending cell, its best satellite first."""
    chosen = wanted_pairs(candidates, demand)
    cell = candidates.cell[chosen]
    first = np.flatnonzero(np.diff(cell, prepend=-1))
    count = np.diff(first, append=len(cell))
    shift = int(count.max(initial=0)).bit_length()
    if len(first).bit_length() + 32 + shift > _BITS:
        pairs = best_first(candidates, demand, weight)
        order = by_cell(pairs)
        return Pairs(pairs.cell[order], pairs.satellite[order])
    # One sort: on top the cell, then what falls as the weight rises, below the place in the cell.
    number = _falling(weight[chosen]) << np.uint64(shift)
    number |= np.repeat(np.arange(len(first), dtype=np.uint64) << np.uint64(32 + shift), count)
    begin = np.repeat(first, count)
    number |= (np.arange(len(cell)) - begin).view(np.uint64)
    number.sort()
    # Cells have as many pairs as before, so that theirs begin where they began.
    order = begin + (number & np.uint64((1 << shift) - 1)).view(np.int64)
    return Pairs(cell, candidates.satellite[chosen[order]])


def _falling(weight: np.ndarray) -> np.ndarray:
    """Numbers below 2³² that fall as the weight rises, uint64 array: its bits, turned."""
    bits = (weight.astype(np.float32) + np.float32(0.0)).view(np.int32)
    falling: np.ndarray = np.where(bits < 0, bits, bits ^ np.int32(0x7FFFFFFF)).view(np.uint32)
    return falling.astype(np.uint64)


def by_cell(pairs: Pairs) -> np.ndarray:
    """Order of the pairs by ascending cell, its best satellite first, int64 array (n,)."""
    shift = len(pairs.cell).bit_length()
    number = (pairs.cell.astype(np.int64) << shift) | np.arange(len(pairs.cell))
    number.sort()
    return number & ((1 << shift) - 1)


def places(order: np.ndarray) -> np.ndarray:
    """Place of each entry in an order, int64 array (n,): the inverse of a permutation."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place


def deferred_acceptance(
    proposer: np.ndarray,
    receiver: np.ndarray,
    place: np.ndarray,
    proposer_at: np.ndarray,
    room: int | np.ndarray,
    proposers: int,
    receivers: int,
) -> np.ndarray:
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

    Returns
    -------
    int32 array (proposers,)
        Receiver of each, -1 for none.
    """
    matched = np.full(proposers, -1, dtype=np.int32)
    if np.max(room) < 1 or not len(proposer):
        return matched
    shift = len(proposer_at).bit_length()
    mask = (1 << shift) - 1
    # Sorts by receiver, its best proposer first.
    request = (receiver.astype(np.int64) << shift) | place
    bounds = np.searchsorted(proposer, np.arange(proposers + 1))
    asks, end = bounds[:-1].copy(), bounds[1:]
    # The last request a full receiver holds; any later one is refused.
    last = np.full(receivers, np.iinfo(np.int64).max)
    held = np.empty(0, dtype=np.int64)
    free = np.nonzero(asks < end)[0]
    while len(free):
        new = request[asks[free]]
        hopeful = new < last[new >> shift]
        both = np.sort(np.concatenate([held, new[hopeful]]))
        who = both >> shift
        # Beyond its room is a request if the one so many places before has the same receiver.
        beyond = np.zeros(len(both), dtype=bool)
        if isinstance(room, np.ndarray):
            beyond[:] = np.arange(len(who)) - np.searchsorted(who, who) >= room[who]
        else:
            beyond[room:] = who[room:] == who[:-room]
        held, lost = both[~beyond], both[beyond]
        first_lost = np.nonzero(beyond[1:] & ~beyond[:-1])[0]
        last[who[first_lost]] = both[first_lost]
        free = np.concatenate([free[~hopeful], proposer_at[lost & mask]])
        asks[free] += 1
        free = free[asks[free] < end[free]]
    matched[proposer_at[held & mask]] = held >> shift
    return matched


def best_pairs_first(
    candidates: Candidates, demand: np.ndarray, beams_at_once: int | np.ndarray, weight: np.ndarray
) -> np.ndarray:
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

    Returns
    -------
    int32 array (cells,)
        Satellite of each, -1 for none.
    """
    pairs = best_first(candidates, demand, weight)
    order = by_cell(pairs)
    return deferred_acceptance(
        pairs.cell[order], pairs.satellite[order], order, pairs.cell,
        beams_at_once, candidates.cells, candidates.satellites,
    )  # fmt: skip
