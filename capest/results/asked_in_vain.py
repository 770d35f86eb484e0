"""Which cells that asked in vain in every trial are served rarely, and which may be by chance."""

from __future__ import annotations

import numpy as np

RARELY = 0.5
"""A cell is served rarely if users of it are served in less than this share of the trials in which
they ask."""

WRONG = 0.05
"""Share of the cells named as rarely served that may be served more often."""

_FEWEST = 5
"""After fewer trials a limit of 95 % is above `RARELY`: 1 - 0.05^(1/4) = 0.53, and 0.45 after 5."""


def fewest_trials(asking_trials: np.ndarray, in_vain: np.ndarray) -> int:
    """Find in how many trials a cell must ask in vain, for chance to be ruled out.

    A cell that is served in half of the trials in which it asks, or in more, asks in vain in all
    n of them with a probability of 2^-n at most. Among many cells some do. The sum of these
    probabilities over all cells that ask so often bounds how many there are by chance, whatever
    is true of each, and whether or not cells depend on each other.

    Parameters
    ----------
    asking_trials : int array (cells,)
        Trials in which a user of the cell asked.
    in_vain : bool array (cells,)
        Nobody was served in any of them.

    Returns
    -------
    int
        The least number of trials, 5 or more, with which cells by chance are at most 5 % of those
        named, on average over runs; 0 where there is none. That is the step-up rule of Benjamini
        and Hochberg, Journal of the Royal Statistical Society B 57(1), 1995, for probabilities
        with steps, each divided by its complement as Döhler, Durand and Roquain, Electronic
        Journal of Statistics 12(1), 2018, do: the number of trials is chosen from the same cells.
    """
    most = int(asking_trials.max(initial=0))
    counts = np.bincount(asking_trials, minlength=most + 1)
    named = np.bincount(asking_trials[in_vain], minlength=most + 1)
    # Beyond some tens of trials the probability is nothing, and no number holds 2^n.
    chance = counts / np.expm1(np.log(2.0) * np.clip(np.arange(most + 1), 1, 500))
    by_chance, found = (np.cumsum(each[::-1])[::-1] for each in (chance, named))
    sure = (found > 0) & (by_chance <= WRONG * found)
    sure[:_FEWEST] = False
    return int(np.argmax(sure)) if sure.any() else 0
