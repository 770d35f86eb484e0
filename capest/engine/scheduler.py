"""How the users of a beam share its time: rates of users and beams under each policy."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.arguments import BeamShares
from capest.backend.protocol import Kernels
from capest.engine.radio import EQUAL_TIME, MAX_CI


def user_rate(kernels: Kernels, shares: BeamShares) -> Any:
    """Throughput of each user per Hz of beam bandwidth.

    With ``MAX_CI`` the users of the greatest efficiency of their beam share its time equally:
    steps of link adaptation make several of them alike.

    Parameters
    ----------
    kernels : Kernels
    shares : BeamShares
        Of any policy of ``radio.POLICIES``.

    Returns
    -------
    float32 array (users,)
        bit/s/Hz.
    """
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


def beam_rate(kernels: Kernels, shares: BeamShares) -> Any:
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
