"""Magnetic zones of places."""

import numpy as np
import pytest

from capest.geo.sphere import unit_vectors
from capest.physics.geomagnetic import NORTH_POLE, ZONES, magnetic_zone


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg", "zone"),
    [
        (-12.0, -77.0, "equatorial"),  # Lima, almost on the magnetic equator
        (1.3, 103.8, "equatorial"),
        (23.1, 113.3, "equatorial"),  # Guangzhou: 14° magnetic
        (25.8, -80.2, "middle"),  # Miami: 35° magnetic, hardly farther north
        (39.9, 116.4, "middle"),
        (-33.9, 18.4, "middle"),
        (64.1, -21.9, "high"),
        (-75.0, 0.0, "high"),
    ],
)
def test_zones(latitude_deg: float, longitude_deg: float, zone: str) -> None:
    unit = unit_vectors(np.array([latitude_deg]), np.array([longitude_deg]))
    assert ZONES[magnetic_zone(unit, np)[0]] == zone


def test_the_pole_is_where_the_field_has_it() -> None:
    # World Data Center for Geomagnetism, Kyoto: geomagnetic north pole of 2020, 80.7° N, 72.7° W.
    assert np.degrees(np.arcsin(NORTH_POLE[2])) == pytest.approx(80.65, abs=0.1)
    assert np.degrees(np.arctan2(NORTH_POLE[1], NORTH_POLE[0])) == pytest.approx(-72.68, abs=0.1)
