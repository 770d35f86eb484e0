"""How much power beams may have: what the satellite can feed, and what the ground may get.

Limits apply one after the other: power-flux density of each beam, then the radiated power of each
satellite, then the constellation's emissions in neighbouring bands.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.backend.arguments import ConstellationDownlink
from capest.backend.protocol import Kernels, on_host
from capest.engine.network.beams import Beams
from capest.engine.network.scene import NetworkScene
from capest.engine.network.sky import Sky
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.sky_table import ENTRIES


@dataclass(frozen=True)
class PowerLimits:
    """How far limits turn power down.

    Attributes
    ----------
    satellite : float32 array (satellites,)
        Factor on all beams of a satellite.
    reduction_db : dict of str to float64 array (beams,)
        What each limit that is set takes off each beam; names of ``histograms.AXES``.
    """

    satellite: np.ndarray
    reduction_db: dict[str, np.ndarray]

    def factor(self, beams: Beams) -> np.ndarray:
        """Share of its EIRP that each beam uses, all limits together, float64 array (beams,)."""
        return self.satellite.astype(np.float64)[beams.satellite] * beams.power


def limit_power(scene: NetworkScene, kernels: Kernels, sky: Sky, beams: Beams) -> PowerLimits:
    """Turn beams down, in place, and say by how much each limit does.

    Parameters
    ----------
    scene : NetworkScene
    kernels : Kernels
    sky : Sky
    beams : Beams
        Their ``power`` is lowered where the limit of the power-flux density asks for it.

    Returns
    -------
    PowerLimits
    """
    satellite = scene.scenario.satellite
    whole = np.ones(len(sky), dtype=np.float32)
    taken_db: dict[str, np.ndarray] = {}
    if not len(beams):
        return PowerLimits(whole, taken_db)
    if satellite.pfd_limit_dbw_per_m2_mhz is not None:
        excess_db = boresight_pfd_dbw(scene, sky, beams) - satellite.pfd_limit_dbw_per_m2_mhz
        taken_db["pfd_reduction_db"] = np.maximum(excess_db, 0.0)
        beams.power[:] *= 10.0 ** (-0.1 * taken_db["pfd_reduction_db"])
    if satellite.rf_power_w is not None:
        wanted_w = beam_power_w(scene) * np.bincount(
            beams.satellite, beams.power, minlength=len(sky)
        )
        whole[:] = np.minimum(1.0, satellite.rf_power_w / np.maximum(wanted_w, 1e-300))
        taken_db["rf_power_reduction_db"] = _lowered_db(whole)[beams.satellite]
    if satellite.out_of_band_pfd_limit_dbw_per_m2_mhz is not None:
        limit = satellite.out_of_band_pfd_limit_dbw_per_m2_mhz + satellite.out_of_band_rejection_db
        highest = float(aggregate_pfd_w(scene, kernels, sky, beams, whole).max())
        share = np.float32(min(1.0, 10.0 ** (0.1 * limit) / max(highest, 1e-300)))
        whole *= share
        taken_db["out_of_band_reduction_db"] = np.full(len(beams), _lowered_db(share))
    return PowerLimits(whole, taken_db)


def _lowered_db(share: np.ndarray | np.float32) -> np.ndarray:
    """Decibels by which a share of the power is below the whole."""
    return -10.0 * np.log10(np.maximum(np.asarray(share, dtype=np.float64), 1e-300))


def beam_power_w(scene: NetworkScene) -> float:
    """Radiated power of a beam at its full EIRP density: density × bandwidth / gain."""
    satellite = scene.scenario.satellite
    density_w_per_mhz = 10.0 ** (
        0.1 * (satellite.eirp_density_dbw_per_mhz - satellite.antenna_gain_dbi)
    )
    return density_w_per_mhz * scene.scenario.beam_bandwidth_hz / 1e6


def boresight_pfd_dbw(scene: NetworkScene, sky: Sky, beams: Beams) -> np.ndarray:
    """Power-flux density where each beam's boresight meets the ground, dBW/m²/MHz, (beams,).

    EIRP density in its direction over the sphere of the range: EIRP - 10 lg(4 pi r²).
    """
    exponent = scene.steering[1]
    ka = scene.reduced_aperture
    u, v = beams.direction[:2].astype(np.float64) / ka
    squared = np.minimum(u * u + v * v, 1.0)
    cosine = np.sqrt(1.0 - squared)
    radius_m = np.linalg.norm(sky.position_m, axis=1)[beams.satellite]
    # A boresight beside the Earth lights none of it; the tangent is the nearest.
    inside = np.sqrt(np.maximum(EARTH_RADIUS_M**2 - radius_m**2 * squared, 0.0))
    range_m = radius_m * cosine - inside
    eirp_dbw = scene.scenario.satellite.eirp_density_dbw_per_mhz
    steered_db = 10.0 * exponent * np.log10(np.maximum(cosine, 1e-9))
    return eirp_dbw + steered_db - 10.0 * np.log10(4.0 * math.pi * range_m**2)


def aggregate_pfd_w(
    scene: NetworkScene, kernels: Kernels, sky: Sky, beams: Beams, whole: np.ndarray
) -> np.ndarray:
    """Power-flux density of all beams of all satellites at the cells' centres, W/m²/MHz, (cells,).

    In band, and in free space. The kernel that sums interference does it, for receivers in free
    space and beams of one colour.
    """
    xp, colours = kernels.xp, scene.scenario.colours
    centres = np.asarray(scene.ground.cells.centre_unit).T
    count = centres.shape[1]
    density_w = 10.0 ** (0.1 * scene.scenario.satellite.eirp_density_dbw_per_mhz)
    nothing = np.zeros((count, 8), dtype=np.float32)
    axial_weight, element_exponent = scene.steering
    carrier, others = kernels.constellation_sinr(
        ConstellationDownlink(
            user_m=xp.asarray(np.ascontiguousarray(centres * EARTH_RADIUS_M)),
            user_start=xp.asarray(np.array([0, count], dtype=np.int64)),
            gain=xp.full(count, density_w / (4.0 * math.pi), dtype=xp.float32),
            environment=xp.zeros(count, dtype=xp.uint8),
            sight=xp.asarray(nothing),
            shadow=xp.asarray(nothing),
            entry=xp.asarray(np.tile(np.array([0.0, 1.0], dtype=np.float32), (count, 1))),
            serving=xp.zeros(count, dtype=xp.int32),
            satellite_m=xp.asarray(np.ascontiguousarray(sky.position_m.T)),
            axes=xp.asarray(sky.axes),
            satellite_start=xp.asarray(np.array([0, len(sky)], dtype=np.int64)),
            satellite_power=xp.asarray(whole),
            beam=xp.asarray(beams.direction),
            beam_power=xp.asarray(beams.power),
            segment_start=xp.asarray(beams.segment_start[::colours].copy()),
            sky=xp.asarray(np.zeros((1, ENTRIES, 6), dtype=np.float32)),
            pattern=xp.asarray(scene.pattern),
            reduced_aperture=scene.reduced_aperture,
            axial_weight=axial_weight,
            element_exponent=element_exponent,
            lowest_sine=0.0,
            colours=1,
        )
    )
    # The first beam stands in for the served one: where its satellite is up it counts as well.
    satellite_m = sky.position_m[beams.satellite[0]]
    above = (centres * satellite_m[:, None]).sum(axis=0) > EARTH_RADIUS_M
    return on_host(others).astype(np.float64) + np.where(above, on_host(carrier), 0.0)
