"""A value of the key that was visited: the figure there, and its trials against the threshold."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from capest.errors import InputError
from capest.results.differences import Trials, difference_of
from capest.results.identity import identity_in
from capest.statistics.histograms import HistogramAxis
from capest.statistics.intervals import Interval
from capest.statistics.quantity import QUANTILES
from capest.statistics.reduction import counted_in
from capest.studies.capacity.condition import UNREACHABLE, FigureCondition

BESIDE = (UNREACHABLE, ("calls", "mean"), ("calls_in_reach", "mean"))
"""Figures that stand beside the one that is asked for."""


@dataclass(frozen=True)
class VisitedPoint:
    """One value of the key.

    Attributes
    ----------
    value : int or float
    figure : Interval
        Of the condition, with its 95 % interval.
    units : float64 array (units,)
        Of each trial, or group of trials: above zero on average where the condition is not met.
    beside : dict of (metric, statistic) to Interval
        Those of `BESIDE` that the result has.
    trials : int
    of_trials : Trials or None
        To compare with those of other points.
    """

    value: float
    figure: Interval
    units: np.ndarray = field(repr=False)
    beside: dict[tuple[str, str], Interval] = field(repr=False)
    trials: int = 0
    of_trials: Trials | None = field(default=None, repr=False)

    @property
    def is_met(self) -> bool:
        """Whether the estimate meets the condition."""
        return float(self.units.mean()) <= 0.0


def read_point(path: Path, value: float, condition: FigureCondition) -> VisitedPoint:
    """Read what the result of a point says.

    Raises
    ------
    InputError
        The result has nothing of the figure, such as no caller in reach.
    """
    trials = _read_trials(path, condition)
    units = units_of(trials, condition)
    if units is None:
        raise InputError(
            f"{condition.figure} has no value at {value:,.12g}: no trial has anything of it; "
            "narrow the range"
        )
    beside = {
        each: trials.interval(*each)
        for each in BESIDE
        if f"{each[0]}_mean" in trials.names and each[0] != condition.metric
    }
    figure = trials.interval(condition.metric, condition.statistic)
    return VisitedPoint(value, figure, units, beside, trials.trials, trials)


def difference_of_points(
    point: VisitedPoint, reference: VisitedPoint, condition: FigureCondition, confidence: float
) -> Interval | None:
    """Difference of the figure of two points over the same trials; ``None`` where it has none."""
    ours, theirs = point.of_trials, reference.of_trials
    if ours is None or theirs is None:
        return None
    return difference_of(ours, theirs, condition.metric, condition.statistic, confidence)


def _read_trials(path: Path, condition: FigureCondition) -> Trials:
    """What a result says of the trials of a figure, and of the figures beside it."""
    import netCDF4

    row = condition.row
    wanted = {condition.metric, *counted_in(condition.metric)}
    if row.share is not None:
        wanted |= {row.share.part, row.share.whole}
    stems = [f"{name}_mean" for name in (condition.metric, *(name for name, _ in BESIDE))]
    stems.append(f"{condition.metric}_quantile")
    wanted |= {f"{stem}{end}" for stem in stems for end in ("", "_low", "_high")}
    wanted |= {f"{condition.metric}_{part}" for part in ("below", "count", "above", "bin")}
    with netCDF4.Dataset(path, "r") as dataset:
        dataset.set_auto_mask(False)
        identity = identity_in(dataset.__dict__, dataset.dimensions["trial"].size, path)
        there = wanted & dataset.variables.keys()
        values = {name: np.asarray(dataset[name][...]) for name in there}
        about = {name: dict(dataset[name].__dict__) for name in there}
        seed = str(dataset.getncattr("seed"))
    return Trials(
        identity.trials,
        identity.block_trials,
        seed,
        frozenset(there),
        values.__getitem__,
        about.__getitem__,
    )


def units_of(trials: Trials, condition: FigureCondition) -> np.ndarray | None:
    """Number of each unit whose mean is above zero where a condition is not met, float64 (units,).

    Of a share it is the part less threshold times whole; of a mean the value less the threshold; of
    a quantile how many are below the threshold less how many may be. Units are trials, or groups of
    trials where a result counts in groups.

    Returns
    -------
    float64 array (units,) or None
        ``None`` where there is nothing of the figure in any trial.
    """
    sign = 1.0 if condition.at_most else -1.0
    row, threshold = condition.row, condition.threshold
    if condition.statistic == "mean":
        if row.share is None:
            values = trials.of_trials(condition.metric)
            return None if values is None else sign * (values - threshold)
        part, whole = trials.of_trials(row.share.part), trials.of_trials(row.share.whole)
        if part is None or whole is None or not whole.any():
            return None
        return sign * (part - threshold * whole)
    p = QUANTILES[condition.statistic]
    if row.over_trials:
        values = trials.of_trials(condition.metric)
        if values is None or not values.any():
            return None
        below = values <= threshold if condition.at_most else values < threshold
        return -sign * (below - p)
    counts = trials.counts(condition.metric)
    if counts is None:
        return None
    below = _below(counts, trials.axis(condition.metric), threshold)
    return -sign * (below - p * counts.sum(axis=1))


def _below(counts: np.ndarray, axis: HistogramAxis, threshold: float) -> np.ndarray:
    """Counts below a value, as if those of a bin were spread evenly in it, float64 (groups,)."""
    if axis.logarithmic:
        place = (np.log10(threshold) - axis.low) / axis.step if threshold > 0 else -1.0
    else:
        place = (threshold - axis.low) / axis.step
    if place < 0.0:
        return np.zeros(len(counts))
    whole = int(min(place, axis.regular_bins))
    found: np.ndarray = counts[:, : whole + 1].sum(axis=1).astype(np.float64)
    if whole < axis.regular_bins:
        found += (place - whole) * counts[:, whole + 1]
    return found
