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
from typing import Any

import numpy as np

from capest.results.layouts import layout_variables, where
from capest.results.variable import Variable, flags
from capest.statistics.histograms import HistogramAxis
from capest.statistics.quantities import AXES, SHARES, in_order, is_known, of_dims, quantity
from capest.statistics.quantity import Quantity
from capest.statistics.reduction import is_reported

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
        "Distributions count users (or beams) of the lit statistics beams of all trials. Those of "
        "the uplink count scheduled users of all drops, each weighted with the number of users "
        "that its beam schedules: every user has the same weight. 95 % confidence limits of "
        "quantiles: Woodruff over groups of whole trials; of means: Student t over trials; of "
        "shares: Wilson with the effective sample size; where few trials decide: gamma (Fay and "
        "Feuer); missing where fewer than 5 trials contribute. Quantiles over trials are order "
        "statistics."
    ),
}
"""What every result file says; where a run comes from is added to it."""

COORDINATES: dict[str, Variable] = {
    "trial": Variable(("trial",), "i8", "1", "number of the trial", "realization"),
    "group": Variable(("group",), "i4", "1", "number of the group of trials"),
    "group_trials": Variable(("group",), "i8", "1", "trials in the group"),
    "quantile": Variable(("quantile",), "f8", "1", "cumulative probability"),
    "all_trials": Variable((), "f8", "1", "middle of all trials of the run", "realization"),
}
"""Coordinates of the dimensions, the weights of the groups, and the cell that means over
trials have (a scalar coordinate, which ``cell_methods`` can name)."""


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


def value_variable(row: Quantity, layout: Collection[str]) -> Variable:
    """Variable of a quantity with a value of every trial, cell or satellite.

    Parameters
    ----------
    row : Quantity
    layout : collection of str
        Coordinates that the world gives.
    """
    attributes: dict[str, object] = {"comment": row.comment} if row.comment else {}
    if row.flags:
        attributes |= flags(row.flags)
    if row.dims != ("trial",):
        # Users are spread over an area and are no dimension of the file: "area" is the CF name
        # for sums and means over them.
        named = where(row.dims[-1], layout)
        attributes["coordinates"] = named if row.dims[0] == "trial" else f"{named} all_trials"
    fill = np.nan if row.comment else None
    kind = (row.dtype, row.units, row.long_name)
    return Variable(row.dims, *kind, None, row.cell_methods, fill, attributes)


def mean_variables(quantities: Collection[str]) -> dict[str, Variable]:
    """Means over trials and shares, with limits: ``<metric>_mean``, ``..._low``, ``..._high``.

    Parameters
    ----------
    quantities : collection of str
        Quantities of a trial that the result has.
    """
    means = [row for row in map(quantity, in_order(quantities)) if row.mean]
    table: dict[str, Variable] = {}
    for row in (*means, *(share for share in SHARES if is_reported(share, quantities))):
        mean = Variable(
            (),
            "f8",
            row.units,
            row.long_name if row.share else f"{row.long_name}, mean over trials",
            cell_methods="all_trials: mean",
            attributes={"coordinates": "all_trials"},
        )
        table |= _with_limits(f"{row.name}_mean", mean, "trials")
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
    layout: Collection[str],
    *,
    trial: Collection[str],
    trial_cell: Collection[str] = (),
    cell: Collection[str] = (),
    histograms: Collection[str] = (),
) -> dict[str, Variable]:
    """Every variable of a result file, in the order in which they are written.

    Parameters
    ----------
    layout : collection of str
        Coordinates that the world gives: of cells and satellites.
    trial, trial_cell, cell, histograms : collection of str
        What the blocks have, see ``BlockResult``.
    """
    rows = [quantity(name) for name in in_order(trial)]
    rows += [row for name, row in of_dims("trial", "cell").items() if name in trial_cell]
    everything = COORDINATES | layout_variables(layout)
    everything |= {row.name: value_variable(row, layout) for row in rows}
    everything |= mean_variables(trial)
    everything |= {row.name: value_variable(row, layout) for row in summed(cell, trial_cell)}
    for metric in (name for name in AXES if name in histograms):
        everything |= histogram_variables(AXES[metric])
    return everything


def means_in(names: Iterable[Any]) -> list[str]:
    """Metrics of the means and shares that variables of these names hold, in the table's order."""
    stems = {str(name).removesuffix("_mean") for name in names if str(name).endswith("_mean")}
    known = in_order(stem for stem in stems if is_known(stem))
    return sorted(known, key=lambda metric: quantity(metric).share is not None)


def summed(cell: Collection[str], trial_cell: Collection[str] = ()) -> list[Quantity]:
    """Rows of cells and satellites whose sums a result has.

    Parameters
    ----------
    cell, trial_cell : collection of str
        What the blocks have. A value in every trial says more than its mean: it has the name.
    """
    found = []
    for row in (*of_dims("cell").values(), *of_dims("satellite").values()):
        how = row.sum
        there = how and {how.of or row.name, *filter(None, [how.per])} <= {*cell}
        if there and row.name not in trial_cell:
            found.append(row)
    return found


def cell_means(
    sums: Mapping[str, np.ndarray], trials: int, trial_cell: Collection[str] = ()
) -> dict[str, np.ndarray]:
    """Means of cells and satellites from sums over trials.

    Parameters
    ----------
    sums : mapping of str to int64 array
        Names of ``BlockResult.cell``.
    trials : int
    trial_cell : collection of str
        As of `summed`.

    Returns
    -------
    dict of str to float32 array
        NaN where nothing counts.
    """
    found = {}
    for row in summed(sums, trial_cell):
        how = row.sum
        assert how is not None
        real = sums[how.of or row.name].astype(np.float64) * how.unit
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = real / (sums[how.per] if how.per else trials)
        found[row.name] = mean.astype(np.float32)
    return found
