"""The result file's one table: every variable's dimensions, type, units and description.

Nothing writes an attribute by hand: ``netcdf.py`` creates exactly these variables. The file
follows the CF conventions 1.11 (https://cfconventions.org) in one flat root group.

Histograms. ``<metric>_count`` holds the regular bins only, whose edges are finite and stand
in ``<metric>_bin_bounds``; what lies outside is counted in ``<metric>_below`` and
``<metric>_above``. So no cell has an infinite bound. ``axis_of`` rebuilds the axis from the
attributes of ``<metric>_bin``: a file is read with the bins it was written with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np

from capest.results import all_beams_schema, network_schema, service_schema
from capest.results.variable import Variable, flags
from capest.statistics.figure_names import (
    BEAM_SHARE,
    BLOCKING_SHARE,
    OF_CALLS,
    SERVED_SHARE,
    TRIAL_MEANS,
    UPLINK_SHARE,
)
from capest.statistics.histograms import AXES, HistogramAxis

NOTE = "interval_note"
"""Attribute of an estimate without limits: why there are none, and what would give some."""

GLOBAL_ATTRIBUTES: dict[str, object] = {
    "Conventions": "CF-1.11",
    "title": "capest result",
    "institution": "not stated",
    "references": (
        "3GPP TR 38.821 and TR 38.811 (system and channel model); Woodruff (1952), JASA 47(260) "
        "(intervals of quantiles)"
    ),
    "comment": (
        "Counts are over users or beams of the lit statistics beams of all trials; uplink ones are "
        "over turns, each counted as often as its beam has users that take turns. 95 % confidence "
        "limits of quantiles: Woodruff over groups of whole trials; of means: Student t over "
        "trials; of shares: Wilson with the effective sample size; where few trials decide: gamma "
        "(Fay and Feuer); missing where fewer than 5 trials contribute. Quantiles over trials are "
        "order statistics."
    ),
}
"""What every result file says; where a run comes from is added to it."""


# Users are spread over an area and are no dimension of the file: "area" is the CF name for
# sums and means over them.


def _per_trial(dtype: str, units: str, long_name: str) -> Variable:
    return Variable(("trial",), dtype, units, long_name, cell_methods="area: sum")


def _per_cell(
    dtype: str,
    units: str | None,
    long_name: str,
    method: str | None = None,
    fill: float | None = None,
    attributes: Mapping[str, object] | None = None,
) -> Variable:
    where = {"coordinates": "cell_u cell_v cell_colour cell_counted"}
    methods = method and f"area: {method}"
    dims = ("trial", "cell")
    everything = dict(attributes or {}) | where
    return Variable(dims, dtype, units, long_name, None, methods, fill, everything)


TRIAL: dict[str, Variable] = {
    "users": _per_trial("i4", "1", "users attached to the statistics beams"),
    "lit_users": _per_trial("i4", "1", "users attached to lit statistics beams"),
    "served_users": _per_trial("i4", "1", "users served by the statistics beams"),
    "throughput": _per_trial("f8", "Mbit s-1", "downlink throughput of the statistics beams"),
    "lit_beams": _per_trial("i4", "1", "statistics beams lit"),
    "uplink_throughput": _per_trial("f8", "Mbit s-1", "uplink throughput of the statistics beams"),
    "uplink_users": _per_trial("i4", "1", "users of lit statistics beams that transmit in turn"),
    **network_schema.TRIAL,
    **service_schema.TRIAL,
    **all_beams_schema.TRIAL,
}
"""One value per trial: names of ``BlockResult.trial``, those of the uplink where it is computed."""

TRIAL_CELL: dict[str, Variable] = {
    "cell_users": _per_cell("i4", "1", "users attached to the beam", "sum"),
    "cell_lit": _per_cell("i1", None, "beam lit or dark", attributes=flags((0, 1), "dark lit")),
    "cell_served_users": _per_cell("i4", "1", "users served by the beam", "sum"),
    "cell_sinr_db": _per_cell(
        "f4",
        "dB",
        "signal to interference and noise ratio, mean of the dB values of the beam's users",
        "mean",
        np.nan,
        {"comment": "missing where the beam is dark or has no user"},
    ),
    "cell_spectral_efficiency": _per_cell(
        "f4",
        "bit s-1 Hz-1",
        "spectral efficiency of the link before overhead, mean of the beam's served users",
        "mean",
        np.nan,
        {"comment": "missing where the beam serves no user"},
    ),
    "cell_throughput": _per_cell(
        "f4", "Mbit s-1", "downlink throughput of the beam in this trial, zero where dark", "sum"
    ),
    "cell_uplink_sinr_db": _per_cell(
        "f4",
        "dB",
        "uplink signal to interference and noise ratio, mean of the dB values of the beam's drops",
        "mean",
        np.nan,
        {"comment": "missing where the beam has no user that transmits"},
    ),
    "cell_uplink_spectral_efficiency": _per_cell(
        "f4",
        "bit s-1 Hz-1",
        "uplink spectral efficiency of the link before overhead, mean of the beam's drops",
        "mean",
        np.nan,
        {"comment": "missing where the beam has no user that transmits"},
    ),
    "cell_uplink_throughput": _per_cell(
        "f4", "Mbit s-1", "uplink throughput of the beam in this trial, zero where dark", "sum"
    ),
    **service_schema.TRIAL_CELL,
}
"""One value per trial and beam: names of ``BlockResult.trial_cell``; as above for the uplink."""

LAYOUT: dict[str, Variable] = {
    "cell_u": Variable(("cell",), "f8", "1", "direction cosine u of the beam centre"),
    "cell_v": Variable(("cell",), "f8", "1", "direction cosine v of the beam centre"),
    "cell_colour": Variable(("cell",), "i4", "1", "colour of the beam in the reuse pattern"),
    "cell_counted": Variable(
        ("cell",),
        "i1",
        None,
        "whether the beam counts in the statistics",
        attributes=flags((0, 1), "guard counted"),
    ),
}
"""The beam layout of one satellite, given by the scene."""

CELL_COORDINATES: dict[str, Variable] = {
    "cell": Variable(("cell",), "i4", "1", "number of the beam in the layout"),
}

COORDINATES: dict[str, Variable] = {
    "trial": Variable(("trial",), "i8", "1", "number of the trial", "realization"),
    "group": Variable(("group",), "i4", "1", "number of the group of trials"),
    "group_trials": Variable(("group",), "i8", "1", "trials in the group"),
    "quantile": Variable(("quantile",), "f8", "1", "cumulative probability"),
    "all_trials": Variable((), "f8", "1", "middle of all trials of the run", "realization"),
}
"""Coordinates of the dimensions, the weights of the groups, and the cell that means over
trials have (a scalar coordinate, which ``cell_methods`` can name)."""

_OF_MEANS = {
    "throughput": "downlink throughput of the statistics beams, mean over trials",
    "users": "users attached to the statistics beams, mean over trials",
    "lit_beams": "statistics beams lit, mean over trials",
    "uplink_throughput": "uplink throughput of the statistics beams, mean over trials",
    "satellites_in_use": "satellites with a lit beam, mean over trials",
    "satellites_in_reach": "satellites that somebody in the region may hear, mean over trials",
    "covered_cells": "cells with a satellite above the mask, mean over trials",
    SERVED_SHARE: "served users of the users of lit statistics beams, ratio of sums over trials",
    UPLINK_SHARE: "users of lit statistics beams that transmit in turn, of all of them",
    BEAM_SHARE: "users with a beam, of all users, ratio of sums over trials",
    **service_schema.OF_MEANS,
    **all_beams_schema.OF_MEANS,
}


def _with_limits(name: str, variable: Variable, observations: str) -> dict[str, Variable]:
    """Add the limits of the 95 % confidence interval to an estimated variable."""
    low, high = f"{name}_low", f"{name}_high"
    named = {"ancillary_variables": f"{low} {high}"}
    limit = f"95 % confidence limit over {observations}: {variable.long_name}"
    return {
        name: replace(variable, attributes=named | dict(variable.attributes)),
        low: replace(variable, long_name=f"lower {limit}", cell_methods=None),
        high: replace(variable, long_name=f"upper {limit}", cell_methods=None),
    }


def mean_variables(quantities: Iterable[str]) -> dict[str, Variable]:
    """Means over trials with their limits: ``<metric>_mean``, ``…_low``, ``…_high``."""
    table: dict[str, Variable] = {}
    there = {*quantities, SERVED_SHARE}
    if "uplink_users" in there:
        there.add(UPLINK_SHARE)
    if "satellites_in_use" in there:
        there.add(BEAM_SHARE)
    if "calls" in there:
        there |= OF_CALLS
    if "call_attempts" in there:
        there.add(BLOCKING_SHARE)
    for metric, long_name in _OF_MEANS.items():
        if metric not in there:
            continue
        mean = Variable(
            (),
            "f8",
            TRIAL_MEANS.get(metric, "1"),
            long_name,
            cell_methods="all_trials: mean",
            attributes={"coordinates": "all_trials"},
        )
        table |= _with_limits(f"{metric}_mean", mean, "trials")
    return table


def histogram_variables(axis: HistogramAxis) -> dict[str, Variable]:
    """Bins, counts per group, and quantiles with their limits of one metric."""
    bins, bounds = f"{axis.name}_bin", f"{axis.name}_bin_bounds"
    of_beams, over = " of the statistics beams", f"{axis.population}s and trials"
    if axis.population == "trial":
        of_beams, over = "", "trials"
    counted = f"{axis.population}s{of_beams} per bin: {axis.long_name}"
    scale = "logarithmic" if axis.logarithmic else "linear"
    quantile = Variable(("quantile",), "f8", axis.units, f"quantile over {over}: {axis.long_name}")
    return {
        bins: Variable(
            (bins,),
            "f8",
            axis.units,
            f"bin centre: {axis.long_name}",
            attributes={
                "bounds": bounds,
                "bin_scale": scale,
                "bin_low": axis.low,
                "bin_step": axis.step,
                "population": axis.population,
            },
        ),
        bounds: Variable((bins, "bnds"), "f8", None, None),
        f"{axis.name}_count": Variable(
            ("group", bins), "i8", "1", counted, cell_methods="area: sum"
        ),
        f"{axis.name}_below": Variable(
            ("group",), "i8", "1", f"{axis.population}s below the first bin: {axis.long_name}"
        ),
        f"{axis.name}_above": Variable(
            ("group",), "i8", "1", f"{axis.population}s above the last bin: {axis.long_name}"
        ),
    } | _with_limits(f"{axis.name}_quantile", quantile, "groups of trials")


def bin_centres(axis: HistogramAxis) -> np.ndarray:
    """Centres of the regular bins, geometric on a logarithmic axis, float64 (bins,)."""
    grid = axis.low + axis.step * (np.arange(axis.regular_bins) + 0.5)
    return 10.0**grid if axis.logarithmic else grid


def axis_of(name: str, regular_bins: int, attributes: Mapping[str, object]) -> HistogramAxis:
    """Rebuild a histogram axis from the attributes of its bin coordinate.

    Parameters
    ----------
    name : str
        The metric.
    regular_bins : int
        Length of the bin dimension.
    attributes : mapping
        Attributes of ``<name>_bin``.

    Returns
    -------
    HistogramAxis
    """
    return HistogramAxis(
        name=name,
        units=str(attributes["units"]),
        long_name=str(attributes["long_name"]).removeprefix("bin centre: "),
        population=str(attributes["population"]),
        low=float(attributes["bin_low"]),  # type: ignore[arg-type]
        step=float(attributes["bin_step"]),  # type: ignore[arg-type]
        regular_bins=regular_bins,
        logarithmic=attributes["bin_scale"] == "logarithmic",
    )


def table(
    metrics: Iterable[str], quantities: Collection[str], layout: Collection[str]
) -> dict[str, Variable]:
    """Every variable of a result file, in the order in which they are written.

    Parameters
    ----------
    metrics : iterable of str
        Quantities the blocks have histograms of.
    quantities : collection of str
        Quantities the blocks have per trial, and per trial and beam.
    layout : collection of str
        Coordinates that the scene gives: of beams, or of cells and satellites.
    """
    recorded = {name: kind for name, kind in (TRIAL | TRIAL_CELL).items() if name in quantities}
    one_satellite = "cell_counted" in layout
    of_scene = LAYOUT if one_satellite else network_schema.LAYOUT
    everything = COORDINATES | (CELL_COORDINATES if one_satellite else network_schema.COORDINATES)
    everything |= {name: of_scene[name] for name in of_scene if name in layout}
    everything |= recorded | mean_variables(quantities)
    if not one_satellite:
        everything |= network_schema.MEANS
        if "calls" in quantities:
            everything |= network_schema.CALL_MEANS
    for metric in metrics:
        everything |= histogram_variables(AXES[metric])
    return everything
