"""Make the assignment of cells better by local search, and keep what the trial itself finds better.

The search counts users and calls as the trial does, but for what `search_problem` says it leaves
out. So the assignment it ends with is computed like any other, by the trial's own kernels, and each
trial has the better of start and end.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from capest.engine.aimed_beams import aim, lit_by
from capest.engine.attach import attach
from capest.engine.collect import Computed
from capest.engine.evaluate import Drawn, evaluate
from capest.engine.objective import value_of
from capest.engine.search_trial import search_trial
from capest.engine.services.admission import CARRIED


def refine(drawn: Drawn, start: Computed) -> Computed:
    """Search a better assignment for each trial.

    Parameters
    ----------
    drawn : Drawn
    start : Computed
        The same trials with the assignment to start from.

    Returns
    -------
    Computed
        With the better assignment of each trial by the scenario's objective, the start if they are
        equal, and what start and search came to.
    """
    world = drawn.world
    before = lit_by(world, start.beams)
    # The search of one trial fills the memory and the cache: trials go one by one.
    found = [search_trial(drawn, start, trial, before[trial]) for trial in range(len(before))]
    after = np.array([each.satellite for each in found]).reshape(before.shape)
    end = _with(drawn, after)
    values = np.array(
        [[value_of(each.problem, of, t) for of in (start, end)] for t, each in enumerate(found)]
    ).reshape(-1, 2)
    better = values[:, 1] > values[:, 0]
    if not better.all():
        mixed = np.where(better[:, None, None], after, before)
        end = _with(drawn, mixed) if better.any() else start
    refined: dict[str, Any] = {}
    if (calls := _calls(drawn, start)) is not None:
        refined = {
            "calls_from_start": calls,
            "calls_promised": np.array([each.calls for each in found], dtype=np.int32),
        }
    return replace(end, of_assignment=refined)


def _with(drawn: Drawn, satellite: np.ndarray) -> Computed:
    """The trials with an assignment, int32 array (trials, cells, channels)."""
    world, kernels, draws, sky = drawn.world, drawn.kernels, drawn.draws, drawn.sky
    aimed = aim(world, sky, satellite)
    return evaluate(drawn, attach(world, kernels, draws, sky, drawn.users, aimed))


def _calls(drawn: Drawn, computed: Computed) -> Any | None:
    """Calls carried of users that count, int32 array (trials,); ``None`` where nobody calls."""
    served, users, xp = computed.served, drawn.users, drawn.kernels.xp
    if served is None or served.admitted is None:
        return None
    carried = users.that_count(served.demand.call & (served.admitted.outcome == CARRIED))
    number = xp.where(carried, users.trial.astype(xp.int64), -1)
    return drawn.kernels.count_numbers(number, drawn.sky.trials).astype(xp.int32)
