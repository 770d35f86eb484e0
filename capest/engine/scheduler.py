"""How the users of a beam share its time: rates of users and beams under each policy."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.protocol import Kernels
from capest.engine.radio import EQUAL_TIME, MAX_CI


def user_rate(
    kernels: Kernels, efficiency: Any, serving: Any, user_trial: Any, sums: Any, policy: int
) -> Any:
    """Throughput of each user per Hz of beam bandwidth.

    With ``MAX_CI`` the users of the greatest efficiency of their beam share its time equally:
    steps of link adaptation make several of them alike.

    Parameters
    ----------
    kernels : Kernels
    efficiency : float32 array (users,)
        Zero for who has no share.
    serving, user_trial : int32 array (users,)
    sums : int64 array (trials, beams, 5)
        From ``beam_sums`` of the same users, or of more of whole beams.
    policy : int
        See ``Link.policy``.

    Returns
    -------
    float32 array (users,)
        bit/s/Hz.
    """
    if policy != MAX_CI:
        return kernels.user_throughput(efficiency, serving, user_trial, sums, policy)
    xp = kernels.xp
    trials, beams, _ = sums.shape
    best = kernels.beam_best(efficiency, serving, user_trial, trials, beams)
    own = xp.where(efficiency > 0.0, user_trial.astype(xp.int64) * beams + serving, 0)
    chosen = (efficiency > 0.0) & (efficiency == best.ravel().take(own))
    alike = kernels.count_numbers(xp.where(chosen, own, -1), trials * beams).take(own)
    rate = efficiency.astype(xp.float64) / xp.maximum(alike, 1)
    return xp.where(chosen, rate, 0.0).astype(xp.float32)


def beam_rate(
    kernels: Kernels, efficiency: Any, serving: Any, user_trial: Any, sums: Any, policy: int
) -> Any:
    """Throughput of each beam per Hz of its bandwidth, zero where it serves nobody.

    Parameters
    ----------
    As of `user_rate`.

    Returns
    -------
    float64 array (trials, beams)
        bit/s/Hz.
    """
    xp = kernels.xp
    trials, beams, _ = sums.shape
    if policy == MAX_CI:
        best = kernels.beam_best(efficiency, serving, user_trial, trials, beams)
        return best.astype(xp.float64)
    served, total, inverse = sums[:, :, 1], sums[:, :, 2], sums[:, :, 3]
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = total / served * 2.0**-24 if policy == EQUAL_TIME else served / (inverse * 2.0**-24)
    return xp.where(served > 0, rate, 0.0)
