"""Whether users are outdoors, in a vehicle or in a building, and how the wall takes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from capest.sampling.draws import Draws, normal
from capest.sampling.streams import Purpose

OUTDOOR, VEHICLE, INDOOR = 0, 1, 2


@dataclass(frozen=True)
class Whereabouts:
    """Draws of the users of some trials.

    Attributes
    ----------
    place : int8 array (users,)
        ``OUTDOOR``, ``VEHICLE`` or ``INDOOR``.
    thermally_efficient : bool array (users,)
        Kind of building of those indoors.
    normal : float64 array (users,)
        Standard normal deviate of the entry loss.
    """

    place: Any
    thermally_efficient: Any
    normal: Any


def draw_whereabouts(
    draws: Draws,
    users: int,
    indoor_share: float,
    vehicle_share: float,
    thermally_efficient_share: float,
) -> Whereabouts:
    """Draw where each user is.

    Parameters
    ----------
    draws : Draws
    users : int
        Users of a trial.
    indoor_share, vehicle_share : float
        Of all users; the others are outdoors.
    thermally_efficient_share : float
        Of the buildings.
    """
    xp = draws.xp
    where, building, radius, angle = draws.uniforms(Purpose.WHEREABOUTS, users, 4)
    indoor = where < indoor_share
    vehicle = (where < indoor_share + vehicle_share) & ~indoor
    place = indoor.astype(xp.int8) * INDOOR + vehicle.astype(xp.int8) * VEHICLE
    return Whereabouts(
        place.astype(xp.int8),
        building < thermally_efficient_share,
        normal(radius, angle, xp),
    )
