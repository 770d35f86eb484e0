"""How much power beams may have: what the satellite can feed, and what the ground may get.

Limits apply one after the other: power-flux density of each beam, then the radiated power of each
satellite, then the constellation's emissions in neighbouring bands.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.backend.arguments import ConstellationDownlink
from capest.backend.protocol import Kernels, on_host
from capest.engine.beams import Beams, Boresights
from capest.engine.payloads import MixedLinks, constellation_sinr, figures_of
from capest.engine.sky import Sky
from capest.engine.world import World
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.sky_table import ENTRIES


@dataclass(frozen=True)
class LoweredPower:
    """How far limits turn power down.

    Attributes
    ----------
    satellite : float32 array (satellites,)
        Factor on all beams of a satellite.
    reduction_db : dict of str to float64 array (beams,)
        What each limit that is set takes off each beam; names of ``histograms.AXES``.
    aggregate_w : float64 array (trials,) or None
        Power-flux density of all satellites in band, after all limits, at that cell's centre where
        it is largest, W/m²/MHz; ``None`` without a limit out of band.
    """

    satellite: np.ndarray
    reduction_db: dict[str, np.ndarray]
    aggregate_w: np.ndarray | None = None

    def factor(self, beams: Beams) -> np.ndarray | None:
        """Share of its EIRP that each beam uses, all limits together, float64 array (beams,).

        ``None`` where no limit is set.
        """
        if not self.reduction_db:
            return None
        return self.satellite.astype(np.float64)[beams.satellite] * beams.power

    def of_layout(self, beams: int) -> np.ndarray | None:
        """Share of its EIRP that each beam of a layout uses, but for its satellite's factor.

        The same in all trials, as a layout's boresights are: float64 array (beams,); ``None`` where
        no limit is set.
        """
        if not self.reduction_db:
            return None
        taken_db = self.reduction_db.get("pfd_reduction_db", np.zeros(beams))
        share: np.ndarray = 10.0 ** (-0.1 * taken_db[:beams])
        return share


def limit_power(world: World, kernels: Kernels, sky: Sky, beams: Beams) -> LoweredPower:
    """Turn beams down, in place, and say by how much each limit does.

    Parameters
    ----------
    world : World
    kernels : Kernels
    sky : Sky
    beams : Beams
        Their ``power`` is lowered where the limit of the power-flux density asks for it.

    Returns
    -------
    LoweredPower
    """
    limits, radio = world.radio.limits, world.radio
    whole = np.ones(len(sky), dtype=np.float32)
    taken_db: dict[str, np.ndarray] = {}
    aggregate_w = None
    if is_limited(world, "pfd_dbw_per_m2_mhz"):
        taken_db["pfd_reduction_db"] = limit_flux(world, sky, beams)
    if is_limited(world, "rf_power_w"):
        fed = beams.power * strongest(beams)
        beam_w = figures_of(world, "beam_power_w", sky, radio.beam_power_w)
        most_w = figures_of(world, "rf_power_w", sky, limits.rf_power_w)
        wanted_w = beam_w * np.bincount(beams.satellite, fed, minlength=len(sky))
        whole[:] = np.minimum(1.0, most_w / np.maximum(wanted_w, 1e-300))
        taken_db["rf_power_reduction_db"] = _lowered_db(whole)[beams.satellite]
    if limits.out_of_band_pfd_dbw_per_m2_mhz is not None:
        highest = aggregate_pfd_w(world, kernels, sky, beams, whole).max(axis=1)
        most = 10.0 ** (0.1 * limits.out_of_band_pfd_dbw_per_m2_mhz)
        share = np.minimum(1.0, most / np.maximum(highest, 1e-300)).astype(np.float32)
        whole *= share[sky.trial]
        aggregate_w = highest * share
        taken_db["out_of_band_reduction_db"] = _lowered_db(share[sky.trial])[beams.satellite]
    return LoweredPower(whole, taken_db, aggregate_w)


def pfd_reduction_db(world: World, sky: Sky, beams: Beams | Boresights) -> np.ndarray:
    """How far the limit of the power-flux density turns beams down, float64 array (beams,).

    Zero without a limit.
    """
    name, limits = "pfd_dbw_per_m2_mhz", world.radio.limits
    if not is_limited(world, name):
        return np.zeros(len(beams.satellite))
    most_dbw = of_beams(world, name, sky, beams, limits.pfd_dbw_per_m2_mhz)
    return np.maximum(boresight_pfd_dbw(world, sky, beams) - most_dbw, 0.0)


def limit_flux(world: World, sky: Sky, beams: Beams) -> np.ndarray:
    """Turn beams down, in place, to the power-flux density that each may have, whoever else is lit.

    Returns
    -------
    float64 array (beams,)
        What the limit takes off each, dB.
    """
    taken_db = pfd_reduction_db(world, sky, beams)
    beams.power[:] *= 10.0 ** (-0.1 * taken_db)
    return taken_db


def is_limited(world: World, name: str) -> bool:
    """Whether any satellite has a limit, a name of `PowerLimits`."""
    if world.payloads is None:
        return getattr(world.radio.limits, name) is not None
    return any(math.isfinite(getattr(payload, name)) for payload in world.payloads.each)


def of_beams(world: World, name: str, sky: Sky, beams: Beams | Boresights, value: Any) -> Any:
    """A figure of each beam's satellite where payloads differ; else the value that all have."""
    found = figures_of(world, name, sky, value)
    return found[beams.satellite] if isinstance(found, np.ndarray) else found


def strongest(beams: Beams) -> np.ndarray | float:
    """Beams that take most of what their satellite feeds at once, bool array (beams,); 1 for all.

    Whichever of the others are lit in a slot, no more power is taken.
    """
    if beams.at_once is None:
        return 1.0
    order = np.lexsort((-beams.power, beams.satellite))
    satellite = beams.satellite[order]
    place = np.arange(len(beams)) - np.searchsorted(satellite, satellite)
    found = np.empty(len(beams), dtype=bool)
    at_once: Any = beams.at_once
    found[order] = place < (at_once[order] if isinstance(at_once, np.ndarray) else at_once)
    return found


def _lowered_db(share: np.ndarray) -> np.ndarray:
    """Decibels by which a share of the power is below the whole."""
    return -10.0 * np.log10(np.maximum(share.astype(np.float64), 1e-300))


def boresight_pfd_dbw(world: World, sky: Sky, beams: Beams | Boresights) -> np.ndarray:
    """Power-flux density where each beam's boresight meets the ground, dBW/m²/MHz, (beams,).

    EIRP density in its direction over the sphere of the range: EIRP - 10 lg(4 pi r²).
    """
    steering = world.radio.steering
    squared, radius_m = _off_nadir(world, sky, beams)
    cosine = np.sqrt(1.0 - squared)
    # A boresight beside the Earth lights none of it; the tangent is the nearest.
    inside = np.sqrt(np.maximum(EARTH_RADIUS_M**2 - radius_m**2 * squared, 0.0))
    range_m = radius_m * cosine - inside
    steered_db = 10.0 * steering.element_exponent * np.log10(np.maximum(cosine, 1e-9))
    nominal_dbw = world.radio.eirp_density_dbw_per_mhz
    eirp_dbw = of_beams(world, "eirp_density_dbw_per_mhz", sky, beams, nominal_dbw)
    return eirp_dbw + steered_db - 10.0 * np.log10(4.0 * math.pi * range_m**2)


def boresight_elevation_deg(world: World, sky: Sky, beams: Beams | Boresights) -> np.ndarray:
    """Elevation under which each beam's boresight meets the ground, float64 array (beams,).

    By the law of sines; 0 for a boresight beside the Earth.
    """
    squared, radius_m = _off_nadir(world, sky, beams)
    cosine = radius_m / EARTH_RADIUS_M * np.sqrt(squared)
    found: np.ndarray = np.degrees(np.arccos(np.minimum(cosine, 1.0)))
    return found


def _off_nadir(world: World, sky: Sky, beams: Beams | Boresights) -> tuple[np.ndarray, np.ndarray]:
    """Squared sine of the angle off the nadir, and distance of the satellite from the Earth's
    centre, float64 arrays (beams,).
    """
    if beams.direction is None:
        raise ValueError("the boresights of these beams are not known")
    ka: Any = world.radio.steering.reduced_aperture
    if world.payloads is not None:
        ka = world.payloads.aperture(sky)[beams.satellite]
    u, v = beams.direction[:2].astype(np.float64) / ka
    radius_m = np.linalg.norm(sky.position_m, axis=1)[beams.satellite]
    return np.minimum(u * u + v * v, 1.0), radius_m


def aggregate_pfd_w(
    world: World, kernels: Kernels, sky: Sky, beams: Beams, whole: np.ndarray
) -> np.ndarray:
    """Power-flux density of all beams of all satellites at the cells' centres, in band.

    In free space. The kernel that sums interference does it, for receivers in free space and beams
    of one colour.

    Returns
    -------
    float64 array (trials, cells)
        W/m²/MHz.
    """
    xp, colours, steering = kernels.xp, world.radio.colours, world.radio.steering
    trials, centres = sky.trials, world.ground.cells.centre_unit.T
    count = centres.shape[1] * trials
    everywhere = np.ascontiguousarray(np.tile(centres * EARTH_RADIUS_M, (1, trials)))
    density_w = 10.0 ** (0.1 * world.radio.eirp_density_dbw_per_mhz)
    nothing = np.zeros((count, 8), dtype=np.float32)
    # The first beam of a trial stands in for the served one.
    lit = np.diff(beams.start) > 0
    first = np.where(lit, beams.start[:-1], -1).astype(np.int32)
    strength = whole
    if world.payloads is not None:
        strength = (whole * 10.0 ** (0.1 * world.payloads.figure("eirp_db", sky))).astype(
            np.float32
        )
    links = ConstellationDownlink(
        user_m=xp.asarray(everywhere),
        user_start=xp.asarray(np.arange(trials + 1) * centres.shape[1]),
        gain=xp.full(count, density_w / (4.0 * math.pi), dtype=xp.float32),
        environment=xp.zeros(count, dtype=xp.uint8),
        sight=xp.asarray(nothing),
        shadow=xp.asarray(nothing),
        entry=xp.asarray(np.tile(np.array([0.0, 1.0], dtype=np.float32), (count, 1))),
        serving=xp.asarray(np.repeat(first, centres.shape[1])),
        satellite_m=xp.asarray(np.ascontiguousarray(sky.position_m.T)),
        axes=xp.asarray(sky.axes),
        satellite_start=xp.asarray(sky.start),
        satellite_power=xp.asarray(strength),
        beam=xp.asarray(beams.direction),
        beam_power=xp.asarray((beams.power * beams.lit_part).astype(np.float32)),
        segment_start=xp.asarray(beams.segment_start[::colours].copy()),
        sky=xp.asarray(np.zeros((1, ENTRIES, 6), dtype=np.float32)),
        pattern=xp.asarray(steering.pattern),
        reduced_aperture=steering.reduced_aperture,
        axial_weight=steering.axial_weight,
        element_exponent=steering.element_exponent,
        lowest_sine=0.0,
        colours=1,
    )
    mixed = None
    if world.payloads is not None:
        payload = world.payloads.of_satellite[sky.number]
        mixed = MixedLinks(links, payload, world.payloads.each)
    carrier, others = constellation_sinr(kernels, links, mixed)
    # Where its satellite is up the first beam counts as well.
    above = np.zeros((trials, centres.shape[1]), dtype=bool)
    satellite_m = sky.position_m[beams.satellite[first[lit]]]
    # Elementwise: a matrix product may round differently for another number of trials.
    above[lit] = (satellite_m[:, :, None] * centres).sum(axis=1) > EARTH_RADIUS_M
    carried = np.where(above.ravel(), on_host(carrier), 0.0)
    return (on_host(others).astype(np.float64) + carried).reshape(trials, -1)
