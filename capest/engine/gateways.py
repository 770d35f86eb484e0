"""Gateways: a transparent satellite without an antenna on the ground is dark."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from capest.allocation.cells.augmenting import augment
from capest.engine.assignment import SatellitesInView
from capest.engine.sky import Sky, pairs_above
from capest.physics.constants import EARTH_RADIUS_M

if TYPE_CHECKING:
    from capest.engine.world import World


@dataclass(frozen=True)
class Gateways:
    """Where satellites are fed from.

    Attributes
    ----------
    unit : float64 array (gateways, 3)
        Directions from the Earth's centre.
    antennas : int64 array (gateways,)
        Each feeds one satellite.
    lowest_deg : float
        Elevation above which an antenna sees a satellite.
    """

    unit: np.ndarray
    antennas: np.ndarray
    lowest_deg: float


def fed_only(world: World, sky: Sky, view: SatellitesInView) -> tuple[Sky, SatellitesInView]:
    """Leave those satellites in a sky, and among what may serve cells, that an antenna feeds.

    What cells see stays: a dark satellite stands above their horizon as before.

    Parameters
    ----------
    world : World
    sky : Sky
        All satellites.
    view : SatellitesInView
        Of all satellites.
    """
    if world.gateways is None:
        return sky, view
    sky, kept = with_gateways(world, sky)
    pairs = view.candidates
    some = kept[pairs.satellite]
    place = np.cumsum(kept) - 1
    left = pairs.only(some)
    candidates = replace(
        left, satellite=place[left.satellite].astype(np.int32), satellites=len(sky)
    )
    return sky, replace(view, candidates=candidates)


def with_gateways(world: World, sky: Sky) -> tuple[Sky, np.ndarray]:
    """Leave those satellites in a sky that an antenna feeds.

    As many are fed as can be. Where antennas are scarce, satellites that may serve more cells come
    first; those that may serve none of the region are not fed.

    Returns
    -------
    Sky
    fed : bool array (n,)
        Which of the satellites are left.
    """
    if world.gateways is None:
        return sky, np.ones(len(sky), dtype=bool)
    gateway = np.full(len(sky), -1, dtype=np.int64)
    range_m = np.zeros(len(sky))
    trials = range(1 if sky.is_same else sky.trials)
    for trial in trials:
        some = slice(sky.start[trial], sky.start[trial + 1])
        gateway[some], range_m[some] = _of_trial(world, world.gateways, sky.position_m[some])
    if sky.is_same and sky.trials > 1:
        first = slice(sky.start[0], sky.start[1])
        gateway = np.tile(gateway[first], sky.trials)
        range_m = np.tile(range_m[first], sky.trials)
    fed = gateway >= 0
    before = np.concatenate([[0], np.cumsum(fed)])
    left = replace(
        sky,
        start=before[sky.start],
        number=sky.number[fed],
        position_m=sky.position_m[fed],
        axes=np.ascontiguousarray(sky.axes[:, :, fed]),
        later_m=None if sky.later_m is None else sky.later_m[fed],
        gateway=gateway[fed],
        feeder_m=range_m[fed],
    )
    return left, fed


def _of_trial(
    world: World, gateways: Gateways, position_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gateway of each satellite of a trial, -1 for none, and its range, (satellites,)."""
    seen_by, satellite, _, range_m = pairs_above(gateways.unit, position_m, gateways.lowest_deg)
    near = np.unique(satellite)
    centres = np.asarray(world.ground.cells.centre_unit)
    served = near[pairs_above(centres, position_m[near], world.beams.lowest_deg)[1]]
    cells = np.bincount(served, minlength=len(position_m))
    # Each satellite tries the nearest gateway first.
    order = np.lexsort((seen_by, range_m, satellite))
    seen_by, satellite = seen_by[order], satellite[order]
    start = np.searchsorted(satellite, np.arange(len(position_m) + 1)).tolist()
    choices = [seen_by[a:b].tolist() for a, b in pairwise(start)]
    wanting = np.flatnonzero(cells > 0)
    first = wanting[np.lexsort((wanting, -cells[wanting]))]
    found = matching(first.tolist(), choices, gateways.antennas.tolist())
    towards_m = EARTH_RADIUS_M * gateways.unit[np.maximum(found, 0)] - position_m
    return found, np.linalg.norm(towards_m, axis=1)


def matching(order: list[int], choices: list[list[int]], antennas: list[int]) -> np.ndarray:
    """Give as many satellites as possible an antenna, those that come first before others.

    Parameters
    ----------
    order : list of int
        Satellites that want an antenna, most important first.
    choices : list of list of int
        Gateways that see each satellite, preferred first.
    antennas : list of int
        Of each gateway.

    Returns
    -------
    int64 array (satellites,)
        Gateway of each; -1 for none.
    """
    own = [-1] * len(choices)
    fed: list[list[int]] = [[] for _ in antennas]
    augment(order, own, choices.__getitem__, fed.__getitem__, antennas)
    return np.array(own, dtype=np.int64)
