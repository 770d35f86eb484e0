"""Rates of calls that adapt: what admission leaves of a beam raises them, all by the same share.

Calls are admitted with the least rate that they bear. What is left then is shared as congestion
control shares it among callers who are alike: every call of a beam goes the same share of the way
from its least rate to the one it wants, or to what its own link carries if that is less. No order
of calls matters, and nobody is refused for the better picture of another.
"""

from __future__ import annotations

from typing import Any

from capest.backend.protocol import Kernels

WHOLE = 2**32
"""The time of a beam, or of one of its subchannels in the uplink, in units of the fixed point."""

LEVELS = 3
AT_LEAST, BETWEEN, AT_WANTED = range(LEVELS)
"""Rate of a call: the least, one between, or the wanted one, in both directions."""

_NEXT_TO_NOTHING = 0.01
"""Part of the way up to which a rate counts as the least: what is left of a beam behind its last
call is never quite nothing."""


def mean_share(share: Any, talk_share: Any | None, xp: Any) -> Any:
    """Mean over the time of calls that take a share while they send.

    Parameters
    ----------
    share : int64 array (..., users)
        In units of ``WHOLE``.
    talk_share : float64 array (users,) or None
        ``None``: calls send all the time.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int64 array (..., users)
        Rounded up.
    """
    if talk_share is None:
        return share
    return xp.ceil(share * talk_share).astype(xp.int64)


def way_up(
    wanted: Any, least: Any, limit: Any, talk_share: Any | None, carried: Any, xp: Any
) -> Any:
    """What calls would take more at the rate they want, or at what their links carry if less.

    Parameters
    ----------
    wanted : int64 array (..., users)
        Share that a call takes while it sends, at the wanted rate.
    least : int64 array (..., users)
        Mean share at the least rate.
    limit : int or int64 array (..., users)
        Share that one user can take; more is more than its link carries.
    talk_share : float64 array (users,) or None
    carried : bool array (..., users)
        Whose calls are carried; the others take nothing.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int64 array (..., users)
    """
    most = mean_share(xp.minimum(wanted, limit), talk_share, xp)
    return xp.where(carried, xp.maximum(most - least, 0), 0)


def raise_rates(kernels: Kernels, number: Any, ways: Any, left: Any) -> tuple[Any, Any]:
    """Share out what is left of beams among their calls, to each the same part of its way up.

    Parameters
    ----------
    kernels : Kernels
    number : int64 array (n,)
        Beam of each call, anything where the way is zero.
    ways : int64 array (n,)
        From `way_up`.
    left : int64 array (beams,)

    Returns
    -------
    more : int64 array (n,)
        What each call takes more, rounded down: no beam gives more than is left.
    left : int64 array (beams,)
        What is left then.
    """
    xp, beams = kernels.xp, len(left)
    place = xp.where(ways > 0, number, beams)
    # Ways of all calls are shares of a beam for the most part: whole numbers below 2**53 add
    # exactly in double precision, in any order.
    sums = _sums(place, ways.astype(xp.float64), beams, xp)
    part = xp.concatenate([xp.minimum(left / xp.maximum(sums, 1.0), 1.0), xp.zeros(1)])
    # The part is rounded, by less than one unit of the sum of all: rounded down, none is too much.
    more = xp.floor(ways * part[place])
    return more.astype(xp.int64), left - _sums(place, more, beams, xp).astype(xp.int64)


def level_of(
    wanted: tuple[Any, Any],
    limits: tuple[Any, Any],
    ways: tuple[Any, Any],
    more: tuple[Any, Any],
    xp: Any,
) -> Any:
    """Tell at which rates calls are carried, int8 array (users,); see ``AT_LEAST``.

    Parameters
    ----------
    wanted : tuple of int64 array (users,)
        Shares at the wanted rates, down and up, while a call sends.
    limits : tuple of int or int64 array (users,)
        See `way_up`.
    ways, more : tuple of int64 array (users,)
        See `raise_rates`.
    xp : module
        ``numpy`` or ``cupy``.
    """
    level = xp.full(ways[0].shape, BETWEEN, dtype=xp.int8)
    at_least, at_wanted = True, True
    for share, limit, way, raised in zip(wanted, limits, ways, more, strict=True):
        at_least = at_least & (raised <= _NEXT_TO_NOTHING * way)
        at_wanted = at_wanted & (share <= limit) & (raised == way)
    level = xp.where(at_least, AT_LEAST, level)
    return xp.where(at_wanted, AT_WANTED, level).astype(xp.int8)


def _sums(place: Any, values: Any, size: int, xp: Any) -> Any:
    """Sums of whole numbers by place, float64 array (size,); the place ``size`` is nowhere."""
    found = xp.zeros(size + 1)
    xp.add.at(found, place, values)
    return found[:-1]
