"""Results by cell of a region and by satellite, of beams that come and go: sums over trials."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.protocol import Kernels
from capest.engine import per_cell_of_frame
from capest.engine.assignment import SatellitesInView
from capest.engine.beams import Beams
from capest.engine.cell_places import Places, counted_places, places_of, sums_of
from capest.engine.collect import Computed, CountedUsers
from capest.engine.dark_cells import cells_of_users, dark_by_trial
from capest.engine.services.admission import CARRIED, OUTCOMES, WHOLE
from capest.engine.services.blocking import blocking_totals
from capest.engine.services.outcome import (
    calls_at_rates,
    holders_of_places,
    refused,
    taken_of_beams,
    totals,
    totals_at_minimum,
    totals_at_rates,
    totals_in_reach,
)
from capest.engine.services.serve import Served
from capest.engine.sky import Sky
from capest.engine.users import Users
from capest.engine.world import World
from capest.statistics.block import BlockResult
from capest.statistics.quantities import AXES
from capest.statistics.quantities_of_cells import FIXED_POINT
from capest.statistics.quantities_of_kept_cells import values_by_trial


def collect_cells(
    world: World,
    kernels: Kernels,
    computed: Computed,
    counted: CountedUsers,
    histograms: dict[str, Any],
    *,
    kept: bool = False,
) -> dict[str, dict[str, Any]]:
    """Arrays of the backend for `finish`, by group; those of ``cell`` are (rows, cells)."""
    xp, users, beams = kernels.xp, computed.users, computed.beams
    rate = xp.rint(counted.throughput_mbps * FIXED_POINT)
    is_served = (counted.efficiency > 0.0).astype(xp.float64)
    number = beams.first_of(counted.trial, xp) + counted.serving
    # Users that do not count weigh nothing: they may have no beam.
    number = xp.where(counted.serving >= 0, number, len(beams))
    per_beam = {
        name: sums_of(number, values, len(beams) + 1, counted.weight, xp)[:-1]
        for name, values in (("users", None), ("served", is_served), ("throughput", rate))
    }
    elevation_deg = xp.degrees(xp.arcsin(xp.minimum(counted.sin_elevation, 1.0)))
    places = places_of(world, computed.sky.trials, kept)
    cell = places.number(counted.trial, counted.cell, xp)
    per_cell = {
        name: places.shaped(sums_of(cell, values, places.size + 1, counted.weight, xp)[:-1])
        for name, values in (
            ("cell_lit_users", None),
            ("cell_served_users", is_served),
            ("cell_throughput", rate),
            ("cell_elevation", xp.rint(elevation_deg * FIXED_POINT)),
            ("cell_sinr", xp.rint(xp.clip(counted.sinr_db, -300.0, 300.0) * FIXED_POINT)),
        )
    }
    number = places.number(users.trial, users.cell, xp)
    number = xp.where(users.that_count(users.cell >= 0), number, -1)
    per_cell["cell_users"] = places.shaped(kernels.count_numbers(number, places.size))
    of_each_trial = places_of(world, computed.sky.trials, kept=True)
    trial, of_cells, calls = _of_services(world, kernels, users, beams, computed.served, places)
    if computed.in_reach is not None:
        number = xp.where(users.that_count(computed.in_reach), users.trial, -1).astype(xp.int64)
        reached = kernels.count_numbers(number, computed.sky.trials)
        trial |= totals_in_reach(trial, reached)
    if computed.down.frame is not None:
        more = per_cell_of_frame.collect(world, beams, users, computed.down.frame, places, xp)
        trial, per_beam, per_cell = (
            group | added for group, added in zip((trial, per_beam, per_cell), more, strict=True)
        )
    return {
        "trial": trial | computed.of_assignment,
        "beam": per_beam | calls,
        "cell": per_cell | of_cells,
        "trial_cell": cells_of_users(users, computed, counted, of_each_trial, xp),
        "histograms": histograms,
    }


def _of_services(
    world: World,
    kernels: Kernels,
    users: Users,
    beams: Beams,
    served: Served | None,
    places: Places,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Parts of the groups ``trial``, ``cell`` and ``beam``, empty without services."""
    services, xp = world.services, kernels.xp
    trial: dict[str, Any] = {}
    per_cell: dict[str, Any] = {}
    per_beam: dict[str, Any] = {}
    if served is None or services is None:
        return trial, per_cell, per_beam
    links, demand = served.links, served.demand
    user_trial = users.trial.astype(xp.int64)
    if served.admitted is not None:
        outcome, classes = served.admitted.outcome, len(services.calls)
        number = user_trial * (classes * OUTCOMES) + served.outcome
        calls = users.that_count(demand.call)
        counts = kernels.count_numbers(
            xp.where(calls, number, -1), links.trials * classes * OUTCOMES
        )
        trial = totals(services, counts.reshape(links.trials, classes, OUTCOMES))
        lifted = xp.zeros(links.trials, dtype=xp.int64)
        if served.on_fading is not None:
            on_fading = users.that_count(served.on_fading)
            lifted = kernels.count_numbers(xp.where(on_fading, user_trial, -1), links.trials)
        trial["calls_on_fading"] = lifted.astype(xp.int32)
        number = xp.where(calls & (outcome == CARRIED), user_trial, -1)
        trial |= totals_at_rates(calls_at_rates(kernels, number, served.admitted, links.trials))
        trial |= totals_at_minimum(kernels, links, calls, served.admitted.held)
        if served.without_interference is not None:
            trial["calls_without_interference"] = served.without_interference
        if served.blocked is not None:
            shown = xp.asarray(counted_places(world, beams, links.beams))
            trial |= blocking_totals((served.blocked * shown[:, :, None]).sum(axis=1))
        calling = calls & (users.cell >= 0)
        place = places.number(users.trial, users.cell, xp)
        number = xp.where(calling, place * OUTCOMES + outcome, -1)
        of_outcome = kernels.count_numbers(number, places.size * OUTCOMES)
        of_outcome = places.shaped(of_outcome.reshape(places.size, OUTCOMES))
        per_cell = {
            "cell_calls": of_outcome[..., CARRIED],
            "cell_calls_offered": of_outcome.sum(axis=-1),
            **refused(of_outcome),
        }
        held = served.admitted.held
        place = xp.where(calling, place, -1)
        holders = holders_of_places(kernels, place, held, places.size)
        per_cell |= {name: places.shaped(counts) for name, counts in holders.items()}
        carried = calls & (outcome == CARRIED) & (links.serving >= 0)
        per_beam["calls"] = kernels.count_numbers(
            xp.where(carried, links.own_beam, -1), links.trials * links.beams
        )
        per_beam |= taken_of_beams(services, links, served.admitted, xp)
    if served.settled is not None:
        ready = xp.where(users.that_count(served.settled.ready), user_trial, -1)
        trial["uplink_users"] = kernels.count_numbers(ready, links.trials).astype(xp.int32)
        if served.settled.calls is not None:
            empty, full = served.settled.calls.astype(xp.int32)
            trial |= {"calls_from_empty": empty, "calls_from_full": full}
    if served.best_effort_mbps is not None:
        rest = xp.rint(served.best_effort_mbps * FIXED_POINT).sum(axis=1)
        trial["best_effort_throughput"] = rest / FIXED_POINT
    return trial, per_cell, per_beam


def finish(
    world: World,
    first_trial: int,
    sky: Sky,
    view: SatellitesInView,
    beams: Beams,
    found: dict[str, dict[str, Any]],
    *,
    kept: bool = False,
) -> BlockResult:
    """Put the results of consecutive trials together, from arrays on the host.

    Parameters
    ----------
    world : World
    first_trial : int
    sky : Sky
    view : SatellitesInView
    beams : Beams
    found : dict of str to dict
        From `collect_cells`.
    kept : bool, optional
        Keep values of every trial and cell, beside their sums over trials.
    """
    per_beam = found["beam"]
    lit = (beams.power > 0.0) & beams.that_count(world.ground.counted)
    histograms = dict(found["histograms"])
    axis = AXES["beam_throughput"]
    # In a frame, a beam that never gets a slot counts with nothing.
    shown = per_beam["throughput"][lit] / FIXED_POINT
    if "share" in per_beam:
        lit &= per_beam["share"] > 0.0
    histograms[axis.name] = axis.count(shown, NumpyKernels())
    trials, satellites = sky.trials, len(world.space)
    beam_trial = np.repeat(np.arange(trials), np.diff(beams.start))
    number = sky.number[beams.satellite]

    def per_trial(values: np.ndarray) -> np.ndarray:
        return np.bincount(beam_trial, values, minlength=trials)

    def per_satellite(values: np.ndarray) -> np.ndarray:
        # Whole numbers below 2**53 add exactly in double precision.
        return np.bincount(number, values, minlength=satellites).astype(np.int64)

    in_use = np.zeros(len(sky), dtype=bool)
    in_use[beams.satellite[lit]] = True
    covered = view.in_view > 0
    # Beams of a layout are not steered: whoever is above the mask serves.
    may_be_served = covered if beams.cell is None else view.may_be_served
    asking, with_beam = (found["trial_cell"][name] for name in ("asking", "with_beam"))
    trial = {
        "users": np.full(trials, world.ground.users_per_trial, dtype=np.int32),
        "lit_users": per_trial(per_beam["users"]).astype(np.int32),
        "served_users": per_trial(per_beam["served"]).astype(np.int32),
        "throughput": per_trial(per_beam["throughput"]) / FIXED_POINT,
        "lit_beams": per_trial(lit).astype(np.int32),
        "satellites_in_use": np.bincount(sky.trial, in_use, minlength=trials).astype(np.int32),
        "satellites_in_reach": np.diff(sky.start).astype(np.int32),
        "covered_cells": covered[:, world.ground.counted].sum(axis=1).astype(np.int32),
        **dark_by_trial(asking, with_beam, may_be_served),
        **found["trial"],
    }
    places = places_of(world, trials, kept)
    of_cells = {
        "cell_covered_trials": covered,
        "cell_satellites_in_view": view.in_view,
        "cell_asking_trials": asking,
        "cell_dark_trials": asking & ~with_beam,
        **found["cell"],
    }
    aimed_at = None
    if beams.cell is not None:
        aimed_at = places.number(beam_trial, beams.cell, np)
        beams_of_cell = _lit_beams_of_cell(world, beams, beam_trial, lit)
        # A cell with several beams is lit once.
        once = lit / np.maximum(beams_of_cell, 1)
        of_cells["cell_lit_trials"] = places.shaped(_whole(aimed_at, once, places.size))
        if "share" in per_beam:
            share = np.rint(per_beam["share"] * FIXED_POINT) * lit
            of_cells["cell_slot_share"] = places.shaped(np.bincount(aimed_at, share, places.size))
    sums = {
        "satellite_lit_trials": np.bincount(sky.number, in_use, minlength=satellites),
        "satellite_beams": per_satellite(lit),
        "satellite_users": per_satellite(per_beam["users"]),
        "satellite_throughput": per_satellite(per_beam["throughput"]),
    }
    if "calls" in per_beam:
        width = len(per_beam["calls"]) // trials
        place = np.arange(len(beams)) - beams.start[beam_trial] + beam_trial * width
        sums["satellite_calls"] = per_satellite(per_beam["calls"][place])
        for name in ("downlink_load", "uplink_load"):
            if name not in per_beam:
                continue
            taken = per_beam[name].ravel()[place] * lit
            trial[name] = per_trial(taken) / (np.maximum(trial["lit_beams"], 1) * float(WHOLE))
            sums[f"satellite_{name}"] = per_satellite(taken)
            if aimed_at is not None:
                mean = np.floor(taken / np.maximum(beams_of_cell, 1))
                of_cells[f"cell_{name}"] = places.shaped(np.bincount(aimed_at, mean, places.size))
    sums |= {name: values.sum(axis=0) for name, values in of_cells.items()}
    return BlockResult(
        first_trial,
        trial,
        values_by_trial(of_cells) if kept else {},
        histograms,
        {name: values.astype(np.int64) for name, values in sums.items()},
    )


def _lit_beams_of_cell(
    world: World, beams: Beams, beam_trial: np.ndarray, lit: np.ndarray
) -> np.ndarray:
    """Lit beams of the cell that each beam is aimed at, int64 array (beams,)."""
    if world.beams.beams_per_cell == 1:
        return lit.astype(np.int64)
    number = beam_trial * len(world.ground.colour) + beams.cells_aimed_at
    size = (len(beams.start) - 1) * len(world.ground.colour)
    return np.bincount(number, lit, minlength=size).astype(np.int64)[number]


def _whole(number: np.ndarray, parts: np.ndarray, size: int) -> np.ndarray:
    """Sums of parts of one, which add up to whole numbers, int64 array (size,)."""
    return np.rint(np.bincount(number, parts, size)).astype(np.int64)
