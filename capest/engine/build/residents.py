"""People of cells, spread over the ground as users are: by points that stand for all draws."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from capest.engine.build.people import settled_people
from capest.geo.points import PointsModel
from capest.geo.population import PopulationModel
from capest.geo.sphere import unit_vectors

_POINTS_OF_PLACES, _POINTS_OF_LAND = 2**18, 2**18
_OF_A_PLACE, _OF_A_LAND_CELL = (8, 512), (2, 64)
"""Fewest and most points of a spot: a town may reach over many cells, a cell of land is small.

Over China, in cells of 34 km, the people of a cell are off by 8 % (root mean square, cells of more
than 100,000 people); counted where the centres of places are, they would be off by 45 %.
"""

_PLASTIC = 1.324717957244746
"""Root of x³ = x + 1."""

_STEPS = (
    *(_PLASTIC**-1, _PLASTIC**-2),
    *(math.sqrt(2.0), math.sqrt(3.0), math.sqrt(5.0), math.sqrt(7.0)),
)
"""Steps of the recurrence, whose first two fill a square most evenly: a user's first try for a
position takes them, and the others wait for those that it did not place on land."""


def residents_of_cells(
    model: PopulationModel | PointsModel,
    cell_at: Callable[[np.ndarray], np.ndarray],
    cells: int,
) -> np.ndarray:
    """People of each cell, as many as users drawn from them would show in the long run.

    Every place and every cell of land has the same number of points, drawn as users are by an
    additive recurrence in place of random numbers. Those of a file stand at their middle.

    Parameters
    ----------
    model : PopulationModel or PointsModel
    cell_at : callable
        Gives the cells of unit vectors (3, n), -1 for none.
    cells : int

    Returns
    -------
    float64 array (cells,)

    References
    ----------
    H. Niederreiter, Random Number Generation and Quasi-Monte Carlo Methods, SIAM, 1992, chapter 3
    (sequences of multiples of irrational numbers).
    """
    if isinstance(model, PointsModel):
        cell, people = settled_people(model, cell_at)
        return np.bincount(cell, people, minlength=cells)
    unit, people = spread(model)
    cell = cell_at(unit)
    return np.bincount(cell[cell >= 0], people[cell >= 0], minlength=cells)


def spread(model: PopulationModel) -> tuple[np.ndarray, np.ndarray]:
    """Points on the ground, float64 array (3, n), and the people that each stands for, (n,)."""
    people = model.people_of_spots
    places = len(model.places.people)
    points = np.full(len(people), _each(_POINTS_OF_LAND, len(people) - places, _OF_A_LAND_CELL))
    points[:places] = _each(_POINTS_OF_PLACES, places, _OF_A_PLACE)
    points[people <= 0.0] = 0
    # The middle of a spot's part of the running share of people draws this spot.
    middle = model.cumulative - 0.5 * people / model.people
    spot = np.repeat(np.arange(len(people)), points)
    number = np.arange(1, len(spot) + 1, dtype=np.float64)
    uniforms = [middle[spot], *(np.mod(number * step, 1.0) for step in _STEPS)]
    latitude_deg, longitude_deg, _, _ = model.draw(uniforms)
    return unit_vectors(latitude_deg, longitude_deg), people[spot] / points[spot]


def _each(points: int, spots: int, limits: tuple[int, int]) -> int:
    return int(np.clip(points // max(spots, 1), *limits))
