"""The satellites in reach, in some trials."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.space import Space, frames
from capest.engine.world import World
from capest.orbits.epochs import random_epochs_s, stratified_epochs_s
from capest.orbits.visibility import largest_earth_angle_rad
from capest.physics import geometry
from capest.physics.constants import EARTH_RADIUS_M
from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose

_PAIRS_AT_ONCE = 2**16
"""Pairs of a point and a satellite looked at together: they fit the cache, and one core does it."""

_COSINE_MARGIN = 1e-5  # thirty times what single precision errs


@dataclass(frozen=True)
class Sky:
    """Satellites that anybody may hear, trial by trial.

    Attributes
    ----------
    start : int64 array (trials + 1,)
        Satellites of trial t are ``start[t]`` to before ``start[t + 1]``.
    number : int64 array (n,)
        Of each in the space.
    position_m : float64 array (n, 3)
    axes : float64 array (3, 3, n)
        Unit vectors u, v and w of each, as components.
    later_m : float64 array (n, 3) or None
        Position after the shortest time a satellite has to stay in view, ``None`` without one.
    is_same : bool
        The satellites of all trials stand in the same places.
    gateway : int64 array (n,) or None
        Which feeds each; ``None`` where gateways are not modelled.
    feeder_m : float64 array (n,) or None
        Length of the way there.
    seconds : float64 array (trials,) or None
        Moments of the trials after the start of the space.
    """

    start: np.ndarray
    number: np.ndarray
    position_m: np.ndarray
    axes: np.ndarray
    later_m: np.ndarray | None
    is_same: bool
    gateway: np.ndarray | None = None
    feeder_m: np.ndarray | None = None
    seconds: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.number)

    @property
    def trials(self) -> int:
        """Trials they are of."""
        return len(self.start) - 1

    @property
    def first(self) -> np.ndarray:
        """First satellite of each trial, int64 array (trials,); any where there is none."""
        return np.minimum(self.start[:-1], max(len(self) - 1, 0))

    @property
    def trial(self) -> np.ndarray:
        """Trial of each satellite, int64 array (n,)."""
        return np.repeat(np.arange(self.trials), np.diff(self.start))


def draw_sky(world: World, draws: Draws) -> Sky:
    """Find the satellites in reach at the epochs of some trials."""
    if world.space.is_fixed:
        # One epoch is like another.
        return sky_at(world, np.zeros(draws.trials))
    return sky_at(world, epochs_s(world.space, draws))


def epochs_s(space: Space, draws: Draws) -> np.ndarray:
    """Moments of trials, seconds after the space's start, float64 array (trials,).

    The host draws them, to the same bits as a GPU: satellites are its own, and it need not wait.
    """
    host = NumpyKernels()
    if space.stratified_epochs:
        # One shift for all trials of a seed: drawn as trial 0 would.
        (shift,) = Draws(host, draws.seed, 0, 1).uniforms(Purpose.EPOCH, 1, 1)
        number = np.arange(draws.trials, dtype=np.uint64) + np.uint64(draws.first_trial)
        return stratified_epochs_s(number, float(shift[0]), space.window_s)
    own = Draws(host, draws.seed, draws.first_trial, draws.trials)
    (uniform,) = own.uniforms(Purpose.EPOCH, 1, 1)
    return random_epochs_s(uniform, space.window_s)


def sky_at(world: World, seconds: np.ndarray) -> Sky:
    """Find the satellites in reach at some moments.

    Parameters
    ----------
    world : World
    seconds : float64 array (trials,)
        After the start of the space.
    """
    space = world.space
    # One moment stands for all where nothing moves.
    moments = seconds[:1] if space.is_fixed else seconds
    numbers, positions = [], []
    for moment in moments.tolist():
        position_m = space.positions_m(moment)
        number = _in_reach(world, position_m)
        numbers.append(number)
        positions.append(position_m[number])
    repeats = len(seconds) // len(moments)
    numbers, positions = numbers * repeats, positions * repeats
    later_m = None
    if space.minimum_visibility_s > 0.0:
        later_m = np.concatenate(
            [
                space.positions_m(moment + space.minimum_visibility_s)[number]
                for moment, number in zip(seconds.tolist(), numbers, strict=True)
            ]
        )
    start = np.cumsum([0, *map(len, numbers)])
    position_m = np.concatenate(positions)
    axes = frames(position_m)
    number = np.concatenate(numbers)
    return Sky(start, number, position_m, axes, later_m, space.is_fixed, seconds=seconds)


def _in_reach(world: World, position_m: np.ndarray) -> np.ndarray:
    """Numbers of the satellites that somebody on the ground may hear, int64 array (n,)."""
    ground, beams = world.ground, world.beams
    radius_m = np.linalg.norm(position_m, axis=1)
    # What may serve is never culled.
    reach_deg = min(beams.lowest_heard_deg, beams.lowest_deg)
    # A satellite that SGP4 knows no position of compares false.
    with np.errstate(invalid="ignore"):
        reach = ground.reach_rad + largest_earth_angle_rad(radius_m, reach_deg)
        cosine = (position_m * ground.cap_centre).sum(axis=1) / radius_m
        near = np.arccos(np.clip(cosine, -1.0, 1.0)) <= reach
    return np.flatnonzero(near)


def feeder_ranges_m(world: World, sky: Sky) -> np.ndarray:
    """Length of each satellite's feeder link, float64 array (n,).

    To the gateway that feeds it; where gateways are not modelled, to one that sees it at the
    elevation of the scenario.
    """
    if sky.feeder_m is not None:
        return sky.feeder_m
    altitude_m = np.linalg.norm(sky.position_m, axis=1) - EARTH_RADIUS_M
    return geometry.slant_range_m(altitude_m, world.radio.gateway_elevation_deg)


def elevation_of(centres: np.ndarray, position_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sine of elevation and range of satellites from points on the ground.

    Parameters
    ----------
    centres : float64 array (points, 3)
        Unit vectors.
    position_m : float64 array (satellites, 3)

    Returns
    -------
    sine, range_m : float64 array (points, satellites)
    """
    return _elevation(_heights_m(centres, position_m), (position_m * position_m).sum(axis=1))


def pairs_above(
    centres: np.ndarray, position_m: np.ndarray, lowest_deg: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of a point on the ground and a satellite that stands at an elevation or higher.

    Parameters
    ----------
    centres : float64 array (points, 3)
        Unit vectors.
    position_m : float64 array (satellites, 3)
    lowest_deg : float

    Returns
    -------
    point, satellite : int64 array (pairs,)
        Ascending.
    sine, range_m : float64 array (pairs,)
        As of `elevation_of`.
    """
    squared = (position_m * position_m).sum(axis=1)
    place = _perhaps_above(centres, position_m, np.sqrt(squared), lowest_deg)
    point = place // max(len(position_m), 1)
    satellite = place - point * len(position_m)
    height_m = centres[:, 0].take(point) * position_m[:, 0].take(satellite)
    for axis in (1, 2):
        height_m += centres[:, axis].take(point) * position_m[:, axis].take(satellite)
    sine, range_m = _elevation(height_m, squared.take(satellite))
    kept = sine >= math.sin(math.radians(lowest_deg))
    return point[kept], satellite[kept], sine[kept], range_m[kept]


def _perhaps_above(
    centres: np.ndarray, position_m: np.ndarray, radius_m: np.ndarray, lowest_deg: float
) -> np.ndarray:
    """Pairs that may stand so high, as point · satellites + satellite; never too few.

    Single precision tells that nine of ten pairs of a country and its sky are out of the question.
    """
    satellites = len(position_m)
    step = max(1, _PAIRS_AT_ONCE // max(satellites, 1))
    point = centres.astype(np.float32)
    unit = np.ascontiguousarray((position_m / radius_m[:, None]).T, dtype=np.float32)
    angle = largest_earth_angle_rad(radius_m, lowest_deg)
    least = (np.cos(angle) - _COSINE_MARGIN).astype(np.float32)
    found = [
        np.flatnonzero(point[first : first + step] @ unit >= least) + first * satellites
        for first in range(0, len(centres), step)
    ]
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _heights_m(centres: np.ndarray, position_m: np.ndarray) -> np.ndarray:
    """Height of each satellite along each point's vertical, from the Earth's centre."""
    height_m = np.multiply.outer(centres[:, 0], position_m[:, 0])
    for axis in (1, 2):
        height_m += np.multiply.outer(centres[:, axis], position_m[:, axis])
    return height_m


def _elevation(height_m: np.ndarray, squared_m2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sine of elevation, (h - R) / range, and range² = r² + R² - 2 R h."""
    range_m = np.sqrt(squared_m2 + EARTH_RADIUS_M**2 - 2.0 * EARTH_RADIUS_M * height_m)
    return (height_m - EARTH_RADIUS_M) / range_m, range_m
