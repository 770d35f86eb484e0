"""Terms of the uplink budget (TR 38.821 clause 6.1.3.1) and power control (TS 38.213)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from capest.physics.constants import BOLTZMANN_DBW_PER_K_HZ


@dataclass(frozen=True)
class UplinkBudget:
    """Constants of the uplink budget.

    Attributes
    ----------
    largest_power_dbw : float
        Transmit power of a handset at most.
    transmit_gain_dbi : float
    g_over_t_db_per_k : float
        Figure of merit of a receive beam at its peak.
    beam_gain_dbi : float
        Gain of a receive beam at its peak, part of the coupling loss.
    bandwidth_hz : float
        Bandwidth in which one user transmits.
    p0_dbw : float or None
        Target of fractional power control, ``None`` for full power.
    alpha : float
        Share of the coupling loss that power control makes up for.
    """

    largest_power_dbw: float
    transmit_gain_dbi: float
    g_over_t_db_per_k: float
    beam_gain_dbi: float
    bandwidth_hz: float
    p0_dbw: float | None
    alpha: float

    def power_dbw(self, coupling_loss_db: Any, xp: Any) -> Any:
        """Transmit power, TS 38.213 clause 7.1.1 without the closed loop.

        Parameters
        ----------
        coupling_loss_db : array (users,)
            Towards the serving beam.
        xp : module
            ``numpy`` or ``cupy``.

        Returns
        -------
        array (users,)
            min(largest, P0 + alpha · coupling loss) in dBW.
        """
        if self.p0_dbw is None:
            return xp.full(coupling_loss_db.shape, self.largest_power_dbw)
        wanted_dbw = self.p0_dbw + self.alpha * coupling_loss_db
        return xp.minimum(wanted_dbw, self.largest_power_dbw)

    def peak_snr_db(self, power_dbw: Any, loss_db: Any) -> Any:
        """SNR at the peak of a receive beam (TR 38.821 clause 6.1.3.1).

        Parameters
        ----------
        power_dbw, loss_db : array (users,)
            Transmit power, and loss between isotropic antennas.
        """
        noise_dbw_k = BOLTZMANN_DBW_PER_K_HZ + 10.0 * math.log10(self.bandwidth_hz)
        return power_dbw + self.transmit_gain_dbi - loss_db + self.g_over_t_db_per_k - noise_dbw_k

    def coupling_loss_db(self, power_dbw: Any, snr_db: Any) -> Any:
        """Coupling loss, antenna port to antenna port, that goes with an SNR."""
        noise_dbw_k = BOLTZMANN_DBW_PER_K_HZ + 10.0 * math.log10(self.bandwidth_hz)
        return power_dbw - snr_db + self.g_over_t_db_per_k - self.beam_gain_dbi - noise_dbw_k
