"""Where the users of a trial are; one strategy a function, one signature.

Every strategy takes the coverage of a layout and the draws of some trials and returns what users
see of the satellite, trial-major: nothing else of a place matters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.physics.beam_grid import BeamGrid, cell_corners
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.geometry import Satellites, View, ground_point, view, view_along
from capest.sampling.draws import Draws, normal_pair
from capest.sampling.latin import across_trials
from capest.sampling.stratified import stratified_offsets_uv
from capest.sampling.streams import Purpose

_SUBDIVISION = 8  # pieces along the edge of a cell's triangle; see `Coverage`


@dataclass(frozen=True)
class Coverage:
    """The covered area, as triangles small enough to be flat and evenly lit.

    Each cell is cut into 6 · 8² triangles of the u-v plane, whose corners lie on the ground.
    Points are uniform in the flat triangle between the three ground points and are then lifted to
    the sphere, which changes densities by the square of the triangle's angle at the
    Earth's centre only.

    Attributes
    ----------
    grid : BeamGrid
    satellites : Satellites
    corners_m : float array (3, 3, triangles)
        Earth-centred corners of the triangles: corner, axis, triangle.
    cumulative_area : float array (triangles,)
        Running sum of ground area, the last entry 1.
    """

    grid: BeamGrid
    satellites: Satellites
    corners_m: np.ndarray
    cumulative_area: np.ndarray


@dataclass(frozen=True)
class PlacementSettings:
    """Numbers a placement strategy may use.

    Attributes
    ----------
    users : int
        Users per trial.
    hotspots : int
        Hotspots per trial.
    hotspot_radius_m : float
        Standard deviation of a hotspot along each axis of the ground.
    hotspot_users : int
        Users that belong to hotspots.
    strata : int
        Number of beams whose users share out a cell; 0 for random positions.
    across_trials : bool
        Users who are not placed by beam share out the ground among trials, see ``latin``.
    """

    users: int
    hotspots: int = 0
    hotspot_radius_m: float = 0.0
    hotspot_users: int = 0
    strata: int = 0
    across_trials: bool = False


Placement = Callable[[Coverage, PlacementSettings, Draws], View]


def coverage(grid: BeamGrid, satellites: Satellites) -> Coverage:
    """Cut the union of all cells into triangles and weigh them by ground area."""
    corners = cell_corners(grid.spacing_uv)
    n = _SUBDIVISION
    upright = [(i, j) for i in range(n) for j in range(n - i)]
    inverted = [(i, j) for i in range(n) for j in range(n - i - 1)]
    barycentric = np.array(
        [[(i, j), (i + 1, j), (i, j + 1)] for i, j in upright]
        + [[(i + 1, j), (i + 1, j + 1), (i, j + 1)] for i, j in inverted]
    )
    pieces = []
    for side in range(6):
        edges = np.stack([corners[side], corners[(side + 1) % 6]]) / n
        pieces.append(barycentric @ edges)
    cell = np.concatenate(pieces)
    triangles = (grid.uv[:, None, None, :] + cell).reshape(-1, 3, 2).transpose(1, 2, 0)
    flat = triangles.transpose(1, 0, 2).reshape(2, -1)
    points = ground_point(flat, satellites, np).reshape(3, 3, -1).transpose(1, 0, 2)
    cumulative = np.cumsum(_triangle_areas_m2(points))
    return Coverage(grid, satellites, points, cumulative / cumulative[-1])


def cell_areas_m2(grid: BeamGrid, satellites: Satellites) -> np.ndarray:
    """Ground area of every cell, float64 array (cells,)."""
    area_m2 = _triangle_areas_m2(coverage(grid, satellites).corners_m)
    return area_m2.reshape(len(grid.uv), -1).sum(axis=1)


def _triangle_areas_m2(corners_m: np.ndarray) -> np.ndarray:
    first, second = corners_m[1] - corners_m[0], corners_m[2] - corners_m[0]
    area_m2: np.ndarray = 0.5 * np.linalg.norm(np.cross(first, second, axis=0), axis=0)
    return area_m2


def untiled(grid: BeamGrid, satellites: Satellites) -> Coverage:
    """Cells without triangles, for users who are placed in given cells."""
    return Coverage(grid, satellites, np.empty((3, 3, 0)), np.empty(0))


def in_each_beam(area: Coverage, settings: PlacementSettings, draws: Draws) -> View:
    """Same number of users in every beam, uniform in its Voronoi cell of the u-v plane.

    TR 38.821 Table 6.1.1.1-5 (calibration). User i of a trial lies in beam i // per_beam.
    """
    if settings.strata:
        return _in_strata(area, settings, draws)
    xp, beams = draws.xp, len(area.grid.uv)
    corners = cell_corners(area.grid.spacing_uv)
    which, first, second = draws.uniforms(Purpose.PLACEMENT, settings.users, 3)
    # A hexagon is three rhombi that meet in its centre.
    which *= 3.0
    rhombus = xp.minimum(which.astype(xp.int64), 2)
    direction = xp.empty((3, len(rhombus)))
    by_cell = (draws.trials, beams, settings.users // beams)
    for axis in range(2):
        start, end = corners[[0, 2, 4], axis], corners[[2, 4, 0], axis]
        offset = xp.asarray(start).take(rhombus) * first + xp.asarray(end).take(rhombus) * second
        centre = xp.asarray(area.grid.uv[:, axis])[:, None]
        xp.add(offset.reshape(by_cell), centre, out=direction[axis].reshape(by_cell))
    return view_along(direction, area.satellites, xp)


def _in_strata(area: Coverage, settings: PlacementSettings, draws: Draws) -> View:
    """As `in_each_beam`, but users of different beams cover the cell evenly together."""
    xp, beams = draws.xp, len(area.grid.uv)
    per_beam = settings.users // beams
    centres = xp.asarray(np.tile(np.repeat(area.grid.uv.T, per_beam, axis=1), draws.trials))
    offsets = stratified_offsets_uv(area.grid.spacing_uv, beams, per_beam, settings.strata, draws)
    direction = xp.empty((3, len(offsets[0])))
    direction[:2] = centres + offsets
    return view_along(direction, area.satellites, xp)


def uniform_on_ground(area: Coverage, settings: PlacementSettings, draws: Draws) -> View:
    """Users uniform by ground area over the union of all cells."""
    position_m = _users_anywhere(area, settings, draws)
    return view(position_m, area.satellites, 0, draws.xp)


def in_hotspots(area: Coverage, settings: PlacementSettings, draws: Draws) -> View:
    """Users gathered around hotspots (a Thomas cluster process with given numbers).

    Hotspot centres are new in each trial and uniform over the covered area. The first
    ``hotspot_users`` users belong to hotspots in turn and lie around their centre
    with a two-dimensional normal distribution; the others are uniform over the covered area.
    """
    xp = draws.xp
    clustered = settings.hotspot_users
    position = _users_anywhere(area, settings, draws)
    parts = Purpose.HOTSPOT_PARTS if settings.across_trials else None
    centres = _anywhere(area, draws, Purpose.HOTSPOT_CENTRES, settings.hotspots, parts)
    member = xp.arange(clustered) % settings.hotspots
    trial = xp.arange(draws.trials)
    index = (trial[:, None] * settings.hotspots + member).ravel()
    offsets = draws.uniforms(Purpose.HOTSPOT_OFFSETS, clustered, 2)
    east_m, north_m = (
        value * settings.hotspot_radius_m for value in normal_pair(offsets[0], offsets[1], xp)
    )
    moved = _moved_on_ground(centres[:, index], east_m, north_m, xp)
    by_trial = position.reshape(3, draws.trials, settings.users)
    by_trial[:, :, :clustered] = moved.reshape(3, draws.trials, clustered)
    return view(position, area.satellites, 0, xp)


def _users_anywhere(area: Coverage, settings: PlacementSettings, draws: Draws) -> Any:
    parts = Purpose.PLACEMENT_PARTS if settings.across_trials else None
    return _anywhere(area, draws, Purpose.PLACEMENT, settings.users, parts)


def _anywhere(
    area: Coverage, draws: Draws, purpose: Purpose, entities: int, parts: Purpose | None
) -> Any:
    """Points uniform by ground area over the covered area; ``parts``: shared out among trials."""
    xp = draws.xp
    which, first, second = draws.uniforms(purpose, entities, 3)
    if parts is not None:
        which = across_trials(which, parts, entities, draws)
    triangle = xp.searchsorted(xp.asarray(area.cumulative_area), which, side="right")
    triangle = xp.minimum(triangle, area.cumulative_area.size - 1)
    # Uniform in a triangle (Osada et al., ACM Trans. Graphics 21, 2002, equation 1).
    root = xp.sqrt(first)
    corners = xp.asarray(area.corners_m)[:, :, triangle]
    point = (1.0 - root) * corners[0] + root * (1.0 - second) * corners[1]
    point = point + root * second * corners[2]
    length_m = xp.sqrt(point[0] * point[0] + point[1] * point[1] + point[2] * point[2])
    return point * (EARTH_RADIUS_M / length_m)


def _moved_on_ground(centre: Any, east_m: Any, north_m: Any, xp: Any) -> Any:
    """Move points along the great circle of a tangential offset, by its length."""
    up = centre / EARTH_RADIUS_M
    # Any tangential frame serves an isotropic offset: cross with the axis least aligned.
    pole = xp.abs(up[2]) > 0.9
    axis = xp.stack([xp.where(pole, 1.0, 0.0), xp.zeros_like(up[0]), xp.where(pole, 0.0, 1.0)])
    east = xp.cross(axis, up, axis=0)
    east /= xp.sqrt((east * east).sum(axis=0))
    north = xp.cross(up, east, axis=0)
    length_m = xp.sqrt(east_m * east_m + north_m * north_m)
    angle = length_m / EARTH_RADIUS_M
    tangent = (east * east_m + north * north_m) / xp.maximum(length_m, 1e-9)
    return EARTH_RADIUS_M * (up * xp.cos(angle) + tangent * xp.sin(angle))


STRATEGIES: dict[str, Placement] = {
    "beam": in_each_beam,
    "uniform": uniform_on_ground,
    "hotspots": in_hotspots,
}
