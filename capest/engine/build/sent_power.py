"""What beams send and lay on the ground at one elevation, and what limits take, for a budget."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from capest.engine.build.shared_power import beams_lit
from capest.scenario.shell_tables import base_payload

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


@dataclass(frozen=True)
class BeamsSent:
    """The beams of one satellite that are lit at once, all alike.

    Attributes
    ----------
    pfd_reduction_db, rf_power_reduction_db : float
        What each limit takes off a beam, one after the other.
    figures : dict of str to float or None
        By the names of ``budget.Budget``; ``None`` without a limit.
    """

    pfd_reduction_db: float
    rf_power_reduction_db: float
    figures: dict[str, Any]


def beams_sent(scenario: Scenario, range_m: float, steering_loss_db: float) -> BeamsSent:
    """Work out power and power-flux density of beams, limits applied as in a trial.

    Parameters
    ----------
    scenario : Scenario
    range_m : float
        From the satellite to the user at the middle of a beam.
    steering_loss_db : float
        Of a beam towards the user.
    """
    payload, satellite = base_payload(scenario), scenario.satellite
    limit_dbw, limit_w = payload.pfd_limit_dbw_per_m2_mhz, payload.rf_power_w
    eirp_dbw = payload.eirp_density_dbw_per_mhz - steering_loss_db
    pfd_dbw = eirp_dbw - 10.0 * math.log10(4.0 * math.pi * range_m**2)
    by_flux_db = 0.0 if limit_dbw is None else max(0.0, pfd_dbw - limit_dbw)
    density_dbw = payload.eirp_density_dbw_per_mhz - payload.antenna_gain_dbi
    megahertz, beams = scenario.beam_bandwidth_hz / 1e6, beams_lit(scenario, payload)
    wanted_w = 10.0 ** (0.1 * (density_dbw - by_flux_db)) * megahertz * beams
    by_power_db = 0.0 if limit_w is None else max(0.0, 10.0 * math.log10(wanted_w / limit_w))
    pfd_dbw -= by_flux_db + by_power_db
    radiated_w = wanted_w * 10.0 ** (-0.1 * by_power_db)
    return BeamsSent(
        by_flux_db,
        by_power_db,
        {
            "pfd_dbw_per_m2_mhz": pfd_dbw,
            "pfd_limit_dbw_per_m2_mhz": limit_dbw,
            "pfd_margin_db": None if limit_dbw is None else limit_dbw - pfd_dbw,
            "out_of_band_pfd_dbw_per_m2_mhz": pfd_dbw - satellite.out_of_band_rejection_db,
            "beam_radiated_w": radiated_w / beams,
            "radiated_w": radiated_w,
            "rf_power_w": limit_w,
        },
    )
