"""Kernels of constellations, NumPy's and compiled, against double precision and SciPy's J1."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from capest.backend import numpy_constellation, numpy_tiles
from capest.backend.arguments import ConstellationDownlink, SatelliteDownlink
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.numpy_sinr import downlink_sinr
from capest.physics.constants import EARTH_RADIUS_M

from ..emulate.constellation_scene import (
    brute_force,
    only_trial,
    random_constellation,
    users_of,
)

Sinr = Callable[[ConstellationDownlink], tuple[np.ndarray, np.ndarray]]


@pytest.fixture
def constellation_sinr(host_kernels: NumpyKernels) -> Sinr:
    """The kernel of either."""
    return host_kernels.constellation_sinr


CASES: dict[str, dict[str, Any]] = {
    "full reuse": {},
    "three colours": {"colours": 3, "beams": 9},
    "four colours, two thirds dark": {"colours": 4, "dark_share": 0.66},
    "seven colours": {"colours": 7, "beams": 12},
    "culled at 40 degrees": {"lowest_sine": np.sin(np.radians(40.0))},
    "nothing culled": {"lowest_sine": -1.0},
    "narrow beams": {"system": "narrow", "beams": 20},
    "GEO Ka": {"system": "GEO", "beams": 30},
    "planar array": {"axial_weight": 0.0, "element_exponent": 1.3},
    "element pattern of a dish": {"element_exponent": 2.0},
    "one user": {"users": 1, "unserved_share": 0.0},
    "nobody served": {"unserved_share": 1.1},
    "two branches": {"branches": 2},
    "two branches, three colours": {"branches": 2, "colours": 3, "beams": 9},
    "two branches, two polarisations": {
        "branches": 2,
        "polarisations": 2,
        "colours": 4,
        "beams": 12,
        "dark_share": 0.3,
    },
    "two branches, culled": {
        "branches": 2,
        "polarisations": 2,
        "colours": 2,
        "lowest_sine": np.sin(np.radians(40.0)),
    },
    "two branches, GEO": {"branches": 2, "system": "GEO", "beams": 30},
    "two branches, one user": {"branches": 2, "users": 1, "unserved_share": 0.0},
    "no gain by fading": {"fading_gain": False, "colours": 3, "beams": 9},
}


def decibels(ratio: np.ndarray) -> np.ndarray:
    return 10.0 * np.log10(ratio)


def assert_close(found: tuple[np.ndarray, np.ndarray], links: ConstellationDownlink) -> None:
    carrier, interference = (power.astype(np.float64) for power in found)
    true_carrier, true_interference, own_gain = brute_force(links)
    without = links.serving < 0
    assert (carrier[without] == 0.0).all()
    assert (interference[without] == 0.0).all()
    near = (own_gain > 1e-4) & (true_carrier > 0.0)
    assert np.abs(decibels(carrier[near] / true_carrier[near])).max(initial=0.0) < 0.01
    sinr = carrier[near] / (1.0 + interference[near])
    true_sinr = true_carrier[near] / (1.0 + true_interference[near])
    assert np.abs(decibels(sinr / true_sinr)).max(initial=0.0) < 0.02
    raised = decibels((1.0 + interference) / (1.0 + true_interference))
    assert np.abs(raised).max(initial=0.0) < 0.01


@pytest.mark.parametrize("case", CASES)
def test_against_double_precision(case: str, constellation_sinr: Sinr) -> None:
    links = random_constellation(sum(map(ord, case)), **CASES[case])
    found = constellation_sinr(links)
    assert found[0].dtype == found[1].dtype == np.float32
    assert_close(found, links)


def test_a_horizon_culls_what_the_earth_hides(constellation_sinr: Sinr) -> None:
    links = random_constellation(5, lowest_sine=0.0)
    sine = []
    for satellite in links.satellite_m.T:
        toward = satellite[:, None] - links.user_m
        sine.append((toward * links.user_m).sum(axis=0))
    assert (np.array(sine) < 0.0).any()
    hidden = constellation_sinr(links)[1]
    heard = constellation_sinr(replace(links, lowest_sine=-1.0))[1]
    assert (heard >= hidden).all()
    assert (heard > hidden).any()


def test_trials_in_one_call_are_those_of_calls_of_their_own(constellation_sinr: Sinr) -> None:
    links = random_constellation(11, trials=3, colours=3, beams=7)
    together = constellation_sinr(links)
    for trial in range(3):
        users = slice(60 * trial, 60 * trial + 60)
        alone = constellation_sinr(only_trial(links, trial))
        for one, other in zip(together, alone, strict=True):
            np.testing.assert_array_equal(one[users], other, strict=True)
        assert_close(alone, only_trial(links, trial))


@pytest.mark.parametrize("system", ["LEO", "narrow"])
@pytest.mark.parametrize("users", [1, 64, 211])
def test_a_user_does_not_depend_on_the_others(
    users: int, system: str, constellation_sinr: Sinr
) -> None:
    links = random_constellation(12, system=system, users=300, colours=3, beams=7)
    whole = constellation_sinr(links)
    order = np.random.default_rng(users).permutation(300)[:users]
    for one, other in zip(constellation_sinr(users_of(links, order)), whole, strict=True):
        np.testing.assert_array_equal(one, other[order])


@pytest.mark.parametrize("system", ["LEO", "narrow"])
@pytest.mark.parametrize("name", ["LINKS_PER_BATCH", "PAIRS_PER_CHUNK", "BLOCKS_AT_ONCE"])
@pytest.mark.parametrize("value", [1, 700, 10**6])
def test_what_is_computed_together_does_not_matter(
    name: str, value: int, system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = random_constellation(12, system=system, users=300, colours=3, beams=7)
    whole = numpy_constellation.constellation_sinr(links)
    monkeypatch.setattr(numpy_constellation, name, value)
    for one, other in zip(numpy_constellation.constellation_sinr(links), whole, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("block", [16, 128])
def test_users_of_a_block(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    links = random_constellation(12, users=300, colours=3, beams=7)
    whole = numpy_constellation.constellation_sinr(links)
    for module in (numpy_constellation, numpy_tiles):
        monkeypatch.setattr(module, "USERS_PER_BLOCK", block)
    for one, other in zip(numpy_constellation.constellation_sinr(links), whole, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-6)


@pytest.mark.parametrize("lowest_sine", [0.0, 0.3, -1.0])
def test_no_satellite_that_is_heard_is_left_out(lowest_sine: float) -> None:
    rng = np.random.default_rng(7)
    satellites = rng.normal(size=(3, 400))
    satellites *= 6_871_000.0 / np.linalg.norm(satellites, axis=0)
    users = rng.normal(size=(3, 5, 1)) + rng.normal(size=(3, 5, 40)) * [
        [[0.01], [0.3], [9], [0], [1]]
    ]
    users *= EARTH_RADIUS_M / np.linalg.norm(users, axis=0)
    toward = satellites[:, None, None] - users[..., None]
    sine = (toward * users[..., None]).sum(axis=0) / np.linalg.norm(toward, axis=0) / EARTH_RADIUS_M
    heard = (sine >= lowest_sine).any(axis=1)
    near = numpy_tiles.Horizon(satellites, lowest_sine).near(users, np.arange(400))
    assert (near >= heard).all()
    assert near[3].sum() <= heard[3].sum() + 2  # a point has nobody beside


def test_blocks_hold_everybody_among_neighbours() -> None:
    rng = np.random.default_rng(3)
    users = np.array([[1.0], [0.3], [0.5]]) + 0.2 * rng.normal(size=(3, 3000))
    users *= EARTH_RADIUS_M / np.linalg.norm(users, axis=0)
    blocks = numpy_tiles.blocks_of_neighbours(users)
    assert blocks.shape == (47, numpy_tiles.USERS_PER_BLOCK)
    np.testing.assert_array_equal(np.unique(blocks), np.arange(3000))
    spread = np.linalg.norm(users[:, blocks].std(axis=2), axis=0)
    assert np.median(spread) < 0.25 * np.linalg.norm(users.std(axis=1))


def test_a_dark_beam_serves_nobody_and_disturbs_nobody(constellation_sinr: Sinr) -> None:
    links = random_constellation(14, users=100, colours=3, beams=7, unserved_share=0.0)
    beam = int(np.bincount(links.serving).argmax())
    lit = constellation_sinr(links)
    power = links.beam_power.copy()
    power[beam] = 0.0
    dark = constellation_sinr(replace(links, beam_power=power))
    own = links.serving == beam
    assert (lit[0][own] > 0.0).all()
    assert (dark[0][own] == 0.0).all()
    np.testing.assert_array_equal(dark[1][own], lit[1][own])  # its own was never in the sum
    np.testing.assert_array_equal(dark[0][~own], lit[0][~own])
    assert (dark[1] <= lit[1] * np.float32(1.0 + 1e-6)).all()
    assert (dark[1][~own] < lit[1][~own]).any()
    for powers in ("beam_power", "satellite_power"):
        nothing = {powers: np.zeros_like(getattr(links, powers))}
        assert not np.any(constellation_sinr(replace(links, **nothing)))


def test_the_own_satellite_counts_at_any_elevation(constellation_sinr: Sinr) -> None:
    links = random_constellation(15, users=200, unserved_share=0.0)
    free = constellation_sinr(replace(links, lowest_sine=-1.0))
    high = replace(links, lowest_sine=0.9)
    carrier, interference = constellation_sinr(high)
    assert_close((carrier, interference), high)
    np.testing.assert_allclose(carrier, free[0], rtol=1e-4, atol=1e-5 * free[0].max())
    alone = constellation_sinr(replace(links, lowest_sine=1.1))
    np.testing.assert_allclose(alone[0], carrier, rtol=1e-4, atol=1e-5 * carrier.max())
    assert (alone[1] == 0.0).all()
    assert (interference > 0.0).any()


@pytest.mark.parametrize("empty", ["users", "satellites"])
def test_a_trial_may_be_empty(empty: str, constellation_sinr: Sinr) -> None:
    """Trial 1 of three has no users, or no satellites; the others are what they are alone."""
    links = random_constellation(16, trials=2, colours=3, beams=7)
    start = links.user_start
    both = constellation_sinr(links)
    if empty == "users":
        satellites = links.satellite_start
        changed = {
            "user_start": np.array([start[0], start[1], start[1], start[2]]),
            "satellite_start": np.array([0, satellites[1], satellites[1] + 3, satellites[2]]),
        }
        found = constellation_sinr(replace(links, **changed))
        first = slice(0, start[1])
        for one, other in zip(found, both, strict=True):
            np.testing.assert_array_equal(one[first], other[first])
        return
    middle = slice(start[1], start[1] + 20)
    beam = links.serving.copy()
    beam[middle] = -1
    changed = {
        "serving": beam,
        "user_start": np.array([start[0], start[1], middle.stop, start[2]]),
        "satellite_start": np.insert(links.satellite_start, 1, links.satellite_start[1]),
    }
    found = constellation_sinr(replace(links, **changed))
    for one, other in zip(found, both, strict=True):
        assert (one[middle] == 0.0).all()
        np.testing.assert_array_equal(
            np.delete(one, np.r_[middle]), np.delete(other, np.r_[middle])
        )


def test_one_satellite_is_what_the_other_kernel_says(constellation_sinr: Sinr) -> None:
    beams = 61
    one = random_constellation(13, users=400, unserved_share=0.0, beams=beams)
    own_satellite = one.serving // beams
    keep = own_satellite == 0
    assert keep.sum() > 10
    ka = one.reduced_aperture
    toward = one.satellite_m[:, :1] - one.user_m[:, keep]
    range_m = np.linalg.norm(toward, axis=0)
    direction = -np.einsum("ac,cu->au", one.axes[:, :, 0], toward) / range_m
    centre = np.array([[0.0], [0.0], [1.0]])
    serving, carrier, interference = downlink_sinr(
        SatelliteDownlink(
            user=((direction - centre) * ka).astype(np.float32)[None],
            gain=(one.gain[keep] / range_m**2).astype(np.float32)[None],
            user_trial=np.zeros(keep.sum(), np.int32),
            beam=(one.beam[:, :beams] - centre * ka).astype(np.float32),
            beam_power=one.beam_power[:beams],
            segment_start=np.array([0, beams], np.int32),
            lit=None,
            pattern=one.pattern,
            colours=1,
        )
    )
    alone = replace(
        users_of(one, np.flatnonzero(keep)),
        sight=np.full((keep.sum(), 8), -1.0, np.float32),
        entry=np.tile(np.array([[0.0, 1.0]], np.float32), (keep.sum(), 1)),
        serving=serving,
        satellite_m=one.satellite_m[:, :1],
        axes=one.axes[:, :, :1],
        satellite_start=np.array([0, 1]),
        satellite_power=np.ones(1, np.float32),
        beam=one.beam[:, :beams],
        beam_power=one.beam_power[:beams],
        segment_start=np.array([0, beams], np.int32),
        sky=np.zeros_like(one.sky),
        lowest_sine=-1.0,
    )
    found = constellation_sinr(alone)
    np.testing.assert_allclose(found[0], carrier, rtol=3e-4)
    np.testing.assert_allclose(found[1], interference, rtol=3e-3, atol=1e-4 * carrier.max())


@pytest.mark.parametrize("case", ["no satellites", "no users", "no beams"])
def test_nothing_there(case: str, constellation_sinr: Sinr) -> None:
    links = random_constellation(3)
    if case == "no users":
        links = users_of(links, np.arange(0))
    else:
        links = replace(
            links,
            beam=links.beam[:, :0],
            beam_power=links.beam_power[:0],
            segment_start=np.zeros_like(links.segment_start),
            serving=np.full_like(links.serving, -1),
        )
        if case == "no satellites":
            links = replace(
                links,
                satellite_m=links.satellite_m[..., :0],
                axes=links.axes[..., :0],
                satellite_power=links.satellite_power[:0],
                satellite_start=np.array([0, 0]),
                segment_start=np.zeros(1, np.int32),
            )
    carrier, interference = constellation_sinr(links)
    assert (carrier == 0.0).all()
    assert (interference == 0.0).all()


def test_at_the_pole_the_sectors_are_defined(constellation_sinr: Sinr) -> None:
    links = random_constellation(4, users=2, unserved_share=0.0)
    links.user_m[:, 0] = (0.0, 0.0, 6_371_000.0)
    found = constellation_sinr(links)
    assert np.isfinite(found).all()
    assert_close(found, links)
