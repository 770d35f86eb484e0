"""A value of the key that was visited: the figure there, and its trials against the threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from capest.errors import InputError
from capest.results.differences import Trials, difference_of
from capest.results.identity import identity_in
from capest.statistics.histograms import HistogramAxis
from capest.statistics.intervals import Interval, is_jump
from capest.statistics.quantities import is_known, quantity
from capest.statistics.quantity import QUANTILES
from capest.statistics.reduction import counted_in
from capest.studies.capacity.condition import UNREACHABLE, FigureCondition

BESIDE = (UNREACHABLE, ("calls", "mean"), ("calls_in_reach", "mean"))
"""Figures that stand beside the one that is asked for."""


_HALF_A_COUNT = 0.5


@dataclass(frozen=True)
class VisitedPoint:
    """One value of the key.

    Attributes
    ----------
    value : int or float
    figure : Interval
        Of the condition, with its 95 % interval.
    is_met : bool
        Whether the estimate, as it is printed, meets the condition.
    units : float64 array (units,)
        Of each trial, or group of trials: above zero on average where the condition is not met.
    beside : dict of (metric, statistic) to Interval
        Those of `BESIDE` that the result has.
    trials : int
    of_trials : Trials or None
        To compare with those of other points.
    is_bare : bool
        No trial has any of what the figure counts, or every trial has nothing else: how far that is
        chance, their spread does not say.
    """

    value: float
    figure: Interval
    is_met: bool
    units: np.ndarray = field(repr=False)
    beside: dict[tuple[str, str], Interval] = field(repr=False)
    trials: int = 0
    of_trials: Trials | None = field(default=None, repr=False)
    is_bare: bool = False

    @property
    def excess(self) -> float:
        """Mean of the units, on the side of zero where the figure is.

        A quantile is one of the values, or the middle of a bin: the share below the threshold alone
        does not say on which side it is.
        """
        mean = float(self.units.mean())
        if self.is_met:
            return min(mean, 0.0)
        return mean if mean > 0.0 else _HALF_A_COUNT / len(self.units)


def read_point(path: Path, value: float, condition: FigureCondition) -> VisitedPoint:
    """Read what the result of a point says.

    Raises
    ------
    InputError
        The result has nothing of the figure, such as no caller in reach.
    """
    trials = _read_trials(path, condition)
    units = units_of(trials, condition)
    figure = trials.interval(condition.metric, condition.statistic)
    if units is None or math.isnan(figure.value):
        raise InputError(
            f"{condition.figure} has no value at {value:,.12g}: {_what_lacks(trials, condition)}; "
            "narrow the range, or give more trials"
        )
    beside = {
        each: trials.interval(*each)
        for each in BESIDE
        if f"{each[0]}_mean" in trials.names and each != (condition.metric, condition.statistic)
    }
    is_met = condition.is_met(figure.value)
    bare = _is_bare(trials, condition, units)
    return VisitedPoint(value, figure, is_met, units, beside, trials.trials, trials, bare)


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
        if values is None:
            return None
        return -sign * (_is_below(values, condition) - p)
    counts = trials.counts(condition.metric)
    if counts is None:
        return None
    below = _below(counts, trials.axis(condition.metric), condition)
    return -sign * (below - p * counts.sum(axis=1))


def _what_lacks(trials: Trials, condition: FigureCondition) -> str:
    share = condition.row.share
    what = condition.metric if share is None else share.whole
    number = "one trial has" if trials.trials == 1 else f"{trials.trials:,} trials have"
    return f"{number} no {what}" + (f" ({quantity(what).long_name})" if is_known(what) else "")


def _is_bare(trials: Trials, condition: FigureCondition, units: np.ndarray) -> bool:
    """Whether trials have none of what counts, or nothing else."""
    row = condition.row
    if condition.statistic == "mean":
        if row.share is None:
            return not units.any()
        part, whole = trials.of_trials(row.share.part), trials.of_trials(row.share.whole)
        return (
            part is not None
            and whole is not None
            and (not part.any() or bool((part == whole).all()))
        )
    if row.over_trials:
        return bool((units == units[0]).all())
    counts = trials.counts(condition.metric)
    if counts is None:
        return True
    below = _below(counts, trials.axis(condition.metric), condition)
    return not below.any() or bool((below == counts.sum(axis=1)).all())


def _counts_itself(condition: FigureCondition) -> bool:
    """Whether values that equal the threshold lie below it: the verdict of a quantile needs it."""
    return condition.at_most != condition.strict


def _is_below(values: np.ndarray, condition: FigureCondition) -> np.ndarray:
    found: np.ndarray = (
        values <= condition.threshold if _counts_itself(condition) else values < condition.threshold
    )
    return found


def _below(counts: np.ndarray, axis: HistogramAxis, condition: FigureCondition) -> np.ndarray:
    """Counts below the threshold, float64 (groups,), by the rule of ``quantile_interval``.

    Those of a bin are spread evenly in it, those of a bin that towers over its neighbours lie at
    its middle. Those of the open bins are -inf (0 on a logarithmic axis) and inf.
    """
    threshold = condition.threshold
    if axis.logarithmic and threshold <= 0.0:
        has_first = threshold == 0.0 and _counts_itself(condition)
        return counts[:, 0] * float(has_first)
    place = ((math.log10(threshold) if axis.logarithmic else threshold) - axis.low) / axis.step
    if place < 0.0:
        return counts[:, 0].astype(np.float64)
    whole = int(min(place, axis.regular_bins))
    found: np.ndarray = counts[:, : whole + 1].sum(axis=1).astype(np.float64)
    if whole < axis.regular_bins:
        part = place - whole
        if is_jump(np.cumsum(counts.sum(axis=0)), whole + 1):
            part = float(part >= 0.5 if _counts_itself(condition) else part > 0.5)
        found += part * counts[:, whole + 1]
    return found
