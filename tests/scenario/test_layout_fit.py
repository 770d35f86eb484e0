"""The edge of the Earth against every corner of the real layout and 3GPP's printed figures."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from capest.errors import ScenarioError
from capest.physics import beam_grid, constants, geometry
from capest.scenario import layout_fit
from capest.scenario.load import load_scenario

HEXAGONAL = [1 + sum(6 * ring for ring in range(1, n + 1)) for n in range(21)]


def test_constants_agree_with_those_of_the_physics():
    assert pytest.approx(constants.EARTH_RADIUS_M) == layout_fit.EARTH_RADIUS_KM * 1e3
    assert HEXAGONAL[-1] == layout_fit.LARGEST_COUNT


def test_hexagonal_numbers_and_no_others():
    found = [n for n in range(-3, 1300) if layout_fit.rings_of(n) is not None]
    assert found == HEXAGONAL
    assert [layout_fit.rings_of(n) for n in HEXAGONAL] == list(range(21))


def test_centre_of_geo_layouts_is_that_of_3gpp():
    """TR 38.821 Table 6.1.1.1-6: u = 0.107 at 45° elevation."""
    assert layout_fit.earth_edge_uv(35786.0, 45.0) == pytest.approx(0.107, abs=5e-4)


@given(
    rings=st.integers(0, 20),
    spacing=st.floats(1e-4, 0.3),
    centre=st.floats(0.0, 0.95),
)
def test_farthest_point_is_the_farthest_corner_of_all(rings, spacing, centre):
    lattice = beam_grid.hexagonal_lattice(HEXAGONAL[rings])
    grid = beam_grid.hexagonal_grid(lattice, spacing, (centre, 0.0))
    corners = grid.uv[:, None, :] + beam_grid.cell_corners(spacing)[None]
    farthest = np.hypot(corners[..., 0], corners[..., 1]).max()
    assert layout_fit.farthest_uv(rings, spacing, centre) == pytest.approx(farthest, rel=1e-12)


@given(
    altitude=st.floats(200.0, 40_000.0),
    elevation=st.floats(5.0, 90.0),
    rings=st.integers(0, 5),
    share=st.floats(0.01, 0.2),
)
def test_what_fits_is_seen_from_above_the_horizon(altitude, elevation, rings, share):
    """Where a layout is said to fit, a ray through every corner meets the ground."""
    spacing = share * layout_fit.earth_edge_uv(altitude)
    lattice = beam_grid.hexagonal_lattice(HEXAGONAL[rings])
    centre = geometry.centre_direction(altitude * 1e3, elevation)
    grid = beam_grid.hexagonal_grid(lattice, spacing, centre)
    corners = (grid.uv[:, None, :] + beam_grid.cell_corners(spacing)[None]).reshape(-1, 2).T
    limb = 6371.0 / (6371.0 + altitude)
    lowest = math.degrees(math.acos(min(1.0, float(np.hypot(*corners).max()) / limb)))
    if layout_fit.fits(rings, spacing, altitude, elevation):
        satellite = geometry.satellite_overhead(altitude * 1e3)
        ground = geometry.ground_point(corners, satellite, np)
        sine = geometry.view(ground, satellite, 0, np).sin_elevation
        assert np.degrees(np.arcsin(sine)).min() > 0.0999
    else:
        assert lowest < 0.1001


def test_nearest_stay_within_the_largest():
    assert layout_fit.nearest_hexagonal(1300) == (1261, 1261)
    assert layout_fit.nearest_hexagonal(61) == (61, 61)


def test_largest_count_that_fits():
    assert layout_fit.largest_count(4, 0.0111, 35786.0, 45.0) == 37
    assert layout_fit.largest_count(4, 0.0061, 35786.0, 45.0) == 61
    assert layout_fit.largest_count(4, 0.2, 35786.0, 45.0) is None


def test_hotspots_that_leave_the_horizon():
    scenario = {
        "satellite": {"preset": "tr38821-set1-leo600-s"},
        "users": {"placement": "hotspots", "hotspots": {"radius_km": 300}},
    }
    with pytest.raises(ScenarioError) as caught:
        load_scenario(scenario)
    (problem,) = caught.value.problems
    assert problem.key == "users.hotspots.radius_km"
    limit = float(problem.hint.removeprefix("write at most "))
    # By hand: the horizon at 0.1 degrees lies 23.8 degrees of arc from nadir, the layout's
    # farthest corner (0.267+0.0385 in u) 1.7 degrees; the rest is 9 standard deviations.
    assert limit == pytest.approx((23.85 - 1.72) / 180 * 3.14159265 * 6371 / 9, rel=0.01)
    scenario["users"]["hotspots"]["radius_km"] = limit
    load_scenario(scenario)
