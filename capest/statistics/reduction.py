"""Reduction of blocks to estimates with confidence intervals; memory flat in the trials.

Counts and sums of integers are exact, so they do not depend on the order of the blocks.
The mean throughput is a sum of floating-point numbers: its last bits are reproducible when
blocks are added in block order, which is how a result file is written.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from capest.statistics.block import BlockResult
from capest.statistics.intervals import Interval, quantile_interval
from capest.statistics.order_statistics import order_statistic
from capest.statistics.quantities import AXES, SHARES, in_order, of_dims, quantity
from capest.statistics.quantity import QUANTILES, Quantity
from capest.statistics.rare_events import (
    least_kurtosis,
    mean_of_any,
    mean_over_trials,
    share_over_trials,
    why_not_known,
    within_share,
)
from capest.statistics.trial_sums import (
    NOTHING,
    PartAndWhole,
    TrialSums,
    WholeNumbers,
    merge,
    sums_of,
)

GROUPS = 50
"""Most groups of trials that quantile intervals rest on; block b belongs to group b % GROUPS.

An interval from G groups uses t with G - 1 degrees of freedom: 2.09 standard errors at
G = 20, 2.01 at 50, 1.96 without end; more groups would cost memory and gain nothing. A run
of 1,000 trials has 20 blocks of 50, hence 20 groups of one block; group sizes never differ by
more than one block."""


WAITING_TRIALS = 1000
"""Most trials whose whole numbers wait to be added up together: a short block costs as much."""


_IN_SHARES = {name for row in SHARES if row.share for name in (row.share.part, row.share.whole)}


@dataclass(frozen=True)
class Estimate:
    """One figure of the result with its 95 % confidence interval.

    Attributes
    ----------
    metric : str
        A name of the table ``quantities``, or of a service's quantity of a family.
    statistic : str
        ``p05``, ``p50``, ``p95`` or ``mean``.
    value, low, high : float
        Estimate and limits in ``units``; NaN limits where there are too few trials.
    units : str
        UDUNITS string, or ``dB``.
    note : str
        Why there are no limits, and what would give some; empty where there are.
    """

    metric: str
    statistic: str
    value: float
    low: float
    high: float
    units: str
    note: str = ""

    @property
    def half_width(self) -> float:
        """Greater distance of a limit from the value; NaN or inf where there is none."""
        if not math.isfinite(self.value):
            return math.nan
        return max(self.high - self.value, self.value - self.low)


class Reduction:
    """Running totals over blocks: histograms per group of trials, and sums over trials.

    Of quantities whose quantiles over trials are reported (``calls``) the values are kept.
    """

    def __init__(self) -> None:
        self._histograms: dict[str, np.ndarray] = {}
        self._group_trials = np.zeros(GROUPS, np.int64)
        always = [row for row in of_dims("trial").values() if not row.when and not _of_any(row)]
        self._real: dict[str, TrialSums] = {row.name: NOTHING for row in always if not row.is_whole}
        self._whole = {row.name: WholeNumbers() for row in always if row.is_whole}
        self._shares: dict[str, PartAndWhole] = {}
        self._waiting: dict[str, list[np.ndarray]] = {}
        self._waiting_trials = 0
        self._values: dict[str, list[np.ndarray]] = {}
        self._cell: dict[str, np.ndarray] = {}

    @property
    def trials(self) -> int:
        """Number of trials added."""
        return int(self._group_trials.sum())

    @property
    def group_trials(self) -> np.ndarray:
        """Trials per group, int64 (G,): the groups that have any, in the order of groups."""
        return self._group_trials[self._used]

    @property
    def _used(self) -> np.ndarray:
        return self._group_trials > 0

    def add(self, block_index: int, block: BlockResult) -> None:
        """Add one block, each block once.

        Parameters
        ----------
        block_index : int
            Number of the block in the run; decides its group.
        block : BlockResult
        """
        group = block_index % GROUPS
        self._group_trials[group] += block.trials
        for name, counts in block.histograms.items():
            if name not in self._histograms:
                self._histograms[name] = np.zeros((GROUPS, len(counts)), np.int64)
            self._histograms[name][group] += counts
        for name, sums in block.cell.items():
            self._cell[name] = self._cell[name] + sums if name in self._cell else sums.copy()
        whole = {}
        for name, values in block.trial.items():
            row = quantity(name)
            if row.is_whole or name in _IN_SHARES:
                whole[name] = values
            if _of_any(row):
                known = sums_of(values[~np.isnan(values)])
                self._real[name] = merge(self._real.get(name, NOTHING), known)
            elif not row.is_whole:
                self._real[name] = merge(self._real.get(name, NOTHING), sums_of(values))
            if row.distribution:
                self._values.setdefault(name, []).append(np.asarray(values, np.int32))
        self._wait(whole, block.trials)

    def _wait(self, whole: dict[str, np.ndarray], trials: int) -> None:
        """Keep whole numbers until there are many: their sums are exact in any grouping.

        So are those of the real numbers that shares are of, see `PartAndWhole`.
        """
        if whole.keys() != self._waiting.keys():
            self._add_waiting()
            self._waiting = {name: [] for name in whole}
        for name, values in whole.items():
            self._waiting[name].append(values)
        self._waiting_trials += trials
        if self._waiting_trials >= WAITING_TRIALS:
            self._add_waiting()

    def _add_waiting(self) -> None:
        """Add up what waits; whoever looks at sums or shares of whole numbers does so first."""
        if not self._waiting_trials:
            return
        whole = {name: np.concatenate(values) for name, values in self._waiting.items()}
        self._waiting = {name: [] for name in whole}
        self._waiting_trials = 0
        for name, values in whole.items():
            if quantity(name).is_whole:
                self._whole.setdefault(name, WholeNumbers()).add(values)
        for row in SHARES:
            share = row.share
            if share and {share.part, share.whole} <= whole.keys():
                both = self._shares.setdefault(row.name, PartAndWhole())
                both.add(whole[share.part], whole[share.whole])

    def group_counts(self, metric: str) -> np.ndarray:
        """Histogram counts of a metric, int64 (G, bins), for the groups that have trials."""
        return self._histograms[metric][self._used]

    def estimates(self) -> list[Estimate]:
        """Every reported figure: quantiles, means over trials and shares, in the table's order."""
        self._add_waiting()
        there = self._whole.keys() | self._real.keys()
        shares = [row.name for row in SHARES if is_reported(row, there)]
        found = [
            self.estimate(metric, statistic)
            for metric in AXES
            if metric in self._histograms
            for statistic in QUANTILES
        ]
        means = [name for name in in_order(there) if quantity(name).mean]
        return found + [self.estimate(metric, "mean") for metric in (*means, *shares)]

    def cell_sums(self) -> dict[str, np.ndarray]:
        """Sums over all trials per cell and per satellite, int64 arrays."""
        return self._cell

    def interval(self, metric: str, statistic: str) -> Interval:
        """Value and 95 % interval of one figure of what was added so far.

        Parameters
        ----------
        metric, statistic : str
            As in ``Estimate``.

        Returns
        -------
        Interval

        Raises
        ------
        KeyError
            No such metric or statistic.
        """
        self._add_waiting()
        row = quantity(metric)
        if statistic not in row.statistics:
            raise KeyError(statistic)
        if statistic in QUANTILES:
            return self._quantile(metric, QUANTILES[statistic])
        if row.share:
            return share_over_trials(self._shares.get(metric, PartAndWhole()))
        sums = self._real[metric] if metric in self._real else self._whole[metric].sums()
        if _of_any(row):
            return mean_of_any(sums, self.trials)
        fixed = row.mean is not None and row.mean.set_by_scenario
        found = mean_over_trials(sums, set_by_scenario=fixed)
        return within_share(found) if row.mean is not None and row.mean.is_share else found

    def _quantile(self, metric: str, p: float) -> Interval:
        counts, contributing = self.group_counts(metric), self._contributing(metric)
        if metric in self._values:
            found = order_statistic(np.concatenate(self._values[metric]), p)
        else:
            least = least_kurtosis(contributing, self.trials)
            found = quantile_interval(counts, AXES[metric], p, least_kurtosis=least)
        note = why_not_known(contributing, self.trials)
        return Interval(found.value, math.nan, math.nan, note) if note else found

    def _contributing(self, metric: str) -> int:
        """Trials that have anything of what a quantile is over."""
        for name in counted_in(metric):
            if name in self._whole and self._whole[name].count:
                return self._whole[name].contributing
        # Blocks without totals do not tell: all trials of the groups that have counts.
        return int(self.group_trials[self.group_counts(metric).any(axis=1)].sum())

    def estimate(self, metric: str, statistic: str) -> Estimate:
        """One figure with its units and 95 % interval; as ``interval``."""
        found = self.interval(metric, statistic)
        units = quantity(metric).units or "1"
        return Estimate(metric, statistic, found.value, found.low, found.high, units, found.note)


def _of_any(row: Quantity) -> bool:
    """Whether trials that have none of it do not count."""
    return row.mean is not None and row.mean.of_any


def counted_in(metric: str) -> tuple[str, ...]:
    """Totals of a trial that are zero where a trial adds nothing to a metric's distribution."""
    bins = quantity(metric).distribution
    return bins.counted_in if bins else ()


def is_reported(row: Quantity, there: Collection[str]) -> bool:
    """Whether a share is reported of a result with these quantities of a trial."""
    share = row.share
    if share is None:
        return False
    return {share.part, share.whole, *filter(None, [share.beside])} <= {*there}
