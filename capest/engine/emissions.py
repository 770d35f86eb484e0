"""What satellites radiate, what of it reaches the ground, and how far limits turned beams down.

Power-flux densities are those of one beam of one satellite at its own cell's centre, where its
boresight meets the ground in free space; with a limit out of band, that of all satellites together
stands beside them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capest.backend.protocol import Kernels, on_host
from capest.engine.beams import Beams, Boresights, layout_of_first
from capest.engine.collect import Computed
from capest.engine.power import LoweredPower, boresight_elevation_deg, boresight_pfd_dbw, of_beams
from capest.engine.sky import Sky
from capest.engine.world import World

LIMITED_BY = {
    "pfd_reduction_db": "pfd",
    "rf_power_reduction_db": "rf_power",
    "out_of_band_reduction_db": "out_of_band_pfd",
}
"""Names of quantities of a limit, by what it takes off beams."""

_ROUNDING_DB = 1e-6
"""What is less is no turning down: shares of the power are in single precision."""


@dataclass(frozen=True)
class LitBeams:
    """Which beams are lit, and for how long.

    Attributes
    ----------
    lit : bool array (beams,)
        Ever, in a frame.
    share : float64 array (beams,) or float
        Of the slots.
    in_slots : bool array (slots, beams) or None
        ``None`` for a moment.
    """

    lit: np.ndarray
    share: Any = 1.0
    in_slots: np.ndarray | None = None


def emissions(world: World, kernels: Kernels, computed: Computed) -> dict[str, Any]:
    """Work out what the satellites of some trials radiate.

    Parameters
    ----------
    world : World
    kernels : Kernels
    computed : Computed

    Returns
    -------
    dict of str to array (trials,)
        Of the backend, by the names of quantities; NaN where no beam is lit.
    """
    of_moment = world.beams.attachment == "strongest" and computed.down.frame is None
    xp = kernels.xp
    if of_moment and computed.beams.lit is None:
        # One trial of a satellite that lights all its beams is like another.
        known = world.same_in_all_trials
        if "emissions" not in known:
            first = of_first_trial(computed)
            known["emissions"] = of_lit_beams(world, first, lit_beams(first))
        trials = computed.sky.trials
        return {name: xp.asarray(one.repeat(trials)) for name, one in known["emissions"].items()}
    if of_moment and not computed.power.reduction_db:
        return _at_full_power(world, xp, computed.sky, computed.beams)
    found = of_lit_beams(world, computed, lit_beams(computed))
    return {name: xp.asarray(values) for name, values in found.items()}


def of_first_trial(computed: Computed) -> Computed:
    """What `of_lit_beams` reads of the first trial, of one satellite at a moment."""
    sky, beams, power = computed.sky, computed.beams, computed.power
    count = int(beams.start[1])
    aggregate_w = power.aggregate_w
    return replace(
        computed,
        sky=replace(sky, start=sky.start[:2], number=sky.number[:1], position_m=sky.position_m[:1]),
        beams=replace(
            beams,
            start=beams.start[:2],
            satellite=beams.satellite[:count],
            power=beams.power[:count],
        ),
        power=LoweredPower(
            power.satellite[:1],
            {name: off_db[:count] for name, off_db in power.reduction_db.items()},
            None if aggregate_w is None else aggregate_w[:1],
        ),
    )


def lit_beams(computed: Computed) -> LitBeams:
    """Find out which beams of some trials are lit, on the host."""
    beams, frame = computed.beams, computed.down.frame
    if frame is None:
        return LitBeams(beams.power > 0.0)
    trial = np.repeat(np.arange(len(beams.start) - 1), np.diff(beams.start))
    share = on_host(frame.share)[trial, np.arange(len(beams)) - beams.start[trial]]
    in_slots = replace(beams, lit=on_host(beams.lit)).lit_in_slots(np)
    return LitBeams(share > 0.0, share, in_slots)


def _at_full_power(world: World, xp: Any, sky: Sky, beams: Beams) -> dict[str, Any]:
    """Emissions of a satellite that lights some of a layout and has no limit: nothing waits."""
    boresights = layout_of_first(world, world.beams.fixed_layout, sky)
    pfd_dbw = boresight_pfd_dbw(world, sky, boresights)
    elevation_deg = boresight_elevation_deg(world, sky, boresights)
    assert beams.lit is not None
    lit = beams.lit > 0
    worst = xp.where(lit, xp.asarray(pfd_dbw), -xp.inf).argmax(axis=1)
    count = lit.sum(axis=1)
    some = count > 0
    worst_dbw = xp.where(some, xp.asarray(pfd_dbw)[worst], xp.nan)
    radiated_w = xp.where(some, world.radio.beam_power_w * count, xp.nan)
    return {
        "pfd_worst_dbw_per_m2_mhz": worst_dbw,
        "pfd_worst_elevation_deg": xp.where(some, xp.asarray(elevation_deg)[worst], xp.nan),
        "out_of_band_pfd_worst_dbw_per_m2_mhz": worst_dbw
        - world.radio.limits.out_of_band_rejection_db,
        "radiated_w": radiated_w,
        "radiated_w_largest": radiated_w,
        "beams_radiating": count.astype(xp.int32),
    }


def of_lit_beams(world: World, computed: Computed, lit_beams: LitBeams) -> dict[str, np.ndarray]:
    """Emissions of any beams, arrays (trials,) on the host; see `emissions`."""
    sky, beams, power = computed.sky, computed.beams, computed.power
    lit, rejection_db = lit_beams.lit, world.radio.limits.out_of_band_rejection_db
    trial = np.repeat(np.arange(sky.trials), np.diff(beams.start))
    count = np.bincount(trial, lit, minlength=sky.trials)
    taken_db = sum(power.reduction_db.values(), np.zeros(len(beams)))
    worst_dbw, elevation_deg = _worst(world, sky, beams, lit, taken_db, trial)
    found = {
        "pfd_worst_dbw_per_m2_mhz": worst_dbw,
        "pfd_worst_elevation_deg": elevation_deg,
        "out_of_band_pfd_worst_dbw_per_m2_mhz": worst_dbw - rejection_db,
        **_radiated_w(world, sky, beams, lit_beams, taken_db),
        "beams_radiating": count.astype(np.int32),
    }
    if power.aggregate_w is not None:
        in_band_dbw = 10.0 * np.log10(np.maximum(power.aggregate_w, 1e-300))
        aggregate_dbw = np.where(power.aggregate_w > 0.0, in_band_dbw - rejection_db, np.nan)
        found["out_of_band_pfd_aggregate_dbw_per_m2_mhz"] = aggregate_dbw
    for name, off_db in power.reduction_db.items():
        limit, of_lit_db = LIMITED_BY[name], np.where(lit, off_db, 0.0)
        turned_down = np.bincount(trial, of_lit_db > _ROUNDING_DB, minlength=sky.trials)
        mean_db = np.bincount(trial, of_lit_db, minlength=sky.trials) / np.maximum(count, 1.0)
        most_db = _largest(of_lit_db, beams.start)
        found |= {
            f"turned_down_by_{limit}_db": np.where(count > 0, mean_db, np.nan),
            f"turned_down_by_{limit}_largest_db": np.where(count > 0, most_db, np.nan),
            f"beams_turned_down_by_{limit}": turned_down.astype(np.int32),
        }
    return found


def _worst(
    world: World, sky: Sky, beams: Beams, lit: np.ndarray, taken_db: np.ndarray, trial: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Largest power-flux density of a lit beam of each trial, and the elevation of its arrival.

    Returns
    -------
    worst_dbw, elevation_deg : float64 array (trials,)
        NaN where no beam is lit.
    """
    of_layout = world.beams.attachment == "strongest"
    where: Beams | Boresights = beams
    if of_layout and len(sky):
        where = layout_of_first(world, world.beams.fixed_layout, sky)
    pfd_dbw = boresight_pfd_dbw(world, sky, where)
    if of_layout:
        pfd_dbw = np.tile(pfd_dbw, sky.trials)
    reached_dbw = np.where(lit, pfd_dbw - taken_db, -np.inf)
    worst_dbw = _largest(reached_dbw, beams.start)
    some = np.isfinite(worst_dbw)
    elevation_deg = np.full(sky.trials, np.nan)
    hit = np.flatnonzero(lit & (reached_dbw == worst_dbw[trial]))
    first = hit[np.searchsorted(hit, beams.start[:-1][some])]
    place = first - beams.start[:-1][some] if of_layout else first
    assert where.direction is not None
    of_worst = Boresights(where.satellite[place], where.direction[:, place])
    elevation_deg[some] = boresight_elevation_deg(world, sky, of_worst)
    return np.where(some, worst_dbw, np.nan), elevation_deg


def _radiated_w(
    world: World, sky: Sky, beams: Beams, lit_beams: LitBeams, taken_db: np.ndarray
) -> dict[str, np.ndarray]:
    """Radiated power of satellites in their whole carriers, by the names of quantities."""
    lit, in_slots = lit_beams.lit, lit_beams.in_slots
    beam_w = of_beams(world, "beam_power_w", sky, beams, world.radio.beam_power_w)
    lit_w = np.where(lit, beam_w * np.exp(-0.1 * math.log(10.0) * taken_db), 0.0)
    of_satellite_w = np.bincount(beams.satellite, lit_w * lit_beams.share, minlength=len(sky))
    in_use = np.bincount(beams.satellite, lit, minlength=len(sky)) > 0
    satellites = np.bincount(sky.trial, in_use, minlength=sky.trials)
    together_w = np.bincount(sky.trial, of_satellite_w, minlength=sky.trials)
    most_w: Any = of_satellite_w
    if in_slots is not None and len(beams):
        by, first = np.unique(beams.satellite, return_index=True)
        most_w = np.zeros(len(sky))
        most_w[by] = np.add.reduceat(in_slots * lit_w, first, axis=1).max(axis=0)
    some = satellites > 0
    return {
        "radiated_w": np.where(some, together_w / np.maximum(satellites, 1.0), np.nan),
        "radiated_w_largest": np.where(some, _largest(most_w, sky.start), np.nan),
    }


def _largest(values: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Largest value of each trial, float64 array (trials,); minus infinity of a trial without."""
    found = np.full(len(start) - 1, -np.inf)
    some = np.diff(start) > 0
    if some.any():
        found[some] = np.maximum.reduceat(values, start[:-1][some])
    return found
