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

    def of(self, order: Any) -> Links:
        """Links of some users, by their numbers."""
        return Links(
            serving=self.serving[order],
            satellite=self.satellite[order],
            carrier=self.carrier[order],
            interference=self.interference[order],
            unlimited=self.unlimited[order],
            sin_elevation=self.sin_elevation[order],
            range_m=self.range_m[order],
            ways=None if self.ways is None else self.ways.of(order),
            loss_db=None if self.loss_db is None else self.loss_db[order],
        )
