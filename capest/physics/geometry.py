"""Where satellites are and what a user on the ground sees of them (spherical Earth)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.physics.constants import EARTH_RADIUS_M, SPEED_OF_LIGHT_M_PER_S


@dataclass(frozen=True)
class Satellites:
    """Positions and frames of satellites.

    Attributes
    ----------
    position_m : float array (satellites, 3)
        Earth-centred position.
    axes : float array (satellites, 3, 3)
        Unit vectors u, v, w of each satellite's frame; w points to the Earth's centre.
    """

    position_m: np.ndarray
    axes: np.ndarray


@dataclass(frozen=True)
class View:
    """What users see of one satellite.

    Attributes
    ----------
    direction : float array (3, users)
        Unit vector from the satellite to the user in the satellite's frame (u, v, w).
    range_m : float array (users,)
        Slant range.
    sin_elevation : float array (users,)
        Sine of the satellite's elevation angle at the user.
    """

    direction: Any
    range_m: Any
    sin_elevation: Any

    def of(self, order: Any) -> View:
        """What some users see, by their numbers."""
        return View(self.direction[:, order], self.range_m[order], self.sin_elevation[order])


def satellite_overhead(altitude_m: float) -> Satellites:
    """Place one satellite on the z axis, u axis along x."""
    position = np.array([[0.0, 0.0, EARTH_RADIUS_M + altitude_m]])
    axes = np.array([[[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0]]])
    return Satellites(position, axes)


def centre_direction(altitude_m: float, elevation_deg: float) -> tuple[float, float]:
    """Direction cosines of the ground point that sees the satellite at an elevation.

    The sine of the nadir angle is R/(R+h) times the cosine of the elevation; at 45° from the
    geostationary orbit this is the (0.107, 0) of TR 38.821 Table 6.1.1.1-6.
    """
    ratio = EARTH_RADIUS_M / (EARTH_RADIUS_M + altitude_m)
    return ratio * math.cos(math.radians(elevation_deg)), 0.0


def slant_range_m(altitude_m: float, elevation_deg: Any, xp: Any = np) -> Any:
    """Distance of a satellite seen at an elevation, TR 38.811 equation 6.6-3."""
    sine = xp.sin(xp.radians(elevation_deg))
    h, r = altitude_m, EARTH_RADIUS_M
    return xp.sqrt(r**2 * sine**2 + h**2 + 2.0 * h * r) - r * sine


def one_way_delay_ms(range_m: Any, feeder_range_m: float) -> Any:
    """Propagation delay between a user and the network.

    TR 38.821 Table 4.2-2: a transparent payload adds the feeder link, a regenerative one does not.

    Parameters
    ----------
    range_m : array (users,)
        Slant range of the user link.
    feeder_range_m : float
        Slant range of the feeder link, 0 for a regenerative payload.

    Returns
    -------
    array (users,)
        Milliseconds; the round trip takes twice as long.
    """
    return (range_m + feeder_range_m) * (1e3 / SPEED_OF_LIGHT_M_PER_S)


def ground_point(uv: Any, satellites: Satellites, xp: Any) -> Any:
    """Points where directions from the first satellite meet the ground.

    Parameters
    ----------
    uv : float array (2, n)
        Direction cosines in the satellite's frame; must meet the Earth.
    satellites : Satellites
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float array (3, n)
        Earth-centred positions in metres.
    """
    distance_m = float(np.linalg.norm(satellites.position_m[0]))
    sine_squared = uv[0] * uv[0] + uv[1] * uv[1]
    cosine = xp.sqrt(1.0 - sine_squared)
    range_m = distance_m * cosine - xp.sqrt(EARTH_RADIUS_M**2 - distance_m**2 * sine_squared)
    u_m, v_m, w_m = uv[0] * range_m, uv[1] * range_m, cosine * range_m
    # Elementwise on purpose: a matrix product may round differently for another batch size.
    columns = zip(satellites.position_m[0].tolist(), *satellites.axes[0].tolist(), strict=True)
    return xp.stack([start + u * u_m + v * v_m + w * w_m for start, u, v, w in columns])


def view_along(direction: Any, satellites: Satellites, xp: Any) -> View:
    """What users see of the first satellite who stand where given directions meet the ground.

    Parameters
    ----------
    direction : float array (3, users)
        The first two rows are direction cosines in the satellite's frame and must meet the Earth;
        the third is filled in.
    satellites : Satellites
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    View
    """
    distance_m = float(np.linalg.norm(satellites.position_m[0]))
    sine_squared = direction[0] * direction[0] + direction[1] * direction[1]
    cosine = xp.sqrt(1.0 - sine_squared)
    direction[2] = cosine
    # Projected on the line of sight, the satellite's distance from the Earth's centre is the slant
    # range plus the radius times the sine of the elevation (law of sines: sin(nadir angle) · d =
    # cos(elevation) · R).
    sin_elevation = xp.sqrt(1.0 - sine_squared * (distance_m / EARTH_RADIUS_M) ** 2)
    range_m = distance_m * cosine - EARTH_RADIUS_M * sin_elevation
    return View(direction, range_m, sin_elevation)


def view(position_m: Any, satellites: Satellites, index: int, xp: Any) -> View:
    """Direction, range and elevation between users and one satellite.

    Parameters
    ----------
    position_m : float array (3, users)
        Earth-centred positions of users on the sphere.
    satellites : Satellites
    index : int
        Which satellite.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    View
    """
    px, py, pz = (float(value) for value in satellites.position_m[index])
    x, y, z = position_m
    dx, dy, dz = x - px, y - py, z - pz
    range_m = xp.sqrt(dx * dx + dy * dy + dz * dz)
    # Elementwise for the reason given in `ground_point`.
    direction = xp.empty_like(position_m)
    for row, (ax, ay, az) in enumerate(satellites.axes[index].tolist()):
        direction[row] = (ax * dx + ay * dy + az * dz) / range_m
    sin_elevation = -(x * dx + y * dy + z * dz) / (EARTH_RADIUS_M * range_m)
    return View(direction, range_m, sin_elevation)
