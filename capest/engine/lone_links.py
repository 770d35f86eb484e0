"""Links of users to every satellite that may light their cell, as if nobody else was lit.

Each satellite stands in a trial of its own, with one beam at the centre of every cell that it may
light; a user is there as often as its cell has satellites. The kernel of many satellites computes
the links, so that a carrier has the bits that it has in the trial.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capest.allocation.cells.candidates import Candidates
from capest.backend.protocol import Kernels, on_host
from capest.engine.aimed_beams import beams_at
from capest.engine.beams import Beams
from capest.engine.links import Links
from capest.engine.links_of_many import (
    AlikeTrials,
    constellation_links,
    links_of_carriers,
    mixed_links,
)
from capest.engine.payloads import constellation_sinr
from capest.engine.power import LoweredPower, is_limited, limit_flux
from capest.engine.sky import Sky
from capest.engine.users import Users
from capest.engine.world import World
from capest.geo.spans import expand

LINKS_AT_ONCE = 2**17
"""Of a user and a satellite: some sixty arrays of them take 60 MiB."""

_NOBODY = 2.0
"""No satellite stands at such a sine of elevation: only the own one is heard."""

_ROUNDING = 1.0 + 1e-6
"""Where power is shared out, a trial divides a rounded carrier by its share."""


@dataclass(frozen=True)
class LoneLinks:
    """Links to some satellites, each in a trial of its own.

    Attributes
    ----------
    pair : int64 array (pairs,)
        Of the candidates that were asked for, on the host.
    beam : int64 array (pairs,)
        Of each pair among all beams of these satellites, counted trial · most + place.
    user : int64 array (links,)
        Of the trials.
    sky : Sky
        These satellites.
    users : Users
        Of the links, their satellite in place of the trial.
    beams : Beams
    links : Links
        Without interference.
    """

    pair: np.ndarray
    beam: np.ndarray
    user: Any
    sky: Sky
    users: Users
    beams: Beams
    links: Links


def lone_links(
    world: World,
    kernels: Kernels,
    sky: Sky,
    users: Users,
    candidates: Candidates,
    some: Any,
    at_once: int = LINKS_AT_ONCE,
) -> Iterator[LoneLinks]:
    """Compute links satellite by satellite.

    Parameters
    ----------
    world : World
        With cells of a region.
    kernels : Kernels
    sky : Sky
    users : Users
    candidates : Candidates
        As of `assignment.view_of_cells`.
    some : bool array (users,)
        Users that are looked at, of those with a cell.
    at_once : int, optional
        Links of a step, unless one satellite has more.

    Yields
    ------
    LoneLinks
        Of some satellites; pairs without users are left out.
    """
    cells = len(world.ground.colour)
    number = users.trial.astype(np.int64) * cells + users.cell
    number = on_host(kernels.xp.where(some & (users.cell >= 0), number, -1))
    there = np.flatnonzero(number >= 0)
    there = there[np.argsort(number[there], kind="stable")]
    count = np.bincount(number[there], minlength=candidates.cells)
    first = np.cumsum(count) - count
    pairs = np.flatnonzero(count[candidates.cell] > 0)
    cell, satellite = candidates.cell[pairs], candidates.satellite[pairs]
    # As beams are sorted.
    order = np.lexsort((cell, world.ground.colour[cell % cells], satellite))
    pairs, cell, satellite = pairs[order], cell[order], satellite[order]
    for part in _parts(satellite, count[cell], at_once):
        row, place = expand(first[cell[part]], count[cell[part]])
        asked = (satellite[part], cell[part] % cells, row, there[place])
        yield _links_of(world, kernels, sky, users, pairs[part], *asked)


def _parts(satellite: np.ndarray, links: np.ndarray, at_once: int) -> Iterator[slice]:
    """Cut pairs, sorted by satellite, between satellites into parts of so many links."""
    start = np.flatnonzero(np.diff(satellite, prepend=-1))
    bounds = np.append(start, len(satellite))
    ends = np.append(0, np.cumsum(links))[bounds[1:]]
    low = 0
    while low < len(start):
        before = ends[low - 1] if low else 0
        high = max(int(np.searchsorted(ends, before + at_once, side="right")), low + 1)
        yield slice(int(bounds[low]), int(bounds[high]))
        low = high


def _links_of(
    world: World,
    kernels: Kernels,
    sky: Sky,
    users: Users,
    pair: np.ndarray,
    satellite: np.ndarray,
    cell: np.ndarray,
    row: np.ndarray,
    user: np.ndarray,
) -> LoneLinks:
    """Links of users to the satellites of some pairs; ``row`` is the pair of each link."""
    xp = kernels.xp
    chosen, trial = np.unique(satellite, return_inverse=True)
    own_sky = _each_alone(sky, chosen)
    beams = beams_at(world, own_sky, trial, world.ground.colour[cell], cell)
    place = np.arange(len(cell)) - beams.start[trial]
    taken_db = {}
    if is_limited(world, "pfd_dbw_per_m2_mhz"):
        taken_db["pfd_reduction_db"] = limit_flux(world, own_sky, beams)
    power = LoweredPower(np.ones(len(chosen), dtype=np.float32), taken_db)
    # Links are sorted by satellite, as users are by trial.
    own_users = replace(
        users.of(xp.asarray(user)), trial=xp.asarray(trial[row].astype(np.int32)), wave_key=None
    )
    beams = replace(beams, of_user=xp.asarray(place[row].astype(np.int32)))
    each = np.arange(len(chosen))
    alike = AlikeTrials(each, each)
    found = constellation_links(world, own_sky, own_users, beams, power, alike, None, xp)
    user_start = np.searchsorted(trial[row], np.arange(len(chosen) + 1))
    found = replace(found, user_start=xp.asarray(user_start), lowest_sine=_NOBODY)
    mixed = mixed_links(world, own_sky, found, alike)
    carrier, _ = constellation_sinr(kernels, found, mixed)
    nothing = xp.zeros_like(carrier)
    links = links_of_carriers(world, own_sky, own_users, beams, power, carrier, nothing, xp)
    if is_limited(world, "rf_power_w") or _is_limited_together(world):
        links = replace(links, unlimited=links.unlimited * _ROUNDING)
    beam = trial.astype(np.int64) * beams.most + place
    return LoneLinks(pair, beam, xp.asarray(user), own_sky, own_users, beams, links)


def _is_limited_together(world: World) -> bool:
    return world.radio.limits.out_of_band_pfd_dbw_per_m2_mhz is not None


def _each_alone(sky: Sky, chosen: np.ndarray) -> Sky:
    """Some satellites of a sky, each in a trial of its own."""
    return Sky(
        np.arange(len(chosen) + 1),
        sky.number[chosen],
        sky.position_m[chosen],
        np.ascontiguousarray(sky.axes[:, :, chosen]),
        None,
        False,
        None if sky.gateway is None else sky.gateway[chosen],
        None if sky.feeder_m is None else sky.feeder_m[chosen],
    )
