"""The beams of some trials and the users on them: fixed to satellites, or aimed at cells."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.engine.nearest_beam import NearestBeam
from capest.engine.sky import Sky
from capest.engine.users import Users
from capest.engine.world import Layout, World
from capest.physics.constants import EARTH_RADIUS_M

_USERS_AT_ONCE = 2**11
_SATELLITES_AT_ONCE = 64
"""A processor's cache holds what so many users see of so many satellites."""


@dataclass(frozen=True)
class Beams:
    """Beams, sorted by trial, then satellite, then colour.

    Attributes
    ----------
    start : int64 array (trials + 1,)
        Beams of trial t are ``start[t]`` to before ``start[t + 1]``.
    satellite : int64 array (beams,)
        Index into the sky.
    direction : float32 array (3, beams) or None
        Reduced boresights, see ``backend.numpy_constellation``; ``None`` for a layout whose
        boresights never change.
    segment_start : int32 array (satellites · colours + 1,) or None
    power : float32 array (beams,)
        1, or 0 for a dark beam.
    lit : uint8 array (trials · slots, beams of a trial) or None
        Which beams of a layout are lit in each slot; ``None``: those with power.
    lit_share : float or float64 array (trials, beams of a trial)
        Share of slots in which a beam is lit: of a moment what is expected, of a frame what is.
    of_user : int32 array (users,) or None
        Each user's beam, counted from the first of its trial, -1 for none; ``None`` where it is
        the strongest.
    are_fixed : bool
        Boresights are those of a layout that is fixed to its satellite.
    cell : int64 array (beams,) or None
        At which each is aimed; ``None`` for those of a layout.
    slots : int
        Of a frame; 1 for a moment.
    at_once : int, int64 array (beams,) or None
        Most beams of a satellite that are going to be lit in a slot of a frame, of each beam's
        where payloads differ; ``None``: all.
    lit_part : float64 array (beams,) or float
        Share of the slots in which a beam is going to be lit, if those of its satellite have equal
        shares.
    """

    start: np.ndarray
    satellite: np.ndarray
    direction: Any
    segment_start: Any
    power: np.ndarray
    lit: Any | None
    lit_share: Any
    of_user: Any
    are_fixed: bool
    cell: np.ndarray | None = None
    slots: int = 1
    at_once: int | np.ndarray | None = None
    lit_part: Any = 1.0

    def __len__(self) -> int:
        return len(self.satellite)

    @property
    def most(self) -> int:
        """Most beams of a trial."""
        return int(np.diff(self.start).max(initial=0))

    @property
    def cells_aimed_at(self) -> np.ndarray:
        """The cell of each beam; ValueError for beams of a layout."""
        if self.cell is None:
            raise ValueError("beams of a layout are aimed at no cells")
        return self.cell

    def that_count(self, counted: np.ndarray) -> np.ndarray:
        """Beams whose cells count, bool array (beams,); those of a layout may have any user."""
        return np.ones(len(self), dtype=bool) if self.cell is None else counted[self.cell]

    @property
    def ever_lit(self) -> Any | None:
        """Beams of a layout that are lit in any slot, uint8 array (trials, beams) or None."""
        if self.lit is None or self.slots == 1:
            return self.lit
        return self.lit.reshape(len(self.lit) // self.slots, self.slots, self.lit.shape[1]).max(
            axis=1
        )

    def lit_in_slots(self, xp: Any) -> Any:
        """Which beams are lit in each slot of their trial's frame, bool array (slots, beams)."""
        if self.lit is None:
            raise ValueError("the slots of these beams are not planned")
        count = np.diff(self.start)
        trial = np.repeat(np.arange(len(count)), count)
        place = np.arange(len(self)) - self.start[trial]
        by_trial = self.lit.reshape(len(count), self.slots, self.lit.shape[1])
        return by_trial[xp.asarray(trial), :, xp.asarray(place)].T > 0

    def first_of(self, user_trial: Any, xp: Any) -> Any:
        """First beam of each user's trial, int64 array (users,)."""
        return xp.asarray(self.start)[user_trial]


@dataclass(frozen=True)
class Boresights:
    """Where beams point that may be lit, in any order.

    Attributes
    ----------
    satellite : int64 array (n,)
        Index into the sky.
    direction : float32 array (3, n)
        Reduced, as of `Beams`.
    """

    satellite: np.ndarray
    direction: np.ndarray


def aim_at_cells(world: World, sky: Sky, cell: np.ndarray, satellite: np.ndarray) -> Boresights:
    """Boresights of satellites towards the centres of cells, int64 arrays (n,)."""
    direction = _reduced(world, sky, satellite, cosines_of_cells(world, sky, cell, satellite))
    return Boresights(satellite, direction)


def cosines_of_cells(world: World, sky: Sky, cell: np.ndarray, satellite: np.ndarray) -> np.ndarray:
    """Direction of cells' centres from satellites, along their axes, float64 array (3, n)."""
    centres = world.ground.cells.centre_unit
    offset_m = (EARTH_RADIUS_M * centres[cell] - sky.position_m[satellite]).T
    range_m = np.sqrt((offset_m * offset_m).sum(axis=0))
    cosines: np.ndarray = (sky.axes[:, :, satellite] * offset_m).sum(axis=1) / range_m
    return cosines


def _reduced(world: World, sky: Sky, satellite: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """Directions times wavenumber and aperture radius, float32 array (3, n)."""
    steering = world.radio.steering
    ka: Any = steering.reduced_aperture
    if world.payloads is not None:
        ka = world.payloads.aperture(sky)[satellite]
    weights = np.array([ka, ka, ka * steering.axial_weight]).reshape(3, -1)
    return np.ascontiguousarray(cosines * weights, dtype=np.float32)


def satellite_fixed(world: World, layout: Layout, sky: Sky) -> Beams:
    """Give every satellite the layout of the scenario around its nadir."""
    cosines = _cosines_of_layout(layout)
    satellite = np.repeat(np.arange(len(sky)), len(layout.order))
    colour = np.tile(layout.colour[layout.order], len(sky))
    return beams_towards(world, sky, satellite, colour, np.tile(cosines, (1, len(sky))))


def layout_of_first(world: World, layout: Layout, sky: Sky) -> Boresights:
    """Boresights of a layout of the first satellite of a sky, in the kernels' order."""
    first = np.zeros(len(layout.order), dtype=np.int64)
    return Boresights(first, _reduced(world, sky, first, _cosines_of_layout(layout)))


def _cosines_of_layout(layout: Layout) -> np.ndarray:
    """Boresights along a satellite's axes, in the kernels' order, float64 array (3, beams)."""
    uv = layout.grid.uv[layout.order]
    found: np.ndarray = np.stack([*uv.T, np.sqrt(1.0 - (uv * uv).sum(axis=1))])
    return found


def beams_towards(
    world: World, sky: Sky, satellite: np.ndarray, colour: np.ndarray, cosines: np.ndarray
) -> Beams:
    """Put beams of satellites together, sorted by satellite, then colour.

    Parameters
    ----------
    world : World
    sky : Sky
    satellite, colour : int64 array (beams,)
    cosines : float64 array (3, beams)
        Boresights along the satellites' axes.
    """
    colours = world.radio.colours
    segment = satellite * colours + colour
    return Beams(
        start=np.searchsorted(satellite, sky.start).astype(np.int64),
        satellite=satellite,
        direction=_reduced(world, sky, satellite, cosines),
        segment_start=np.searchsorted(segment, np.arange(len(sky) * colours + 1)).astype(np.int32),
        power=np.ones(len(satellite), dtype=np.float32),
        lit=None,
        lit_share=1.0,
        of_user=None,
        are_fixed=False,
    )


def attach_to_highest(world: World, layout: Layout, sky: Sky, users: Users, xp: Any) -> Any:
    """Attach users to satellite-fixed beams: the highest satellite, and its nearest beam.

    Parameters
    ----------
    world : World
    layout : Layout
    sky : Sky
    users : Users
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int32 array (users,)
        Beam of `satellite_fixed`, counted from the first of the trial; -1 where no satellite
        stands above the elevation mask, or the highest has no cell there: the nearest centre is
        farther than a hexagon's corner.
    """
    nearest = NearestBeam(layout, xp)
    if users.ground_view is not None:
        view = users.ground_view
        found = _attached(world, layout, nearest, view.direction[:2], view.sin_elevation, xp)
        is_there = np.diff(sky.start) > 0
        return found if is_there.all() else xp.where(xp.asarray(is_there)[users.trial], found, -1)
    found = xp.full(len(users.trial), -1, dtype=xp.int32)
    satellites_m = xp.asarray(np.ascontiguousarray(sky.position_m.T))
    axes = xp.asarray(sky.axes)
    # Where satellites stand still, all users look at those of the first trial.
    trials = 1 if sky.is_same else sky.trials
    together = len(users.trial) // trials
    for trial in range(trials):
        some = slice(sky.start[trial], sky.start[trial + 1])
        if some.stop == some.start:
            continue
        own = slice(trial * together, (trial + 1) * together)
        position_m = users.position_m[:, own]
        of_sky = (satellites_m[:, some], axes[:, :, some])
        found[own] = _nearest_of_highest(world, layout, nearest, of_sky, position_m, xp)
    return found


def _attached(
    world: World, layout: Layout, nearest: NearestBeam, across: Any, sine: Any, xp: Any
) -> Any:
    """Beams towards directions (2, users) from satellites at a sine of elevation; -1 for none."""
    lowest = math.sin(math.radians(world.beams.lowest_deg))
    beam, distance_squared = nearest(*across)
    covered = (sine >= lowest) & (distance_squared <= layout.grid.spacing_uv**2 / 3.0)
    return xp.where(covered, beam, -1).astype(xp.int32)


def _nearest_of_highest(
    world: World,
    layout: Layout,
    nearest: NearestBeam,
    of_sky: tuple[Any, Any],
    position_m: Any,
    xp: Any,
) -> Any:
    """Beam of the users of one trial, int32 array (users,), see `attach_to_highest`."""
    satellites_m, axes = of_sky
    users = position_m.shape[1]
    found = xp.empty(users, dtype=xp.int32)
    for first in range(0, users, _USERS_AT_ONCE):
        some = position_m[:, first : first + _USERS_AT_ONCE]
        best, sine = _highest(some, satellites_m, xp)
        offset_m = some - satellites_m[:, best]
        range_m = xp.sqrt((offset_m * offset_m).sum(axis=0))
        across = [(axes[row][:, best] * offset_m).sum(axis=0) / range_m for row in range(2)]
        beam = _attached(world, layout, nearest, across, sine, xp)
        found[first : first + _USERS_AT_ONCE] = xp.where(
            beam >= 0, best * len(layout.order) + beam, -1
        )
    return found


def _highest(position_m: Any, satellites_m: Any, xp: Any) -> tuple[Any, Any]:
    """Satellite that stands highest over each user, and the sine of its elevation."""
    best = xp.zeros(position_m.shape[1], dtype=xp.int64)
    best_sine = xp.full(position_m.shape[1], -2.0)
    for first in range(0, satellites_m.shape[1], _SATELLITES_AT_ONCE):
        part_m = satellites_m[:, None, first : first + _SATELLITES_AT_ONCE]
        offset_m = part_m - position_m[:, :, None]
        range_m = xp.sqrt((offset_m * offset_m).sum(axis=0))
        sine = (offset_m * position_m[:, :, None]).sum(axis=0) / (range_m * EARTH_RADIUS_M)
        here = sine.argmax(axis=1)
        largest = sine.max(axis=1)
        better = largest > best_sine
        best = xp.where(better, here + first, best)
        best_sine = xp.where(better, largest, best_sine)
    return best, best_sine
