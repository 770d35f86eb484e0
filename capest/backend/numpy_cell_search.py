"""Local search over the beams of cells; the NumPy twin of ``kernels/native/cell_search.cpp``.

It makes the same moves, cell after cell, and is for machines without a compiler and for tests.
"""

from __future__ import annotations

import numpy as np

from capest.backend.cell_search import SearchPlan, SearchProblem, SearchResult
from capest.backend.numpy_cell_climb import CellClimb
from capest.backend.numpy_search_state import Change

_FINE = 64
_FEWEST = 3
_MOST_TURNS = 100


def search_cells(problem: SearchProblem, start: np.ndarray, plan: SearchPlan) -> SearchResult:
    """Search from an assignment, int32 array (cells, channels); see ``cell_search.cpp``."""
    climb = CellClimb(problem, start.copy(), may_change_channel=plan.may_change_channel)
    state, before = climb.state, climb.total()
    if plan.moves > 0:
        _search(climb, plan)
    if climb.total() < before:
        climb.make(_changes(state.assigned, start, np.argwhere(state.assigned != start)))
    own_channel = np.full(problem.users, -1, dtype=np.int8)
    pairs = problem.links.pairs
    for cell in np.flatnonzero(pairs.users):
        own = state.own_beams(int(cell))
        lit = np.append(np.flatnonzero(state.assigned[cell] >= 0), -1)
        own_channel[pairs.first[cell] : pairs.first[cell] + pairs.users[cell]] = lit[own]
    return SearchResult(
        candidate=state.assigned,
        value=np.array(state.value, dtype=np.int64),
        own_channel=own_channel,
        tried=climb.tried,
        accepted=climb.accepted,
    )


def _search(climb: CellClimb, plan: SearchPlan) -> None:
    order, most = plan.order.tolist(), plan.moves - plan.moves // 10
    climb.value_all(_FINE)
    climb.climb(order, most)
    for turn in range(_MOST_TURNS):
        if climb.tried >= most:
            break
        for cell in order:
            if climb.tried >= most:
                break
            if not climb.state.has_all(cell):
                _shake(climb, cell, _FEWEST + turn)
    climb.value_all(1)
    climb.climb(order, plan.moves)


def _shake(climb: CellClimb, cell: int, most: int) -> None:
    """Darken a cell and those nearest to it on its channel, and let them choose anew."""
    state = climb.state
    lit = np.flatnonzero(state.assigned[cell] >= 0)
    channel = int(lit[0]) if len(lit) else int(state.p.colour[cell])
    near = climb.near(cell)
    some = [cell, *near[state.assigned[near, channel] >= 0][: most - 1].tolist()]
    changes = [
        Change(each, channel, int(state.assigned[each, channel]), False)
        for each in some
        if state.assigned[each, channel] >= 0
    ]
    if not changes:
        return
    before = climb.total()
    climb.log = {}
    climb.make(changes)
    for each in (*some, *some):
        climb.visit(each)
    log, climb.log = climb.log, None
    if climb.total() > before:
        return
    was = state.assigned.copy()
    for (each, k), candidate in log.items():
        was[each, k] = candidate
    places = [place for place in log if was[place] != state.assigned[place]]
    climb.make(_changes(state.assigned, was, np.array(places).reshape(-1, 2)))


def _changes(now: np.ndarray, then: np.ndarray, places: np.ndarray) -> list[Change]:
    """Changes that make one assignment of another at some places (cell, channel)."""
    changes = []
    for cell, channel in places.tolist():
        if now[cell, channel] >= 0:
            changes.append(Change(cell, channel, int(now[cell, channel]), False))
        if then[cell, channel] >= 0:
            changes.append(Change(cell, channel, int(then[cell, channel]), True))
    return changes
