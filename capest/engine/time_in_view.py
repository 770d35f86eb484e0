"""How long satellites stay above the elevation mask."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from capest.physics.constants import EARTH_RADIUS_M

if TYPE_CHECKING:
    from capest.engine.sky import Sky
    from capest.engine.world import World

STEP_S = 10.0
"""First steps; the way between two of them is taken for straight, which errs by a quarter second
where a satellite at 500 km sets."""

GROWTH = 0.03
"""Later steps are so much of the time looked ahead."""

LONGEST_S = 86_400.0
"""Who stays longer stays so long."""


def time_in_view_s(
    world: World, sky: Sky, trial: int, cell: np.ndarray, satellite: np.ndarray
) -> np.ndarray:
    """Time until the satellite of each pair falls below the mask, float32 array (pairs,).

    Parameters
    ----------
    world : World
    sky : Sky
        With the moments of its trials.
    trial : int
    cell : int64 array (pairs,)
        Of the region.
    satellite : int64 array (pairs,)
        Of the sky; above the mask.

    Raises
    ------
    ValueError
        If the sky does not know its moments.
    """
    if sky.seconds is None:
        raise ValueError("this sky does not know its moments")
    moment = float(sky.seconds[trial])
    lowest = math.sin(math.radians(world.beams.lowest_deg))
    number, unit = sky.number[satellite], np.asarray(world.ground.cells.centre_unit)[cell]
    stays = np.full(len(cell), LONGEST_S)
    left = np.arange(len(cell))
    before = _sine(unit, world.space.positions_m(moment)[number]) - lowest
    since = 0.0
    while len(left) and since < LONGEST_S:
        until = min(since + max(STEP_S, GROWTH * since), LONGEST_S)
        position_m = world.space.positions_m(moment + until)[number]
        after = _sine(unit, position_m) - lowest
        # What SGP4 has no position of any more is gone.
        gone = ~(after >= 0.0)
        part = np.maximum(before[gone], 0.0) / (before[gone] - after[gone])
        stays[left[gone]] = since + (until - since) * np.nan_to_num(part)
        left, number, unit, before = left[~gone], number[~gone], unit[~gone], after[~gone]
        since = until
    return stays.astype(np.float32)


def _sine(unit: np.ndarray, position_m: np.ndarray) -> np.ndarray:
    """Sine of elevation of each pair of a point on the ground and a satellite."""
    offset_m = position_m - EARTH_RADIUS_M * unit
    height_m = (unit * offset_m).sum(axis=1)
    found: np.ndarray = height_m / np.sqrt((offset_m * offset_m).sum(axis=1))
    return found
