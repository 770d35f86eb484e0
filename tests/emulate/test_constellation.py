"""The CUDA kernel of constellations against its NumPy twin and brute force."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from capest.backend.arguments import ConstellationDownlink
from capest.backend.cuda_kernels import CudaKernels
from capest.backend.numpy_kernels import NumpyKernels

from ..backend.test_constellation import CASES, assert_close
from .constellation_scene import only_trial, random_constellation
from .emulator import EmulatedDevice


def on(kernels: Any, links: ConstellationDownlink) -> ConstellationDownlink:
    return replace(
        links,
        **{
            name: kernels.xp.asarray(value)
            for name, value in vars(links).items()
            if isinstance(value, np.ndarray)
        },
    )


@pytest.mark.parametrize("case", CASES)
def test_against_double_precision(case, kernels, to_host):
    links = random_constellation(1 + sum(map(ord, case)), **CASES[case])
    assert_close(tuple(map(to_host, kernels.constellation_sinr(on(kernels, links)))), links)


@pytest.mark.parametrize("case", CASES)
def test_against_the_numpy_twin(case, kernels, to_host):
    links = random_constellation(2 + sum(map(ord, case)), **CASES[case])
    found = [to_host(p) for p in kernels.constellation_sinr(on(kernels, links))]
    twin = NumpyKernels().constellation_sinr(links)
    peak = max(float(twin[0].max(initial=0.0)), 1.0)
    for one, other in zip(found, twin, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5 * peak)


@pytest.mark.parametrize("case", ["LEO", "narrow", "GEO"])
def test_sinr_of_many_users_is_that_of_the_twin(case, kernels, to_host):
    links = random_constellation(8, system=case, users=2000, colours=3, beams=19)
    found = [to_host(p).astype(float) for p in kernels.constellation_sinr(on(kernels, links))]
    twin = [p.astype(float) for p in NumpyKernels().constellation_sinr(links)]
    served = twin[0] > 1e-4 * twin[0].max()
    assert served.sum() > 200
    found_sinr, twin_sinr = (c[served] / (1.0 + i[served]) for c, i in (found, twin))
    error_db = np.abs(10.0 * np.log10(found_sinr / twin_sinr))
    assert np.sort(error_db)[-4] < 1e-3  # a few draws lie on the edge of their probability


@pytest.mark.parametrize("lowest_sine", [0.5, 0.9, 1.1])
def test_the_own_satellite_counts_at_any_elevation(lowest_sine, kernels, to_host):
    links = random_constellation(15, unserved_share=0.0, lowest_sine=lowest_sine)
    carrier, interference = map(to_host, kernels.constellation_sinr(on(kernels, links)))
    assert_close((carrier, interference), links)
    assert (interference > 0.0).any() == (lowest_sine <= 1.0)


@pytest.mark.parametrize("powers", ["beam_power", "satellite_power"])
def test_all_dark(powers, kernels, to_host):
    links = random_constellation(6)
    links = replace(links, **{powers: np.zeros_like(getattr(links, powers))})
    for power in kernels.constellation_sinr(on(kernels, links)):
        assert not to_host(power).any()


def test_the_grid_does_not_matter(build_directory):
    links = random_constellation(22, users=150, colours=3, beams=7)
    few, many = (
        CudaKernels(EmulatedDevice(build_directory, block_size=size, block_limit=limit))
        for size, limit in ((4, 1), (32, 7))
    )
    pairs = zip(few.constellation_sinr(links), many.constellation_sinr(links), strict=True)
    for one, other in pairs:
        np.testing.assert_array_equal(one, other)


def test_a_trial_without_satellites_or_users(kernels, to_host):
    links = random_constellation(23, trials=2, users=30)
    links.serving[25:30] = -1
    expected = [to_host(p) for p in kernels.constellation_sinr(on(kernels, links))]
    satellites = links.satellite_start
    links = replace(links, user_start=np.array([0, 25, 30, 30, 60]))
    links = replace(links, satellite_start=satellites[[0, 1, 1, 1, 2]])
    for one, other in zip(kernels.constellation_sinr(on(kernels, links)), expected, strict=True):
        np.testing.assert_array_equal(to_host(one), other)


def test_several_trials_in_one_call(kernels, to_host):
    links = random_constellation(21, trials=4, colours=3, beams=7, users=37)
    together = [to_host(p) for p in kernels.constellation_sinr(on(kernels, links))]
    for trial in range(4):
        users = slice(37 * trial, 37 * trial + 37)
        alone = kernels.constellation_sinr(on(kernels, only_trial(links, trial)))
        for one, other in zip(together, alone, strict=True):
            np.testing.assert_array_equal(one[users], to_host(other))


def test_wrong_shapes_are_refused(kernels):
    links = on(kernels, random_constellation(3))
    with pytest.raises(ValueError, match="gain has shape"):
        kernels.constellation_sinr(replace(links, gain=links.gain[1:]))
    with pytest.raises(TypeError, match="serving has type"):
        kernels.constellation_sinr(replace(links, serving=links.serving.astype(np.int64)))
    with pytest.raises(ValueError, match="colours = 0"):
        kernels.constellation_sinr(replace(links, colours=0))
