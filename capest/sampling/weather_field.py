"""Weather that neighbours share: a correlated draw for each place.

Recommendation ITU-R P.618-13 clause 2.2.4.1 (outage with site diversity) lets it rain at two sites
as two standard normals of correlation 0.7 exp(-d / 60 km) + 0.3 exp(-(d / 700 km)²) are both above
a threshold. Here one such normal at each place says in which percentage of time its weather is
worse: for cloud, gas and scintillation too, and for the strength of rain, which the recommendation
correlates less (0.94 exp(-d / 30 km) + 0.06 exp(-(d / 500 km)²)). That is an assumption.

A field with this correlation is a sum of plane waves through the Earth, whose wave numbers are
those of the correlation's spectrum and whose amplitudes are drawn: normal at every place whatever
the number of waves (Rahimi and Recht, "Random features for large-scale kernel machines", 2007).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from capest.physics.constants import EARTH_RADIUS_M
from capest.sampling.draws import Draws, normal_pair
from capest.sampling.streams import Purpose

NEAR_KM, FAR_KM = 60.0, 700.0
NEAR_SHARE = 0.7
_NEAR_WAVES, _FAR_WAVES = 96, 32
WAVES = _NEAR_WAVES + _FAR_WAVES

_GRID = 2.0**20
_PLACES_AT_ONCE = 2**14
_LARGEST_NORMAL = 6.0


def correlation(distance_km: np.ndarray) -> np.ndarray:
    """Correlation of the normals of two places."""
    far = np.exp(-((distance_km / FAR_KM) ** 2))
    return NEAR_SHARE * np.exp(-distance_km / NEAR_KM) + (1.0 - NEAR_SHARE) * far


def percent_of_places(draws: Draws, unit: np.ndarray) -> np.ndarray:
    """Draw the percentage of time in which the weather of each place is worse.

    Parameters
    ----------
    draws : Draws
        On the host.
    unit : float64 array (places, 3)
        Unit vectors.

    Returns
    -------
    float64 array (trials, places)
        Uniform over trials, between 1e-7 and 100.
    """
    radius_u, angle_u = draws.uniforms(Purpose.WEATHER_OF_PLACES, WAVES, 2)
    shape = (draws.trials, WAVES)
    amplitudes = np.concatenate(
        [each.reshape(shape) for each in normal_pair(radius_u, angle_u, np)], axis=1
    )
    # On grids all products and sums are exact: places have the same bits in whatever company.
    amplitudes = np.rint(amplitudes * _GRID) / _GRID
    waves, strength = _waves(), np.sqrt(_strength())
    percent = np.empty((draws.trials, len(unit)))
    for first in range(0, len(unit), _PLACES_AT_ONCE):
        some = slice(first, first + _PLACES_AT_ONCE)
        phase = unit[some] @ waves
        of_wave = np.concatenate([np.cos(phase) * strength, np.sin(phase) * strength], axis=1)
        percent[:, some] = _percent(amplitudes @ (np.rint(of_wave * _GRID) / _GRID).T)
    return percent


def _percent(normal: np.ndarray) -> np.ndarray:
    """Percentage of time with a larger normal; its logarithm is interpolated to one in 10⁵."""
    grid = np.linspace(-_LARGEST_NORMAL, _LARGEST_NORMAL, 2049)
    tail = np.log([50.0 * math.erfc(value / math.sqrt(2.0)) for value in grid])
    return np.exp(np.interp(normal, grid, tail))


def _strength() -> np.ndarray:
    """Share of the variance that each wave has."""
    near = np.full(_NEAR_WAVES, NEAR_SHARE / _NEAR_WAVES)
    return np.concatenate([near, np.full(_FAR_WAVES, (1.0 - NEAR_SHARE) / _FAR_WAVES)])


def _waves() -> np.ndarray:
    """Wave vectors per Earth radius, float64 array (3, waves)."""
    near = _quantiles(_NEAR_WAVES, _exponential_spectrum) / NEAR_KM
    far = _quantiles(_FAR_WAVES, _normal_spectrum) * (math.sqrt(2.0) / FAR_KM)
    number = np.concatenate([near, far]) * (EARTH_RADIUS_M / 1e3)
    return number * np.concatenate([_directions(len(near)), _directions(len(far))], axis=1)


def _directions(count: int) -> np.ndarray:
    """Directions over the sphere, float64 array (3, count); neighbours in number lie far apart."""
    golden = 0.5 * (math.sqrt(5.0) - 1.0)
    number = np.arange(count)
    height = 2.0 * ((number + 0.5) * golden % 1.0) - 1.0
    angle = 2.0 * math.pi * ((number + 0.5) * math.sqrt(2.0) % 1.0)
    across = np.sqrt(1.0 - height * height)
    return np.stack([across * np.cos(angle), across * np.sin(angle), height])


def _quantiles(count: int, share_below: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Middles of so many parts of equal share of a distribution of positive numbers."""
    grid = np.geomspace(1e-3, 1e4, 20_001)
    return np.interp((np.arange(count) + 0.5) / count, share_below(grid), grid)


def _exponential_spectrum(number: np.ndarray) -> np.ndarray:
    """Share of exp(-r) in three dimensions below a wave number."""
    return (np.arctan(number) - number / (1.0 + number * number)) * (2.0 / math.pi)


def _normal_spectrum(number: np.ndarray) -> np.ndarray:
    """Share of three independent standard normals with a sum of squares below a square."""
    error = np.array([math.erf(value / math.sqrt(2.0)) for value in number])
    return error - math.sqrt(2.0 / math.pi) * number * np.exp(-0.5 * number * number)
