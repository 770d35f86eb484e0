"""Where over the Earth one satellite stands, and which way its layout of beams is turned."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.geo.sphere import lat_lon, unit_vectors
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.geometry import Satellites, View, ground_point, view
from capest.physics.look_angles import bearing_of_centre_deg, earth_angle_deg


@dataclass(frozen=True)
class Standpoint:
    """A satellite over real ground: numbers alone, the same for every backend.

    Attributes
    ----------
    satellites : Satellites
        The one, Earth-fixed. Its u axis points from the point below it towards the centre of its
        layout, its w axis to the Earth's centre.
    """

    satellites: Satellites

    def view_of(self, unit: Any, xp: Any = np) -> View:
        """What points on the ground, unit vectors (3, n), see of the satellite.

        The sine of the elevation is negative where they do not see it.
        """
        return view(unit * EARTH_RADIUS_M, self.satellites, 0, xp)

    def ground_at(self, uv: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Latitude and longitude, degrees, where directions (2, n), which must meet it, do."""
        return lat_lon(ground_point(uv, self.satellites, np))


def standpoint(
    latitude_deg: float,
    longitude_deg: float,
    altitude_m: float,
    elevation_deg: float,
    azimuth_deg: float,
) -> Standpoint:
    """Place a satellite over the Earth.

    Parameters
    ----------
    latitude_deg, longitude_deg : float
        Of the point below the satellite.
    altitude_m : float
    elevation_deg, azimuth_deg : float
        Of the satellite, from the centre of its layout.
    """
    down = -unit_vectors(np.array([latitude_deg]), np.array([longitude_deg]))[:, 0]
    away_deg = earth_angle_deg(altitude_m, elevation_deg)
    bearing = math.radians(bearing_of_centre_deg(latitude_deg, away_deg, azimuth_deg))
    latitude, longitude = math.radians(latitude_deg), math.radians(longitude_deg)
    east = np.array([-math.sin(longitude), math.cos(longitude), 0.0])
    north = np.array(
        [
            -math.sin(latitude) * math.cos(longitude),
            -math.sin(latitude) * math.sin(longitude),
            math.cos(latitude),
        ]
    )
    u_axis = math.cos(bearing) * north + math.sin(bearing) * east
    axes = np.stack([u_axis, np.cross(down, u_axis), down])
    return Standpoint(Satellites(-down[None] * (EARTH_RADIUS_M + altitude_m), axes[None]))
