"""Compiled kernels against NumPy over a million users, and on what no run may break."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from capest.backend.choose import native_obstacle
from capest.backend.native.kernels import NativeKernels
from capest.backend.native.library import library
from capest.backend.numpy_kernels import NumpyKernels
from tests.emulate.needs import skip_or_fail
from tests.emulate.scene import random_scene

USERS = 1_000_000
MOST_TIES = 1e-6  # of users


@pytest.fixture(scope="module")
def native() -> NativeKernels:
    obstacle = native_obstacle()
    if obstacle is not None:
        skip_or_fail(obstacle.reason)
    return NativeKernels(library())


def test_a_million_users_have_the_same_beams(native: NativeKernels) -> None:
    links = random_scene(11, beams=37, colours=3, users=USERS, equal_power=True).links()
    serving, carrier, interference = native.downlink_sinr(links)
    twin, twin_carrier, twin_interference = NumpyKernels().downlink_sinr(links)
    other = serving != twin
    assert np.count_nonzero(other) <= MOST_TIES * USERS
    # Who has another one stands between two that are equal to rounding.
    np.testing.assert_allclose(carrier, twin_carrier, rtol=1e-4)
    np.testing.assert_allclose(
        interference[~other], twin_interference[~other], rtol=1e-3, atol=1e-6 * carrier.max()
    )


@pytest.mark.parametrize("lit", [False, True])
@pytest.mark.parametrize("given", [False, True])
def test_results_do_not_depend_on_who_else_is_there(
    native: NativeKernels, lit: bool, given: bool
) -> None:
    share = 0.5 if lit else None
    scene = random_scene(12, beams=37, colours=3, users=500, trials=9, lit_share=share)
    links = scene.links()
    if given:
        beams = np.random.default_rng(1).integers(-1, 37, 500).astype(np.int32)
        links = replace(links, serving=beams)
    whole = native.downlink_sinr(links)
    rng = np.random.default_rng(2)
    for chosen in (np.array([499]), rng.permutation(500), np.flatnonzero(rng.random(500) < 0.3)):
        part = native.downlink_sinr(
            replace(
                links,
                user=links.user[..., chosen],
                gain=links.gain[:, chosen],
                user_trial=links.user_trial[chosen],
                serving=None if links.serving is None else links.serving[chosen],
            )
        )
        for some, all_ in zip(part, whole, strict=True):
            np.testing.assert_array_equal(some, all_[chosen])


def test_values_that_are_no_numbers_harm_nobody_else(native: NativeKernels) -> None:
    links = random_scene(13, beams=19, users=100).links()
    expected = native.downlink_sinr(links)
    user, gain = links.user.copy(), links.gain.copy()
    user[0, :, 5], user[0, :, 40] = np.nan, np.inf
    gain[0, 60], gain[0, 61] = np.inf, 0.0
    found = native.downlink_sinr(replace(links, user=user, gain=gain))
    well = np.setdiff1d(np.arange(100), [5, 40, 60, 61])
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one[well], other[well])
    assert np.isinf(found[1][60])
    assert found[1][61] == found[2][61] == 0.0


@pytest.mark.parametrize("logarithmic", [False, True])
def test_infinities_are_counted_at_the_ends(native: NativeKernels, logarithmic: bool) -> None:
    values = np.array([-np.inf, np.inf, 0.0, 1e-310, 1.0, 2.0, 5e-324, 1e300])
    if logarithmic:
        values = values[1:]
    axis = {"low": -1.0, "inverse_step": 10.0, "bins": 40, "logarithmic": logarithmic}
    np.testing.assert_array_equal(
        native.count_values(values, None, **axis), NumpyKernels().count_values(values, None, **axis)
    )


def test_logarithms_are_those_of_numpy(native: NativeKernels) -> None:
    """Counted finely enough, a wrong logarithm shows in the bins."""
    values = 10.0 ** np.random.default_rng(3).uniform(-12.0, 12.0, 200_000)
    axis = {"low": -12.0, "inverse_step": 1e6, "bins": 24_000_002, "logarithmic": True}
    found = native.count_values(values, None, **axis)
    expected = NumpyKernels().count_values(values, None, **axis)
    assert np.abs(found - expected).sum() <= 2
