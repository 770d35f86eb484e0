"""Positions of circular orbits: Kepler's ellipse, the turning Earth, bits and memory."""

import math
import tracemalloc

import numpy as np
import pytest

from capest.orbits.constants import DAY_S, EARTH_ROTATION_RAD_PER_S
from capest.orbits.elements import CircularOrbits, columns, join
from capest.orbits.j2 import argument_of_latitude_rate_rad_per_s, raan_rate_rad_per_s
from capest.orbits.positions import ground_motion, write_positions_m
from capest.orbits.walker import Shell, elements
from tests.orbits.orbit_positions import moved_m, positions_m

MIXED = join(
    [
        elements(Shell("inclined", 550.0, 53.0, 72, 22, 17)),
        elements(Shell("polar", 1200.0, 87.9, 12, 7, 3, "star", raan_offset_deg=12.0)),
        elements(Shell("retrograde", 600.0, 97.8, 6, 5, 1)),
    ]
)
MOMENTS_S = np.array([0.0, 1.0, 5400.5, 40_000.0, 86_400.0, 3e7])


def by_rotations_m(
    row: tuple[float, float, float, float], seconds: float, gmst: float
) -> np.ndarray:
    """Position from three turns about axes, written as matrices."""
    axis_m, inclination, raan, latitude = row

    def about_z(angle: float) -> np.ndarray:
        c, s = math.cos(angle), math.sin(angle)
        return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])

    c, s = math.cos(inclination), math.sin(inclination)
    about_x = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    node = raan + raan_rate_rad_per_s(axis_m, inclination) * seconds
    along = latitude + argument_of_latitude_rate_rad_per_s(axis_m, inclination) * seconds
    sidereal = gmst + EARTH_ROTATION_RAD_PER_S * seconds
    return about_z(-sidereal) @ about_z(node) @ about_x @ about_z(along) @ [axis_m, 0, 0]


@pytest.mark.parametrize("seconds", MOMENTS_S[:-1])
def test_against_rotation_matrices(seconds: float) -> None:
    found = positions_m(MIXED, seconds, gmst_rad=1.234)
    rows = list(zip(*columns(MIXED), strict=True))
    for index in range(0, len(MIXED), 97):
        expected = by_rotations_m(rows[index], seconds, 1.234)
        np.testing.assert_allclose(found[index], expected, atol=1e-4)


def test_orbits_are_circles_in_their_inclination() -> None:
    for seconds in MOMENTS_S:
        position_m = positions_m(MIXED, seconds)
        radius_m = np.linalg.norm(position_m, axis=1)
        np.testing.assert_allclose(radius_m, MIXED.semi_major_axis_m, rtol=1e-14)
        assert np.all(
            np.abs(position_m[:, 2]) <= radius_m * np.sin(MIXED.inclination_rad) * (1 + 1e-14)
        )


def test_one_period_is_keplers() -> None:
    # At 60° J2 does not change the time from node to node.
    one = elements(Shell("one", 600.0, 60.0, 1, 1))
    period_s = 2 * math.pi * math.sqrt(6_971_000.0**3 / 3.986004418e14)
    before, after = positions_m(one, 0.0)[0], positions_m(one, period_s)[0]
    assert after[2] == pytest.approx(before[2], abs=1e-3)
    # The Earth has turned on and the node has drifted west: so has the track.
    shift_deg = math.degrees(math.atan2(after[1], after[0]) - math.atan2(before[1], before[0]))
    drift_deg = math.degrees(raan_rate_rad_per_s(6_971_000.0, math.pi / 3)) * period_s
    assert shift_deg == pytest.approx(-360.985647 * period_s / DAY_S + drift_deg, abs=1e-6)


def test_a_geosynchronous_equatorial_satellite_stands_still_but_for_j2() -> None:
    axis_m = 42_164_170.0
    one = CircularOrbits(*(np.array([value]) for value in (axis_m, 0.0, 0.3, 0.2)))
    track = [positions_m(one, seconds)[0] for seconds in (0.0, DAY_S)]
    # Both J2 terms together turn it 3 J2 (Rₑ/a)² further: 3/2 · (3 - 1).
    j2_m = 2 * math.pi * 3 * 1.08262668e-3 * (6_378_137 / axis_m) ** 2 * axis_m
    assert np.linalg.norm(track[1] - track[0]) == pytest.approx(j2_m, rel=0.05)


def test_an_epoch_has_the_same_bits_in_any_company() -> None:
    motion = ground_motion(MIXED, 0.7)
    alone = [positions_m(MIXED, seconds, 0.7) for seconds in MOMENTS_S]
    backwards = [moved_m(motion, seconds) for seconds in MOMENTS_S[::-1]][::-1]
    odd_place = np.empty(len(MIXED) * 3 + 1)[1:].reshape(len(MIXED), 3)
    for index, expected in enumerate(alone):
        assert expected.dtype == np.float64
        assert expected.tobytes() == backwards[index].tobytes()
        write_positions_m(motion, MOMENTS_S[index], odd_place)
        assert odd_place.tobytes() == expected.tobytes()


def test_memory_of_thirteen_thousand_satellites_is_flat() -> None:
    many = ground_motion(elements(Shell("many", 550.0, 53.0, 130, 100, 17)))
    position_m = np.empty((13_000, 3))
    tracemalloc.start()
    for seconds in np.linspace(0.0, DAY_S, 50):
        write_positions_m(many, seconds, position_m)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 24 * 13_000 * 8
