"""Two receive branches: the closed form against 2×2 matrices, and its limits."""

import numpy as np
import pytest

from capest.physics.two_branches import (
    WAVE_POINTS,
    combining_gain_db,
    left_interference,
    wave_points,
)


def points_of(channel: np.ndarray) -> np.ndarray:
    """Points of the Poincaré sphere of channel vectors (n, 2): Stokes parameters, (3, n)."""
    one, two = channel.T
    whole = np.abs(one) ** 2 + np.abs(two) ** 2
    cross = np.conj(one) * two
    return (
        np.stack([2.0 * cross.real, 2.0 * cross.imag, np.abs(one) ** 2 - np.abs(two) ** 2]) / whole
    )


def random_channels(seed: int, count: int, spread_db: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    strength = 10.0 ** (rng.uniform(-spread_db, spread_db, count) / 20.0)
    drawn = rng.normal(size=(count, 2)) + 1j * rng.normal(size=(count, 2))
    return strength[:, None] * drawn


def sinr(own: np.ndarray, noise: np.ndarray) -> float:
    """Best SINR that any weights of two branches reach: h^H R⁻¹ h."""
    return float(np.vdot(own, np.linalg.solve(noise, own)).real)


@pytest.mark.parametrize("others", [0, 1, 2, 5, 40])
@pytest.mark.parametrize("spread_db", [3.0, 20.0, 40.0])
def test_against_matrices_of_channels(others, spread_db):
    for seed in range(20):
        own, *rest = random_channels(seed, others + 1, spread_db)
        rest = np.array(rest).reshape(others, 2)
        beams = 0.7  # of the own satellite, over its carrier
        noise = np.eye(2) + beams * np.outer(own, own.conj()) + rest.T @ rest.conj()
        carrier = np.vdot(own, own).real
        power = (np.abs(rest) ** 2).sum(axis=1)
        moment = (power * points_of(rest)).sum(axis=1) if others else np.zeros(3)
        left = left_interference(power.sum(), moment, points_of(own[None])[:, 0], np)
        assert carrier / (1.0 + beams * carrier + left) == pytest.approx(sinr(own, noise), rel=1e-8)


def test_no_weights_are_better():
    own, *rest = random_channels(1, 5, 10.0)
    rest = np.array(rest)
    noise = np.eye(2) + rest.T @ rest.conj()
    best = sinr(own, noise)
    for weights in random_channels(2, 500, 0.0):
        wanted = np.abs(np.vdot(weights, own)) ** 2
        assert wanted / np.vdot(weights, noise @ weights).real <= best * (1.0 + 1e-12)


def test_beams_of_one_satellite_are_as_with_maximum_ratio():
    """Parallel channels: rejection gains nothing, within 0.01 dB and far less."""
    for own in random_channels(3, 50, 30.0):
        carrier = np.vdot(own, own).real
        beams = 3.0 * carrier
        mmse = sinr(own, np.eye(2) + 3.0 * np.outer(own, own.conj()))
        assert abs(10.0 * np.log10(mmse / (carrier / (1.0 + beams)))) < 0.01
    nothing = np.zeros(3)
    assert left_interference(0.0, nothing, np.array([0.0, 0.0, 1.0]), np) == 0.0


@pytest.mark.parametrize("along", [-1.0, -0.6, 0.0, 0.5, 0.99, 1.0])
def test_one_strong_satellite_is_rejected_but_for_what_is_parallel(along):
    """G goes to (1 − s·s_0) / 2: the share of the carrier across the interferer's channel."""
    own = np.array([0.0, 0.0, 1.0])
    other = np.array([np.sqrt(1.0 - along * along), 0.0, along])
    power = 1e9
    left = left_interference(power, power * other, own, np)
    if along == 1.0:
        assert left == pytest.approx(power)
    else:
        assert 1.0 / (1.0 + left) == pytest.approx((1.0 - along) / 2.0, rel=1e-6)
    if along == -1.0:
        assert left == pytest.approx(0.0, abs=1e-6)  # the other polarisation costs nothing


def test_a_weak_satellite_counts_half_on_average():
    own, point = np.array([0.6, 0.0, 0.8]), wave_points().astype(float)
    left = left_interference(np.full(WAVE_POINTS, 1e-4), 1e-4 * point, own[:, None], np)
    assert left.mean() == pytest.approx(0.5e-4, rel=1e-3)


def test_many_weak_satellites_from_all_sides_are_noise():
    """Their covariance is that of noise: nothing to reject, half of their power in each branch."""
    point = wave_points().astype(float)
    moment = (point * (8.0 / WAVE_POINTS)).sum(axis=1)
    left = left_interference(8.0, moment, np.array([1.0, 0.0, 0.0]), np)
    assert left == pytest.approx(4.0, rel=1e-3)


def test_single_precision_holds_where_it_cancels():
    point = wave_points()
    own = point[:, 5]
    for power in (1e-6, 1.0, 1e4):
        for other in range(0, WAVE_POINTS, 37):
            exact = left_interference(
                power, power * point[:, other].astype(float), own.astype(float), np
            )
            moment = np.float32(power) * point[:, other]
            found = left_interference(np.float32(power), moment, own, np)
            assert (1.0 + found) / (1.0 + exact) == pytest.approx(1.0, rel=1e-3)


def test_points_lie_evenly_on_the_sphere():
    point = wave_points().astype(float)
    np.testing.assert_allclose((point * point).sum(axis=0), 1.0, rtol=1e-6)
    assert np.abs(point.mean(axis=1)).max() < 2e-3
    np.testing.assert_allclose(point @ point.T / WAVE_POINTS, np.eye(3) / 3.0, atol=2e-3)
    cosines = point.T @ point - 2.0 * np.eye(WAVE_POINTS)
    nearest = np.arccos(cosines.max(axis=1))
    # As far apart as equal caps would be, 2 / sqrt(points), within a third.
    assert nearest.min() > 0.67 * 2.0 * np.sqrt(np.pi / WAVE_POINTS) / np.sqrt(np.pi) * 1.0


def test_two_equal_branches_gain_3_01_db_against_noise():
    assert combining_gain_db(1) == 0.0
    assert combining_gain_db(2) == pytest.approx(3.0103, abs=1e-5)
