"""Users with two receive branches under many satellites: what the kernels add up."""

from dataclasses import replace

import numpy as np
import pytest

from capest.backend.numpy_waves import wave_number
from capest.physics.two_branches import WAVE_POINTS

from ..emulate.constellation_scene import mixed, random_constellation, two_branches


def as_one(links):
    return replace(links, wave_key=None, wave_point=None, polarisations=1)


def test_numbers_of_points_are_those_of_pythons_whole_numbers():
    key = np.random.default_rng(1).integers(0, 2**32, 500, dtype=np.uint32)
    key[:2] = 0, 2**32 - 1
    place = np.arange(500, dtype=np.uint32) * np.uint32(9)
    found = wave_number(key, place)
    assert found.tolist() == [
        mixed(int(one), int(other)) >> 22 for one, other in zip(key, place, strict=True)
    ]
    assert found.max() < WAVE_POINTS


def test_directions_are_even_and_independent_between_satellites_and_users():
    key = np.random.default_rng(2).integers(0, 2**32, 40_000, dtype=np.uint32)
    first, second = (wave_number(key, np.full(len(key), place, np.uint32)) for place in (3, 4))
    for number in (first, second):
        count = np.bincount(number, minlength=WAVE_POINTS)
        expected = len(key) / WAVE_POINTS
        square = ((count - expected) ** 2 / expected).sum()
        # Chi-square with 1,023 degrees of freedom: 99.9 % within 3.3 standard deviations.
        assert abs(square - (WAVE_POINTS - 1)) < 3.3 * np.sqrt(2.0 * (WAVE_POINTS - 1))
    both = np.corrcoef(first, second)[0, 1]
    assert abs(both) < 3.3 / np.sqrt(len(key))


def test_under_one_satellite_two_branches_hear_what_one_hears(host_kernels):
    """The gain is that of both together already: own beams are parallel, nothing is rejected."""
    links = random_constellation(41, users=200, beams=19, unserved_share=0.0, branches=2)
    alone = np.zeros_like(links.satellite_power)
    alone[0] = 1.0
    own = links.serving < 19
    links = replace(
        links, satellite_power=alone, serving=np.where(own, links.serving, -1).astype(np.int32)
    )
    assert own.sum() > 10
    two, one = (host_kernels.constellation_sinr(each) for each in (links, as_one(links)))
    np.testing.assert_array_equal(two[0], one[0])
    np.testing.assert_allclose(two[1], one[1], rtol=1e-6)
    assert one[1].max() > 0.1


def test_without_noise_to_speak_of_others_are_rejected(host_kernels):
    links = random_constellation(42, users=300, beams=9, unserved_share=0.0, branches=2)
    links = replace(links, gain=links.gain * np.float32(100.0))
    carrier, two = host_kernels.constellation_sinr(links)
    plain, one = host_kernels.constellation_sinr(as_one(links))
    np.testing.assert_array_equal(carrier, plain)
    # What combining leaves is never more than all of it, and mostly less.
    assert (two <= one * np.float32(1.0 + 1e-4) + 1e-4).all()
    disturbed = one > 1.0
    assert disturbed.sum() > 50
    assert np.median(two[disturbed] / one[disturbed]) < 0.7


@pytest.mark.parametrize("satellites", ["own", "others"])
def test_the_other_polarisation(satellites, host_kernels):
    """That of the own satellite costs nothing, that of others is heard."""
    links = random_constellation(
        43, users=200, beams=12, colours=2, unserved_share=0.0, branches=2, polarisations=2
    )
    colours, starts = 2, links.segment_start
    colour = np.repeat(np.arange(len(starts) - 1) % colours, np.diff(starts))
    # Beams of the first colour alone serve; those of the other only disturb.
    serving = np.where(colour[links.serving] == 0, links.serving, -1).astype(np.int32)
    satellite = np.repeat(np.arange(len(starts) - 1) // colours, np.diff(starts))
    lit = (colour == 0) & (satellite == 0)
    lit |= (colour == 1) & ((satellite == 0) if satellites == "own" else (satellite > 0))
    serving[satellite[serving] != 0] = -1
    power = np.where(lit, links.beam_power, 0.0).astype(np.float32)
    links = replace(links, serving=serving, beam_power=power)
    served = serving >= 0
    assert served.sum() > 10
    both = host_kernels.constellation_sinr(links)[1]
    alone = host_kernels.constellation_sinr(replace(links, polarisations=1))[1]
    if satellites == "own":
        np.testing.assert_allclose(both, alone, atol=2e-5 * max(1.0, alone.max()), rtol=1e-4)
    else:
        assert (both[served] >= alone[served]).all()
        assert (both[served] > alone[served] + 1e-4).any()


def test_wrong_keys_are_refused(native_kernels):
    links = random_constellation(3, branches=2)
    with pytest.raises(ValueError, match="wave_key has shape"):
        native_kernels.constellation_sinr(replace(links, wave_key=links.wave_key[1:]))
    with pytest.raises(TypeError, match="wave_key has type"):
        native_kernels.constellation_sinr(replace(links, wave_key=links.wave_key.astype(np.int64)))
    with pytest.raises(ValueError, match="wave_point has shape"):
        native_kernels.constellation_sinr(replace(links, wave_point=links.wave_point[:, 1:]))
    assert set(two_branches(3, 5)) == {"wave_key", "wave_point", "polarisations"}
