"""The distributions that a picture shows: of results, and of the points of a sweep."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capest.errors import InputError
from capest.plot.key_words import key_name, key_value_with_unit
from capest.plot.source import Source
from capest.results.dataset_kinds import SWEEP
from capest.results.differences import Trials, trials_of
from capest.results.sweep_figures import axes_of_dataset, plain_value
from capest.results.sweep_file import axis_name, key_of
from capest.scenario.variants import SECTION as VARIANTS
from capest.statistics.distribution_band import DistributionBand, distribution_band
from capest.statistics.histograms import HistogramAxis
from capest.statistics.intervals import Interval, quantile_interval
from capest.statistics.quantities import AXES, quantity
from capest.statistics.rare_events import least_kurtosis, why_not_known
from capest.statistics.reduction import counted_in

_POINTS = 200
"""Points of a curve, over what is shown of it, and half as many over its rise."""


@dataclass(frozen=True)
class Member:
    """One result, or one point of a sweep.

    Attributes
    ----------
    name : str
        What a curve is called: the file, or the value of the sweep's axis with its unit.
    source : Source
    trials : Trials
    key : str
        Of the sweep's axis, dotted; empty of a run.
    """

    name: str
    source: Source
    trials: Trials
    key: str = ""

    @property
    def full_name(self) -> str:
        """The name where nothing else says what it is a value of."""
        if self.key in ("", VARIANTS):
            return self.name
        return f"{key_name(self.key)} = {self.name}"

    def has(self, metric: str) -> bool:
        """Whether anything of a metric was counted."""
        return self.trials.counts(metric) is not None

    def contributing(self, metric: str) -> int:
        """Trials that add to a distribution; all where the result does not tell."""
        for name in counted_in(metric):
            found = self.trials.of_trials(name)
            if found is not None and len(found):
                return int(np.count_nonzero(found))
        return self.trials.trials

    def quantile(self, metric: str, p: float) -> Interval:
        """Any quantile with its 95 % interval; NaN limits with a note from too few trials."""
        counts, axis = self._counts(metric)
        contributing = self.contributing(metric)
        least = least_kurtosis(contributing, self.trials.trials)
        found = quantile_interval(counts, axis, p, least_kurtosis=least)
        note = why_not_known(contributing, self.trials.trials)
        return Interval(found.value, math.nan, math.nan, note) if note else found

    def ends(self, metric: str, beyond: float) -> tuple[float, float]:
        """Finite values beyond which so small a share of the counts lies to either side."""
        counts, axis = self._counts(metric)
        pooled = counts.sum(axis=0)
        shares = np.cumsum(pooled[:-1]) / pooled.sum()
        edges = axis.edges()
        first = int(np.searchsorted(shares, max(beyond, shares[0]), side="right"))
        last = int(np.searchsorted(shares, min(1.0 - beyond, shares[-1]), side="left"))
        return float(edges[max(first - 1, 0)]), float(edges[min(last, len(edges) - 1)])

    def band(self, metric: str, low: float, high: float) -> tuple[np.ndarray, DistributionBand]:
        """Edges of bins between two values, and the share of the counts below each."""
        counts, axis = self._counts(metric)
        edges = axis.edges()
        below = np.cumsum(counts, axis=1)
        shown = _evenly(np.flatnonzero((edges >= low) & (edges <= high)), below.sum(axis=0))
        below = below[:, shown]
        contributing = self.contributing(metric)
        found = distribution_band(
            below,
            counts.sum(axis=1),
            least_kurtosis=least_kurtosis(contributing, self.trials.trials),
        )
        if why_not_known(contributing, self.trials.trials):
            nothing = np.full(len(shown), math.nan)
            found = DistributionBand(found.share, nothing, nothing)
        return edges[shown], found

    def share_below(self, metric: str, value: float) -> Interval:
        """Share of the counts below a value, at the edge of the bin that it lies in."""
        counts, axis = self._counts(metric)
        edge = max(int(np.searchsorted(axis.edges(), value * (1.0 + 1e-12), side="right")) - 1, 0)
        below = counts[:, : edge + 1].sum(axis=1)
        contributing = self.contributing(metric)
        least = least_kurtosis(contributing, self.trials.trials)
        found = distribution_band(below[:, None], counts.sum(axis=1), least_kurtosis=least)
        note = why_not_known(contributing, self.trials.trials)
        share, low, high = (float(each[0]) for each in (found.share, found.low, found.high))
        return Interval(share, math.nan, math.nan, note) if note else Interval(share, low, high)

    def share_in_open_bins(self, metric: str) -> tuple[float, float]:
        """Shares below all regular bins and above them: what is zero or infinite is there."""
        counts, _ = self._counts(metric)
        pooled = counts.sum(axis=0) / counts.sum()
        return float(pooled[0]), float(pooled[-1])

    def _counts(self, metric: str) -> tuple[np.ndarray, HistogramAxis]:
        counts = self.trials.counts(metric)
        assert counts is not None
        return counts, self.trials.axis(metric)


def _evenly(inside: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Edges at which a curve is drawn: evenly along its values, and along its rise.

    A rise may be narrow beside what is shown.
    """
    if not len(inside):
        return np.array([0])
    along = inside[:: max(1, len(inside) // _POINTS)]
    rise = below[inside]
    targets = np.linspace(float(rise[0]), float(rise[-1]), _POINTS // 2)
    at = np.clip(np.searchsorted(rise, targets), 0, len(inside) - 1)
    found: np.ndarray = np.unique(
        np.concatenate([along, inside[at], inside[np.maximum(at - 1, 0)]])
    )
    return found


def metrics_of(sources: Sequence[Source]) -> list[str]:
    """Metrics over users or beams that all sources have a histogram of."""
    return [
        metric
        for metric in AXES
        if not quantity(metric).over_trials
        and all(f"{metric}_count" in source.stored.names for source in sources)
    ]


def members_of(source: Source, by: str, most: int) -> tuple[list[Member], str]:
    """A result, or the points of a sweep along one axis.

    Parameters
    ----------
    source : Source
    by : str
        Key of the sweep's axis; the first one where it is empty. Other axes stay at their first
        value.
    most : int
        Points at most; of more, such as lie evenly between the first and the last.

    Returns
    -------
    list of Member, str
        And what is left out or fixed; empty where nothing is.

    Raises
    ------
    InputError
        No such axis.
    """
    dataset = source.dataset
    if source.kind != SWEEP:
        return [Member(source.name or source.title, source, trials_of(dataset))], ""
    names = axes_of_dataset(dataset)
    keys = {key_of(dataset[name]): name for name in names}
    if by and axis_name(by) not in names:
        there = ", ".join(keys) or "none"
        raise InputError(f"--by {by}: the sweep has no such axis: there are {there}")
    axis = axis_name(by) if by else next(iter(names), "")
    fixed = {name: 0 for name in names if name != axis}
    notes = [
        f"{key_name(key)}: {key_value_with_unit(key, plain_value(dataset[name].values[0]))}"
        for key, name in keys.items()
        if name in fixed
    ]
    count = dataset.sizes[axis] if axis else 1
    shown = np.unique(np.linspace(0, count - 1, min(most, count)).round().astype(int))
    if len(shown) < count:
        notes.append(f"{len(shown)} of {count:,} points")
    found = []
    for k in shown:
        point = dataset.isel(fixed | ({axis: int(k)} if axis else {}))
        if not axis:
            found.append(Member(source.name or source.title, source, trials_of(point)))
            continue
        key = key_of(dataset[axis])
        name = key_value_with_unit(key, plain_value(point[axis].values[()]))
        found.append(Member(name, source, trials_of(point), key))
    return found, ", ".join(notes)
