"""How the users of a beam share its time: rates of users and beams under each policy."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.arguments import BeamShares
from capest.backend.protocol import Kernels
from capest.engine.radio import EQUAL_TIME, MAX_CI


def user_rate(kernels: Kernels, shares: BeamShares, most_share: Any | None = None) -> Any:
    """Throughput of each user per Hz of beam bandwidth.

    With ``MAX_CI`` the users of the greatest efficiency of their beam share its time equally:
    steps of link adaptation make several of them alike.

    Parameters
    ----------
    kernels : Kernels
    shares : BeamShares
        Of any policy of ``radio.POLICIES``.
    most_share : float64 array (users,) or None
        Of the time in which a user can be served; what more it would get stays idle. ``None``: all.

    Returns
    -------
    float32 array (users,)
        bit/s/Hz.
    """
    rate = _unbounded_rate(kernels, shares)
    if most_share is None:
        return rate
    xp = kernels.xp
    return xp.minimum(rate, (shares.efficiency * most_share).astype(xp.float32))


def _unbounded_rate(kernels: Kernels, shares: BeamShares) -> Any:
    """As `user_rate`, of users that can be served all the time."""
    if shares.policy != MAX_CI:
        return kernels.user_throughput(shares)
    xp, efficiency = kernels.xp, shares.efficiency
    trials, beams, _ = shares.sums.shape
    own_beam = shares.user_trial.astype(xp.int64) * beams + shares.serving
    own = xp.where(efficiency > 0.0, own_beam, 0)
    best = _best(kernels, shares)
    chosen = (efficiency > 0.0) & (efficiency == best.ravel().take(own))
    alike = kernels.count_numbers(xp.where(chosen, own, -1), trials * beams).take(own)
    rate = efficiency.astype(xp.float64) / xp.maximum(alike, 1)
    return xp.where(chosen, rate, 0.0).astype(xp.float32)


def rate_of_some(
    kernels: Kernels, shares: BeamShares, some: Any, most_share: Any | None = None
) -> Any:
    """Throughput of some users of each beam per Hz, float64 array (trials, beams).

    Parameters
    ----------
    kernels, shares, most_share
        As of `user_rate`.
    some : bool array (users,)
        Who counts; the others take their share all the same.
    """
    xp, (trials, beams, _) = kernels.xp, shares.sums.shape
    # Whole numbers below 2**53 add exactly in double precision, in any order.
    whole = xp.rint(user_rate(kernels, shares, most_share).astype(xp.float64) * 2.0**24)
    used = some & (shares.serving >= 0)
    place = xp.where(used, shares.user_trial.astype(xp.int64) * beams + shares.serving, 0)
    sums = xp.zeros(trials * beams)
    xp.add.at(sums, place, xp.where(used, whole, 0.0))
    return sums.reshape(trials, beams) * 2.0**-24


def beam_rate(kernels: Kernels, shares: BeamShares, most_share: Any | None = None) -> Any:
    """Throughput of each beam per Hz of its bandwidth, zero where it serves nobody.

    Parameters
    ----------
    As of `user_rate`.

    Returns
    -------
    float64 array (trials, beams)
        bit/s/Hz.
    """
    xp, sums = kernels.xp, shares.sums
    if most_share is not None:
        return rate_of_some(kernels, shares, shares.serving >= 0, most_share)
    if shares.policy == MAX_CI:
        return _best(kernels, shares).astype(xp.float64)
    served, total, inverse = sums[:, :, 1], sums[:, :, 2], sums[:, :, 3]
    with np.errstate(invalid="ignore", divide="ignore"):
        if shares.policy == EQUAL_TIME:
            rate = total / served * 2.0**-24
        else:
            rate = served / (inverse * 2.0**-24)
    return xp.where(served > 0, rate, 0.0)


def _best(kernels: Kernels, shares: BeamShares) -> Any:
    """Greatest efficiency of each beam's users, float32 array (trials, beams)."""
    trials, beams, _ = shares.sums.shape
    return kernels.beam_best(
        efficiency=shares.efficiency,
        serving=shares.serving,
        user_trial=shares.user_trial,
        trials=trials,
        beams=beams,
    )
