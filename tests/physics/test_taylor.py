"""Taylor's pattern against the lighting of the aperture it belongs to."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import j0, j1, jn_zeros

from capest.physics.antenna import Beam
from capest.physics.pattern_table import look_up, pattern_table
from capest.physics.patterns import PATTERNS, taylor

KA = 41.917
MU = jn_zeros(1, 8) / math.pi


def gain(u: np.ndarray) -> np.ndarray:
    """Signed amplitude at u = k·a sin(theta)/pi."""
    sine = np.asarray(u) * math.pi / KA
    chord = 2.0 * np.sin(0.5 * np.arcsin(sine))
    amplitude: np.ndarray = PATTERNS.find("taylor")(Beam(KA, 4.4, 30.0))(chord)
    return amplitude


def test_it_is_the_far_field_of_taylors_lighting() -> None:
    """Taylor (1960): the lighting is a sum of J0(mu_m p) over the rim's p = pi, n of them.

    Its coefficients take the pattern at n nulls of uniform lighting; the integral of
    Kirchhoff over the aperture gives it back everywhere else.
    """
    p = (np.arange(20_000) + 0.5) * math.pi / 20_000
    orders = np.concatenate([[0.0], MU[: taylor.CONTROLLED - 1]])
    weights = gain(orders + 1e-6) / j0(math.pi * orders) ** 2
    lighting = 2.0 / math.pi**2 * (weights[:, None] * j0(orders[:, None] * p)).sum(axis=0)
    assert (lighting > 0.0).all()
    assert lighting[p < math.pi / 2].mean() > 1.2 * lighting[p > math.pi / 2].mean()
    u = np.linspace(0.05, 12.0, 300)
    field = (lighting * p * j0(u[:, None] * p)).sum(axis=1) * math.pi / 20_000
    np.testing.assert_allclose(gain(u), field, atol=2e-6)


def test_side_lobes_are_20_db_below_the_peak_at_least() -> None:
    u = np.linspace(0.0, 13.0, 400_001)
    level_db = 20.0 * np.log10(np.maximum(np.abs(gain(u)), 1e-9))
    peak = np.flatnonzero((level_db[1:-1] > level_db[:-2]) & (level_db[1:-1] > level_db[2:])) + 1
    lobes_db = level_db[peak]
    assert len(lobes_db) > 8
    assert lobes_db.max() <= -20.0
    # The first is the highest, within 1 dB of the design, and 3 dB below uniform lighting's -17.6.
    assert lobes_db.argmax() == 0
    assert lobes_db[0] == pytest.approx(-20.0, abs=1.0)
    assert (np.diff(lobes_db) < 0.0).all()


def test_nulls_are_where_taylor_puts_them() -> None:
    """z_i = mu_n sqrt((A² + (i - 1/2)²)/(A² + (n - 1/2)²)) before the n-th, mu_i from there on."""
    a = math.log(10.0 + math.sqrt(99.0)) / math.pi
    n = taylor.CONTROLLED
    first = [
        MU[n - 1] * math.sqrt((a**2 + (i - 0.5) ** 2) / (a**2 + (n - 0.5) ** 2))
        for i in range(1, n)
    ]
    for null in (*first, *MU[n - 1 : 8]):
        assert abs(gain(np.array([null]))[0]) < 1e-6
        left, right = gain(np.array([null - 0.01, null + 0.01]))
        assert left * right < 0.0


def test_it_is_even_where_uniform_lighting_has_its_nulls() -> None:
    for null in MU[: taylor.CONTROLLED - 1]:
        beside = gain(np.array([null - 1e-4, null, null + 1e-4]))
        assert beside[1] == pytest.approx(0.5 * (beside[0] + beside[2]), rel=1e-5)
        assert abs(beside[1]) > 1e-3


def test_its_beam_is_a_little_wider_than_that_of_uniform_lighting() -> None:
    u = np.linspace(0.0, 1.0, 100_001)
    half = u[np.argmax(gain(u) ** 2 < 0.5)]
    uniform = u[1:][np.argmax((2.0 * j1(math.pi * u[1:]) / (math.pi * u[1:])) ** 2 < 0.5)]
    assert 1.0 < half / uniform < 1.02


def test_nothing_goes_behind_the_aperture() -> None:
    amplitude = PATTERNS.find("taylor")(Beam(KA, 4.4, 30.0))
    assert (amplitude(np.array([1.42, 1.8, 2.0])) == 0.0).all()
    assert amplitude(np.array([0.0]))[0] == pytest.approx(1.0)


@pytest.mark.parametrize("ka", [20.958, 461.086])
def test_its_table_is_true(ka: float) -> None:
    amplitude = PATTERNS.find("taylor")(Beam(ka, 4.4, 30.0))
    largest = min(1.4, 20.0 / ka)
    chord = np.random.default_rng(1).uniform(0.0, largest, 50_000)
    got = look_up(pattern_table(ka, largest, amplitude), (ka * chord) ** 2, np)
    true = amplitude(chord) ** 2
    strong = true > 1e-3
    assert strong.sum() > 1000
    assert np.abs(10.0 * np.log10(got[strong] / true[strong])).max() < 0.02
