"""Do 95 % intervals cover the truth in 95 % of runs, with users that share their trial?

Every run draws whole trials whose users have a common effect, counts them into bins and
groups as a run of capest does, and asks for the interval. Seeds are fixed; 2,000 runs give
the measured share a standard error of 0.5 %.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from capest.statistics.histograms import HistogramAxis
from capest.statistics.intervals import mean_interval, quantile_interval, ratio_interval

AXIS = HistogramAxis("x", "dB", "a test axis", "user", -8.0, 0.05, 320)
RUNS = 2000
USERS = 10
EFFECT = 0.3
"""Share of the variance that the users of a trial have in common."""

TILT = 0.5
"""In the last design a trial's size grows with its effect b as exp(TILT * b)."""


def sizes(design: str, effect: np.ndarray, random: np.random.Generator) -> np.ndarray:
    if design == "equal":
        return np.full(effect.shape, USERS)
    if design == "geometric":
        return random.geometric(1 / USERS, effect.shape)
    if design == "poisson":
        return random.poisson(USERS, effect.shape)
    return random.poisson(USERS * np.exp(TILT * effect))


def true_quantile(design: str, p: float) -> float:
    # Weighting N(0, EFFECT) by exp(TILT * b) moves it to N(TILT * EFFECT, EFFECT).
    return stats.norm.ppf(p) + (TILT * EFFECT if design == "larger where better" else 0.0)


@pytest.mark.parametrize("design", ["equal", "geometric", "larger where better"])
@pytest.mark.parametrize(("groups", "trials_per_group"), [(20, 1), (20, 5), (50, 1)])
def test_quantile_intervals(groups, trials_per_group, design):
    random = np.random.default_rng([groups, trials_per_group, len(design)])
    trials = groups * trials_per_group
    covered = dict.fromkeys((0.05, 0.5, 0.95), 0)
    for _ in range(RUNS):
        effect = random.normal(0, np.sqrt(EFFECT), trials)
        count = sizes(design, effect, random)
        values = np.repeat(effect, count) + random.normal(0, np.sqrt(1 - EFFECT), count.sum())
        group = np.repeat(np.arange(trials) // trials_per_group, count)
        index = np.clip((values - AXIS.low) // AXIS.step + 1, 0, AXIS.bins - 1).astype(int)
        flat = np.bincount(group * AXIS.bins + index, minlength=groups * AXIS.bins)
        histograms = flat.reshape(groups, AXIS.bins)
        for p in covered:
            found = quantile_interval(histograms, AXIS, p)
            covered[p] += found.low <= true_quantile(design, p) <= found.high
    shares = {p: hits / RUNS for p, hits in covered.items()}
    print(groups, trials_per_group, design, shares)
    assert all(0.93 <= share <= 0.97 for share in shares.values()), shares


@pytest.mark.parametrize("trials", [20, 50])
def test_mean_intervals(trials):
    """Per-trial totals: gamma, as skewed as the sum of ten exponential throughputs."""
    totals = np.random.default_rng(trials).gamma(10, 3.0, (RUNS, trials))
    means = totals.mean(axis=1)
    squares = ((totals - means[:, None]) ** 2).sum(axis=1)
    found = [mean_interval(trials, m, s) for m, s in zip(means, squares, strict=True)]
    share = np.mean([one.low <= 30.0 <= one.high for one in found])
    print("mean", trials, share)
    assert 0.93 <= share <= 0.97


@pytest.mark.parametrize("trials", [50, 200])
def test_share_intervals(trials):
    """Served share 0.7 with a beta-distributed effect per trial and Poisson users."""
    random = np.random.default_rng(trials)
    users = random.poisson(USERS, (RUNS, trials))
    served = random.binomial(users, random.beta(7, 3, (RUNS, trials)))
    hits = 0
    for y, n in zip(served, users, strict=True):
        squares = (int(y @ y), int(y @ n), int(n @ n))
        found = ratio_interval(trials, (int(y.sum()), int(n.sum())), squares)
        hits += found.low <= 0.7 <= found.high
    print("share", trials, hits / RUNS)
    assert 0.93 <= hits / RUNS <= 0.97


@pytest.mark.parametrize("refused", [6, 10, 30])
def test_rarely_refused(refused: int):
    """A share near 1: so many users refused on average in all of 1,000 trials."""
    random = np.random.default_rng(refused)
    trials, share = 1000, 1 - refused / (1000 * USERS)
    users = np.full(trials, USERS)
    hits = 0
    for _ in range(RUNS):
        served = random.binomial(users, share)
        squares = (int(served @ served), int(served @ users), int(users @ users))
        found = ratio_interval(trials, (int(served.sum()), int(users.sum())), squares)
        hits += found.low <= share <= found.high
    print("refused", refused, hits / RUNS)
    assert 0.93 <= hits / RUNS <= 0.97
