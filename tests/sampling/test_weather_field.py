"""Weather drawn for places: uniform at each, and correlated as P.618 has it."""

from functools import cache

import numpy as np
import pytest
from scipy.stats import kstest, norm

from capest.backend.numpy_kernels import NumpyKernels
from capest.geo.sphere import unit_vectors
from capest.physics.constants import EARTH_RADIUS_M
from capest.sampling.draws import Draws
from capest.sampling.weather_field import correlation, percent_of_places

TRIALS = 4000


@cache
def places() -> np.ndarray:
    rng = np.random.default_rng(1)
    return unit_vectors(rng.uniform(30.0, 34.0, 60), rng.uniform(100.0, 106.0, 60)).T


@cache
def drawn() -> np.ndarray:
    return percent_of_places(Draws(NumpyKernels(), 1, 0, TRIALS), places())


def test_every_place_has_all_percentages_alike() -> None:
    for place in range(0, 60, 20):
        assert kstest(drawn()[:, place] / 100.0, "uniform").pvalue > 1e-3
    # The tail, where rain is: 240,000 draws, of which some are neighbours'.
    assert (drawn() < 0.1).mean() == pytest.approx(1e-3, rel=0.3)


def test_correlation_falls_with_distance_as_in_p618() -> None:
    normal = norm.isf(drawn() / 100.0)
    found = np.corrcoef(normal.T)
    apart_km = np.linalg.norm(places()[:, None] - places()[None], axis=2) * EARTH_RADIUS_M / 1e3
    expected = 0.7 * np.exp(-apart_km / 60.0) + 0.3 * np.exp(-((apart_km / 700.0) ** 2))
    np.testing.assert_allclose(correlation(apart_km), expected)
    for low, high in ((5.0, 40.0), (40.0, 80.0), (80.0, 150.0), (150.0, 300.0), (300.0, 600.0)):
        some = (apart_km > low) & (apart_km < high)
        # So many waves: 0.04 each pair, and much less in the mean.
        assert found[some].mean() == pytest.approx(expected[some].mean(), abs=0.03)
        assert (found - expected)[some].std() < 0.07


def test_a_trial_and_a_place_have_their_draw_in_whatever_company() -> None:
    alone = percent_of_places(Draws(NumpyKernels(), 1, 37, 1), places())
    assert alone.tobytes() == drawn()[37:38].tobytes()
    some = percent_of_places(Draws(NumpyKernels(), 1, 35, 9), places()[10:13])
    np.testing.assert_allclose(some, drawn()[35:44, 10:13], rtol=1e-4)
    other = percent_of_places(Draws(NumpyKernels(), 2, 37, 1), places())
    assert np.abs(other - alone).max() > 1.0
