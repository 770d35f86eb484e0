"""Strategies of beam hopping side by side, with intervals over trials."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.statistics.intervals import Interval, mean_interval
from capest.studies.hopping_trials import Played


@dataclass(frozen=True)
class Compared:
    """One strategy.

    Attributes
    ----------
    strategy : str
    of_bound : Interval
        Traffic served over what the bound allows, both summed over trials; NaN where nothing can
        be served in any trial.
    of_offered : Interval
        Traffic served over traffic wanted, both summed over trials; NaN without any.
    least_satisfaction : Interval
        Served over demanded of the cell that is worst off, mean over the trials in which anything
        is wanted.
    difference : Interval
        ``of_bound`` less that of the first strategy, over pairs of the same trial; exactly 0 for
        the first.
    """

    strategy: str
    of_bound: Interval
    of_offered: Interval
    least_satisfaction: Interval
    difference: Interval


def compare(played: Played) -> list[Compared]:
    """Compare all strategies with the first, trial by trial.

    Parameters
    ----------
    played : Played

    Returns
    -------
    list of Compared
        In the order they were played.
    """
    first = next(iter(played.served.values()))
    wanted = played.offered > 0
    return [
        Compared(
            name,
            ratio_over_trials(served, played.limit),
            ratio_over_trials(served, played.offered),
            over_trials(played.least_satisfaction[name][wanted]),
            ratio_over_trials(served - first, played.limit),
        )
        for name, served in played.served.items()
    ]


def over_trials(values: np.ndarray) -> Interval:
    """Mean over trials and its 95 % interval (Student); NaN of none."""
    mean = float(values.mean()) if len(values) else math.nan
    return mean_interval(len(values), mean, float(((values - mean) ** 2).sum()))


def ratio_over_trials(part: np.ndarray, whole: np.ndarray) -> Interval:
    """Ratio of two sums over trials and its 95 % interval.

    A trial without any of the whole adds nothing to either sum. The estimator is linearised: its
    error is that of the mean of part - ratio · whole over the mean of the whole (Cochran, "Sampling
    Techniques", 3rd ed., 1977, ch. 6), with Student's quantile.

    Parameters
    ----------
    part, whole : float array (trials,)
        The part may be negative, as a difference is.

    Returns
    -------
    Interval
        All NaN where the whole is 0 in every trial.
    """
    total = float(whole.sum())
    if total == 0:
        return Interval(math.nan, math.nan, math.nan)
    ratio = float(part.sum()) / total
    deviations = (part - ratio * whole) * (len(whole) / total)
    return mean_interval(len(whole), ratio, float((deviations**2).sum()))
