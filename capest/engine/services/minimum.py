"""A share of the wanted rate that every caller holds before any call is carried.

Who could be carried alone at that share holds it, in the downlink and in the uplink; where a beam
has not enough for all of its callers, they hold equal parts, and nobody more than its share. That
is the max-min fair division of a beam (Bertsekas and Gallager, "Data Networks", 2nd edition,
Prentice Hall 1992, section 6.5.2, with one link). What is left admits calls in their order: a call
takes what it lacks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capest.backend.arguments import CallQueues
from capest.backend.protocol import Kernels
from capest.engine.services.demand import Demand

LEAST_SHARES = 3
NO_SHARE, EQUAL_PART, WHOLE_SHARE = range(LEAST_SHARES)
"""What a caller whose call is not carried holds: nothing, an equal part of its beam, its share."""


@dataclass(frozen=True)
class Held:
    """What callers hold before calls are admitted.

    Attributes
    ----------
    down, up : int64 array (users,)
        In units of ``WHOLE``, means over time as those of calls; zero for who holds nothing.
    kind : int8 array (users,)
        ``NO_SHARE``, ``EQUAL_PART`` or ``WHOLE_SHARE``, of both directions the worse.
    """

    down: Any
    up: Any
    kind: Any


def at_minimum(demand: Demand, share: float) -> Demand:
    """What callers would ask for if a share of the rate they want was enough."""
    down_mbps, up_mbps = demand.wanted_mbps or (demand.down_mbps, demand.up_mbps)
    return replace(demand, down_mbps=down_mbps * share, up_mbps=up_mbps * share)


def hold(
    kernels: Kernels,
    closes: Any,
    shares: tuple[Any, Any],
    number: Any,
    capacities: tuple[int, int],
    groups: int,
) -> Held:
    """Give callers their share, or an equal part of their beam.

    Parameters
    ----------
    kernels : Kernels
    closes : bool array (users,)
        Callers whose own links carry the share.
    shares : tuple of int64 array (users,)
        What the share takes of the downlink and of the uplink, in units of ``WHOLE``.
    number : int64 array (users,)
        Beam of each user, anything for who does not call.
    capacities : tuple of int
        What a beam has.
    groups : int
        Beams.
    """
    xp = kernels.xp
    parts, whole = [], closes
    for share, capacity in zip(shares, capacities, strict=True):
        wants = xp.where(closes, share, 0)
        held = in_equal_parts(kernels, wants, number, capacity, groups)
        parts.append(held)
        whole = whole & (held == wants)
    kind = xp.where(whole, WHOLE_SHARE, xp.where(closes, EQUAL_PART, NO_SHARE))
    return Held(parts[0], parts[1], kind.astype(xp.int8))


def in_equal_parts(kernels: Kernels, wants: Any, number: Any, capacity: int, groups: int) -> Any:
    """Divide every beam among its users: to each what it wants, or an equal part if that is less.

    Parts are the largest whole numbers with which no beam gives more than it has.

    Parameters
    ----------
    kernels : Kernels
    wants : int64 array (users,)
        Not negative.
    number : int64 array (users,)
        Beam of each user, anything where it wants nothing.
    capacity : int
        Of a beam.
    groups : int
        Beams.

    Returns
    -------
    int64 array (users,)
    """
    xp = kernels.xp
    place = xp.where(wants > 0, number, groups)
    if xp is not np:
        return _levelled(kernels, wants, place, capacity, groups)
    # A processor looks at those beams alone that have not enough.
    short = np.append(_sums(place, wants, groups, np) > capacity, False)
    some = np.flatnonzero(short[place])
    found = wants.copy()
    if len(some):
        found[some] = _levelled(kernels, wants[some], place[some], capacity, groups)
    return found


def _levelled(kernels: Kernels, wants: Any, place: Any, capacity: int, groups: int) -> Any:
    """Equal parts as of `in_equal_parts`; the place ``groups`` is nowhere."""
    xp = kernels.xp
    if not len(wants):
        return wants
    count = kernels.count_numbers(place, groups + 1)
    start = xp.cumsum(count) - count
    order = xp.lexsort(xp.stack([wants, place]))
    beam, want = place[order], wants[order]
    before = xp.cumsum(want) - want
    rank = xp.arange(len(order)) - start[beam]
    # Those who want less have it; the others share the rest.
    rest = capacity - (before - before[start[beam]])
    part = rest // (count[beam] - rank)
    # Who has all it wants stands before who has not.
    satisfied = kernels.count_numbers(xp.where(want <= part, beam, -1), groups + 1)
    first = xp.minimum(start + satisfied, len(order) - 1)
    level = xp.where(satisfied < count, part[first], xp.iinfo(xp.int64).max)
    return xp.minimum(wants, level[place])


def admit_above(kernels: Kernels, queues: CallQueues, held: Held, number: Any) -> tuple[Any, Any]:
    """Admit calls whose users hold a part of what they need.

    Parameters
    ----------
    kernels : Kernels
    queues : CallQueues
        Calls with all that they need.
    held : Held
    number : int64 array (users,)
        Beam of each user, anything where it holds nothing.

    Returns
    -------
    admitted, left
        As of ``admit_calls``: what users hold is taken of ``left``, whether admitted or not.
    """
    xp, users, groups = kernels.xp, len(queues.down), len(queues.start)
    place = xp.where(held.kind > NO_SHARE, number, groups)
    parts = (held.down, held.up)
    down, up = (
        xp.concatenate([xp.maximum(need - own, 0), _sums(place, own, groups, xp)])
        for need, own in zip((queues.down, queues.up), parts, strict=True)
    )
    # First in the list of every beam stands one that takes what all of its users hold.
    beam = xp.arange(groups, dtype=xp.int64)
    start = queues.start + beam
    old = xp.arange(len(queues.order), dtype=xp.int64)
    order = xp.empty(len(old) + groups, dtype=xp.int64)
    order[old + xp.searchsorted(queues.start, old, side="right")] = queues.order
    order[start] = users + beam
    admitted, left = kernels.admit_calls(
        replace(queues, order=order, start=start, count=queues.count + 1, down=down, up=up)
    )
    return admitted[:users], left


def _sums(place: Any, values: Any, groups: int, xp: Any) -> Any:
    """Sums of whole numbers by place, int64 array (groups,); the place ``groups`` is nowhere."""
    # Below 2**53 they add exactly in double precision, in any order.
    found = xp.zeros(groups + 1)
    xp.add.at(found, place, values.astype(xp.float64))
    return found[:-1].astype(xp.int64)
