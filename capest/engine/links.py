"""Links of users to the beams that serve them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from capest.engine.path_loss import Sightlines


@dataclass(frozen=True)
class Links:
    """Links of users to the beams that serve them, arrays (users,) of the backend.

    Attributes
    ----------
    serving : int32 array
        Beam, counted from the first of the user's trial; -1 for none.
    satellite : int64 array
        Of the sky; of no meaning where there is no beam.
    carrier, interference : float32 array
        In units of the user's noise; 0 where there is no beam.
    unlimited : float array
        Carrier as if the beam had its whole EIRP.
    sin_elevation, range_m : float64 array
        Of the serving satellite.
    ways : Sightlines or None
        Of users that see one satellite.
    loss_db : float64 array or None
        Between isotropic antennas, where there are ways.
    """

    serving: Any
    satellite: Any
    carrier: Any
    interference: Any
    unlimited: Any
    sin_elevation: Any
    range_m: Any
    ways: Sightlines | None
    loss_db: Any | None
