"""Caller of the compiled search over the beams of cells."""

from __future__ import annotations

import numpy as np

from capest.backend.cell_search import FULL_MOVES, SearchPlan, SearchProblem, SearchResult
from capest.backend.native.library import Argument, Library, array_of


def search_cells(
    library: Library, problem: SearchProblem, start: np.ndarray, plan: SearchPlan
) -> SearchResult:
    """Search from an assignment; kernel ``search_cells`` in ``cell_search.cpp``."""
    cells, satellites = problem.cells, len(problem.room)
    candidate = array_of("start", start, np.int32, (cells, problem.channels)).copy()
    value = np.empty(cells, dtype=np.int64)
    own_channel = np.empty(problem.users, dtype=np.int8)
    counts = np.zeros(2, dtype=np.int64)
    (visited,) = plan.order.shape
    pairs = problem.links.pairs
    library.run(
        "search_cells",
        *_arrays(problem),
        array_of("order", plan.order, np.int64, (visited,)),
        candidate,
        value,
        own_channel,
        counts,
        *(cells, satellites, problem.users, len(pairs.satellite), len(problem.links.gain)),
        *(len(problem.candidate_satellite), problem.channels, problem.beams_per_cell),
        *(len(problem.threshold), len(problem.up_threshold)),
        *(problem.capacity_down, problem.capacity_up, int(problem.rates)),
        *(visited, plan.moves, int(plan.may_change_channel), FULL_MOVES),
    )
    return SearchResult(
        candidate=candidate,
        value=value,
        own_channel=own_channel,
        tried=int(counts[0]),
        accepted=int(counts[1]),
    )


def _arrays(problem: SearchProblem) -> tuple[Argument, ...]:
    links, pairs = problem.links, problem.links.pairs
    cells, satellites, users = problem.cells, len(problem.room), problem.users
    listed, total = len(pairs.satellite), len(links.gain)
    candidates, levels = len(problem.candidate_satellite), len(problem.threshold)
    steps, (classes,) = len(problem.up_threshold), problem.class_weight.shape
    order, worth_start = problem.order, problem.worth_start
    return (
        array_of("first", pairs.first, np.int64, (cells,)),
        array_of("users", pairs.users, np.int64, (cells,)),
        array_of("start", pairs.start, np.int64, (cells + 1,)),
        array_of("satellite", pairs.satellite, np.int32, (listed,)),
        array_of("offset", pairs.offset, np.int64, (listed,)),
        array_of("gain", links.gain, np.float32, (total,)),
        array_of("direction", links.direction, np.float32, (3, total)),
        array_of("candidate_start", problem.candidate_start, np.int64, (cells + 1,)),
        array_of("candidate_satellite", problem.candidate_satellite, np.int32, (candidates,)),
        array_of("candidate_aim", problem.candidate_aim, np.float32, (3, candidates)),
        array_of("candidate_strength", problem.candidate_strength, np.float32, (candidates,)),
        array_of("candidate_uplink", problem.candidate_uplink, np.float64, (candidates,)),
        array_of("colour", problem.colour, np.int32, (cells,)),
        array_of("room", problem.room, np.int64, (satellites,)),
        array_of("payload", problem.payload, np.int64, (satellites,)),
        array_of("pattern", problem.pattern, np.float32, (len(problem.pattern), 2)),
        array_of("pattern_start", problem.pattern_start, np.int64, (len(problem.pattern_start),)),
        array_of("call_class", problem.call_class, np.int8, (users,)),
        array_of("user_uplink", problem.user_uplink, np.float64, (users,)),
        array_of("up_interference", problem.up_interference, np.float32, (users,)),
        array_of("threshold", problem.threshold, np.float32, (levels,)),
        array_of("down", problem.down, np.int64, (classes, levels + 1)),
        array_of("up_threshold", problem.up_threshold, np.float32, (steps,)),
        array_of("up", problem.up, np.int64, (classes, steps + 1)),
        array_of("class_weight", problem.class_weight, np.int64, (classes,)),
        None if order is None else array_of("order", order, np.int64, (users,)),
        None if worth_start is None else array_of("worth_start", worth_start, np.int64, (cells,)),
        array_of("worth", problem.worth, np.int64, (len(problem.worth),)),
        array_of("level_worth", problem.level_worth, np.int64, (levels + 1,)),
        array_of("share_factor", problem.share_factor, np.float64, (len(problem.share_factor),)),
        array_of("near_start", problem.near_start, np.int64, (cells + 1,)),
        array_of("near", problem.near, np.int32, (len(problem.near),)),
    )
