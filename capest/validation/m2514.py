"""The requirements of Report ITU-R M.2514, and what its quantities mean.

IMT-2020 by satellite, usage scenario eMBB-s, test environment Rural-eMBB-s: handheld terminals in
30 MHz, ten users a beam that always have something to send. The definitions are those of Report
ITU-R M.2410 clause 4 with a beam for a TRxP (transmission and reception point). Where beams share
the band out, the bandwidth is that of all colours together (M.2410 clause 4.5: "the effective
bandwidth times the frequency reuse factor").
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from capest.engine.world import World
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.geometry import satellite_overhead
from capest.sampling.placement import cell_areas_m2
from capest.statistics.intervals import Interval
from capest.validation.cases import read_reference

QUANTITIES = {
    "average_spectral_efficiency": "average spectral efficiency",
    "user_spectral_efficiency_p05": "5 % user spectral efficiency",
    "user_experienced_rate": "user experienced rate",
    "area_traffic_capacity": "area traffic capacity",
    "peak_spectral_efficiency": "peak spectral efficiency",
    "peak_data_rate": "peak data rate",
}
"""What is required, and what people call it."""


@dataclass(frozen=True)
class Requirement:
    """A minimum of M.2514.

    Attributes
    ----------
    required : float
        In ``unit``.
    unit : str
    """

    required: float
    unit: str


@cache
def requirements() -> dict[tuple[str, str], Requirement]:
    """Requirements by quantity and link, in the order of the table."""
    return {
        (row["quantity"], row["link"]): Requirement(float(row["required"]), row["unit"])
        for row in read_reference("m2514")
    }


def average_spectral_efficiency(throughput: Interval, bandwidth_mhz: float, beams: int) -> Interval:
    """Throughput of all users over bandwidth and number of beams, M.2410 clause 4.5.

    Parameters
    ----------
    throughput : Interval
        Of all users of the beams together, Mbit/s.
    bandwidth_mhz : float
        Of all colours together.
    beams : int

    Returns
    -------
    Interval
        bit/s/Hz.
    """
    return scaled(throughput, 1.0 / (bandwidth_mhz * beams))


def user_spectral_efficiency(throughput_p05: Interval, bandwidth_mhz: float) -> Interval:
    """5 % point of the users' throughput over the bandwidth, M.2410 clause 4.4, bit/s/Hz.

    Parameters
    ----------
    throughput_p05 : Interval
        5 % point of the throughput of single users, Mbit/s.
    bandwidth_mhz : float
        Of all colours together.
    """
    return scaled(throughput_p05, 1.0 / bandwidth_mhz)


def user_experienced_rate(user_efficiency_p05: Interval, bandwidth_mhz: float) -> Interval:
    """Bandwidth times 5 % user spectral efficiency, M.2410 clause 4.3, Mbit/s."""
    return scaled(user_efficiency_p05, bandwidth_mhz)


def area_traffic_capacity(
    average_efficiency: Interval, bandwidth_mhz: float, beam_area_km2: float
) -> Interval:
    """Beams per area times bandwidth times average spectral efficiency, M.2410 clause 4.6.

    Returns
    -------
    Interval
        kbit/s/km².
    """
    return scaled(average_efficiency, 1e3 * bandwidth_mhz / beam_area_km2)


def scaled(one: Interval, factor: float) -> Interval:
    """Multiply an estimate and its limits with a factor greater than 0."""
    return Interval(one.value * factor, one.low * factor, one.high * factor)


def mean_beam_area_km2(world: World) -> float:
    """Ground area of a cell, mean over the counted cells, km²."""
    counted, layout = world.ground.counted, world.beams.fixed_layout
    height_m = float(np.linalg.norm(world.space.positions_m(0.0)[0]) - EARTH_RADIUS_M)
    of_beam_m2 = cell_areas_m2(layout.grid, satellite_overhead(height_m))
    return float(of_beam_m2[counted].mean()) / 1e6
