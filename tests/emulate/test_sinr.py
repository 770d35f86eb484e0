"""The SINR kernel against brute force in double precision with SciPy's Bessel function."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from capest.backend.arguments import SatelliteDownlink
from capest.backend.numpy_kernels import NumpyKernels

from .scene import GEO_KA, longer_than_shared, random_scene

# Float32 directions, table and sums: two powers this close (relatively) may swap places.
NEAR_TIE = 1e-3

# The table is off by up to 4e-7 of the boresight gain.
TOLERANCE_DB = 0.005


def decibels(ratio):
    return 10.0 * np.log10(ratio)


def sinr_db(carrier, interference):
    return decibels(np.float64(carrier) / (np.float64(interference) + 1.0))


CASES = {
    "one beam": {"beams": 1, "users": 100},
    "full reuse": {"beams": 61},
    "three colours": {"beams": 61, "colours": 3},
    "seven colours": {"beams": 61, "colours": 7},
    "hopping": {"beams": 61, "lit_share": 0.3},
    "hopping on four colours": {"beams": 91, "colours": 4, "lit_share": 0.5},
    "empty colours": {"beams": 4, "colours": 7, "lit_share": 0.5},
    "two satellites": {"satellites": 2, "beams": 37, "colours": 4},
    "three satellites hopping": {"satellites": 3, "beams": 40, "colours": 3, "lit_share": 0.4},
    "several tiles of beams": {"satellites": 2, "beams": 331, "colours": 3, "users": 150},
    "GEO Ka": {"system": GEO_KA, "beams": 127, "users": 500},
    "GEO Ka hopping": {"system": GEO_KA, "beams": 61, "colours": 4, "lit_share": 0.5},
    "GEO Ka two satellites": {"system": GEO_KA, "satellites": 2, "beams": 61, "colours": 7},
}


@pytest.mark.parametrize("case", CASES)
def test_against_double_precision(case, kernels, to_host):
    scene = random_scene(sum(map(ord, case)), **CASES[case])
    serving, carrier, interference = map(to_host, kernels.downlink_sinr(scene.links()))
    assert serving.dtype == np.int32
    assert carrier.dtype == interference.dtype == np.float32

    power = scene.power()
    best = power.argmax(axis=1)
    row = np.arange(len(best))
    flipped = serving != best
    assert (power[row, serving] >= (1.0 - NEAR_TIE) * power[row, best]).all()
    assert flipped.mean() <= 0.01

    # Whichever beam serves, its carrier and interference must be right.
    expected = power[row, serving]
    np.testing.assert_allclose(decibels(carrier), decibels(expected), rtol=0.0, atol=TOLERANCE_DB)
    np.testing.assert_allclose(
        sinr_db(carrier, interference),
        sinr_db(expected, scene.interference(power, serving)),
        rtol=0.0,
        atol=TOLERANCE_DB,
    )


@pytest.mark.parametrize("case", CASES)
def test_against_the_numpy_twin(case, kernels, to_host):
    scene = random_scene(1 + sum(map(ord, case)), **CASES[case])
    serving, carrier, interference = map(to_host, kernels.downlink_sinr(scene.links()))
    twin_serving, twin_carrier, twin_interference = NumpyKernels().downlink_sinr(scene.links())
    same = serving == twin_serving
    power = scene.power()
    row = np.arange(len(serving))
    assert (power[row, serving] >= (1.0 - NEAR_TIE) * power[row, twin_serving])[~same].all()
    assert same.mean() >= 0.99
    np.testing.assert_allclose(
        decibels(carrier), decibels(twin_carrier), rtol=0.0, atol=TOLERANCE_DB
    )
    np.testing.assert_allclose(
        sinr_db(carrier, interference)[same],
        sinr_db(twin_carrier, twin_interference)[same],
        rtol=0.0,
        atol=TOLERANCE_DB,
    )


GIVEN = ("full reuse", "hopping on four colours", "three satellites hopping", "GEO Ka")


@pytest.mark.parametrize("case", GIVEN)
def test_beams_that_are_given(case, kernels, to_host):
    scene = random_scene(2 + sum(map(ord, case)), **CASES[case])
    power = scene.power()
    rng = np.random.default_rng(4)
    # Somebody's own beam, a strong one for most; and nobody's.
    given = np.where(
        rng.random(len(power)) < 0.7,
        power.argmax(axis=1),
        rng.integers(0, power.shape[1], len(power)),
    ).astype(np.int32)
    given[::9] = -1
    links = replace(scene.links(), serving=given)
    served = np.flatnonzero(given >= 0)
    truth = power[served, given[served]]
    true_interference = scene.interference(power, np.maximum(given, 0))[served]
    near = truth > 1e-3 * power.max(axis=1)[served]
    assert near.mean() > 0.6
    for who in (kernels, NumpyKernels()):
        serving, carrier, interference = map(to_host, who.downlink_sinr(links))
        np.testing.assert_array_equal(serving, given)
        assert not carrier[given < 0].any()
        assert not interference[given < 0].any()
        found = carrier[served][near], interference[served][near]
        np.testing.assert_allclose(decibels(found[0]), decibels(truth[near]), atol=0.02)
        np.testing.assert_allclose(
            sinr_db(*found), sinr_db(truth[near], true_interference[near]), atol=0.02
        )
        # Who is given the strongest beam has what the strongest gives.
        strongest = who.downlink_sinr(scene.links())
        again = who.downlink_sinr(replace(links, serving=strongest[0]))
        np.testing.assert_array_equal(to_host(again[0]), to_host(strongest[0]))
        np.testing.assert_array_equal(to_host(again[1]), to_host(strongest[1]))
        np.testing.assert_allclose(to_host(again[2]), to_host(strongest[2]), rtol=2e-6)


def same_bits(results, expected, to_host):
    for result, wanted in zip(results, expected, strict=True):
        np.testing.assert_array_equal(to_host(result), to_host(wanted), strict=True)


@pytest.fixture(scope="module")
def scene():
    return random_scene(7, satellites=2, beams=40, colours=4, lit_share=0.5, users=203)


def test_a_users_result_does_not_depend_on_the_others(scene, kernels, to_host):
    whole = [to_host(a) for a in kernels.downlink_sinr(scene.links())]
    for chosen in (slice(0, 1), slice(1, 60), slice(60, 203), slice(202, 203)):
        part = kernels.downlink_sinr(scene.users(chosen).links())
        same_bits(part, [array[chosen] for array in whole], to_host)


@pytest.mark.parametrize("block_size", [1, 24, 64])
def test_block_size_changes_nothing(block_size, scene, cuda_kernels, to_host):
    from capest.backend.cuda_kernels import CudaKernels

    other = CudaKernels(cuda_kernels.device, block_size=block_size)
    expected = cuda_kernels.downlink_sinr(scene.links())
    same_bits(other.downlink_sinr(scene.links()), expected, to_host)


@pytest.mark.parametrize("colours", [1, 3])
def test_no_flags_mean_all_lit(colours, kernels, to_host):
    scene = random_scene(8, beams=37, colours=colours)
    links = scene.links()
    assert links.lit is None
    expected = kernels.downlink_sinr(links)
    links = replace(links, lit=np.ones((3, 37), dtype=np.uint8))
    same_bits(kernels.downlink_sinr(links), expected, to_host)


def test_table_in_global_memory_gives_the_same_bits(scene, cuda_kernels, to_host):
    links = scene.links()
    shared_bytes = cuda_kernels.device.shared_bytes
    assert links.pattern.nbytes <= shared_bytes
    short = cuda_kernels.downlink_sinr(links)
    links = replace(links, pattern=longer_than_shared(links.pattern, shared_bytes))
    same_bits(cuda_kernels.downlink_sinr(links), short, to_host)


def test_beyond_the_table_its_last_entry_holds(kernels, to_host):
    scene = random_scene(9, beams=7, users=50)
    links = scene.links()
    links = replace(links, pattern=np.array([[0.25, 0.0]], dtype=np.float32))
    _, carrier, _ = kernels.downlink_sinr(links)
    strongest = scene.beam_power.max()
    np.testing.assert_allclose(to_host(carrier), scene.link_gain[0] * strongest * 0.25, rtol=1e-6)


def test_weaker_dark_beams_change_nothing(scene, kernels, to_host):
    """A dark copy of every beam at half its power can neither serve nor interfere."""
    links = scene.links()
    serving, carrier, interference = map(to_host, kernels.downlink_sinr(links))
    links = replace(links, beam=np.repeat(links.beam, 2, axis=1))
    links = replace(links, beam_power=np.repeat(links.beam_power, 2))
    links.beam_power[1::2] *= 0.5
    links = replace(links, lit=np.repeat(links.lit, 2, axis=1))
    links.lit[:, 1::2] = 0
    links = replace(links, segment_start=2 * links.segment_start)
    same_bits(kernels.downlink_sinr(links), (2 * serving, carrier, interference), to_host)


def test_lighting_a_beam_never_lowers_interference(scene, kernels, to_host):
    links = scene.links()
    serving, carrier, before = map(to_host, kernels.downlink_sinr(links))
    rng = np.random.default_rng(3)
    for beam in rng.integers(0, scene.beam_lit.shape[1], 6):
        lit = scene.beam_lit.copy()
        lit[:, beam] = 1
        links = replace(links, lit=lit)
        same, unmoved, after = map(to_host, kernels.downlink_sinr(links))
        np.testing.assert_array_equal(same, serving)
        np.testing.assert_array_equal(unmoved, carrier)
        assert (after >= before).all()
        was_dark = scene.beam_lit[scene.user_trial, beam] == 0
        other = (scene.beam_colour[serving] != scene.beam_colour[beam]) | (serving == beam)
        np.testing.assert_array_equal(after[other], before[other])
        assert (after > before)[was_dark & ~other].any()


@pytest.mark.parametrize("colours", [1, 3])
def test_lowest_index_serves_on_a_tie(colours, kernels, to_host):
    """Three beams on one spot: the first serves, the others of its colour interfere fully."""
    on_spot = np.zeros((3, 3), dtype=np.float32)
    starts = np.array([0, 3] if colours == 1 else [0, 1, 2, 3], dtype=np.int32)
    serving, carrier, interference = map(
        to_host,
        kernels.downlink_sinr(
            SatelliteDownlink(
                user=np.zeros((1, 3, 5), dtype=np.float32),
                gain=np.full((1, 5), 8.0, dtype=np.float32),
                user_trial=np.zeros(5, dtype=np.int32),
                beam=on_spot,
                beam_power=np.ones(3, dtype=np.float32),
                segment_start=starts,
                lit=None,
                pattern=np.array([[1.0, 0.0], [0.9, 0.0]], dtype=np.float32),
                colours=colours,
            )
        ),
    )
    assert (serving == 0).all()
    assert (carrier == 8.0).all()
    assert (interference == (16.0 if colours == 1 else 0.0)).all()


def test_a_user_no_satellite_reaches(scene, kernels, to_host):
    links = scene.links()
    links = replace(links, gain=np.zeros_like(links.gain))
    for array in kernels.downlink_sinr(links):
        assert not to_host(array).any()


def test_no_users(scene, kernels):
    for array in kernels.downlink_sinr(scene.users(slice(0, 0)).links()):
        assert array.shape == (0,)


@pytest.mark.parametrize(
    ("name", "wrong", "error", "message"),
    [
        ("gain", lambda a: a.astype(np.float64), TypeError, "gain has type float64"),
        ("user_trial", lambda a: a[1:], ValueError, r"user_trial has shape \(202,\)"),
        ("beam", lambda a: a.T, ValueError, r"beam has shape \(80, 3\)"),
        ("segment_start", lambda a: a[:-1], ValueError, "segment_start has shape"),
        ("lit", lambda a: a.astype(bool), TypeError, "lit has type bool"),
        ("pattern", lambda a: a[:, :1], ValueError, "pattern has shape"),
        ("serving", lambda _: np.zeros(7, np.int32), ValueError, r"serving has shape \(7,\)"),
        ("colours", lambda a: 0, ValueError, "colours = 0"),
        ("beam_power", lambda a: a[:0], ValueError, "beam_power is empty"),
    ],
)
def test_wrong_arguments_are_refused(name, wrong, error, message, scene, kernels):
    links = scene.links()
    links = replace(links, **{name: wrong(getattr(links, name))})
    with pytest.raises(error, match=message):
        kernels.downlink_sinr(links)


def test_more_colours_than_registers_are_refused(scene, cuda_kernels):
    with pytest.raises(ValueError, match="colours = 8: the kernel takes 1 to 7"):
        cuda_kernels.downlink_sinr(replace(scene.links(), colours=8))


def test_arrays_need_not_be_contiguous(scene, kernels, to_host):
    links = scene.links()
    expected = kernels.downlink_sinr(links)
    links = replace(links, beam=np.asfortranarray(links.beam))
    links = replace(links, user_trial=np.repeat(links.user_trial, 2)[::2])
    same_bits(kernels.downlink_sinr(links), expected, to_host)


@pytest.mark.parametrize("case", ["three colours", "three satellites hopping", "GEO Ka"])
def test_powers_of_all_pairs(case, kernels, to_host):
    scene = random_scene(2 + sum(map(ord, case)), **CASES[case])
    links, wanted = scene.links(), scene.power().T
    found, twin = to_host(kernels.beam_powers(links)), NumpyKernels().beam_powers(links)
    assert found.dtype == twin.dtype == np.float32
    # 60 dB under the peak the table's own error shows.
    heard = wanted > 1e-5 * wanted.max(axis=0)
    for powers in (found, twin):
        assert powers.shape == wanted.shape
        apart = np.abs(decibels(np.maximum(powers, 1e-30)) - decibels(wanted))
        assert apart[wanted > 1e-3 * wanted.max(axis=0)].max() < 0.05
        assert apart[heard].mean() < TOLERANCE_DB
    # The strongest is what the other kernel calls the carrier.
    for backend, powers in ((kernels, found), (NumpyKernels(), twin)):
        serving, carrier, _ = map(to_host, backend.downlink_sinr(links))
        own = powers[serving, np.arange(len(serving))]
        np.testing.assert_array_equal(own, carrier)
