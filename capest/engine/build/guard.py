"""Guard cells around a region: which they are, and the users in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from capest.engine.build.uncovered import coverage_of, uncovered_if_any
from capest.errors import InputError
from capest.geo.guard_cells import even_cells, ground_of, with_guard
from capest.geo.points import PointsModel, only
from capest.geo.population import population_if_any
from capest.geo.sphere import unit_vectors
from capest.geo.tiling import Cells, nearest_cell
from capest.scenario.limits import USERS_PER_TRIAL_LIMIT

if TYPE_CHECKING:
    from capest.engine.places import People
    from capest.geo.region import Region
    from capest.scenario.model import Scenario


@dataclass(frozen=True)
class Guard:
    """Cells of a region with those around.

    Attributes
    ----------
    tiling : Cells
        Of the region and its guard cells.
    counted : bool array (cells,)
        Those of the region.
    people : People or None
        Where users of guard cells are; ``None`` where there are none.
    users : int
        Of a trial, in guard cells.
    notes : tuple of str
        What the user should know, one line each.
    """

    tiling: Cells
    counted: np.ndarray
    people: People | None = None
    users: int = 0
    notes: tuple[str, ...] = ()


def guard_of(
    scenario: Scenario,
    region: Region,
    tiling: Cells,
    *,
    people: People,
    users: int,
    everybody: People,
) -> Guard:
    """Find the guard cells of a region, and their users at the density of the region's.

    Parameters
    ----------
    scenario : Scenario
    region : Region
    tiling : Cells
        Of the region.
    people : People
        What the users of the region stand for.
    users : int
        Of a trial, in the region.
    everybody : People
        With those of a file who live elsewhere.

    Raises
    ------
    InputError
        If the region is the whole Earth, or there are too many users.
    """
    guard_km, own = scenario.guard_km, np.ones(len(tiling.lat_deg), dtype=bool)
    if guard_km == 0.0:
        return Guard(tiling, own)
    if len(own) == tiling.lattice_count:
        raise InputError(
            f"region.guard_km = {guard_km:g}: the cells of {region.name} cover the whole Earth, "
            "and there is nothing around it; remove it"
        )
    wider, counted = with_guard(tiling, guard_km)
    around = _around(scenario, region, wider, counted, everybody)
    number = 0 if around is None else round(users * around.people / people.people)
    if number == 0:
        note = f"nobody is in the {int((~counted).sum()):,} guard cells around {region.name}"
        return Guard(wider, counted, notes=(note,))
    if users + number > USERS_PER_TRIAL_LIMIT:
        raise InputError(
            f"region.guard_km = {guard_km:g}: makes {number:,} users around {region.name} beside "
            f"{users:,} in it; at most {USERS_PER_TRIAL_LIMIT:,} are possible; a smaller one, or "
            "fewer users"
        )
    return Guard(wider, counted, around, number)


def _around(
    scenario: Scenario, region: Region, tiling: Cells, counted: np.ndarray, everybody: People
) -> People | None:
    """Where users of guard cells may be, ``None`` where nobody is."""
    if counted.all():
        return None
    if scenario.users.placement in ("population", "uncovered"):
        living = population_if_any(ground_of(tiling, ~counted, f"around {region.name}"))
        if living is None or scenario.users.placement == "population":
            return living
        return uncovered_if_any(scenario, living, coverage_of(scenario))
    if isinstance(everybody, PointsModel) and scenario.users.placement == "file":
        cell = nearest_cell(unit_vectors(everybody.lat_deg, everybody.lon_deg), tiling)
        inside = (cell >= 0) & ~counted[cell]
        return only(everybody, inside) if inside.any() else None
    return even_cells(tiling, ~counted)
