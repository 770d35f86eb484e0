"""Links of a trial's users to every satellite that may light a beam they hear, cell by cell."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from capest.backend.arguments import ConstellationDownlink
from capest.backend.cell_pairs import CellUsers, PairLinks, heard_pairs
from capest.backend.host_library import host_library
from capest.backend.native import cell_pairs as native_pairs
from capest.backend.numpy_pair_links import pair_links as numpy_pair_links
from capest.backend.protocol import Kernels, on_host
from capest.engine.sky import Sky
from capest.engine.users import Users
from capest.engine.world import World

_OF_USERS = ("gain", "environment", "sight", "shadow", "entry", "serving")


def pair_links(
    world: World,
    kernels: Kernels,
    sky: Sky,
    users: Users,
    links: ConstellationDownlink,
    trial: int,
    may_light: np.ndarray | None = None,
) -> PairLinks:
    """Links of the users of each cell to each satellite that any of them can hear, in one trial.

    Parameters
    ----------
    world : World
    kernels : Kernels
        Compiled code does it unless the backend is ``numpy``; see `host_library`.
    sky : Sky
    users : Users
        Sorted by cell, as ``region_cells.RegionCells.settle`` leaves them.
    links : ConstellationDownlink
        From ``links_of_many.constellation_links`` of these trials, with ``order`` ``None``. The
        strength of satellites is that of these links; beams are not read.
    trial : int
        Counted from the first of the sky.
    may_light : bool array (satellites of the trial,) or None
        Satellites that may light a beam; ``None``: all.

    Returns
    -------
    PairLinks
        Users and satellites are counted from the first of the trial.
    """
    some = slice(int(sky.start[trial]), int(sky.start[trial + 1]))
    own = only_trial(links, sky, users, trial)
    first, count = users_of_cells(world, users, trial)
    count_of_sky = some.stop - some.start
    lights = np.ones(count_of_sky, dtype=bool) if may_light is None else may_light
    lowest = float(own.lowest_sine)
    pairs = heard_pairs(own.user_m, first, count, own.satellite_m, lowest, lights)
    aperture, payload = np.array([links.reduced_aperture]), np.zeros(count_of_sky, dtype=np.int64)
    if world.payloads is not None:
        aperture = np.array([each.steering.reduced_aperture for each in world.payloads.each])
        payload = world.payloads.of_satellite[sky.number[some]].astype(np.int64)
    asked = CellUsers(links=own, pairs=pairs, reduced_aperture=aperture, payload=payload)
    compiled = host_library(kernels)
    if compiled is None:
        return numpy_pair_links(asked)
    return native_pairs.pair_links(compiled, asked)


def only_trial(
    links: ConstellationDownlink, sky: Sky, users: Users, trial: int
) -> ConstellationDownlink:
    """Users and satellites of one trial, on the host; beams stay as they are."""
    own = slice(trial * users.per_trial, (trial + 1) * users.per_trial)
    some = slice(int(sky.start[trial]), int(sky.start[trial + 1]))
    changed: dict[str, Any] = {
        each.name: on_host(getattr(links, each.name))
        for each in fields(links)
        if hasattr(getattr(links, each.name), "shape")
    }
    for name in _OF_USERS:
        changed[name] = changed[name][own]
    changed["user_m"] = np.ascontiguousarray(changed["user_m"][:, own])
    changed["user_start"] = np.array([0, users.per_trial])
    changed["satellite_m"] = np.ascontiguousarray(changed["satellite_m"][:, some])
    changed["axes"] = np.ascontiguousarray(changed["axes"][:, :, some])
    changed["satellite_power"] = changed["satellite_power"][some]
    changed["satellite_start"] = np.array([0, some.stop - some.start])
    return replace(links, **changed)


def users_of_cells(world: World, users: Users, trial: int) -> tuple[np.ndarray, np.ndarray]:
    """First user of each cell, counted from the first of the trial, and how many it has.

    Returns
    -------
    first, count : int64 array (cells,)
    """
    cells = len(world.ground.colour)
    own = slice(trial * users.per_trial, (trial + 1) * users.per_trial)
    cell = on_host(users.cell)[own]
    count = np.bincount(cell[cell >= 0], minlength=cells)
    first = np.zeros(cells, dtype=np.int64)
    change = np.flatnonzero(np.diff(cell, prepend=-2))
    change = change[cell[change] >= 0]
    first[cell[change]] = change
    return first, count
