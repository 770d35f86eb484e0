"""Limits of blocks that grow by themselves, the same in runs of every length.

Blocks come in rounds of one a group, see ``reduction.GROUPS``, and grow from round to round.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from capest.statistics.reduction import GROUPS

BLOCK_TRIALS = 50
"""Blocks double from round to round up to this length."""

BEFORE_PER_ROUND = 5
"""From then on a round adds a fifth to what every group has before it, or `BLOCK_TRIALS`."""

LONGEST_BLOCK = 10_000
"""Of what grows by itself: a block's results are held in memory."""


@lru_cache(maxsize=8)
def rounds(trials: int) -> tuple[list[int], list[int]]:
    """First trial of every round of blocks that so many trials begin, and its blocks' length."""
    firsts, lengths, before = [0], [1], 1
    while GROUPS * before < trials:
        length = max(min(before, BLOCK_TRIALS), min(before // BEFORE_PER_ROUND, LONGEST_BLOCK))
        firsts.append(GROUPS * before)
        lengths.append(length)
        before += length
    return firsts, lengths


def group_of_trials(trials: int, block_trials: int | None) -> np.ndarray:
    """Group of every trial, that of its block.

    Parameters
    ----------
    trials : int
    block_trials : int or None
        Trials of every block but perhaps the last; ``None`` for blocks that grow by themselves.

    Returns
    -------
    int64 array (trials,)
    """
    trial = np.arange(trials)
    if block_trials is not None:
        return trial // block_trials % GROUPS
    firsts, lengths = (np.array(each) for each in rounds(trials))
    of_trial = np.searchsorted(firsts, trial, side="right") - 1
    return (trial - firsts[of_trial]) // lengths[of_trial]
