"""Strategies of beam hopping side by side, with intervals over trials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.hopping_trials import Played
from capest.statistics import Interval, mean_interval


@dataclass(frozen=True)
class Compared:
    """One strategy.

    Attributes
    ----------
    strategy : str
    of_bound : Interval
        Traffic served over what the bound allows, mean over trials.
    of_offered : Interval
        Traffic served over traffic wanted, mean over trials.
    least_satisfaction : Interval
        Served over demanded of the cell that is worst off, mean over trials.
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
    of_bound = {name: _share(served, played.limit) for name, served in played.served.items()}
    first = next(iter(of_bound.values()))
    return [
        Compared(
            name,
            over_trials(share),
            over_trials(_share(played.served[name], played.offered)),
            over_trials(played.least_satisfaction[name]),
            over_trials(share - first),
        )
        for name, share in of_bound.items()
    ]


def over_trials(values: np.ndarray) -> Interval:
    """Mean over trials and its 95 % interval (Student)."""
    mean = float(values.mean())
    return mean_interval(len(values), mean, float(((values - mean) ** 2).sum()))


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Part of the whole, all of it where there is nothing."""
    return np.divide(part, whole, out=np.ones_like(part), where=whole > 0)
