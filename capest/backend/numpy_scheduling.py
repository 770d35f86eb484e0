"""Admission of calls (``admission.cu``) and the best user of a beam (``throughput.cu``)."""

from __future__ import annotations

import numpy as np


def admit_calls(
    order: np.ndarray,
    start: np.ndarray,
    count: np.ndarray,
    down: np.ndarray,
    up: np.ndarray,
    capacity_down: int,
    capacity_up: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Admit the users of every beam in turn; twin of ``admit_calls`` in ``admission.cu``.

    Who does not fit what is left is passed over: a smaller call behind may fit.

    Parameters
    ----------
    order : int64 array (n,)
        Users, those of a beam one after the other.
    start, count : int64 array (groups,)
        Where the list of each beam of each trial begins in ``order``, and how long it is.
    down, up : int64 array (users,)
        What each user takes of the downlink and of the uplink; not negative.
    capacity_down, capacity_up : int
        What every beam has.

    Returns
    -------
    admitted : uint8 array (users,)
    left : int64 array (groups, 2)
        What remains of the downlink and of the uplink.
    """
    admitted = np.zeros(len(down), dtype=np.uint8)
    # The longest lists first: the beams that have an n-th user are then the first ones.
    longest_first = np.argsort(-count, kind="stable")
    start, count = start[longest_first], count[longest_first]
    remaining = np.empty((2, len(start)), dtype=np.int64)
    remaining[0], remaining[1] = capacity_down, capacity_up
    lists = np.searchsorted(-count, -np.arange(int(count.max(initial=0))), side="left")
    for rank, beams in enumerate(lists):
        user = order[start[:beams] + rank]
        need_down, need_up = down[user], up[user]
        fits = (need_down <= remaining[0, :beams]) & (need_up <= remaining[1, :beams])
        admitted[user] = fits
        remaining[0, :beams] -= need_down * fits
        remaining[1, :beams] -= need_up * fits
    left = np.empty((len(start), 2), dtype=np.int64)
    left[longest_first] = remaining.T
    return admitted, left


def beam_best(
    efficiency: np.ndarray,
    serving_beam: np.ndarray,
    user_trial: np.ndarray,
    trials: int,
    beams: int,
) -> np.ndarray:
    """Greatest efficiency of a beam's users; twin of ``beam_best`` in ``throughput.cu``.

    Parameters
    ----------
    efficiency : float32 array (users,)
    serving_beam, user_trial : int32 array (users,)
        The beam is not read where the efficiency is zero.
    trials, beams : int

    Returns
    -------
    float32 array (trials, beams)
        Zero where a beam serves nobody.
    """
    best = np.zeros(trials * beams, dtype=np.float32)
    served = efficiency > 0.0
    own = user_trial[served].astype(np.int64) * beams + serving_beam[served]
    np.maximum.at(best, own, efficiency[served])
    return best.reshape(trials, beams)
