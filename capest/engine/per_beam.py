"""Results trial by trial and beam by beam, of a satellite whose beams stay: cells are beams."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.protocol import Kernels
from capest.engine import per_beam_of_frame
from capest.engine.collect import Computed
from capest.engine.dark_cells import beams_asked, dark_by_trial
from capest.engine.scheduler import beam_rate
from capest.engine.services.admission import CARRIED, WHOLE
from capest.engine.services.blocking import blocking_totals
from capest.engine.services.outcome import (
    calls_at_rates,
    calls_of_beams,
    refused,
    taken_of_beams,
    totals,
    totals_at_rates,
    totals_in_reach,
)
from capest.engine.services.serve import Served
from capest.engine.world import Layout, World
from capest.statistics.block import BlockResult
from capest.statistics.quantities import ALL_BEAMS, AXES
from capest.statistics.quantities_of_kept_cells import by_trial_name

_SUMMED = ("cell_users", "cell_served_users", "cell_calls", "cell_calls_offered")
"""Who is never served follows from sums over trials: values of many trials need not be read."""


def collect_beams(
    world: World,
    kernels: Kernels,
    layout: Layout,
    computed: Computed,
    histograms: dict[str, Any],
    *,
    kept: bool = False,
) -> dict[str, dict[str, Any]]:
    """Arrays of the backend for `finish`, by group of a ``BlockResult``."""
    xp, beams, down, up = kernels.xp, computed.beams, computed.down, computed.up
    place = xp.asarray(layout.place)
    counted, share, of_frame = xp.asarray(world.ground.counted), beams.lit_share, {}
    if down.frame is None:
        rate = beam_rate(kernels, down.shares, down.most_share)
        lit = None if beams.lit is None else beams.lit[:, place]
        trial_cell = beam_results(world, down.shares.sums[:, place], rate[:, place], lit, xp)
        shows = (trial_cell["cell_lit"] > 0) & counted
    else:
        trial_cell = per_beam_of_frame.beam_results(
            world, kernels, computed.users, computed.links, down.frame, place
        )
        of_frame = per_beam_of_frame.trial_results(world, down.frame)
        of_frame = {name: xp.asarray(values) for name, values in of_frame.items()}
        # A beam that never gets a slot counts with nothing; what it has is a mean over the frame.
        shows, share = xp.broadcast_to(counted, trial_cell["cell_lit"].shape), 1.0
    row = xp.broadcast_to(xp.arange(len(shows), dtype=xp.int32)[:, None], shows.shape)
    weight, (shown, row) = kernels.select(
        shows.ravel(), trial_cell["cell_throughput"].ravel(), row.ravel()
    )
    axis = AXES["beam_throughput"]
    histograms[axis.name] = computed.parts.count(axis, shown * share, kernels, weight, row)
    lit = (trial_cell["cell_lit"] > 0).astype(xp.int64)
    trial, of_beams, of_cells = _of_services(world, kernels, place, lit, computed, kept)
    asking = beams_asked(kernels, computed.served, trial_cell["cell_users"], place)
    dark = asking & (lit == 0)
    to_sum = {"cell_asking_trials": asking, "cell_dark_trials": dark}
    to_sum |= {name: values for name, values in (trial_cell | of_beams).items() if name in _SUMMED}
    return {
        "trial": up.trial | trial | of_frame,
        "trial_cell": trial_cell | up.trial_cell | of_beams,
        "beam": {"asking": asking, "with_beam": asking & ~dark},
        "histograms": histograms | up.histograms,
        "cell": of_cells
        | {
            name: computed.parts.total_of_trials(values.astype(xp.int64))
            for name, values in to_sum.items()
        },
    }


def _of_services(
    world: World, kernels: Kernels, place: Any, lit: Any, computed: Computed, kept: bool
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Parts of the groups ``trial``, ``trial_cell`` and ``cell``, empty without services."""
    services, served, xp = world.services, computed.served, kernels.xp
    trial: dict[str, Any] = {}
    trial_cell: dict[str, Any] = {}
    cell: dict[str, Any] = {}
    if served is None or services is None:
        return trial, trial_cell, cell
    counted = xp.asarray(np.flatnonzero(world.ground.counted))
    if served.admitted is not None:
        counts = calls_of_beams(services, kernels, served.links, served.demand, served.admitted)[
            :, place
        ]
        trial = totals(services, counts[:, counted].sum(axis=1))
        if computed.in_reach is not None:
            reached = _of_beams(kernels, served, computed.in_reach, place)[:, counted]
            trial |= totals_in_reach(trial, reached.sum(axis=1))
        trial_cell = {
            "cell_calls": counts[:, :, :, CARRIED].sum(axis=2).astype(xp.int32),
            "cell_calls_offered": counts.sum(axis=(2, 3)).astype(xp.int32),
        }
        of_outcome = counts.sum(axis=2)
        cell = refused(computed.parts.total_of_trials(of_outcome))
        if kept:
            by_trial = refused(of_outcome.astype(xp.int32))
            trial_cell |= {by_trial_name(name): values for name, values in by_trial.items()}
        for name, taken in taken_of_beams(services, served.links, served.admitted, xp).items():
            of_beams = taken[:, place] * lit
            of_lit = of_beams[:, counted].sum(axis=1) / (
                xp.maximum(lit[:, counted].sum(axis=1), 1) * float(WHOLE)
            )
            trial[name] = of_lit
            trial_cell[f"cell_{name}"] = (of_beams / float(WHOLE)).astype(xp.float32)
        trial["calls_on_fading"] = _on_fading(kernels, served, place)[:, counted].sum(axis=1)
        trial["calls_on_fading"] = trial["calls_on_fading"].astype(xp.int32)
        trial |= totals_at_rates(_at_rates(kernels, served, place[counted]))
        if served.blocked is not None:
            trial |= blocking_totals(served.blocked[:, place[counted]].sum(axis=1))
    if served.settled is not None:
        ready = computed.down.counts & served.settled.ready
        own_trial = xp.where(ready, served.links.user_trial.astype(xp.int64), -1)
        counted_ready = kernels.count_numbers(own_trial, served.links.trials)
        trial["uplink_users"] = counted_ready.astype(xp.int32)
        if served.settled.calls is not None:
            empty, full = served.settled.calls.astype(xp.int32)
            trial |= {"calls_from_empty": empty, "calls_from_full": full}
    if served.best_effort_mbps is not None:
        rest = served.best_effort_mbps[:, place]
        trial_cell["cell_best_effort_throughput"] = rest.astype(xp.float32)
    return trial, trial_cell, cell


def _at_rates(kernels: Kernels, served: Served, counted: Any) -> Any | None:
    """Calls that adapt by their rates, int64 array (trials, ``LEVELS``), in beams that count."""
    links, admitted = served.links, served.admitted
    if admitted is None:
        return None
    carried = served.demand.call & (admitted.outcome == CARRIED) & (links.serving >= 0)
    number = kernels.xp.where(carried, links.own_beam, -1)
    counts = calls_at_rates(kernels, number, admitted, links.trials * links.beams)
    if counts is None:
        return None
    return counts.reshape(links.trials, links.beams, -1)[:, counted].sum(axis=1)


def _on_fading(kernels: Kernels, served: Served, place: Any) -> Any:
    """Calls that rest on fading, int64 array (trials, beams) in the order of the layout."""
    if served.on_fading is None:
        shape = (served.links.trials, served.links.beams)
        return kernels.xp.zeros(shape, dtype=kernels.xp.int64)
    return _of_beams(kernels, served, served.on_fading, place)


def _of_beams(kernels: Kernels, served: Served, some: Any, place: Any) -> Any:
    """Count some users by beam, int64 array (trials, beams) in the order of the layout."""
    shape = (served.links.trials, served.links.beams)
    number = kernels.xp.where(some, served.links.own_beam, -1)
    return kernels.count_numbers(number, shape[0] * shape[1]).reshape(shape)[:, place]


def beam_results(world: World, sums: Any, rate: Any, lit: Any | None, xp: Any) -> dict[str, Any]:
    """Results per trial and beam from the kernels' integer sums.

    Parameters
    ----------
    world : World
    sums : int64 array (trials, beams, 5)
        See ``NumpyKernels.beam_sums``, beams in the order of the layout.
    rate : float64 array (trials, beams)
        bit/s/Hz, see ``scheduler.beam_rate``.
    lit : uint8 array (trials, beams) or None
        None: all beams are lit.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    dict of str to array (trials, beams)
    """
    attached, served, efficiency, sinr_db = (sums[:, :, k] for k in (0, 1, 2, 4))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_efficiency = efficiency / served * 2.0**-24
        mean_sinr_db = sinr_db / attached * 2.0**-16
    if lit is None:
        lit = xp.ones(attached.shape, dtype=xp.int8)
    else:
        mean_sinr_db = xp.where(lit > 0, mean_sinr_db, np.nan)
    return {
        "cell_users": attached.astype(xp.int32),
        "cell_lit": lit.astype(xp.int8),
        "cell_served_users": served.astype(xp.int32),
        "cell_sinr_db": mean_sinr_db.astype(xp.float32),
        "cell_spectral_efficiency": mean_efficiency.astype(xp.float32),
        "cell_throughput": (rate * world.radio.link.bandwidth_mhz).astype(xp.float32),
    }


def finish(world: World, first_trial: int, found: dict[str, dict[str, Any]]) -> BlockResult:
    """Put the results of consecutive trials together, from arrays on the host."""
    counted, of_beams = world.ground.counted, found["trial_cell"]
    of_counted = {name: values[:, counted] for name, values in found["beam"].items()}
    dark = dark_by_trial(**of_counted)
    trial = trial_results(counted, of_beams) | dark | found["trial"]
    for name in ("uplink_throughput", "best_effort_throughput", "offered_traffic"):
        if f"cell_{name}" in of_beams:
            rows = of_beams[f"cell_{name}"][:, counted]
            # One row after the other in memory: a sum rounds the same however many trials there
            # are.
            trial[name] = np.ascontiguousarray(rows, dtype=np.float64).sum(axis=1)
    return BlockResult(
        first_trial,
        trial | all_beams(of_beams),
        of_beams,
        found["histograms"],
        found["cell"],
    )


def trial_results(counted: np.ndarray, trial_cell: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Totals per trial over the counted beams."""
    users, lit, served, throughput = (
        # One row after the other in memory: a sum rounds the same however many trials there are.
        np.ascontiguousarray(trial_cell[name][:, counted])
        for name in ("cell_users", "cell_lit", "cell_served_users", "cell_throughput")
    )
    return {
        "users": users.sum(axis=1, dtype=np.int32),
        "lit_users": (users * lit).sum(axis=1, dtype=np.int32),
        "served_users": served.sum(axis=1, dtype=np.int32),
        "throughput": throughput.astype(np.float64).sum(axis=1),
        "lit_beams": lit.sum(axis=1, dtype=np.int32),
    }


def all_beams(trial_cell: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Totals per trial over all beams of the satellite, those of ``ALL_BEAMS`` that are there."""
    found = {}
    for metric, counted in ALL_BEAMS.items():
        of_beams = trial_cell.get(f"cell_{counted}")
        if of_beams is not None:
            dtype = np.int32 if of_beams.dtype.kind == "i" else np.float64
            rows = np.ascontiguousarray(of_beams, dtype=dtype)
            found[metric] = rows.sum(axis=1, dtype=dtype)
    return found
