"""Distributions over users, beams or trials: any quantile, and the whole with a band."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import xarray as xr

from capest.errors import InputError
from capest.results.schema import NOTE, axis_of
from capest.results.sweep_figures import axes_of_dataset
from capest.results.sweep_file import AXES as SWEEP_AXES
from capest.scenario.nearest import nearest
from capest.statistics.distribution_band import DistributionBand, distribution_band
from capest.statistics.histograms import HistogramAxis
from capest.statistics.intervals import Interval, quantile_interval
from capest.statistics.order_statistics import order_statistic
from capest.statistics.quantities import AXES
from capest.statistics.rare_events import least_kurtosis, why_not_known
from capest.statistics.reduction import counted_in
from capest.statistics.trial_distribution import band_of_trials

_NO_COUNTS = "this sweep of an earlier capest has the stored quantiles only: run it again"


class _Counted(NamedTuple):
    """Counts of a metric in every group of trials, and how far their spread can be trusted."""

    counts: np.ndarray
    axis: HistogramAxis
    least_kurtosis: float
    note: str


def metrics_of(dataset: xr.Dataset) -> list[str]:
    """Metrics of which a result, or a sweep, has distributions."""
    return [name for name in AXES if f"{name}_quantile" in dataset]


def check_metric(dataset: xr.Dataset, metric: str) -> None:
    """Refuse what has no distribution here.

    Raises
    ------
    InputError
        With the nearest name.
    """
    known = metrics_of(dataset)
    if metric not in known:
        near = nearest(metric, known)
        hint = f"did you mean {near!r}? " if near else ""
        raise InputError(f"no metric {metric!r}: {hint}there are {', '.join(known)}")


def quantile_of(dataset: xr.Dataset, metric: str, p: float) -> Interval:
    """Quantile of a metric of one result, or of one point of a sweep, with its 95 % interval.

    Raises
    ------
    InputError
        No such metric, p out of range, or a sweep that keeps no trials.
    """
    check_metric(dataset, metric)
    if not 0 < p < 1:
        raise InputError(f"p = {p!r}: a quantile needs 0 < p < 1")
    dataset = _own_trials(dataset)
    if _is_over_trials(dataset, metric):
        found = order_statistic(_of_trials(dataset, metric), p)
        note = str(dataset[f"{metric}_quantile"].attrs.get(NOTE, ""))
    else:
        counted = _counted(dataset, metric)
        least = counted.least_kurtosis
        found = quantile_interval(counted.counts, counted.axis, p, least_kurtosis=least)
        note = counted.note
    return Interval(found.value, math.nan, math.nan, note) if note else found


def cdf_of(dataset: xr.Dataset, metric: str) -> xr.Dataset:
    """Distribution function of a metric with its band, for every point of a sweep.

    Raises
    ------
    InputError
        No such metric; a sweep that keeps no trials.
    """
    check_metric(dataset, metric)
    names = axes_of_dataset(dataset)
    shape = tuple(dataset.sizes[name] for name in names)
    bands, notes = [], []
    for place in np.ndindex(*shape):
        own, band, note = _band(dataset.isel(dict(zip(names, place, strict=True))), metric)
        bands.append((own, band))
        notes.append(note)
    values = np.unique(np.concatenate([own for own, _ in bands]))
    columns = {
        "probability": [_at(values, own, band.share, 0.0) for own, band in bands],
        "probability_low": [_at(values, own, band.low, math.nan) for own, band in bands],
        "probability_high": [_at(values, own, band.high, math.nan) for own, band in bands],
    }
    axis = AXES[metric]
    over = f"{axis.population}s of all trials" if axis.population != "trial" else "trials"
    said = {
        "probability": f"share of {over} at or below the value",
        "probability_low": "lower limit, pointwise, of its 95 % band",
        "probability_high": "upper limit, pointwise, of its 95 % band",
    }
    about = {"units": axis.units or "1", "long_name": axis.long_name}
    found = xr.Dataset(
        {
            name: (
                (*names, "value"),
                np.array(rows).reshape(*shape, len(values)),
                {"units": "1", "long_name": said[name]},
            )
            for name, rows in columns.items()
        },
        coords={"value": ("value", values, about)},
        attrs={"metric": metric, "population": axis.population},
    )
    if lacking := dict.fromkeys(filter(None, notes)):
        found.attrs[NOTE] = "; ".join(lacking)
    return found.assign_coords({name: dataset[name] for name in names})


def _at(values: np.ndarray, own: np.ndarray, column: np.ndarray, before: float) -> np.ndarray:
    """A column of a point at values of all points: it stays as it is until its next own value.

    Below its first one there is ``before``: nothing, of which no band is known.
    """
    if not len(own):
        return np.full(len(values), math.nan)
    place = np.searchsorted(own, values, side="right") - 1
    found: np.ndarray = np.where(place >= 0, column[np.maximum(place, 0)], before)
    return found


def _band(dataset: xr.Dataset, metric: str) -> tuple[np.ndarray, DistributionBand, str]:
    """Distribution of one result, or of one point of a sweep: values, shares, why no band."""
    dataset = _own_trials(dataset)
    if _is_over_trials(dataset, metric):
        return *band_of_trials(_of_trials(dataset, metric)), ""
    counted = _counted(dataset, metric)
    # Edge k of the axis lies between bins k and k + 1: from the last one below all counts to the
    # first one above them.
    there = np.flatnonzero(counted.counts.any(axis=0))
    if not len(there):
        nothing = np.empty(0)
        return nothing, DistributionBand(nothing, nothing, nothing), counted.note
    regular = counted.axis.regular_bins
    first = min(max(there[0] - 1, 0), regular)
    shown = slice(first, max(min(there[-1], regular), first) + 1)
    below = np.cumsum(counted.counts, axis=1)[:, shown]
    sizes = counted.counts.sum(axis=1)
    band = distribution_band(below, sizes, least_kurtosis=counted.least_kurtosis)
    if counted.note:
        unknown = np.full_like(band.share, math.nan)
        band = DistributionBand(band.share, unknown, unknown)
        return counted.axis.edges()[shown], band, counted.note
    # What holds of a value holds of every greater one: no limit falls.
    low, high = np.maximum.accumulate(band.low), np.minimum.accumulate(band.high[::-1])[::-1]
    return counted.axis.edges()[shown], DistributionBand(band.share, low, high), ""


def _own_trials(dataset: xr.Dataset) -> xr.Dataset:
    """A result as it is; a point of a sweep without the trials that only other points have.

    Raises
    ------
    InputError
        A sweep of a version that kept no trials.
    """
    if SWEEP_AXES not in dataset.attrs:
        return dataset
    if "trial" not in dataset.sizes:
        raise InputError(_NO_COUNTS)
    return dataset.isel(trial=slice(int(dataset["trials"])))


def _is_over_trials(dataset: xr.Dataset, metric: str) -> bool:
    return AXES[metric].population == "trial" and metric in dataset


def _of_trials(dataset: xr.Dataset, metric: str) -> np.ndarray:
    return np.asarray(dataset[metric].values)


def _counted(dataset: xr.Dataset, metric: str) -> _Counted:
    bins = dataset[f"{metric}_bin"]
    axis = axis_of(metric, bins.size, bins.attrs)
    parts = [dataset[f"{metric}_{part}"].values for part in ("below", "count", "above")]
    counts = np.concatenate([parts[0][:, None], parts[1], parts[2][:, None]], axis=1)
    trials = int(dataset.sizes["trial"])
    there = (name for name in counted_in(metric) if name in dataset)
    contributing = [int(np.count_nonzero(dataset[name])) for name in there] or [trials]
    least = least_kurtosis(contributing[0], trials)
    note = str(dataset[f"{metric}_quantile"].attrs.get(NOTE, ""))
    return _Counted(counts, axis, least, note or why_not_known(contributing[0], trials))
