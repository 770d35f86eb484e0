"""Local search of one trial: from the beams that are lit to better ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from capest.backend.cell_search import SearchProblem, SearchResult
from capest.backend.protocol import Kernels
from capest.engine.cell_search import search_cells
from capest.engine.collect import Computed
from capest.engine.evaluate import Drawn
from capest.engine.links_of_many import AlikeTrials, constellation_links
from capest.engine.search_problem import search_problem
from capest.engine.search_worth import worth_of

_LAST_PART = 4
"""One part of so many of the budget is for searching with any channel."""

_NO_LINKS = np.empty(0, dtype=np.float32)


@dataclass(frozen=True)
class Found:
    """What the search of a trial came to.

    Attributes
    ----------
    satellite : int32 array (cells, channels)
        Of the sky, that lights each cell on each channel; -1 for none.
    calls : int
        Carried, as the search counts them; 0 where nobody calls.
    problem : SearchProblem
        With its links left out.
    """

    satellite: np.ndarray
    calls: int
    problem: SearchProblem


def search_trial(drawn: Drawn, start: Computed, trial: int, satellite: np.ndarray) -> Found:
    """Search a better assignment for one trial.

    Parameters
    ----------
    drawn : Drawn
    start : Computed
        The trials with the assignment to start from.
    trial : int
        Counted from the first.
    satellite : int32 array (cells, channels)
        Of the sky, that lights each cell on each channel at the start; -1 for none.
    """
    world, kernels, sky, view = drawn.world, drawn.kernels, drawn.sky, drawn.view
    users, xp, served = drawn.users, kernels.xp, start.served
    each = np.arange(sky.trials)
    downlink = constellation_links(
        world, sky, users, start.beams, start.power, AlikeTrials(each, each), None, xp
    )
    settled = None if served is None else served.settled
    problem = search_problem(
        *(world, kernels, sky, view, users, start.power, downlink, start.links),
        None if served is None else served.demand,
        trial,
        objective=world.beams.objective,
        beams_per_cell=world.beams.beams_per_cell,
        up_interference=None if settled is None else settled.interference,
    )
    first_satellite = int(sky.start[trial])
    lit = _candidates(problem, satellite, first_satellite)
    moves = 0 if world.beams.moves is None else world.beams.moves
    found = _searched(kernels, problem, lit, moves)
    calls = 0 if problem.rates else found.total
    if not problem.rates and world.beams.objective != "calls":
        needs = {
            "rates": False,
            "call_class": problem.call_class,
            "threshold": problem.threshold,
        }
        pairs = problem.links.pairs
        counting = replace(problem, **worth_of(world, "calls", needs, pairs.first, pairs.users))
        calls = search_cells(kernels, counting, found.candidate, 0).total
    # The last entry is for cells without a beam; a trial may have no candidate at all.
    by = np.append(problem.candidate_satellite + np.int32(first_satellite), np.int32(-1))
    after = by[found.candidate].astype(np.int32)
    # The links take far more memory than all the rest.
    links = replace(problem.links, gain=_NO_LINKS, direction=_NO_LINKS[None])
    return Found(after, calls, replace(problem, links=links))


def _searched(
    kernels: Kernels, problem: SearchProblem, lit: np.ndarray, moves: int
) -> SearchResult:
    """Search; where cells have one beam, first on the channels of their colours.

    Channels of the reuse pattern are hardly ever worth leaving before satellites are well chosen:
    to try them from the beginning costs moves.
    """
    if problem.beams_per_cell > 1 or problem.channels == 1:
        return search_cells(kernels, problem, lit, moves)
    first = moves - moves // _LAST_PART
    found = search_cells(kernels, problem, lit, first, may_change_channel=False)
    return search_cells(kernels, problem, found.candidate, moves - first)


def _candidates(problem: SearchProblem, satellite: np.ndarray, first: int) -> np.ndarray:
    """Candidate that lights each cell on each channel, int32 array (cells, channels)."""
    satellites = len(problem.room)
    cell = np.repeat(np.arange(problem.cells), np.diff(problem.candidate_start))
    number = cell * satellites + problem.candidate_satellite
    row, channel = np.nonzero(satellite >= 0)
    found = np.full(satellite.shape, -1, dtype=np.int32)
    wanted = row * satellites + (satellite[row, channel] - first)
    found[row, channel] = np.searchsorted(number, wanted)
    return found
