"""Equal-area map projections of the sphere, both ways.

One about the middle of what is shown, and one that shows all of the Earth: on both, what looks
twice as large is twice as large.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from capest.geo.sphere import EARTH_RADIUS_KM, wrapped


class Projection(Protocol):
    """From places to points of a map, in kilometres, and back."""

    def forward(self, lat_deg: np.ndarray, lon_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points of places: x to the right and y up, km; NaN where it has none."""

    def inverse(self, x_km: np.ndarray, y_km: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Latitude and longitude of points, degrees; NaN off the map."""

    def outline(self) -> tuple[np.ndarray, np.ndarray]:
        """Points along the edge of the map, km, closed."""

    def is_torn(
        self, lat_deg: np.ndarray, lon_deg: np.ndarray, x_km: np.ndarray, y_km: np.ndarray
    ) -> np.ndarray:
        """Steps from each point to the next that go from one edge to another; bool (n - 1,)."""


@dataclass(frozen=True)
class LambertEqualArea:
    """Lambert's azimuthal equal-area projection about any point of the sphere.

    Source: Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395 (1987),
    equations 24-2 to 24-4 and 20-14 to 20-18.

    Attributes
    ----------
    lat_deg, lon_deg : float
        The point in the middle.
    """

    lat_deg: float
    lon_deg: float

    def forward(self, lat_deg: np.ndarray, lon_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `Projection`; the point opposite to the middle has none."""
        lat, lon = np.radians(lat_deg), np.radians(lon_deg - self.lon_deg)
        sin_middle, cos_middle = _sin_cos(self.lat_deg)
        sin_lat, cos_lat = np.sin(lat), np.cos(lat)
        along = cos_lat * np.cos(lon)
        cosine = sin_middle * sin_lat + cos_middle * along
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = EARTH_RADIUS_KM * np.sqrt(2.0 / (1.0 + cosine))
        scale = np.where(1.0 + cosine > 1e-12, scale, np.nan)
        return scale * cos_lat * np.sin(lon), scale * (cos_middle * sin_lat - sin_middle * along)

    def inverse(self, x_km: np.ndarray, y_km: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `Projection`."""
        half_chord = np.hypot(x_km, y_km) / (2.0 * EARTH_RADIUS_KM)
        away = 2.0 * np.arcsin(np.where(half_chord <= 1.0, half_chord, np.nan))
        sin_middle, cos_middle = _sin_cos(self.lat_deg)
        # In the middle itself every direction is right.
        reach = np.maximum(2.0 * EARTH_RADIUS_KM * half_chord, 1e-12)
        right, up = x_km / reach * np.sin(away), y_km / reach * np.sin(away)
        north = np.clip(np.cos(away) * sin_middle + up * cos_middle, -1.0, 1.0)
        outward = np.cos(away) * cos_middle - up * sin_middle
        lat = np.arctan2(north, np.hypot(outward, right))
        lon = np.arctan2(right, outward)
        return np.degrees(lat), wrapped(self.lon_deg + np.degrees(lon))

    def outline(self) -> tuple[np.ndarray, np.ndarray]:
        """See `Projection`: the circle that is the opposite point."""
        angle = np.linspace(0.0, 2.0 * math.pi, 361)
        reach = 2.0 * EARTH_RADIUS_KM
        return reach * np.cos(angle), reach * np.sin(angle)

    def is_torn(
        self, lat_deg: np.ndarray, lon_deg: np.ndarray, x_km: np.ndarray, y_km: np.ndarray
    ) -> np.ndarray:
        """See `Projection`: nothing is, but around the opposite point."""
        far = np.hypot(x_km, y_km) > 1.9 * EARTH_RADIUS_KM
        step = np.hypot(np.diff(x_km), np.diff(y_km))
        found: np.ndarray = (far[1:] | far[:-1]) & (step > 0.1 * EARTH_RADIUS_KM)
        return found


_EQUAL_EARTH = (1.340264, -0.081106, 0.000893, 0.003796)
_HALF_ROOT = 0.5 * math.sqrt(3.0)
_NEWTON_STEPS = 12


@dataclass(frozen=True)
class EqualEarth:
    """The Equal Earth projection: all of the Earth, cut along one meridian.

    Source: Šavrič, Patterson and Jenny, The Equal Earth map projection, International Journal of
    Geographical Information Science 33(3), 2019, equations 4 and 5.

    Attributes
    ----------
    lon_deg : float
        The meridian in the middle.
    """

    lon_deg: float

    def forward(self, lat_deg: np.ndarray, lon_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `Projection`."""
        theta = np.arcsin(_HALF_ROOT * np.sin(np.radians(lat_deg)))
        height, slope = _equal_earth(theta)
        across = np.radians(wrapped(lon_deg - self.lon_deg))
        x = across * np.cos(theta) / (_HALF_ROOT * slope)
        return EARTH_RADIUS_KM * x, EARTH_RADIUS_KM * height

    def inverse(self, x_km: np.ndarray, y_km: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `Projection`; Newton's method, as in the source."""
        height = np.asarray(y_km, dtype=np.float64) / EARTH_RADIUS_KM
        theta = height / _EQUAL_EARTH[0]
        for _ in range(_NEWTON_STEPS):
            found, slope = _equal_earth(theta)
            theta = theta - (found - height) / slope
        sine = np.sin(theta) / _HALF_ROOT
        is_on = np.abs(theta) <= math.pi / 3.0 + 1e-12
        lat = np.degrees(np.arcsin(np.clip(np.where(is_on, sine, np.nan), -1.0, 1.0)))
        _, slope = _equal_earth(theta)
        across = np.degrees(x_km / EARTH_RADIUS_KM * _HALF_ROOT * slope / np.cos(theta))
        is_on &= np.abs(across) <= 180.0 + 1e-9
        return np.where(is_on, lat, np.nan), wrapped(self.lon_deg + np.where(is_on, across, np.nan))

    def outline(self) -> tuple[np.ndarray, np.ndarray]:
        """See `Projection`: both sides of the cut, and the poles between them."""
        lat = np.linspace(-90.0, 90.0, 181)
        x, y = self.forward(lat, np.full(len(lat), self.lon_deg - 180.0))
        return np.r_[x, -x[::-1], x[0]], np.r_[y, y[::-1], y[0]]

    def is_torn(
        self, lat_deg: np.ndarray, lon_deg: np.ndarray, x_km: np.ndarray, y_km: np.ndarray
    ) -> np.ndarray:
        """See `Projection`: what crosses the meridian of the cut."""
        found: np.ndarray = np.abs(np.diff(wrapped(lon_deg - self.lon_deg))) > 180.0
        return found


def _sin_cos(angle_deg: float) -> tuple[float, float]:
    angle = math.radians(angle_deg)
    return math.sin(angle), math.cos(angle)


def _equal_earth(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Height on the map and its derivative by the parameter θ, on the unit sphere."""
    a1, a2, a3, a4 = _EQUAL_EARTH
    squared = theta * theta
    sixth = squared**3
    height = theta * (a1 + a2 * squared + sixth * (a3 + a4 * squared))
    slope = a1 + 3.0 * a2 * squared + sixth * (7.0 * a3 + 9.0 * a4 * squared)
    return height, slope
