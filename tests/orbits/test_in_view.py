"""Mean number of satellites in view against spherical geometry, which knows nothing of orbits.

A satellite on a circular orbit of inclination i is over latitude φ with the density
p(φ) = cos φ / (π √(sin² i - sin² φ)), and over every longitude alike. From latitude φ₀ it is in
view while it is over the cap of angle γ around the point, γ = 90° - e - η with the nadir angle
sin η = R/r cos e. The mean number in view of N satellites is N times the integral of the density
over the cap.
"""

from itertools import pairwise
from math import acos, asin, cos, pi, radians, sin

import numpy as np
import pytest
from scipy.integrate import quad

from capest.geo.sphere import unit_vectors
from capest.orbits.positions import ground_motion
from capest.orbits.visibility import largest_earth_angle_rad
from capest.orbits.walker import Shell, elements
from tests.orbits.orbit_positions import moved_m

SHELLS = [
    Shell("590 km 85°", 590.0, 85.0, 16, 30, 1),
    Shell("508 km 55°", 508.0, 55.0, 60, 60, 1),
    Shell("1145 km 30°", 1145.0, 30.0, 48, 36, 1),
    Shell("550 km 53°", 550.0, 53.0, 72, 22, 17),
]
LATITUDES_DEG = (0.0, 22.5, 40.0, 52.0)
ELEVATIONS_DEG = (5.0, 15.0, 30.0, 50.0)
# Not evenly spaced, so that they do not fall on the same place of the pattern.
LONGITUDES_DEG = np.array([0.0, 41.0, 97.3, 138.9, 202.2, 247.1, 290.6, 333.8])
EPOCHS = 1600
YEAR_S = 365.25 * 86_400.0


def expected_in_view(shell: Shell, latitude_deg: float, elevation_deg: float) -> float:
    """Number in view by quadrature over u, sin φ = sin i sin u, in which the density is even."""
    nadir = asin(6371.0 / (6371.0 + shell.altitude_km) * cos(radians(elevation_deg)))
    cap = pi / 2 - radians(elevation_deg) - nadir
    here, tilt = radians(latitude_deg), radians(shell.inclination_deg)

    def share_of_longitudes(u: float) -> float:
        over = asin(sin(tilt) * sin(u))
        cosine = (cos(cap) - sin(here) * sin(over)) / (cos(here) * cos(over))
        return acos(min(1.0, max(-1.0, cosine))) / pi

    # The cap's edges are kinks: tell them to the quadrature.
    edges = (sin(edge) / sin(tilt) for edge in (here - cap, here + cap))
    kinks = sorted(asin(edge) for edge in edges if -1 < edge < 1)
    bounds = [-pi / 2, *kinks, pi / 2]
    total = sum(quad(share_of_longitudes, *piece, epsabs=1e-10)[0] for piece in pairwise(bounds))
    return shell.satellites * total / pi


def counted_in_view(shell: Shell) -> np.ndarray:
    """Mean over longitudes, array (epochs, latitudes, elevations), at random epochs of a year."""
    epochs_s = np.random.default_rng(11).uniform(0.0, YEAR_S, EPOCHS)
    places = np.meshgrid(LATITUDES_DEG, LONGITUDES_DEG, indexing="ij")
    units = unit_vectors(*(np.ravel(each) for each in places))
    shape = (len(LATITUDES_DEG), len(LONGITUDES_DEG))
    counts = np.empty((EPOCHS, len(LATITUDES_DEG), len(ELEVATIONS_DEG)))
    motion = ground_motion(elements(shell), 0.4)
    radius_m = float(motion.semi_major_axis_m[0])
    least_cosines = [np.cos(largest_earth_angle_rad(radius_m, e)) for e in ELEVATIONS_DEG]
    for row, seconds in zip(counts, epochs_s, strict=True):
        cosine = moved_m(motion, seconds) @ units / radius_m
        for column, least in enumerate(least_cosines):
            seen = np.count_nonzero(cosine >= least, axis=0)
            row[:, column] = seen.reshape(shape).mean(axis=1)
    return counts


def test_the_integral_itself() -> None:
    # Whatever the density in latitude, the mean over the whole ground is N times the cap's share of
    # the sphere, (1 - cos γ)/2.
    shell, elevation_deg = SHELLS[0], 30.0
    nadir = asin(6371.0 / 6961.0 * cos(radians(elevation_deg)))
    cap = pi / 2 - radians(elevation_deg) - nadir
    per_latitude = [
        expected_in_view(shell, float(np.degrees(latitude)), elevation_deg) * cos(latitude) / 2
        for latitude in (np.arange(600) + 0.5) / 600 * pi - pi / 2
    ]
    mean = sum(per_latitude) * pi / 600
    assert mean == pytest.approx(shell.satellites * (1 - cos(cap)) / 2, rel=1e-3)


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.name)
def test_mean_number_in_view(shell: Shell) -> None:
    counts = counted_in_view(shell)
    mean, error = counts.mean(axis=0), counts.std(axis=0, ddof=1) / np.sqrt(EPOCHS)
    for row, latitude_deg in enumerate(LATITUDES_DEG):
        for column, elevation_deg in enumerate(ELEVATIONS_DEG):
            expected = expected_in_view(shell, latitude_deg, elevation_deg)
            difference = abs(mean[row, column] - expected)
            # 4 sigma: of 64 comparisons, one in 250 such suites would fail by chance.
            assert difference <= 4 * error[row, column], (latitude_deg, elevation_deg)
            # The comparison is sharp: where twelve or more are in view it sees 1 % of them.
            assert error[row, column] <= max(0.03, 1e-2 / 4 * expected)
