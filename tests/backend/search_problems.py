"""Small random problems of search."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.cell_pairs import CellPairs, PairLinks
from capest.backend.cell_search import SearchPlan, SearchProblem
from capest.physics.pattern_table import pattern_table

WHOLE = 2**32
KA = 40.0


def random_problem(
    seed: int,
    *,
    cells: int = 12,
    satellites: int = 5,
    channels: int = 2,
    beams_per_cell: int = 1,
    classes: int = 1,
    by_arrival: bool = False,
    rates: bool = False,
    worth: bool = False,
    room: int = 3,
    spread: float = 0.15,
    noise: float = 1.0,
) -> SearchProblem:
    """Cells on a plane with a few users each, below satellites that see them all a bit apart."""
    rng = np.random.default_rng(seed)
    users_of = rng.integers(0, 14, cells)
    users_of[0] = 9
    users = int(users_of.sum()) + 3
    first = np.cumsum(users_of) - users_of + 3
    centre = rng.uniform(-spread, spread, (cells, 2))
    heard = rng.random((cells, satellites)) < 0.9
    heard[users_of == 0] = False
    cell, satellite = np.nonzero(heard)
    offset = np.cumsum(users_of[cell]) - users_of[cell]
    total = int(users_of[cell].sum())
    place = np.repeat(centre, users_of, axis=0) + rng.normal(scale=0.01, size=(users - 3, 2))
    gain = np.empty(total, dtype=np.float32)
    direction = np.zeros((3, total), dtype=np.float32)
    tilt = rng.uniform(0.6, 1.0, (satellites, 2))
    for number, (c, s) in enumerate(zip(cell, satellite, strict=True)):
        at = slice(offset[number], offset[number] + users_of[c])
        own = slice(first[c] - 3, first[c] - 3 + users_of[c])
        direction[:2, at] = (KA * place[own] * tilt[s]).T
        gain[at] = rng.lognormal(1.5, 1.0, users_of[c]) / noise
    pairs = CellPairs(
        first=first,
        users=users_of,
        start=np.searchsorted(cell, np.arange(cells + 1)),
        satellite=satellite.astype(np.int32),
        offset=offset,
    )
    may = rng.random((cells, satellites)) < 0.8
    owner, lights = np.nonzero(may)
    aim = np.zeros((3, len(owner)), dtype=np.float32)
    aim[:2] = (KA * centre[owner] * tilt[lights]).T
    threshold = np.array([0.2, 0.5, 1.0, 2.0, 4.0, 8.0], dtype=np.float32)
    steps = np.array([0.3, 1.0, 3.0], dtype=np.float32)
    scale = np.arange(1, classes + 1)[:, None]
    down = np.minimum(scale * WHOLE // np.array([2, 3, 4, 6, 9, 12]), WHOLE)
    up = np.minimum(scale * WHOLE // np.array([1, 2, 3]), WHOLE)
    kind = rng.integers(-1, classes, users).astype(np.int8)
    order = np.zeros(users, dtype=np.int64)
    for c in range(cells):
        order[first[c] : first[c] + users_of[c]] = rng.permutation(users_of[c])
    callers = np.array([(kind[f : f + n] >= 0).sum() for f, n in zip(first, users_of, strict=True)])
    worth_start = np.cumsum(classes * callers + 1) - (classes * callers + 1)
    table = np.concatenate(
        [np.rint(1000 * np.sqrt(np.arange(classes * n + 1))) for n in callers]
    ).astype(np.int64)
    distance = np.linalg.norm(centre[:, None] - centre[None], axis=2)
    near_of = [
        [int(o) for o in np.argsort(distance[c], kind="stable")
         if o != c and users_of[o] and distance[c, o] < 0.12]
        for c in range(cells)
    ]  # fmt: skip
    most = int(users_of.max())
    shared = np.maximum(np.arange(most + 1), 1)
    return SearchProblem(
        links=PairLinks(pairs=pairs, gain=gain, direction=direction),
        users=users,
        candidate_start=np.searchsorted(owner, np.arange(cells + 1)),
        candidate_satellite=lights.astype(np.int32),
        candidate_aim=aim,
        candidate_strength=rng.uniform(0.5, 1.0, len(owner)).astype(np.float32),
        candidate_uplink=rng.uniform(0.5, 1.0, len(owner)),
        colour=rng.integers(0, channels, cells).astype(np.int32),
        channels=channels,
        beams_per_cell=beams_per_cell,
        room=np.full(satellites, room),
        pattern=pattern_table(KA, np.sqrt(2.0)),
        pattern_start=np.array([0, len(pattern_table(KA, np.sqrt(2.0)))]),
        payload=np.zeros(satellites, dtype=np.int64),
        call_class=kind,
        user_uplink=rng.uniform(0.5, 1.5, users),
        up_interference=rng.uniform(0.0, 0.2, users).astype(np.float32),
        threshold=threshold,
        down=np.concatenate([np.full((classes, 1), -1), down], axis=1),
        up_threshold=steps,
        up=np.concatenate([np.full((classes, 1), -1), up], axis=1),
        capacity_down=WHOLE,
        capacity_up=3 * WHOLE,
        class_weight=np.arange(1, classes + 1) if worth or classes > 1 else np.ones(1, np.int64),
        order=order if by_arrival else None,
        rates=rates,
        worth_start=worth_start if worth and not rates else None,
        worth=table if not rates else np.rint(-50 * shared * np.log(shared)).astype(np.int64),
        level_worth=np.arange(len(threshold) + 1) * 300,
        share_factor=1.0 / np.sqrt(shared),
        near_start=np.append(0, np.cumsum([len(each) for each in near_of])),
        near=np.array([o for each in near_of for o in each], dtype=np.int32),
    )


def random_start(problem: SearchProblem, seed: int) -> np.ndarray:
    """Some cells on a random candidate with room, on their colour."""
    rng = np.random.default_rng([seed, 1])
    start = np.full((problem.cells, problem.channels), -1, dtype=np.int32)
    left = problem.room.copy()
    for cell in range(problem.cells):
        some = np.arange(*problem.candidate_start[cell : cell + 2])
        some = some[left[problem.candidate_satellite[some]] > 0]
        if len(some) and problem.links.pairs.users[cell] and rng.random() < 0.7:
            start[cell, problem.colour[cell]] = rng.choice(some)
            left[problem.candidate_satellite[start[cell, problem.colour[cell]]]] -= 1
    return start


def plan_of(problem: SearchProblem, moves: int = 3000, **changes: Any) -> SearchPlan:
    """Cells by falling number of users."""
    users = problem.links.pairs.users
    occupied = np.flatnonzero(users > 0)
    order = occupied[np.argsort(-users[occupied], kind="stable")]
    return SearchPlan(order=order, moves=moves, **changes)
