"""What block errors take of a link: steps, rates and time, by what the scenario says of HARQ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from capest.physics import link_adaptation
from capest.physics.geometry import slant_range_m
from capest.physics.harq import RATE_FACTOR, HarqProcesses, threshold_shift_db
from capest.scenario.harq import highest_km, packet_error_rate

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


def repaired_share(scenario: Scenario) -> float:
    """Share of blocks that are no repetition, on which rates rest."""
    return RATE_FACTOR if scenario.harq == "on" else 1.0


def steps(scenario: Scenario) -> np.ndarray:
    """Steps of link adaptation, for errors as rare as HARQ, or doing without it, needs them."""
    link, shift_db = scenario.link, 0.0
    if scenario.harq == "off":
        rate = packet_error_rate(scenario.service, scenario.rules)
        shift_db = threshold_shift_db(rate)
    return link_adaptation.rate_table(link.adaptation, link.table, link.thresholds, shift_db)


def processes(scenario: Scenario) -> HarqProcesses | None:
    """What bounds the share of time in which a user can be served.

    ``None`` without HARQ, and where all satellites are so low that even a user who sees one at the
    horizon has more processes than a round trip has slots.
    """
    if scenario.harq != "on":
        return None
    found = HarqProcesses(
        scenario.link.harq_processes,
        scenario.service.inter_satellite_hops,
        scenario.satellite.payload == "transparent",
    )
    height_m = 1e3 * highest_km(dict(scenario.items()))
    range_m = slant_range_m(height_m, 0.0)
    feeder_m = slant_range_m(height_m, scenario.satellite.gateway_elevation_deg)
    if scenario.constellation.catalogue is None and found.largest_share(range_m, feeder_m, np) == 1:
        return None
    return found
