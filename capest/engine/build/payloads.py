"""Payloads of the shells of a constellation, in numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from capest.engine.build.radio import steering
from capest.engine.payloads import Payload, Payloads
from capest.engine.space import Space
from capest.scenario import shell_tables
from capest.scenario.shell_tables import base_payload, payloads_of

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


def payloads_in(scenario: Scenario, space: Space) -> Payloads | None:
    """Work out the payloads; ``None`` where all satellites carry that of ``[satellite]``.

    Parameters
    ----------
    scenario : Scenario
    space : Space
        Its ``table`` says of which table each satellite is.
    """
    base, of_tables = base_payload(scenario), payloads_of(scenario)
    known = list(dict.fromkeys([base, *of_tables]))
    if len(known) == 1:
        return None
    kind = np.array([known.index(each) for each in (*of_tables, base)])
    # Whoever is of no table stands behind the last one.
    return Payloads(tuple(_in_numbers(scenario, base, each) for each in known), kind[space.table])


def scan_sine(largest_deg: float | None) -> float:
    """Sine of the largest angle between the nadir and a beam; 1 where nothing limits it."""
    return 1.0 if largest_deg is None else math.sin(math.radians(largest_deg))


def _in_numbers(
    scenario: Scenario, base: shell_tables.PayloadFigures, own: shell_tables.PayloadFigures
) -> Payload:
    satellite = scenario.satellite
    figures = ("antenna_gain_dbi", "antenna_diameter_m", "hpbw_deg")
    carried = satellite.model_copy(update={name: getattr(own, name) for name in figures})
    flown = scenario.model_copy(update={"satellite": carried})
    density_w = 10.0 ** (0.1 * (own.eirp_density_dbw_per_mhz - own.antenna_gain_dbi))
    rf_power_w, pfd_dbw = own.rf_power_w, own.pfd_limit_dbw_per_m2_mhz
    return Payload(
        steering=steering(flown),
        eirp_density_dbw_per_mhz=own.eirp_density_dbw_per_mhz,
        eirp_db=own.eirp_density_dbw_per_mhz - satellite.eirp_density_dbw_per_mhz,
        gain_db=own.antenna_gain_dbi - satellite.antenna_gain_dbi,
        g_over_t_db=(own.g_over_t_db_per_k or 0.0) - (base.g_over_t_db_per_k or 0.0),
        beam_power_w=density_w * scenario.beam_bandwidth_hz / 1e6,
        rf_power_w=np.inf if rf_power_w is None else rf_power_w,
        pfd_dbw_per_m2_mhz=np.inf if pfd_dbw is None else pfd_dbw,
        beams_at_once=own.beams_at_once,
        cells_at_once=own.beams_at_once * scenario.most_cells_per_beam,
        largest_scan_sine=scan_sine(own.largest_scan_deg),
    )
