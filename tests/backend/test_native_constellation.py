"""Compiled kernels of constellations beside their NumPy twins: random networks, extreme values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from capest.backend.arguments import ConstellationDownlink, ConstellationUplink
from capest.backend.native.kernels import NativeKernels
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.protocol import HEARD_UNIT
from capest.physics.constants import EARTH_RADIUS_M

from ..emulate.constellation_scene import SYSTEMS, random_constellation, two_branches, users_of
from .test_constellation import assert_close
from .test_constellation_uplink import assert_heard, random_powers

TOLERANCE_DB = 0.005


def apart_db(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.abs(10.0 * np.log10((1.0 + one.astype(float)) / (1.0 + other.astype(float))))


def random_network(seed: int) -> ConstellationDownlink:
    rng = np.random.default_rng(seed)
    links = random_constellation(
        seed,
        system=str(rng.choice(list(SYSTEMS))),
        users=int(rng.choice([1, 5, 63, 64, 65, 130])),
        beams=int(rng.choice([1, 2, 7, 19, 61])),
        colours=int(rng.choice([1, 2, 3, 4, 7, 13])),
        trials=int(rng.integers(1, 4)),
        lowest_sine=float(rng.choice([-1.0, 0.0, 0.3, 0.8])),
        axial_weight=float(rng.choice([0.0, 1.0])),
        element_exponent=float(rng.choice([0.0, 0.001, 1.3, 40.0])),
        unserved_share=float(rng.choice([0.0, 0.3, 0.9])),
        dark_share=float(rng.choice([0.0, 0.5, 0.95])),
    )
    if seed % 2:
        return links
    polarisations = 2 if links.colours % 2 == 0 else 1
    return replace(links, **two_branches(seed, len(links.serving), polarisations))


@pytest.mark.parametrize("seeds", [range(0, 40), range(40, 80)], ids=str)
def test_random_networks(seeds: range, native_kernels: NativeKernels) -> None:
    """A draw on the edge of its probability may fall on the other side: of 60 users one at most."""
    users = apart = 0
    for seed in seeds:
        links = random_network(seed)
        found = native_kernels.constellation_sinr(links)
        twin = NumpyKernels().constellation_sinr(links)
        for one, other in zip(found, twin, strict=True):
            assert one.dtype == other.dtype
            # Two branches reject the own satellite's other polarisation but for rounding.
            least = 0.0 if links.wave_key is None else 1e-6
            assert ((one > least) == (other > least)).all(), seed
        sinr, twin_sinr = (power[0] / (1.0 + power[1]) for power in (found, twin))
        users += len(links.serving)
        apart += (apart_db(sinr, twin_sinr) > TOLERANCE_DB).sum()
        power = random_powers(links, seed)
        sent = ConstellationUplink(links=links, power=power)
        heard, twin_heard = (
            kernels.constellation_uplink(sent) * HEARD_UNIT
            for kernels in (native_kernels, NumpyKernels())
        )
        assert apart_db(heard, twin_heard).max(initial=0.0) < TOLERANCE_DB
    assert users > 4000
    assert apart <= users // 2000


def with_losses(nepers: np.ndarray) -> ConstellationDownlink:
    """Users outdoors with such losses, under one satellite above all their heads."""
    users = len(nepers)
    links = random_constellation(3, users=users, beams=1, unserved_share=0.0)
    links.user_m[:] = np.array([[0.0], [0.0], [EARTH_RADIUS_M]])
    sky = np.zeros((users, 16, 6), dtype=np.float32)
    sky[:, :, 4] = nepers[:, None]
    return replace(
        users_of(links, np.arange(users)),
        gain=np.ones(users, dtype=np.float32),
        environment=np.arange(users, dtype=np.uint8),
        entry=np.tile(np.array([[0.0, 1.0]], dtype=np.float32), (users, 1)),
        serving=np.zeros(users, dtype=np.int32),
        satellite_m=np.array([[0.0], [0.0], [EARTH_RADIUS_M + 1.0]]),
        axes=np.array([[[1.0], [0.0], [0.0]], [[0.0], [-1.0], [0.0]], [[0.0], [0.0], [-1.0]]]),
        satellite_start=np.array([0, 1]),
        satellite_power=np.ones(1, dtype=np.float32),
        beam=np.array([[0.0], [0.0], [41.9]], dtype=np.float32),
        beam_power=np.ones(1, dtype=np.float32),
        segment_start=np.array([0, 1], dtype=np.int32),
        sky=sky,
        reduced_aperture=41.9,
    )


def test_the_exponential_is_that_of_double_precision(native_kernels: NativeKernels) -> None:
    nepers = np.linspace(-88.0, 87.0, 256).astype(np.float32)
    carrier, _ = native_kernels.constellation_sinr(with_losses(nepers))
    np.testing.assert_allclose(carrier, np.exp(-nepers.astype(float)), rtol=6e-7)
    far = np.array([-200.0, -89.0, 105.0, 1e30, np.inf], dtype=np.float32)
    with np.errstate(over="ignore"):
        carrier, _ = native_kernels.constellation_sinr(with_losses(far))
    np.testing.assert_array_equal(carrier, np.array([np.inf, np.inf, 0.0, 0.0, 0.0], np.float32))


@pytest.mark.parametrize("exponent", [1e-3, 0.5, 1.3, 20.0])
def test_the_element_pattern_is_a_power(exponent: float, native_kernels: NativeKernels) -> None:
    links = random_constellation(4, users=300, unserved_share=0.0)
    plain = native_kernels.constellation_sinr(links)[0].astype(float)
    found = native_kernels.constellation_sinr(replace(links, element_exponent=exponent))[0]
    satellite = links.serving // (len(links.beam_power) // links.satellite_m.shape[1])
    offset = links.user_m - links.satellite_m[:, satellite]
    w = np.einsum("cu,cu->u", links.axes[2][:, satellite], offset) / np.linalg.norm(offset, axis=0)
    np.testing.assert_allclose(found, plain * w**exponent, rtol=1e-5)


EXTREMES: dict[str, Callable[[ConstellationDownlink], dict[str, np.ndarray]]] = {
    "deep shadow": lambda links: {"shadow": np.abs(links.shadow) * np.float32(5.0)},
    "thick walls": lambda links: {"entry": links.entry * np.float32(1e12)},
    "faint": lambda links: {"gain": links.gain * np.float32(1e-18)},
    "loud": lambda links: {"gain": links.gain * np.float32(1e15)},
    "no power at all": lambda links: {"gain": links.gain * np.float32(0.0)},
    "at one place": lambda links: {"user_m": np.repeat(links.user_m[:, :1], 120, axis=1)},
    "always in sight": lambda links: {"sight": np.full_like(links.sight, -1.0)},
    "never in sight": lambda links: {"sight": np.full_like(links.sight, 2.0)},
    "all around the Earth": lambda links: {"user_m": links.user_m * [[-1.0], [1.0], [1.0]]},
}


@pytest.mark.parametrize("case", EXTREMES)
def test_extreme_values(case: str, native_kernels: NativeKernels) -> None:
    links = random_constellation(7, users=120, beams=9, colours=2, lowest_sine=-1.0)
    power = random_powers(links, 1)
    links = replace(links, **EXTREMES[case](links))
    assert_close(native_kernels.constellation_sinr(links), links)
    sent = ConstellationUplink(links=links, power=power)
    assert_heard(native_kernels.constellation_uplink(sent), links, power)


def test_every_environment_of_256(native_kernels: NativeKernels) -> None:
    links = random_constellation(8, users=512, beams=3)
    sky = np.repeat(links.sky[:1], 256, axis=0)
    sky[:, :, 4] += np.linspace(0.0, 3.0, 256, dtype=np.float32)[:, None]
    links = replace(links, sky=sky, environment=np.arange(512).astype(np.uint8))
    assert_close(native_kernels.constellation_sinr(links), links)


def test_arrays_may_be_views(native_kernels: NativeKernels) -> None:
    links = random_constellation(9, users=100, colours=3, beams=7)
    expected = native_kernels.constellation_sinr(links)
    views = {
        "user_m": np.ascontiguousarray(links.user_m.T).T,
        "shadow": np.repeat(links.shadow, 2, axis=0)[::2],
        "axes": np.asfortranarray(links.axes),
    }
    for one, other in zip(
        native_kernels.constellation_sinr(replace(links, **views)), expected, strict=True
    ):
        np.testing.assert_array_equal(one, other)


def test_a_hundred_trials_of_one_user(native_kernels: NativeKernels) -> None:
    links = random_constellation(10, users=1, trials=100, beams=2, unserved_share=0.2)
    found = native_kernels.constellation_sinr(links)
    twin = NumpyKernels().constellation_sinr(links)
    for one, other in zip(found, twin, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4 * other.max())
