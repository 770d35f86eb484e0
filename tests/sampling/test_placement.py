"""Users lie where each placement says, with the density it promises."""

import numpy as np
import pytest
from scipy import stats

from capest.backend.numpy_kernels import NumpyKernels
from capest.physics.beam_grid import hexagonal_grid, hexagonal_lattice
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.geometry import (
    View,
    centre_direction,
    ground_point,
    satellite_overhead,
    view,
)
from capest.sampling.draws import Draws
from capest.sampling.placement import (
    Coverage,
    PlacementSettings,
    coverage,
    in_each_beam,
    in_hotspots,
    uniform_on_ground,
)


def area_of(altitude_m: float, elevation_deg: float, count: int, spacing_uv: float) -> Coverage:
    centre = centre_direction(altitude_m, elevation_deg)
    grid = hexagonal_grid(hexagonal_lattice(count), spacing_uv, centre)
    return coverage(grid, satellite_overhead(altitude_m))


LEO = area_of(600e3, 90.0, 61, 0.0667)
GEO = area_of(35_786e3, 45.0, 127, 0.00606)
STEEP = area_of(600e3, 30.0, 7, 0.04)


def draws(trials: int) -> Draws:
    return Draws(NumpyKernels(), 11, 0, trials)


def position_of(seen: View, area: Coverage) -> np.ndarray:
    """Earth-centred positions, float64 array (3, users), of what the satellite sees."""
    offset_m = area.satellites.axes[0].T @ (seen.direction * seen.range_m)
    return area.satellites.position_m[0][:, None] + offset_m


@pytest.mark.parametrize("area", [LEO, GEO])
def test_in_each_beam_is_uniform_in_the_voronoi_cell(area: Coverage) -> None:
    beams = len(area.grid.uv)
    seen = in_each_beam(area, PlacementSettings(beams * 4), draws(50))
    uv = seen.direction[:2].T
    home = np.tile(np.repeat(np.arange(beams), 4), 50)
    distance = np.linalg.norm(uv[:, None] - area.grid.uv[None], axis=2)
    np.testing.assert_array_equal(distance.argmin(axis=1), home)
    # Second moments of a uniform hexagon: 5/36 of the squared circumradius along any axis.
    offset = (uv - area.grid.uv[home]) / (area.grid.spacing_uv / np.sqrt(3.0))
    sigma = np.sqrt(len(offset))
    assert np.abs(offset.mean(axis=0)).max() < 4.0 / sigma
    assert offset.T @ offset / len(offset) == pytest.approx(
        np.eye(2) * 5.0 / 24.0, abs=4.0 * 0.25 / sigma
    )
    # Inside the inscribed circle the squared distance is uniform.
    squared = (offset**2).sum(axis=1) / 0.75
    assert stats.kstest(squared[squared < 1.0], "uniform").pvalue > 1e-3


@pytest.mark.parametrize(
    ("area", "toward", "cap_deg"),
    [
        (LEO, (0.0, 0.0), 1.3),
        (LEO, (0.15, 0.1), 0.3),
        (GEO, tuple(GEO.grid.uv[0]), 8.0),
        (STEEP, tuple(STEEP.grid.uv[0]), 0.4),
    ],
)
def test_uniform_on_ground_has_even_density(
    area: Coverage, toward: tuple[float, float], cap_deg: float
) -> None:
    # Archimedes: in any cap inside the covered area, 1 - cos(angle from its axis) is uniform.
    axis = ground_point(np.array(toward)[:, None], area.satellites, np)[:, 0] / EARTH_RADIUS_M
    rim = np.cos(np.radians(cap_deg))
    position_m = position_of(uniform_on_ground(area, PlacementSettings(4000), draws(50)), area)
    height = (axis @ position_m) / EARTH_RADIUS_M
    inside = height[height > rim]
    assert len(inside) > 5000
    assert stats.kstest((1.0 - inside) / (1.0 - rim), "uniform").pvalue > 1e-3


def test_uniform_on_ground_gives_each_cell_its_ground_area() -> None:
    # Independent of the triangles: cell areas by counting a fine grid of the sphere's surface.
    users = 200_000
    uv = uniform_on_ground(STEEP, PlacementSettings(users // 50), draws(50)).direction[:2].T
    near = np.linalg.norm(uv[:, None] - STEEP.grid.uv[None], axis=2).argmin(axis=1)
    counts = np.bincount(near, minlength=7)
    half_deg = 9.0
    centre = ground_point(STEEP.grid.uv[0][:, None], STEEP.satellites, np)[:, 0] / EARTH_RADIUS_M
    z = (
        np.linspace(np.cos(np.radians(half_deg)), 1.0, 2001)[:-1]
        + (1 - np.cos(np.radians(half_deg))) / 4000
    )
    azimuth = np.linspace(0, 2 * np.pi, 1201)[:-1]
    east = np.cross([0.0, 1.0, 0.0], centre)
    east /= np.linalg.norm(east)
    north = np.cross(centre, east)
    ring = np.sqrt(1 - z**2)
    point = (
        EARTH_RADIUS_M
        * (
            z[:, None, None] * centre
            + ring[:, None, None]
            * (np.cos(azimuth)[:, None] * east + np.sin(azimuth)[:, None] * north)
        )
        .reshape(-1, 3)
        .T
    )
    uv = view(point, STEEP.satellites, 0, np).direction[:2].T
    distance = np.linalg.norm(uv[:, None] - STEEP.grid.uv[None], axis=2)
    near = distance.argmin(axis=1)
    relative = uv - STEEP.grid.uv[near]
    turn = np.radians(60.0 * np.arange(6))
    edge = (relative @ np.stack([np.cos(turn), np.sin(turn)])).max(axis=1)
    true = np.bincount(near[edge < STEEP.grid.spacing_uv / 2], minlength=7)
    share = true / true.sum()
    assert stats.chisquare(counts, share * users).pvalue > 1e-3


def test_hotspots() -> None:
    settings = PlacementSettings(1000, hotspots=4, hotspot_radius_m=20e3, hotspot_users=600)
    position_m = position_of(in_hotspots(LEO, settings, draws(200)), LEO).reshape(3, 200, 1000)
    np.testing.assert_allclose(np.linalg.norm(position_m, axis=0), EARTH_RADIUS_M)
    everywhere = position_of(uniform_on_ground(LEO, settings, draws(200)), LEO)
    everywhere = everywhere.reshape(3, 200, 1000)
    np.testing.assert_array_equal(position_m[:, :, 600:], everywhere[:, :, 600:])
    # Users 0, 4, 8, ... share a hotspot: their distances are those of two normal points.
    first = position_m[:, :, 0:600:8].reshape(3, -1)
    second = position_m[:, :, 4:600:8].reshape(3, -1)
    distance_m = np.linalg.norm(first - second, axis=0)
    assert stats.kstest(distance_m / 20e3, stats.rayleigh(scale=np.sqrt(2)).cdf).pvalue > 1e-3
    # The next hotspot is far away as a rule.
    other = position_m[:, :, 1:600:8].reshape(3, -1)
    assert np.median(np.linalg.norm(first - other, axis=0)) > 100e3
