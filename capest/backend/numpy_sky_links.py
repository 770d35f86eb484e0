"""Links between a block of users and some satellites: direction, loss, who hears whom."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.physics.constants import EARTH_RADIUS_M

_MARGIN_RAD = 1e-6
_SECTORS = 8


@dataclass(frozen=True)
class UserBlock:
    """Users of a block, see ``numpy_constellation.constellation_sinr``.

    Attributes
    ----------
    position : float64 array (n, 3)
    gain : float32 array (n,)
    environment : uint8 array (n,)
    sight, shadow : float32 array (n, 8)
    entry : float32 array (n, 2)
    """

    position: np.ndarray
    gain: np.ndarray
    environment: np.ndarray
    sight: np.ndarray
    shadow: np.ndarray
    entry: np.ndarray


class SkyLinks:
    """Everything between users and satellites but the beams.

    Positions are subtracted in double precision, the rest is single: directions are then right to
    some 10⁻⁷, which narrow beams need.

    Parameters
    ----------
    position : float64 array (3, satellites)
    axes : float64 array (3, 3, satellites)
    power : float32 array (satellites,)
    sky_table : float32 array (environments, entries, 6)
    reduced_aperture, axial_weight, element_exponent, lowest_sine : float
        See ``numpy_constellation.constellation_sinr``.
    """

    def __init__(
        self,
        position: np.ndarray,
        axes: np.ndarray,
        power: np.ndarray,
        sky_table: np.ndarray,
        reduced_aperture: float,
        axial_weight: float,
        element_exponent: float,
        lowest_sine: float,
    ) -> None:
        self._position = position
        # Towards the Earth from the satellite, hence minus; (satellites, axis, component).
        self._axes = np.ascontiguousarray(-axes.transpose(2, 0, 1), dtype=np.float32)
        self._power = power
        self._entries = sky_table.shape[1]
        self._table = np.ascontiguousarray(sky_table.reshape(-1, sky_table.shape[2]).T)
        self._scale = np.array([[reduced_aperture], [reduced_aperture], [0.0]], dtype=np.float32)
        self._axial = np.float32(reduced_aperture * axial_weight)
        self._exponent = element_exponent
        self._lowest_sine = np.float32(lowest_sine)
        radius_m = np.sqrt((position * position).sum(axis=0))
        self._unit = position / radius_m
        cosine = math.sqrt(max(0.0, 1.0 - lowest_sine * lowest_sine))
        lowest = math.asin(max(-1.0, min(1.0, lowest_sine)))
        self._reach = np.arccos(EARTH_RADIUS_M / radius_m * cosine) - lowest + _MARGIN_RAD

    def near(self, user_position: np.ndarray, satellites: np.ndarray) -> np.ndarray:
        """Those of some satellites that a user of a block may hear; never too few.

        Parameters
        ----------
        user_position : float64 array (3, n)
        satellites : int64 array (m,)
        """
        unit = user_position / EARTH_RADIUS_M
        centre = unit.mean(axis=1)
        length = float(np.sqrt((centre * centre).sum()))
        if length < 1e-3:  # all around the Earth
            return satellites
        centre /= length
        spread = math.acos(max(-1.0, min(1.0, float((centre[:, None] * unit).sum(axis=0).min()))))
        cosine = (self._unit[:, satellites] * centre[:, None]).sum(axis=0)
        angle = np.arccos(np.clip(cosine, -1.0, 1.0))
        return satellites[angle <= self._reach[satellites] + spread + _MARGIN_RAD]

    def of(
        self, block: UserBlock, satellites: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Links of all users of a block with some satellites.

        Parameters
        ----------
        block : UserBlock
        satellites : int64 array (m,)

        Returns
        -------
        direction : float32 array (m, 3, n)
            Reduced, counted from the nadir.
        gain : float32 array (m, n)
            Power at a beam's peak, in units of noise.
        heard : float32 array (m, n)
            The same, 0 below the lowest elevation.
        """
        user = block.position.T
        offset = self._position[:, satellites, None] - user[:, None, :]
        x, y, z = offset.astype(np.float32)
        up = (user / EARTH_RADIUS_M).astype(np.float32)
        inverse = np.float32(1.0) / np.sqrt(x * x + y * y + z * z)
        sine = (x * up[0] + y * up[1] + z * up[2]) * inverse
        cosines = np.matmul(self._axes[satellites], np.stack([x, y, z], axis=1))
        cosines *= inverse[:, None, :]
        gain = self._gain(block, up, (x, y, z), sine, inverse)
        gain *= self._power[satellites, None]
        if self._exponent != 0.0:
            gain *= np.maximum(cosines[:, 2], np.float32(0.0)) ** np.float32(self._exponent)
        # 1 - w without cancellation near the nadir: (u² + v²) / (1 + w).
        across = cosines[:, 0] ** 2 + cosines[:, 1] ** 2
        cosines[:, 2] = -across / (np.float32(1.0) + cosines[:, 2]) * self._axial
        cosines[:, :2] *= self._scale[:2]
        return cosines, gain, np.where(sine >= self._lowest_sine, gain, np.float32(0.0))

    def _gain(
        self,
        block: UserBlock,
        up: np.ndarray,
        toward: tuple[np.ndarray, np.ndarray, np.ndarray],
        sine: np.ndarray,
        inverse: np.ndarray,
    ) -> np.ndarray:
        """Free space, clear sky, shadow fading and entry loss, without the satellite's power."""
        place = np.arange(len(block.gain)) * _SECTORS + _sector(up, toward)
        position = np.clip(sine, np.float32(0.0), np.float32(1.0)) * np.float32(self._entries - 1)
        entry = np.rint(position).astype(np.int64)
        entry += block.environment.astype(np.int64) * self._entries
        los, sigma_los, sigma_nlos, clutter, clear, growth = (
            column.take(entry) for column in self._table
        )
        sight = block.sight.ravel().take(place) < los
        normal = block.shadow.ravel().take(place)
        loss = np.where(sight, sigma_los, sigma_nlos) * normal + clear
        loss += np.where(sight, np.float32(0.0), clutter)
        gain = np.exp(-loss) * inverse * inverse * block.gain
        gain /= block.entry[:, 0] * growth + block.entry[:, 1]
        return gain


def _sector(up: np.ndarray, toward: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    """Sector of azimuth of every link, int64 array (satellites, users)."""
    x, y, z = toward
    across = np.sqrt(up[0] * up[0] + up[1] * up[1])
    at_pole = across == 0.0
    safe = np.where(at_pole, np.float32(1.0), across)
    east = np.where(at_pole, np.float32(1.0), -up[1] / safe), np.where(at_pole, 0.0, up[0] / safe)
    east_x, east_y = (part.astype(np.float32) for part in east)
    north_x, north_y = -up[2] * east_y, up[2] * east_x
    north_z = up[0] * east_y - up[1] * east_x
    to_east = east_x * x + east_y * y
    to_north = north_x * x + north_y * y + north_z * z
    sector = (to_east < 0.0).astype(np.int64) * 4 + (to_north < 0.0) * 2
    return sector + (np.abs(to_east) < np.abs(to_north))
