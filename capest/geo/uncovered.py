"""People of a region without a terrestrial network, as a model users are drawn from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from capest.geo.coverage import NetworkCoverage
from capest.geo.people_points import points_of
from capest.geo.points import PointsModel, weighted
from capest.geo.population import PopulationModel
from capest.geo.uncovered_share import uncovered_share, uncovered_share_of_places


def uncovered_by_density(living: PopulationModel, half_per_km2: float) -> PopulationModel:
    """Keep the people without a terrestrial network, by how densely they live.

    Parameters
    ----------
    living : PopulationModel
        Everybody.
    half_per_km2 : float
        See `uncovered_share`.

    Returns
    -------
    PopulationModel
        Drawn from the same uniforms.
    """
    places, land = living.places, living.land
    of_places = uncovered_share_of_places(half_per_km2, living.parameters)
    share = uncovered_share(land.per_km2, half_per_km2)
    fewer = living.with_spots(
        replace(places, people=places.people * of_places), replace(land, people=land.people * share)
    )
    return replace(fewer, half_per_km2=half_per_km2)


def uncovered_by_file(living: PopulationModel, coverage: NetworkCoverage) -> PointsModel | None:
    """Keep the people where a file has no terrestrial network, ``None`` where that is nobody.

    Who lives where is told by pieces of the model's spots, see `people_points`: a piece on the
    border of a covered area belongs to one side as a whole.
    """
    everybody = points_of(living)
    share = 1.0 - coverage.covered(everybody.lat_deg, everybody.lon_deg)
    weight = np.diff(everybody.cumulative, prepend=0.0) * everybody.people * share
    return weighted(everybody, weight) if (weight > 0.0).any() else None
