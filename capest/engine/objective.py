"""What trials are worth to the objective of a search, as the trial's own kernels computed them."""

from __future__ import annotations

import numpy as np

from capest.backend.cell_search import SearchProblem
from capest.backend.protocol import on_host
from capest.engine.collect import Computed
from capest.engine.services.admission import CARRIED


def value_of(problem: SearchProblem, computed: Computed, trial: int) -> int:
    """Value of a trial by the tables of its search.

    Parameters
    ----------
    problem : SearchProblem
        Of this trial; its links are not read.
    computed : Computed
        The trials.
    trial : int
        Counted from the first.

    Returns
    -------
    int
        Sum over all cells, those of guard cells too, as the search counts it.
    """
    own = slice(trial * problem.users, (trial + 1) * problem.users)
    cell = on_host(computed.users.cell)[own]
    if problem.rates:
        return _of_rates(problem, computed, own)
    served = computed.served
    if served is None or served.admitted is None:
        raise ValueError("nobody calls")
    kind = problem.call_class
    carried = (kind >= 0) & (on_host(served.admitted.outcome)[own] == CARRIED) & (cell >= 0)
    weight = problem.class_weight[kind[carried]].astype(np.float64)
    of_cell = np.bincount(cell[carried], weight, minlength=problem.cells).astype(np.int64)
    if problem.worth_start is None:
        return int(of_cell.sum())
    return int(problem.worth[problem.worth_start + of_cell].sum())


def _of_rates(problem: SearchProblem, computed: Computed, own: slice) -> int:
    """Value of users without a guaranteed rate, who share the time of their beams equally."""
    serving = on_host(computed.links.serving)[own]
    links = computed.links
    carrier, interference = (on_host(each)[own] for each in (links.carrier, links.interference))
    sinr = carrier / (interference + np.float32(1.0))
    level = np.searchsorted(problem.threshold, sinr, side="right")
    shares = (problem.call_class >= 0) & (serving >= 0) & (level > 0)
    beams = int(serving.max(initial=-1)) + 1
    count = np.bincount(serving[shares], minlength=beams)
    worth = problem.level_worth[level[shares]].astype(np.float64)
    total = np.bincount(serving[shares], worth, minlength=beams)
    value = np.floor(total * problem.share_factor[count]) + problem.worth[count]
    return int(value[count > 0].sum())
