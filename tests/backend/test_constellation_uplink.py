"""What many satellites' beams hear, by NumPy and compiled, against double precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import j1

from capest.backend import numpy_constellation_uplink, numpy_tiles
from capest.backend.arguments import ConstellationDownlink, ConstellationUplink
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.protocol import HEARD_UNIT, MOST_HEARD
from capest.physics.pattern_table import look_up

from ..emulate.constellation_scene import only_trial, random_constellation, users_of
from .test_constellation import CASES

Uplink = Callable[[ConstellationUplink], np.ndarray]


@pytest.fixture
def constellation_uplink(host_kernels: NumpyKernels) -> Uplink:
    """The kernel of either."""
    return host_kernels.constellation_uplink


def random_powers(links: ConstellationDownlink, seed: int, sums: int = 2) -> np.ndarray:
    """A third of the users is silent; the others are about as strong as a downlink."""
    rng = np.random.default_rng(seed)
    strength = links.gain * rng.uniform(0.1, 1.0, (sums, len(links.gain)))
    return (strength * (rng.random(len(links.gain)) < 0.67)).astype(np.float32)


def truth(links: ConstellationDownlink, power: np.ndarray) -> np.ndarray:
    """What each beam of a trial hears, beam by beam and in double precision.

    Angles, losses and patterns are worked out here from positions, in another way than in the
    kernels: off-axis angles by the arc tangent, the sector by the azimuth in degrees.
    """
    user_m, satellite_m = links.user_m, links.satellite_m
    ka, users = links.reduced_aperture, user_m.shape[1]
    segment = np.repeat(np.arange(len(links.segment_start) - 1), np.diff(links.segment_start))
    colour = np.append(segment % links.colours, -1)
    heard = np.zeros((len(power), len(segment)))
    latitude = np.arctan2(user_m[2], np.hypot(user_m[0], user_m[1]))
    longitude = np.arctan2(user_m[1], user_m[0])
    up = user_m / np.linalg.norm(user_m, axis=0)
    east = np.stack([-np.sin(longitude), np.cos(longitude), np.zeros(users)])
    north = np.stack(
        [
            -np.sin(latitude) * np.cos(longitude),
            -np.sin(latitude) * np.sin(longitude),
            np.cos(latitude),
        ]
    )
    for beam in np.flatnonzero(links.beam_power > 0.0):
        s = segment[beam] // links.colours
        way_m = satellite_m[:, [s]] - user_m
        range_m = np.linalg.norm(way_m, axis=0)
        sine = (way_m * up).sum(axis=0) / range_m
        azimuth_deg = np.degrees(
            np.arctan2((way_m * east).sum(axis=0), (way_m * north).sum(axis=0))
        )
        azimuth_deg %= 360.0
        west, south = azimuth_deg > 180.0, (azimuth_deg > 90.0) & (azimuth_deg < 270.0)
        near_meridian = np.abs((azimuth_deg + 90.0) % 180.0 - 90.0) < 45.0
        sector = 4 * west + 2 * south + near_meridian
        row = np.rint(np.clip(sine, 0.0, 1.0) * (links.sky.shape[1] - 1)).astype(int)
        sky = links.sky[links.environment, row].astype(float)
        everybody = np.arange(users)
        normal = links.shadow[everybody, sector].astype(float)
        in_sight = links.sight[everybody, sector] < sky[:, 0]
        loss = sky[:, 4] + np.where(in_sight, sky[:, 1] * normal, sky[:, 3] + sky[:, 2] * normal)
        if not links.fading_gain:
            loss = np.maximum(loss, sky[:, 4])
        entry = links.entry[:, 0] * sky[:, 5] + links.entry[:, 1]
        towards = np.array([(axis[:, s] * -way_m.T).sum(axis=1) for axis in links.axes]) / range_m
        aim = links.beam[:, beam].astype(float) / ka
        if links.axial_weight == 1.0:
            across = np.linalg.norm(np.cross(towards.T, aim), axis=1)
            angle = np.arctan2(across, (towards * aim[:, None]).sum(axis=0))
            x = np.maximum(ka * np.sin(angle), 1e-9)
            pattern = (2.0 * j1(x) / x) ** 2
        else:
            x = ka * np.hypot(towards[0] - aim[0], towards[1] - aim[1])
            pattern = look_up(links.pattern, x * x, np)
        gain = pattern * np.exp(-loss) / range_m**2 / entry
        if links.element_exponent:
            gain = gain * np.maximum(towards[2], 0.0) ** links.element_exponent
        counts = (sine >= links.lowest_sine) & (links.serving != beam) & (links.serving >= 0)
        counts &= colour[links.serving] == colour[beam]
        heard[:, beam] = (power[:, counts] * gain[counts]).sum(axis=1)
    return heard


def assert_heard(found: np.ndarray, links: ConstellationDownlink, power: np.ndarray) -> None:
    expected = truth(links, power)
    noise_powers = found * HEARD_UNIT
    assert (noise_powers[:, links.beam_power == 0.0] == 0.0).all()
    raised_db = 10.0 * np.log10((1.0 + noise_powers) / (1.0 + expected))
    assert np.abs(raised_db).max(initial=0.0) < 0.02


@pytest.mark.parametrize("case", CASES)
def test_against_double_precision(case: str, constellation_uplink: Uplink) -> None:
    links = random_constellation(sum(map(ord, case)), **CASES[case])
    power = random_powers(links, 1)
    found = constellation_uplink(ConstellationUplink(links=links, power=power))
    assert_heard(found, links, power)
    if CASES[case].get("unserved_share") is None:
        assert (found * HEARD_UNIT).max() > 0.1


def test_sums_are_made_beside_each_other(constellation_uplink: Uplink) -> None:
    links = random_constellation(3, colours=3, beams=7, users=200)
    power = random_powers(links, 2, sums=3)
    together = constellation_uplink(ConstellationUplink(links=links, power=power))
    for one, alone in zip(together, power, strict=True):
        found = constellation_uplink(ConstellationUplink(links=links, power=alone[None]))
        np.testing.assert_allclose(one * HEARD_UNIT, found[0] * HEARD_UNIT, rtol=1e-5, atol=1e-4)


def test_what_is_taken_back_was_never_there(constellation_uplink: Uplink) -> None:
    links = random_constellation(4, users=300)
    before, after = random_powers(links, 3)
    first = constellation_uplink(ConstellationUplink(links=links, power=before[None]))
    more = constellation_uplink(ConstellationUplink(links=links, power=(after - before)[None]))
    whole = constellation_uplink(ConstellationUplink(links=links, power=after[None]))
    found, expected = (first + more) * HEARD_UNIT, whole * HEARD_UNIT
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_neither_order_nor_the_silent_matter(constellation_uplink: Uplink) -> None:
    links = random_constellation(5, users=500, colours=3, beams=7)
    power = random_powers(links, 4)
    whole = constellation_uplink(ConstellationUplink(links=links, power=power))
    order = np.random.default_rng(1).permutation(500)
    mixed = ConstellationUplink(
        links=users_of(links, order), power=np.ascontiguousarray(power[:, order])
    )
    np.testing.assert_array_equal(constellation_uplink(mixed), whole)
    sends = np.flatnonzero(power.any(axis=0))
    few = ConstellationUplink(links=users_of(links, sends), power=power[:, sends])
    np.testing.assert_array_equal(constellation_uplink(few), whole)


def test_trials_are_alone(constellation_uplink: Uplink) -> None:
    links = random_constellation(6, trials=3, users=150, colours=3, beams=7)
    power = random_powers(links, 5)
    together = constellation_uplink(ConstellationUplink(links=links, power=power))
    beams = together.shape[1] // 3
    for trial in range(3):
        own = only_trial(links, trial)
        some = power[:, 150 * trial : 150 * trial + 150]
        alone = constellation_uplink(ConstellationUplink(links=own, power=some))
        np.testing.assert_array_equal(together[:, beams * trial : beams * (trial + 1)], alone)


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (numpy_constellation_uplink, "BLOCKS_AT_ONCE", 1),
        (numpy_constellation_uplink, "PAIRS_PER_CHUNK", 200),
        (numpy_tiles, "_MARGIN_RAD", 0.5),
    ],
)
def test_what_is_computed_together_does_not_matter(
    module: object, name: str, value: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = random_constellation(7, users=400, beams=7)
    sent = ConstellationUplink(links=links, power=random_powers(links, 6))
    whole = numpy_constellation_uplink.constellation_uplink(sent)
    monkeypatch.setattr(module, name, value)
    np.testing.assert_array_equal(numpy_constellation_uplink.constellation_uplink(sent), whole)


def test_what_is_too_loud_saturates(constellation_uplink: Uplink) -> None:
    links = random_constellation(8, users=100)
    power = np.full((1, 100), 1e30, dtype=np.float32)
    found = constellation_uplink(ConstellationUplink(links=links, power=power))
    assert found.min() >= 0
    assert found.max() * HEARD_UNIT >= MOST_HEARD


@pytest.mark.parametrize("case", ["silence", "all dark", "no users", "no beams"])
def test_nothing_to_hear(case: str, constellation_uplink: Uplink) -> None:
    links = random_constellation(9)
    power = random_powers(links, 7)
    if case == "silence":
        power[:] = 0.0
    elif case == "all dark":
        links = replace(links, beam_power=np.zeros_like(links.beam_power))
    elif case == "no users":
        links, power = users_of(links, np.arange(0)), power[:, :0]
    else:
        links = replace(
            links,
            beam=links.beam[:, :0],
            beam_power=links.beam_power[:0],
            segment_start=np.zeros_like(links.segment_start),
            serving=np.full_like(links.serving, -1),
        )
    found = constellation_uplink(ConstellationUplink(links=links, power=power))
    assert found.shape == (2, len(links.beam_power))
    assert not found.any()
