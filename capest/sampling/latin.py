"""Places of users that share out the people among trials: a Latin hypercube, a dimension a user.

In 31 consecutive trials a user stands once in every 31st part of the people, in random order and
anywhere within the part. Hence

* users of a trial are independent of each other, each placed as with random positions: a trial has
  the distribution it has with random positions, whatever is computed of it, calls and uplink too;
* only trials know of each other, those of one 31, which is where the gain comes from: the mean of
  a figure loses what a user's place alone does to it, and is at most 31/30 times as variable as
  with random positions where that is nothing (McKay, Beckman and Conover, 1979; Owen, 1997).

Users of one trial must not share the people out: as many users as ever in each cell would be as
good as no chance, and cells that are too full by chance refuse calls.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose

PARTS = 31
"""Trials that share the people out; a prime number."""


def across_trials(uniform: Any, purpose: Purpose, entities: int, draws: Draws) -> Any:
    """Make uniforms of trials share out the unit interval.

    The order of the parts is a random line a·k + c modulo the prime: of all pairs of trials and
    pairs of parts, each is as likely as with a random permutation, and variances know no more.

    Parameters
    ----------
    uniform : float64 array (trials · entities,)
        In (0, 1), one for each trial and entity.
    purpose : Purpose
        Of the draws for the lines.
    entities : int
        Users of a trial, for instance.
    draws : Draws
        Of the trials.

    Returns
    -------
    float64 array (trials · entities,)
        In (0, 1); each is uniform, and those of different entities are independent.
    """
    xp = draws.xp
    number = np.arange(draws.first_trial, draws.first_trial + draws.trials, dtype=np.int64)
    set_of, turn = np.divmod(number, PARTS)
    first, count = int(set_of[0]), int(set_of[-1] - set_of[0]) + 1
    of_sets = draws.of_trials(first, count).uniforms(purpose, entities, 2)
    slope, start = (
        (xp.floor(each * parts)).astype(xp.int64).reshape(count, entities)
        for each, parts in zip(of_sets, (PARTS - 1, PARTS), strict=True)
    )
    own = xp.asarray(set_of - first)
    part = ((slope[own] + 1) * xp.asarray(turn)[:, None] + start[own]) % PARTS
    # Rounding may lift the last part's end to 1.
    return xp.minimum((part.ravel() + uniform) / PARTS, 1.0 - 2.0**-53)
