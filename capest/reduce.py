"""Reduction of blocks to estimates with confidence intervals; memory flat in the trials.

Counts and sums of integers are exact, so they do not depend on the order of the blocks.
The mean throughput is a sum of floating-point numbers: its last bits are reproducible when
blocks are added in block order, which is how a result file is written.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from capest.block import BlockResult
from capest.figure_names import (
    ALL_BEAMS,
    BEAM_SHARE,
    BLOCKING_SHARE,
    OF_MIXES,
    OF_REFUSED,
    QUANTILES,
    REFUSAL_REASONS,
    REFUSED_SHARE,
    SERVED_SHARE,
    TRIAL_MEANS,
    UNITS,
    UPLINK_SHARE,
)
from capest.histograms import AXES
from capest.statistics import (
    Interval,
    Moments,
    mean_interval,
    merge_moments,
    quantile_interval,
    ratio_interval,
)

GROUPS = 50
"""Most groups of trials that quantile intervals rest on; block b belongs to group b % GROUPS.

An interval from G groups uses t with G - 1 degrees of freedom: 2.09 standard errors at
G = 20, 2.01 at 50, 1.96 without end; more groups would cost memory and gain nothing. A run
of 1,000 trials has 20 blocks of 50, hence 20 groups of one block; group sizes never differ by
more than one block."""

_FLOATS = (
    *("throughput", "uplink_throughput", "best_effort_throughput"),
    *(metric for metric, counted in ALL_BEAMS.items() if not counted.startswith("calls")),
)
_REFUSED = tuple(f"calls_refused_{reason}" for reason in REFUSAL_REASONS)
_INTEGERS = (
    *("users", "lit_users", "served_users", "lit_beams"),
    *("satellites_in_use", "satellites_in_reach", "covered_cells", "uplink_users"),
    *("calls", "calls_offered", "calls_on_fading", "calls_refused", *_REFUSED),
    *("call_attempts", "calls_blocked"),
    *OF_MIXES,
    *(metric for metric, counted in ALL_BEAMS.items() if counted.startswith("calls")),
)

_RATIOS = {
    SERVED_SHARE: ("served_users", "lit_users"),
    UPLINK_SHARE: ("uplink_users", "lit_users"),
    BEAM_SHARE: ("lit_users", "users"),
    REFUSED_SHARE: ("calls_refused", "calls_offered"),
    BLOCKING_SHARE: ("calls_blocked", "call_attempts"),
    **{name: (part, "calls_refused") for name, part in zip(OF_REFUSED, _REFUSED, strict=True)},
}


@dataclass(frozen=True)
class Estimate:
    """One figure of the result with its 95 % confidence interval.

    Attributes
    ----------
    metric : str
        A name of ``AXES``, ``TRIAL_MEANS`` or ``SHARES``.
    statistic : str
        ``p05``, ``p50``, ``p95`` or ``mean``.
    value, low, high : float
        Estimate and limits in ``units``; NaN limits where there are too few trials.
    units : str
        UDUNITS string, or ``dB``.
    """

    metric: str
    statistic: str
    value: float
    low: float
    high: float
    units: str

    @property
    def half_width(self) -> float:
        """Greater distance of a limit from the value; NaN or inf where there is none."""
        if not math.isfinite(self.value):
            return math.nan
        return max(self.high - self.value, self.value - self.low)


class Reduction:
    """Running totals over blocks: histograms per group of trials, and moments over trials."""

    def __init__(self) -> None:
        self._histograms: dict[str, np.ndarray] = {}
        self._group_trials = np.zeros(GROUPS, np.int64)
        self._moments_of: dict[str, Moments] = {"throughput": (0, 0.0, 0.0)}
        self._sums: dict[str, int] = dict.fromkeys(_INTEGERS[:4], 0)
        self._products: dict[tuple[str, str], int] = {}
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
        for name in set(block.trial) & set(_INTEGERS):
            total = int(block.trial[name].sum(dtype=np.int64))
            self._sums[name] = self._sums.get(name, 0) + total
        for a, b in {(name, name) for name in _INTEGERS} | set(_RATIOS.values()):
            if a in block.trial and b in block.trial:
                product = block.trial[a].astype(np.int64) * block.trial[b].astype(np.int64)
                self._products[a, b] = self._products.get((a, b), 0) + int(product.sum())
        for name in _FLOATS:
            if name in block.trial:
                values = block.trial[name].astype(np.float64)
                mean = float(values.mean())
                here = (block.trials, mean, float(np.sum((values - mean) ** 2)))
                before = self._moments_of.get(name, (0, 0.0, 0.0))
                self._moments_of[name] = merge_moments(before, here)

    def group_counts(self, metric: str) -> np.ndarray:
        """Histogram counts of a metric, int64 (G, bins), for the groups that have trials."""
        return self._histograms[metric][self._used]

    def estimates(self) -> list[Estimate]:
        """Every reported figure, in the order of ``AXES``, then the means over trials."""
        found = [
            self.estimate(metric, statistic)
            for metric in AXES
            if metric in self._histograms
            for statistic in QUANTILES
        ]
        means = [name for name in TRIAL_MEANS if name in self._sums or name in self._moments_of]
        means.append(SERVED_SHARE)
        if "uplink_users" in self._sums:
            means.append(UPLINK_SHARE)
        if self._cell:
            means.append(BEAM_SHARE)
        if "calls" in self._sums:
            means += [REFUSED_SHARE, *OF_REFUSED]
        if "call_attempts" in self._sums:
            means.append(BLOCKING_SHARE)
        return found + [self.estimate(metric, "mean") for metric in means]

    def cell_sums(self) -> dict[str, np.ndarray]:
        """Sums over all trials per cell and satellite of a constellation, int64 arrays."""
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
        if metric in AXES and statistic in QUANTILES:
            return quantile_interval(self.group_counts(metric), AXES[metric], QUANTILES[statistic])
        if statistic != "mean" or metric in set(AXES) - set(TRIAL_MEANS):
            raise KeyError(statistic)
        if metric in _RATIOS:
            part, whole = _RATIOS[metric]
            return ratio_interval(
                self.trials,
                (self._sums[part], self._sums[whole]),
                (
                    self._products.get((part, part), 0),
                    self._products.get((part, whole), 0),
                    self._products.get((whole, whole), 0),
                ),
            )
        return mean_interval(*self._moments(metric))

    def estimate(self, metric: str, statistic: str) -> Estimate:
        """One figure with its units and 95 % interval; as ``interval``."""
        found = self.interval(metric, statistic)
        units = UNITS[f"{metric}.{statistic}"]
        return Estimate(metric, statistic, found.value, found.low, found.high, units)

    def _moments(self, metric: str) -> Moments:
        if metric in self._moments_of:
            return self._moments_of[metric]
        if not self.trials:
            return 0, 0.0, 0.0
        # Exact until the last division: no cancellation of sum of squares minus square of sum.
        count, total = self.trials, self._sums[metric]
        m2 = Fraction(count * self._products[metric, metric] - total * total, count)
        return count, total / count, float(m2)
