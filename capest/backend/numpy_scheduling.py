"""Admission of calls (``admission.cu``) and the best user of a beam (``throughput.cu``)."""

from __future__ import annotations

import numpy as np

from capest.backend.arguments import CallQueues


def admit_calls(queues: CallQueues) -> tuple[np.ndarray, np.ndarray]:
    """Admit the users of every beam in turn; twin of ``admit_calls`` in ``admission.cu``.

    A call that does not fit the remaining capacity is refused; a smaller call behind it may fit.
    """
    down, up = queues.down, queues.up
    admitted = np.zeros(len(down), dtype=np.uint8)
    # The longest lists first: the beams that have an n-th user are then the first ones.
    longest_first = np.argsort(-queues.count, kind="stable")
    start, count = queues.start[longest_first], queues.count[longest_first]
    remaining = np.empty((2, len(start)), dtype=np.int64)
    remaining[0], remaining[1] = queues.capacity_down, queues.capacity_up
    lists = np.searchsorted(-count, -np.arange(int(count.max(initial=0))), side="left")
    for rank, beams in enumerate(lists):
        user = queues.order[start[:beams] + rank]
        need_down, need_up = down[user], up[user]
        fits = (need_down <= remaining[0, :beams]) & (need_up <= remaining[1, :beams])
        admitted[user] = fits
        remaining[0, :beams] -= need_down * fits
        remaining[1, :beams] -= need_up * fits
    left = np.empty((len(start), 2), dtype=np.int64)
    left[longest_first] = remaining.T
    return admitted, left


def beam_best(
    *,
    efficiency: np.ndarray,
    serving: np.ndarray,
    user_trial: np.ndarray,
    trials: int,
    beams: int,
) -> np.ndarray:
    """Greatest efficiency of a beam's users; twin of ``beam_best`` in ``throughput.cu``."""
    best = np.zeros(trials * beams, dtype=np.float32)
    served = efficiency > 0.0
    own = user_trial[served].astype(np.int64) * beams + serving[served]
    np.maximum.at(best, own, efficiency[served])
    return best.reshape(trials, beams)
