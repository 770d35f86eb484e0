"""How wide each phone sends: in the resource blocks that carry its call with least of the beam.

A call takes the same part of a beam's uplink in whatever width it is sent at one efficiency: half
as wide, twice as long. A phone at full power is the stronger in each block the fewer it has, so
that the narrowest width in which the call fits into the time is the one that takes least.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.arguments import LinkAdaptation
from capest.backend.protocol import Kernels
from capest.engine.radio import UplinkAccess
from capest.engine.services.admission import WHOLE, limit_of, share_taken

_ROUNDING = 1.001
"""Nobody is left out by a rounding."""


def widen(
    kernels: Kernels,
    adaptation: LinkAdaptation,
    access: UplinkAccess,
    sinr: Any,
    rate_mbps: Any,
    headroom: Any | None = None,
    most_share: Any | None = None,
    lit_share: Any | None = None,
) -> tuple[Any, Any | None]:
    """Choose the width of uplinks, and work out their efficiency in it.

    Parameters
    ----------
    kernels : Kernels
    adaptation : LinkAdaptation
    access : UplinkAccess
    sinr : float32 array (n,)
        In one place, with the power that a user has for one.
    rate_mbps : float64 array (n,)
        Of the call to carry; 0 without one.
    headroom : float64 array (n,) or None
        How much more power a user has than it sends in one place; ``None``: none.
    most_share : float64 array (n,) or None
        Of the time in which one user can send; ``None``: all of it.
    lit_share : float array (n,) or None
        Share of a frame's slots in which the user's beam is lit; ``None``: always.

    Returns
    -------
    efficiency : float32 array (n,)
        Mean over the frame; in one place, if no width carries the call.
    width : int64 array (n,) or None
        Places; ``None`` where all have one.
    """
    xp = kernels.xp
    efficiency = _lit(kernels.link_efficiency(sinr, adaptation), lit_share, xp)
    if len(access.widths) == 1:
        return efficiency, None
    width = xp.ones(sinr.shape, dtype=xp.int64)
    limit = xp.broadcast_to(xp.asarray(limit_of(most_share, None, xp)), sinr.shape)
    room = xp.ones(sinr.shape) if headroom is None else headroom
    lit = xp.ones(sinr.shape) if lit_share is None else lit_share
    user = xp.arange(len(sinr))
    mhz, most = access.user_bandwidth_mhz, access.widths[-1]
    narrow = (efficiency > 0.0) & (share_taken(rate_mbps, efficiency, mhz, xp, most) > limit)
    # Most phones that one place is too narrow for are too weak for any number of them.
    narrow &= rate_mbps <= sinr * room * (mhz * _ROUNDING * _efficiency_by_sinr(adaptation))
    # A GPU would have to wait for what tells whether calls are alike.
    if xp is np and headroom is None and lit_share is None and _are_alike(adaptation, rate_mbps):
        held = np.zeros(sinr.shape, dtype=bool) if most_share is None else most_share < 1.0
        found, places = _of_alike(kernels, adaptation, access, sinr, rate_mbps)
        efficiency, width = np.where(held, efficiency, found), np.where(held, width, places)
        narrow &= held
    for places in access.widths[1:]:
        # A processor looks at those alone that no width has carried yet.
        _, (user, narrow, sinr, rate_mbps, room, limit, lit) = kernels.select(
            narrow, user, narrow, sinr, rate_mbps, room, limit, lit
        )
        if not len(user):
            break
        wider = sinr * power_in_place(places, room, xp)
        found = _lit(kernels.link_efficiency(wider, adaptation), lit, xp)
        fits = narrow & (share_taken(rate_mbps, found, mhz, xp, most) <= limit * places)
        efficiency[user] = xp.where(fits, found, efficiency[user])
        width[user] = xp.where(fits, places, width[user])
        narrow = narrow & ~fits & (found > 0.0)
    return efficiency, width


def _are_alike(adaptation: LinkAdaptation, rate_mbps: np.ndarray) -> bool:
    """Tell whether all calls have the same rate, and links have steps."""
    if adaptation.mode != 0 or not rate_mbps.any():
        return False
    return bool(((rate_mbps == rate_mbps.max()) | (rate_mbps == 0.0)).all())


def _of_alike(
    kernels: Kernels,
    adaptation: LinkAdaptation,
    access: UplinkAccess,
    sinr: Any,
    rate_mbps: Any,
) -> tuple[Any, Any]:
    """Choose the width of calls of one rate in all the time, by the least SINR of each width."""
    xp = kernels.xp
    least = least_sinr(kernels, adaptation, access, float(rate_mbps.max()))
    # The first width whose SINR a user has is the first of those with none before them lower.
    from_widest = np.minimum.accumulate(least)[::-1]
    carried_by = xp.searchsorted(xp.asarray(from_widest.copy()), sinr, side="right")
    first = xp.where(rate_mbps > 0.0, len(least) - carried_by, len(least))
    # Whom no width carries, stays in one place; so do users without a call.
    places = xp.asarray(np.array([*access.widths, 1]))
    width = places.take(first)
    in_place = power_in_place(places, xp.ones(len(places)), xp).take(first)
    return kernels.link_efficiency(sinr * in_place, adaptation), width


def least_sinr(
    kernels: Kernels, adaptation: LinkAdaptation, access: UplinkAccess, rate_mbps: float
) -> np.ndarray:
    """Find the least SINR in one place with which each width carries a call, float32 (widths,).

    Infinite where a width carries it with none. The comparison is that of `widen`, to the last bit.
    """
    table = adaptation.rate_table
    mhz, most = access.user_bandwidth_mhz, access.widths[-1]
    rates = np.full(len(table), rate_mbps)
    taken = share_taken(rates, table[:, 1].astype(np.float32), mhz, np, most)
    found = np.full(len(access.widths), np.inf, dtype=np.float32)
    for k, places in enumerate(access.widths):
        carries = np.flatnonzero(taken <= WHOLE * places)
        if not len(carries):
            continue
        efficiency = np.float32(table[carries[0], 1])
        near = np.float32(table[carries[0], 0]) * np.float32(places)
        # The product is rounded: the last bits of the quotient decide.
        tried = np.array([near], dtype=np.float32).view(np.int32) + np.arange(-8, 9, dtype=np.int32)
        tried_sinr = tried.view(np.float32)
        wide = kernels.xp.asarray(tried_sinr * np.float32(1.0 / places))
        reached = kernels.link_efficiency(wide, adaptation) >= efficiency
        found[k] = tried_sinr[int(reached.argmax())]
    return found


def power_in_place(places: Any, headroom: Any, xp: Any) -> Any:
    """Power in each of some places over that in a single one, float32 array (n,).

    Parameters
    ----------
    places : int or int64 array (n,)
    headroom : float64 array (n,)
        See `widen`: power grows with the number of places (TS 38.213 clause 7.1.1) until it is all
        that the phone has.
    xp : module
        ``numpy`` or ``cupy``.
    """
    return (xp.minimum(headroom, places) / places).astype(np.float32)


def _efficiency_by_sinr(adaptation: LinkAdaptation) -> float:
    """Most bit/s/Hz over SINR: what a phone's power carries if it is spread as wide as it may be.

    Of the bound of Shannon it is that of the smallest SINR.
    """
    if adaptation.mode == 0:
        table = adaptation.rate_table.astype(np.float64)
        return float((table[:, 1] / table[:, 0]).max())
    alpha, smallest = adaptation.shannon[:2].astype(np.float64)
    return float(alpha * np.log2(1.0 + smallest) / smallest)


def _lit(efficiency: Any, lit_share: Any | None, xp: Any) -> Any:
    """Mean efficiency over a frame, float32 array (n,)."""
    return efficiency if lit_share is None else (efficiency * lit_share).astype(xp.float32)
