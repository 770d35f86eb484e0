"""Links of users to the beams that serve them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from capest.backend.arguments import SatelliteDownlink
from capest.engine.link_powers import peak_gain
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
        Carrier as if the beam had the whole EIRP of the scenario's satellite.
    sin_elevation, range_m : float64 array
        Of the serving satellite.
    ways : Sightlines or None
        Of users that see one satellite.
    loss_db : float64 array or None
        Between isotropic antennas, where there are ways.
    kernel_input : SatelliteDownlink or None
        What the kernel of one satellite took, for other moments of the same users.
    gain_db, g_over_t_db : float64 array or float
        What the serving satellite has more than the scenario's, where payloads differ.
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
    kernel_input: SatelliteDownlink | None = None
    gain_db: Any = 0.0
    g_over_t_db: Any = 0.0

    @property
    def of_one(self) -> Sightlines:
        """The ways to one satellite; ValueError for links that were computed for many."""
        if self.ways is None:
            raise ValueError("the ways of these links are not known")
        return self.ways

    def without_gains(self, cut_db: Any, xp: Any) -> Links:
        """Links that lose some gain by fading, interference apart.

        Parameters
        ----------
        cut_db : float64 array (users,)
            How far fading lifts each link above free space.
        xp : module
            ``numpy`` or ``cupy``.
        """
        factor = peak_gain(-cut_db, xp)
        return replace(
            self,
            carrier=(self.carrier * factor).astype(xp.float32),
            unlimited=self.unlimited * factor,
            ways=None if self.ways is None else replace(self.ways, gains=False),
            loss_db=None if self.loss_db is None else self.loss_db + cut_db,
        )

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
            gain_db=_of(self.gain_db, order),
            g_over_t_db=_of(self.g_over_t_db, order),
        )


def _of(value: Any, order: Any) -> Any:
    """Values of some users; one value is that of all."""
    return value if isinstance(value, float) else value[order]
