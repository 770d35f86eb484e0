"""The CUDA kernel of what many satellites' beams hear, against its NumPy twin and brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from capest.backend.arguments import ConstellationUplink
from capest.backend.cuda_constellation import TILE, tiles_of_groups
from capest.backend.cuda_kernels import CudaKernels
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.protocol import HEARD_UNIT, MOST_HEARD

from ..backend.test_constellation import CASES
from ..backend.test_constellation_uplink import assert_heard, random_powers
from .constellation_scene import only_trial, random_constellation
from .emulator import EmulatedDevice
from .test_constellation import on


def heard_on(kernels, links, power):
    sent = ConstellationUplink(links=on(kernels, links), power=kernels.xp.asarray(power))
    return kernels.constellation_uplink(sent)


@pytest.mark.parametrize("case", CASES)
def test_against_double_precision(case, kernels, to_host):
    links = random_constellation(1 + sum(map(ord, case)), **CASES[case])
    power = random_powers(links, 1)
    assert_heard(to_host(heard_on(kernels, links, power)), links, power)


@pytest.mark.parametrize("case", ["LEO", "narrow", "GEO"])
def test_many_users_are_heard_as_by_the_twin(case, kernels, to_host):
    links = random_constellation(8, system=case, users=700, colours=3, beams=9)
    power = random_powers(links, 2)
    found = to_host(heard_on(kernels, links, power))
    twin = NumpyKernels().constellation_uplink(ConstellationUplink(links=links, power=power))
    apart_db = 10.0 * np.log10((1.0 + found * HEARD_UNIT) / (1.0 + twin * HEARD_UNIT))
    assert np.abs(apart_db).max() < 0.005
    assert (twin * HEARD_UNIT).max() > 1.0


@pytest.mark.parametrize("sums", [1, 2, 4])
def test_neither_grid_nor_blocks_matter(sums, build_directory):
    links = random_constellation(22, users=150, trials=2, colours=3, beams=7)
    power = random_powers(links, 3, sums)
    few, many = (
        CudaKernels(EmulatedDevice(build_directory, block_size=size, block_limit=limit))
        for size, limit in ((4, 1), (32, 7))
    )
    one, other = (heard_on(kernels, links, power) for kernels in (few, many))
    np.testing.assert_array_equal(one, other)
    assert one.any()


def test_several_trials_in_one_call(kernels, to_host):
    links = random_constellation(21, trials=3, colours=3, beams=7, users=90)
    power = random_powers(links, 4)
    together = to_host(heard_on(kernels, links, power))
    beams = together.shape[1] // 3
    for trial in range(3):
        some = power[:, 90 * trial : 90 * trial + 90]
        alone = heard_on(kernels, only_trial(links, trial), np.ascontiguousarray(some))
        own = together[:, beams * trial : beams * (trial + 1)]
        np.testing.assert_array_equal(own, to_host(alone))


def test_what_is_too_loud_saturates(kernels, to_host):
    links = random_constellation(8, users=100)
    found = to_host(heard_on(kernels, links, np.full((1, 100), 1e30, dtype=np.float32)))
    assert found.min() >= 0
    assert found.max() * HEARD_UNIT >= MOST_HEARD


def test_nobody_sends(kernels, to_host):
    links = random_constellation(3)
    assert not to_host(heard_on(kernels, links, np.zeros((2, 60), dtype=np.float32))).any()


def test_wrong_shapes_are_refused(kernels):
    links = random_constellation(3)
    power = random_powers(links, 5)
    with pytest.raises(ValueError, match="power has shape"):
        heard_on(kernels, links, power[:, 1:])
    with pytest.raises(TypeError, match="power has type"):
        heard_on(kernels, links, power.astype(np.float64))
    with pytest.raises(ValueError, match="colours = 0"):
        heard_on(kernels, replace(links, colours=0), power)


@pytest.mark.parametrize(
    "counts", [[5], [64], [65, 0, 1], [0, 130, 64, 3], [0, 0], [1] * 9, [128, 128]]
)
def test_tiles_hold_everybody_once_and_one_group_each(counts):
    rng = np.random.default_rng(len(counts))
    group = np.repeat(np.arange(len(counts) + 1), [*counts, 7])
    rng.shuffle(group)
    members, tile_group = tiles_of_groups(group, len(counts), np)
    found = np.sort(members[members >= 0])
    np.testing.assert_array_equal(found, np.flatnonzero(group < len(counts)))
    for users, own in zip(members, tile_group, strict=True):
        there = users[users >= 0]
        assert (group[there] == own).all()
        assert (np.diff(there) > 0).all()
    used = [-(-count // TILE) for count in counts]
    np.testing.assert_array_equal(
        np.bincount(tile_group[tile_group >= 0], minlength=len(counts)), used
    )
