"""A value of the key that was visited: the figure there, and its trials against the threshold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from capest.errors import InputError
from capest.results.differences import Trials, difference_of
from capest.results.identity import read_identity
from capest.statistics.histograms import HistogramAxis
from capest.statistics.intervals import Interval
from capest.statistics.quantity import QUANTILES
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
    """

    value: float
    figure: Interval
    units: np.ndarray = field(repr=False)
    beside: dict[tuple[str, str], Interval] = field(repr=False)
    trials: int = 0

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
    with _trials(path) as trials:
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
        return VisitedPoint(value, figure, units, beside, trials.trials)


def difference_of_points(
    path: Path, reference: Path, condition: FigureCondition, confidence: float
) -> Interval | None:
    """Difference of the figure of two results over the same trials; ``None`` where it has none."""
    with _trials(path) as ours, _trials(reference) as theirs:
        return difference_of(ours, theirs, condition.metric, condition.statistic, confidence)


@contextmanager
def _trials(path: Path) -> Iterator[Trials]:
    """Trials of a result that this version has just written, or kept."""
    import netCDF4

    identity = read_identity(path)
    with netCDF4.Dataset(path, "r") as dataset:
        dataset.set_auto_mask(False)
        yield Trials(
            identity.trials,
            identity.block_trials,
            str(dataset.getncattr("seed")),
            frozenset(dataset.variables),
            lambda name: dataset[name][...],
            lambda name: dataset[name].__dict__,
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
