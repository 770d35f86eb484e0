"""Bands of distribution functions: brute force, closed forms, coverage."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest

from capest.statistics.distribution_band import band_of_counts, band_of_trials
from capest.statistics.histograms import HistogramAxis

AXIS = HistogramAxis("x", "dB", "anything", "user", -10.0, 0.5, 40)


def counts_of(values: np.ndarray) -> np.ndarray:
    """Counts per group (G, bins) of values (G, n), the open bins first and last."""
    edges = np.concatenate([[-np.inf], AXIS.edges(), [np.inf]])
    return np.stack([np.histogram(row, edges)[0] for row in values])


def test_probability_is_the_share_below_each_edge() -> None:
    values = np.random.default_rng(1).normal(0.0, 6.0, (8, 30))  # beyond both ends too
    band = band_of_counts(counts_of(values), AXIS)
    assert (values < -10.0).any()
    assert (values > 10.0).any()
    np.testing.assert_array_equal(band.values, AXIS.edges())
    share = (values.ravel()[:, None] < AXIS.edges()).mean(axis=0)
    np.testing.assert_allclose(band.probability, share, rtol=1e-12)
    assert (band.low <= band.probability).all()
    assert (band.probability <= band.high).all()
    assert (np.diff(band.low) >= 0).all()
    assert (np.diff(band.high) >= 0).all()


def test_it_begins_and_ends_where_the_counts_do() -> None:
    band = band_of_counts(counts_of(np.array([[0.1, 0.2], [0.3, 1.2]])), AXIS)
    np.testing.assert_allclose(band.values, [-0.5, 0.0, 0.5, 1.0, 1.5][1:])
    np.testing.assert_allclose(band.probability, [0.0, 0.75, 0.75, 1.0])


def test_what_all_groups_agree_on_is_not_certain() -> None:
    """With ten groups alike, a share that no group shows may be 1 - 0.025^(1/10), not 0."""
    band = band_of_counts(counts_of(np.full((10, 5), 0.2)), AXIS)
    rare = 1.0 - 0.025**0.1
    np.testing.assert_allclose(band.probability, [0.0, 1.0])
    np.testing.assert_allclose(band.low, [0.0, 1.0 - rare])
    np.testing.assert_allclose(band.high, [rare, 1.0])


def test_one_group_or_none_has_no_band() -> None:
    alone = band_of_counts(counts_of(np.array([[0.1, 0.6]])), AXIS)
    assert np.isfinite(alone.probability).all()
    assert np.isnan(alone.low).all()
    assert len(band_of_counts(np.zeros((3, AXIS.bins), np.int64), AXIS).values) == 0
    with pytest.raises(ValueError, match="no distribution"):
        band_of_counts(np.zeros((3, 4), np.int64), AXIS)


def test_it_covers_the_truth_where_users_of_a_trial_are_alike() -> None:
    """Users of a group share a draw: treated as independent, they would be covered by half."""
    random = np.random.default_rng(7)
    edges = AXIS.edges()
    truth = np.array([NormalDist(0.0, math.sqrt(5.0)).cdf(edge) for edge in edges])
    hits, there = np.zeros(len(edges)), np.zeros(len(edges))
    for _ in range(300):
        values = random.normal(0.0, 2.0, (20, 50)) + random.normal(0.0, 1.0, (20, 1))
        band = band_of_counts(counts_of(values), AXIS)
        place = np.searchsorted(edges, band.values)
        there[place] += 1
        hits[place] += (band.low <= truth[place]) & (truth[place] <= band.high)
    often = there > 250
    covered = hits[often] / there[often]
    assert covered.mean() > 0.94
    # Three standard errors of 300 repetitions below the nominal 95 %.
    assert covered.min() > 0.95 - 3 * math.sqrt(0.95 * 0.05 / 300) - 0.005


def test_limits_over_trials_are_those_of_clopper_and_pearson() -> None:
    band = band_of_trials(np.arange(10.0))
    np.testing.assert_allclose(band.probability, np.arange(1, 11) / 10)
    # Of 10 trials with 1, 5 and 10 hits: closed forms at the ends, tables in between.
    assert band.low[0] == pytest.approx(1 - 0.975**0.1, abs=1e-9)
    assert band.low[-1] == pytest.approx(0.025**0.1, abs=1e-9)
    assert band.high[-1] == 1.0
    assert band.low[4] == pytest.approx(0.1871, abs=1e-4)
    assert band.high[4] == pytest.approx(0.8129, abs=1e-4)


def test_few_and_many_trials() -> None:
    assert np.isnan(band_of_trials(np.array([3.0])).low).all()
    assert len(band_of_trials(np.array([])).values) == 0
    many = band_of_trials(np.random.default_rng(2).random(5000))
    assert len(many.values) == 200
    assert many.probability[-1] == 1.0
    ties = band_of_trials(np.array([1.0, 1.0, 2.0, np.nan]))
    np.testing.assert_allclose(ties.values, [1.0, 2.0])
    np.testing.assert_allclose(ties.probability, [2 / 3, 1.0])
