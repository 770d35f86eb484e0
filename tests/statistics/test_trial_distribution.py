"""Distribution functions over trials: closed forms and tables of Clopper and Pearson's limits."""

from __future__ import annotations

import numpy as np
import pytest

from capest.statistics.trial_distribution import band_of_trials


def test_limits_over_trials_are_those_of_clopper_and_pearson() -> None:
    values, band = band_of_trials(np.arange(10.0))
    np.testing.assert_array_equal(values, np.arange(10.0))
    np.testing.assert_allclose(band.share, np.arange(1, 11) / 10)
    # Of 10 trials with 1, 5 and 10 hits: closed forms at the ends, tables in between.
    assert band.low[0] == pytest.approx(1 - 0.975**0.1, abs=1e-9)
    assert band.low[-1] == pytest.approx(0.025**0.1, abs=1e-9)
    assert band.high[-1] == 1.0
    assert band.low[4] == pytest.approx(0.1871, abs=1e-4)
    assert band.high[4] == pytest.approx(0.8129, abs=1e-4)


def test_few_and_many_trials() -> None:
    assert np.isnan(band_of_trials(np.array([3.0]))[1].low).all()
    assert len(band_of_trials(np.array([]))[0]) == 0
    values, many = band_of_trials(np.random.default_rng(2).random(5000))
    assert len(values) == 200
    assert many.share[-1] == 1.0
    values, ties = band_of_trials(np.array([1.0, 1.0, 2.0, np.nan]))
    np.testing.assert_allclose(values, [1.0, 2.0])
    np.testing.assert_allclose(ties.share, [2 / 3, 1.0])
