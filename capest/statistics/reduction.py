"""Reduction of blocks to estimates with confidence intervals; memory flat in the trials.

Counts and sums of integers are exact, so they do not depend on the order of the blocks.
The mean throughput is a sum of floating-point numbers: its last bits are reproducible when
blocks are added in block order, which is how a result file is written.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.statistics.block import BlockResult
from capest.statistics.figure_names import (
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
    is_of_uplink,
)
from capest.statistics.histograms import AXES
from capest.statistics.intervals import Interval, quantile_interval
from capest.statistics.order_statistics import order_statistic
from capest.statistics.rare_events import (
    least_kurtosis,
    mean_over_trials,
    share_over_trials,
    why_not_known,
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

_OVER_TRIALS = tuple(name for name, axis in AXES.items() if axis.population == "trial")

_RATIOS = {
    SERVED_SHARE: ("served_users", "lit_users"),
    UPLINK_SHARE: ("uplink_users", "lit_users"),
    BEAM_SHARE: ("lit_users", "users"),
    REFUSED_SHARE: ("calls_refused", "calls_offered"),
    BLOCKING_SHARE: ("calls_blocked", "call_attempts"),
    **{name: (part, "calls_refused") for name, part in zip(OF_REFUSED, _REFUSED, strict=True)},
}

_SET_BY_SCENARIO = {"users", "lit_beams", "calls_offered"} | {
    name for name in OF_MIXES if name.startswith("calls_offered")
}
"""What does not vary by accident where it does not vary at all: the others may."""


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
        self._real: dict[str, TrialSums] = {"throughput": NOTHING}
        self._whole = {name: WholeNumbers() for name in _INTEGERS[:4]}
        self._shares: dict[str, PartAndWhole] = {}
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
        for name in set(block.trial) & set(_INTEGERS):
            self._whole.setdefault(name, WholeNumbers()).add(block.trial[name])
        for share, (part, whole) in _RATIOS.items():
            if part in block.trial and whole in block.trial:
                both = self._shares.setdefault(share, PartAndWhole())
                both.add(block.trial[part], block.trial[whole])
        for name in set(block.trial) & set(_FLOATS):
            here = sums_of(block.trial[name])
            self._real[name] = merge(self._real.get(name, NOTHING), here)
        for name in set(block.trial) & set(_OVER_TRIALS):
            self._values.setdefault(name, []).append(np.asarray(block.trial[name], np.int32))

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
        means = [name for name in TRIAL_MEANS if name in self._whole or name in self._real]
        means.append(SERVED_SHARE)
        if "uplink_users" in self._whole:
            means.append(UPLINK_SHARE)
        if self._cell:
            means.append(BEAM_SHARE)
        if "calls" in self._whole:
            means += [REFUSED_SHARE, *OF_REFUSED]
        if "call_attempts" in self._whole:
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
            return self._quantile(metric, QUANTILES[statistic])
        if statistic != "mean" or metric in set(AXES) - set(TRIAL_MEANS):
            raise KeyError(statistic)
        if metric in _RATIOS:
            return share_over_trials(self._shares.get(metric, PartAndWhole()))
        if metric in self._real:
            return mean_over_trials(self._real[metric])
        sums = self._whole[metric].sums()
        return mean_over_trials(sums, set_by_scenario=metric in _SET_BY_SCENARIO)

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
        units = UNITS[f"{metric}.{statistic}"]
        return Estimate(metric, statistic, found.value, found.low, found.high, units, found.note)


def parts_of_share(share: str) -> tuple[str, str]:
    """Totals of a trial whose sums make a share: the part, and the whole."""
    return _RATIOS[share]


def counted_in(metric: str) -> tuple[str, ...]:
    """Totals of a trial that are zero where a trial adds nothing to a metric's distribution."""
    if metric in _OVER_TRIALS:
        return (metric,)
    if metric.endswith("user_throughput"):
        # Users who are not served count with 0: those who are make the difference.
        return ("uplink_users", "lit_users") if is_of_uplink(metric) else ("served_users",)
    if metric.endswith("beam_throughput"):
        return ("lit_beams",)
    return ("uplink_users", "lit_users") if is_of_uplink(metric) else ("lit_users",)
