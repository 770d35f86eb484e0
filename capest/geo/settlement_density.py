"""How people are spread around the centre of a place, and what stands around them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from capest.geo.population_parameters import PopulationParameters

SURROUNDINGS = ("rural", "suburban", "urban", "dense-urban")
"""Environments of TR 38.811 clause 6.6 by code."""

RURAL, SUBURBAN, URBAN, DENSE_URBAN = range(4)

REACH = 3.0
"""No one lives farther from the centre, in standard deviations; a normal kernel would have 1 %."""

BEYOND = math.exp(-0.5 * REACH**2)
"""Density there, as a part of that in the centre."""


def sigma_km(population: np.ndarray, parameters: PopulationParameters) -> np.ndarray:
    """Standard deviation along each axis of people around a place's centre."""
    return parameters.spread * np.sqrt(population / (math.pi * parameters.city_density_per_km2))


def core_per_km2(parameters: PopulationParameters) -> float:
    """People per km² in the centre of a place, the same for all places."""
    return parameters.city_density_per_km2 / (2.0 * parameters.spread**2)


def kernel_radius(uniform: Any, xp: Any = np) -> Any:
    """Distance from the centre, in standard deviations, of a normal kernel cut at `REACH`."""
    return xp.sqrt(-2.0 * xp.log1p(-uniform * (1.0 - BEYOND)))


def kernel_points(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points that stand for the kernel, each for the same number of people.

    Returns
    -------
    radius, bearing : float64 array (count,)
        Standard deviations and radians, from the centre outward along a golden spiral.
    """
    k = np.arange(count)
    golden_angle = math.pi * (3.0 - math.sqrt(5.0))
    return kernel_radius((k + 0.5) / count), (k * golden_angle) % (2.0 * math.pi)


def surroundings(
    population: Any, radius: Any, parameters: PopulationParameters, xp: Any = np
) -> Any:
    """What stands around people of a place.

    The kernel gives the number of people per km² at their distance from the centre. That and the
    place's population decide; see `PopulationParameters` for the limits and their sources. Since
    all who are in no listed place count as rural, towns under 15,000 and dense villages included,
    the whole Earth comes out as 33 % urban or dense urban, 15 % suburban and 52 % rural, where
    the Degree of Urbanisation has 48 % in cities, 28 % in towns and semi-dense areas and 24 %
    in rural areas (OECD and European Commission, Cities in the World, 2020, for 2015).

    Parameters
    ----------
    population : float array (n,)
        Of the place.
    radius : float array (n,)
        Distance from its centre in standard deviations.
    parameters : PopulationParameters
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int8 array (n,)
        Code in `SURROUNDINGS`.
    """
    per_km2 = core_per_km2(parameters) * xp.exp(-0.5 * radius * radius)
    code = xp.full(per_km2.shape, RURAL, dtype=xp.int8)
    limits = (
        (SUBURBAN, parameters.suburban_per_km2, parameters.suburban_people),
        (URBAN, parameters.urban_per_km2, parameters.urban_people),
        (DENSE_URBAN, parameters.dense_urban_per_km2, parameters.dense_urban_people),
    )
    for kind, least_per_km2, least_people in limits:
        there = (per_km2 >= least_per_km2) & (population >= least_people)
        code = xp.where(there, xp.int8(kind), code)
    return code
