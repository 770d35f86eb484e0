"""The uplink kernel against brute force in double precision with SciPy's Bessel function."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest

from capest.backend.cuda_kernels import CudaKernels
from capest.backend.numpy_kernels import NumpyKernels

from .scene import GEO_KA, longer_than_shared
from .uplink_scene import WIDE_GEO_KA, Uplink, assert_close, decibels, random_uplink

CASES = {
    "one beam": {"beams": 1, "users": 20, "drops": 70},
    "full reuse": {"beams": 61},
    "nobody missing": {"beams": 19, "silent_share": 0.0},
    "hardly anybody": {"beams": 37, "colours": 3, "silent_share": 0.9},
    "three colours": {"beams": 61, "colours": 3},
    "four colours": {"beams": 91, "colours": 4},
    "seven colours": {"beams": 61, "colours": 7},
    "empty colours": {"beams": 4, "colours": 7},
    "two satellites": {"satellites": 2, "beams": 37, "colours": 4},
    "three satellites": {"satellites": 3, "beams": 20, "colours": 3},
    "several tiles of users": {"satellites": 2, "beams": 300, "drops": 2},
    "GEO Ka": {"system": GEO_KA, "beams": 61},
    "GEO Ka three satellites": {"system": GEO_KA, "satellites": 3, "beams": 19, "colours": 4},
    "GEO Ka spread wide": {"system": WIDE_GEO_KA, "beams": 91, "drops": 5},
}


def same_bits(results, expected, to_host):
    for result, wanted in zip(results, expected, strict=True):
        np.testing.assert_array_equal(to_host(result), to_host(wanted), strict=True)


@pytest.fixture(scope="module")
def uplink():
    return random_uplink(7, satellites=2, beams=40, colours=4, drops=33)


@pytest.mark.parametrize("case", CASES)
def test_against_double_precision(case, kernels, to_host):
    uplink = random_uplink(sum(map(ord, case)), **CASES[case])
    carrier, interference = map(to_host, kernels.uplink_sinr(uplink.links()))
    assert_close(carrier, interference, uplink)


@pytest.mark.parametrize("case", CASES)
def test_against_the_numpy_twin(case, kernels, to_host):
    uplink = random_uplink(1 + sum(map(ord, case)), **CASES[case])
    carrier, interference = map(to_host, kernels.uplink_sinr(uplink.links()))
    twin_carrier, twin_interference = NumpyKernels().uplink_sinr(uplink.links())
    np.testing.assert_array_equal(carrier == 0.0, twin_carrier == 0.0)
    # Relative to what a user delivers on boresight: distances are rounded differently, which shows
    # on the slopes between the sidelobes.
    peak = uplink.scene.link_gain.max()
    np.testing.assert_allclose(carrier, twin_carrier, rtol=2e-4, atol=2e-6 * peak)
    np.testing.assert_allclose(interference, twin_interference, rtol=2e-4, atol=2e-6 * peak)


def test_one_user_in_the_air(uplink, kernels, to_host):
    """Every beam of its colour hears it through the pattern, the others nothing."""
    scheduled = np.full((80, 80), -1, dtype=np.int32)
    np.fill_diagonal(scheduled, np.arange(100, 180))  # drop d: beam d alone
    alone = Uplink(uplink.scene, scheduled)
    carrier, interference = map(to_host, kernels.uplink_sinr(alone.links()))
    gain = uplink.scene.link_gain[uplink.scene.beam_satellite][:, 100:180].T
    power, heard = uplink.scene.power()[100:180], carrier + interference
    colour = uplink.scene.beam_colour
    assert not heard[colour[:, None] != colour[None, :]].any()
    assert (np.diagonal(interference) == 0.0).all()
    assert np.count_nonzero(carrier) == 80
    compared = (colour[:, None] == colour[None, :]) & (
        power > 1e-4 * gain * uplink.scene.beam_power
    )
    assert compared.sum() > 300
    assert np.abs(decibels(heard[compared] / power[compared])).max() < 0.01


def test_a_drops_result_does_not_depend_on_the_others(uplink, kernels, to_host):
    whole = [to_host(a) for a in kernels.uplink_sinr(uplink.links())]
    for chosen in (slice(0, 1), slice(1, 14), slice(14, 33), slice(32, 33)):
        part = kernels.uplink_sinr(uplink.drops(chosen).links())
        same_bits(part, [array[chosen] for array in whole], to_host)


@pytest.mark.parametrize("block_size", [1, 7, 24, 64])
def test_block_size_changes_nothing(block_size, uplink, cuda_kernels, to_host):
    other = CudaKernels(cuda_kernels.device, block_size=block_size)
    expected = cuda_kernels.uplink_sinr(uplink.links())
    same_bits(other.uplink_sinr(uplink.links()), expected, to_host)


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_number_of_blocks_changes_nothing(limit, uplink, cuda_kernels, to_host):
    device = copy.copy(cuda_kernels.device)
    device.block_limit = limit
    expected = cuda_kernels.uplink_sinr(uplink.links())
    same_bits(CudaKernels(device).uplink_sinr(uplink.links()), expected, to_host)


def test_table_in_global_memory_gives_the_same_bits(cuda_kernels, to_host):
    uplink = random_uplink(8, beams=19, colours=3)
    links = uplink.links()
    short = cuda_kernels.uplink_sinr(links)
    shared_bytes = cuda_kernels.device.shared_bytes
    assert links.pattern.nbytes <= shared_bytes
    links = replace(links, pattern=longer_than_shared(links.pattern, shared_bytes))
    same_bits(cuda_kernels.uplink_sinr(links), short, to_host)


def test_beyond_the_table_its_last_entry_holds(kernels, to_host):
    uplink = random_uplink(9, beams=7, drops=4, silent_share=0.0)
    links = uplink.links()
    links = replace(links, pattern=np.array([[0.25, 0.0]], dtype=np.float32))
    carrier, interference = map(to_host, kernels.uplink_sinr(links))
    delivered = 0.25 * uplink.scene.link_gain[0][uplink.scheduled]
    gain = uplink.scene.beam_power
    np.testing.assert_allclose(carrier, gain * delivered, rtol=1e-6)
    others = delivered.sum(axis=1, keepdims=True) - delivered
    np.testing.assert_allclose(interference, gain * others, rtol=1e-5)


def test_another_user_never_lowers_interference(uplink, kernels, to_host):
    carrier, before = map(to_host, kernels.uplink_sinr(uplink.links()))
    colour = uplink.scene.beam_colour
    silent = np.argwhere(uplink.scheduled < 0)
    for drop, beam in silent[:: len(silent) // 6]:
        scheduled = uplink.scheduled.copy()
        scheduled[drop, beam] = uplink.scheduled[:, beam].max()
        louder = Uplink(uplink.scene, scheduled)
        new_carrier, after = map(to_host, kernels.uplink_sinr(louder.links()))
        touched = np.zeros(before.shape, dtype=bool)
        touched[drop] = (colour == colour[beam]) & (np.arange(len(colour)) != beam)
        np.testing.assert_array_equal(after[~touched], before[~touched])
        assert (after >= before).all()
        assert (after > before).any()
        assert new_carrier[drop, beam] > 0.0
        new_carrier[drop, beam] = 0.0
        np.testing.assert_array_equal(new_carrier, carrier)


def test_the_same_user_in_two_beams(kernels, to_host):
    """It is its own interferer, at full strength."""
    uplink = random_uplink(10, beams=2, users=9, drops=1)
    twice = Uplink(uplink.scene, np.full((1, 2), 4, dtype=np.int32))
    carrier, interference = map(to_host, kernels.uplink_sinr(twice.links()))
    assert (carrier > 0.0).all()
    np.testing.assert_array_equal(interference, carrier)


def test_nobody_is_scheduled(uplink, kernels, to_host):
    silent = Uplink(uplink.scene, np.full_like(uplink.scheduled, -1))
    for array in kernels.uplink_sinr(silent.links()):
        assert array.shape == uplink.scheduled.shape
        assert not to_host(array).any()


def test_no_users(uplink, kernels, to_host):
    links = uplink.links()
    links = replace(links, user=links.user[:, :, :0])
    links = replace(links, gain=links.gain[:, :0])
    links = replace(links, scheduled=np.full_like(uplink.scheduled, -1))
    for array in kernels.uplink_sinr(links):
        assert array.shape == uplink.scheduled.shape
        assert not to_host(array).any()


def test_no_drops(uplink, kernels):
    for array in kernels.uplink_sinr(uplink.drops(slice(0, 0)).links()):
        assert array.shape == (0, 80)


@pytest.mark.parametrize(
    ("name", "wrong", "error", "message"),
    [
        ("user", lambda a: a[:1], ValueError, r"user has shape \(1, 3, 400\)"),
        ("gain", lambda a: a.astype(np.float64), TypeError, "gain has type float64"),
        ("scheduled", lambda a: a.astype(np.int64), TypeError, "scheduled has type int64"),
        ("scheduled", lambda a: a[:, 1:], ValueError, "beam has shape"),
        ("beam_power", lambda a: a[1:], ValueError, r"beam_power has shape \(79,\)"),
        ("segment_start", lambda a: a[:-1], ValueError, "segment_start has shape"),
        ("pattern", lambda a: a[:, :1], ValueError, "pattern has shape"),
        ("colours", lambda a: 0, ValueError, "colours = 0"),
    ],
)
def test_wrong_arguments_are_refused(name, wrong, error, message, uplink, kernels):
    links = uplink.links()
    links = replace(links, **{name: wrong(getattr(links, name))})
    with pytest.raises(error, match=message):
        kernels.uplink_sinr(links)


def test_arrays_need_not_be_contiguous(uplink, kernels, to_host):
    links = uplink.links()
    expected = kernels.uplink_sinr(links)
    links = replace(links, scheduled=np.asfortranarray(links.scheduled))
    links = replace(links, gain=np.repeat(links.gain, 2, axis=1)[:, ::2])
    same_bits(kernels.uplink_sinr(links), expected, to_host)
