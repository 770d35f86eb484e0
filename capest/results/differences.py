"""Differences of the figures of two results, paired where their trials have common draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.errors import InputError
from capest.results.figures import plain
from capest.results.identity import GROWING
from capest.results.schema import axis_of, means_in
from capest.statistics.growing_blocks import group_of_trials
from capest.statistics.histograms import HistogramAxis
from capest.statistics.intervals import Interval
from capest.statistics.paired import (
    difference_of_two_shares,
    is_at_an_end,
    mean_difference,
    share_difference,
)
from capest.statistics.paired_quantiles import order_difference, quantile_difference
from capest.statistics.quantities import AXES, quantity
from capest.statistics.quantity import QUANTILES
from capest.statistics.rare_events import FEWEST_CONTRIBUTING, least_kurtosis, why_not_known
from capest.statistics.reduction import Estimate, counted_in
from capest.statistics.trial_groups import CommonGroups, common_groups
from capest.statistics.two_intervals import Compared, unpaired_difference, without_limits

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Difference:
    """Difference of one figure of two results, with its 95 % interval.

    Attributes
    ----------
    metric, statistic : str
        As in ``Estimate``.
    value, low, high : float
        Value less reference and its limits, in ``units``; NaN limits where there is a note.
    percent, percent_low, percent_high : float
        The same in percent of the reference; NaN for dB and where the reference is not above zero.
    units : str
    paired : bool
        From pairs of trials with common draws; else as of two independent runs.
    note : str
        Why there are no limits; empty where there are.
    common_trials : int or None
        Trials that both have, of which a paired difference is, whatever figures of all their trials
        say; ``None`` of independent runs, and where a file does not tell.
    """

    metric: str
    statistic: str
    value: float
    low: float
    high: float
    percent: float
    percent_low: float
    percent_high: float
    units: str
    paired: bool
    note: str = ""
    common_trials: int | None = None

    def estimate(self) -> Estimate:
        """The difference as an estimate."""
        ends = (self.value, self.low, self.high)
        return Estimate(self.metric, self.statistic, *ends, self.units, self.note)

    def to_dict(self) -> dict[str, Any]:
        """Value, limits, percent and of which pairs, as plain values that JSON can hold."""
        names = ["value", "low", "high"]
        if self.units != "dB":
            names += ["percent", "percent_low", "percent_high"]
        found: dict[str, Any] = {name: plain(getattr(self, name)) for name in names}
        found["paired"] = self.paired
        if self.common_trials is not None:
            found["common_trials"] = self.common_trials
        return found | ({"note": self.note} if self.note else {})


@dataclass(frozen=True)
class Trials:
    """What one result, or one point of a sweep, says of its trials.

    Attributes
    ----------
    trials : int
    block_trials : int or None
        ``None`` for blocks that grow by themselves.
    seed : str
    names : collection of str
        Its variables.
    read : callable
        Values of a variable by its name.
    bin_attributes : callable
        Attributes of a variable by its name.
    """

    trials: int
    block_trials: int | None
    seed: str
    names: frozenset[str]
    read: Callable[[str], np.ndarray]
    bin_attributes: Callable[[str], Mapping[str, object]]
    _counts: dict[str, np.ndarray | None] = field(default_factory=dict, repr=False)

    def of_trials(self, name: str) -> np.ndarray | None:
        """One value a trial, or None where there are not any."""
        if name not in self.names:
            return None
        values = np.asarray(self.read(name))[: self.trials]
        # A point of a sweep whose neighbours have it.
        return None if values.dtype.kind == "f" and np.isnan(values).any() else values

    def counts(self, metric: str) -> np.ndarray | None:
        """Histogram counts of groups, int64 (G, bins); None without any."""
        if metric not in self._counts:
            self._counts[metric] = self._read_counts(metric)
        return self._counts[metric]

    def _read_counts(self, metric: str) -> np.ndarray | None:
        if f"{metric}_count" not in self.names:
            return None
        below, inside, above = (
            np.asarray(self.read(f"{metric}_{part}")) for part in ("below", "count", "above")
        )
        counts = np.concatenate([below[:, None], inside, above[:, None]], axis=1)
        groups = int(group_of_trials(self.trials, self.block_trials).max()) + 1
        return counts[:groups].astype(np.int64) if counts.any() else None

    def axis(self, metric: str) -> HistogramAxis:
        """Bins of a metric."""
        bins = len(self.read(f"{metric}_bin"))
        return axis_of(metric, bins, self.bin_attributes(f"{metric}_bin"))

    def interval(self, metric: str, statistic: str) -> Interval:
        """A figure as the result has it; a note in place of limits where too few trials decide."""
        stem = f"{metric}_mean" if statistic == "mean" else f"{metric}_quantile"
        place = () if statistic == "mean" else list(QUANTILES).index(statistic)
        value, low, high = (
            float(self.read(f"{stem}{end}")[place]) for end in ("", "_low", "_high")
        )
        note = ""
        if math.isnan(low) and math.isnan(high):
            note = why_not_known(0, 1) if self.trials == 1 else "not known: too few trials had any"
        return Interval(value, low, high, note)


def trials_of(dataset: xr.Dataset) -> Trials:
    """Trials of a result.

    Parameters
    ----------
    dataset : xarray.Dataset
        From ``open_result``, or of one point of a sweep.

    Raises
    ------
    InputError
        It does not have what a difference needs.
    """
    attributes = dataset.attrs

    def number(name: str, attribute: str) -> int:
        found = dataset[name].values[()] if name in dataset else attributes.get(attribute)
        if found is None or int(found) < 1:
            raise InputError(
                f"no difference without {name!r}, which this dataset lacks: give a result, or a "
                "point of a sweep that keeps its trials"
            )
        return int(found)

    trials = number("trials", "trials_done")
    block_trials = None
    if not blocks_grow(dataset):
        block_trials = number("block_trials", "block_trials")
    if dataset.sizes.get("trial", 0) < trials:
        raise InputError(
            f"no difference: {dataset.sizes.get('trial', 0):,} of {trials:,} trials are selected; "
            "give the whole dataset"
        )
    seed = str(dataset["seed"].values[()]) if "seed" in dataset else str(attributes.get("seed"))
    return Trials(
        trials,
        block_trials,
        seed,
        frozenset(map(str, dataset.variables)),
        lambda name: dataset[name].values,
        lambda name: dataset[name].attrs,
    )


def blocks_grow(dataset: xr.Dataset) -> bool:
    """Tell whether the blocks of a result, or of a point of a sweep, grow by themselves."""
    if "block_trials" in dataset:
        return int(dataset["block_trials"].values[()]) == 0
    return str(dataset.attrs.get("block_trials")) == GROWING


def common_trials(values: Trials, reference: Trials) -> int:
    """Trials that two results have in common, none with two seeds."""
    return min(values.trials, reference.trials) if values.seed == reference.seed else 0


def differences(
    values: Trials, reference: Trials, confidence: float = 0.95
) -> Iterator[Difference]:
    """Difference of every figure that both have.

    Quantiles first, then means, then shares, each in the order of the table of quantities. With one
    seed they are paired: over the trials that both have, quantiles over groups of trials (see
    ``common_groups``). A difference is that of independent runs with two seeds, where joined
    groups of trials are too few, and where pairs of them give no limits that each run alone has.

    Parameters
    ----------
    values, reference : Trials
    confidence : float
        Nominal coverage, 0..1. Results hold intervals of 95 % each, so figures that are not paired
        have differences at 95 % alone.
    """
    common = values.seed == reference.seed
    groups = common_groups(
        *(group_of_trials(x.trials, x.block_trials) for x in (values, reference))
    )
    for metric in AXES:
        if f"{metric}_quantile" not in values.names & reference.names:
            continue
        for statistic, p in QUANTILES.items():
            found = None
            if common and quantity(metric).over_trials:
                found = _over_trials(values, reference, metric, p, confidence)
            elif common and groups.enough:
                found = _over_groups(values, reference, groups, metric, p, confidence)
            yield from _told(found, values, reference, metric, statistic, confidence)
    for metric in means_in(values.names & reference.names):
        found = _of_means(values, reference, metric, confidence) if common else None
        yield from _told(found, values, reference, metric, "mean", confidence)


def difference_of(
    values: Trials, reference: Trials, metric: str, statistic: str, confidence: float = 0.95
) -> Interval | None:
    """Difference of one figure over the trials that two results with one seed have in common.

    Returns
    -------
    Interval or None
        ``None`` where a result does not have it, or has too few groups of trials.
    """
    if statistic == "mean":
        found = _of_means(values, reference, metric, confidence)
    elif quantity(metric).over_trials:
        found = _over_trials(values, reference, metric, QUANTILES[statistic], confidence)
    else:
        groups = common_groups(
            *(group_of_trials(x.trials, x.block_trials) for x in (values, reference))
        )
        found = None
        if groups.enough:
            p = QUANTILES[statistic]
            found = _over_groups(values, reference, groups, metric, p, confidence)
    return None if found is None else found.difference


def _told(
    found: Compared | None,
    values: Trials,
    reference: Trials,
    metric: str,
    statistic: str,
    confidence: float,
) -> Iterator[Difference]:
    if confidence == _OF_RESULTS and (found is None or _is_without_end(found)):
        single = [each.interval(metric, statistic) for each in (values, reference)]
        if any(math.isnan(each.value) for each in single):
            return
        apart = unpaired_difference(*single)
        if found is None or not (apart.difference.note or _is_without_end(apart)):
            found = apart
    if found is None:
        return
    units = quantity(metric).units or "1"
    difference, percent = found.difference, found.percent
    if math.isnan(difference.value):
        return
    shown = (math.nan,) * 3 if units == "dB" else (percent.value, percent.low, percent.high)
    ends = (difference.value, difference.low, difference.high)
    both = common_trials(values, reference) if found.paired else None
    yield Difference(metric, statistic, *ends, *shown, units, found.paired, difference.note, both)


_OF_RESULTS = 0.95
"""Confidence of the intervals that results hold."""


def _is_without_end(found: Compared) -> bool:
    """Whether limits are infinite, or are none for want of groups of trials."""
    difference = found.difference
    return math.isinf(difference.low) or difference.note.startswith("n/a")


def _of_means(values: Trials, reference: Trials, metric: str, confidence: float) -> Compared | None:
    """Compare a mean over trials or a share; None where the trials are not there."""
    share = quantity(metric).share
    names = (share.part, share.whole) if share else (metric,)
    found = [each.of_trials(name) for each in (values, reference) for name in names]
    if any(each is None for each in found):
        return None
    both = min(values.trials, reference.trials)
    everything = [each for each in found if each is not None]
    columns = [each[:both] for each in everything]
    if share:
        part, whole, reference_part, reference_whole = columns
        compared = share_difference(part, whole, reference_part, reference_whole, confidence)
        if compared.paired or values.trials == reference.trials:
            return compared
        # Of independent runs, then with every trial that each has.
        part, whole, reference_part, reference_whole = everything
        return difference_of_two_shares(part, whole, reference_part, reference_whole, confidence)
    ours, theirs = columns
    return mean_difference(ours, theirs, confidence)


def is_share_at_an_end(values: Trials, reference: Trials, metric: str) -> bool:
    """Tell whether a share is 0, or 1, in every trial that both have, in one of two results.

    Then nothing shows how far it varies with the other, and the difference is that of independent
    runs.
    """
    share, both = quantity(metric).share, min(values.trials, reference.trials)
    if share is None:
        return False
    for each in (values, reference):
        part, whole = each.of_trials(share.part), each.of_trials(share.whole)
        if part is not None and whole is not None and is_at_an_end(part[:both], whole[:both]):
            return True
    return False


def _over_trials(
    values: Trials, reference: Trials, metric: str, p: float, confidence: float
) -> Compared | None:
    ours, theirs = values.of_trials(metric), reference.of_trials(metric)
    if ours is None or theirs is None:
        return None
    both = min(values.trials, reference.trials)
    ours, theirs = ours[:both], theirs[:both]
    fewest = min(int(np.count_nonzero(ours)), int(np.count_nonzero(theirs)))
    return _unless(why_not_known(fewest, both), order_difference(ours, theirs, p, confidence), both)


def _over_groups(
    values: Trials,
    reference: Trials,
    groups: CommonGroups,
    metric: str,
    p: float,
    confidence: float,
) -> Compared | None:
    ours, theirs = values.counts(metric), reference.counts(metric)
    if ours is None or theirs is None or values.axis(metric) != reference.axis(metric):
        return None
    contributing = [_contributing(each, metric) for each in (values, reference)]
    fewest = min(zip(contributing, (values.trials, reference.trials), strict=True))
    found = quantile_difference(
        groups.joined(ours),
        groups.joined(theirs, reference=True),
        values.axis(metric),
        p,
        least_kurtosis=least_kurtosis(*fewest),
        confidence=confidence,
    )
    return _unless(why_not_known(*fewest), found, min(values.trials, reference.trials))


def _contributing(trials: Trials, metric: str) -> int:
    """Trials that add to the distribution of a metric; all where the result does not tell."""
    for name in counted_in(metric):
        found = trials.of_trials(name)
        if found is not None and len(found):
            return int(np.count_nonzero(found))
    return trials.trials


def _unless(note: str, found: Compared, trials: int) -> Compared:
    """The difference without limits where too few trials contribute.

    What is the same in enough trials is so however few have any.
    """
    is_same = found.difference.note.startswith("same") and trials >= FEWEST_CONTRIBUTING
    if not note or is_same:
        return found
    known = (found.difference.value, found.percent.value)
    return without_limits(*known, note)
