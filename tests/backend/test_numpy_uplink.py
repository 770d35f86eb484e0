"""The NumPy uplink kernel against double precision with SciPy's Bessel function."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capest.backend.arguments import SatelliteUplink
from capest.backend.numpy_uplink import uplink_sinr
from capest.physics.pattern_table import pattern_table

from ..emulate.scene import GEO_KA
from ..emulate.uplink_scene import WIDE_GEO_KA, Uplink, assert_close, random_uplink

# Value of J1(2), Abramowitz and Stegun Table 9.1; the pattern at ka sin theta = 2 is its square.
J1_OF_2 = 0.5767248078

CASES = {
    "one beam": {"beams": 1, "users": 20, "drops": 3},
    "full reuse": {"beams": 61, "drops": 200},
    "three colours": {"beams": 61, "colours": 3, "drops": 700},
    "four colours, half of them silent": {"beams": 91, "colours": 4, "silent_share": 0.5},
    "seven colours": {"beams": 61, "colours": 7, "drops": 600},
    "empty colours": {"beams": 4, "colours": 7, "drops": 70},
    "two satellites": {"satellites": 2, "beams": 61, "colours": 3},
    "three satellites": {"satellites": 3, "beams": 37, "colours": 4},
    "blocks of users": {"satellites": 2, "beams": 400, "drops": 3, "users": 2000},
    "GEO Ka": {"system": GEO_KA, "beams": 127},
    "GEO Ka two satellites": {"system": GEO_KA, "satellites": 2, "beams": 61, "colours": 7},
    "GEO Ka spread wide": {"system": WIDE_GEO_KA, "beams": 331, "users": 2000, "drops": 9},
    "wide, three colours": {
        **{"system": WIDE_GEO_KA, "satellites": 2, "colours": 3},
        **{"beams": 61, "drops": 10},
    },
}


@pytest.mark.parametrize("case", CASES)
def test_against_double_precision(case: str) -> None:
    uplink = random_uplink(sum(map(ord, case)), **CASES[case])
    assert_close(*uplink_sinr(uplink.links()), uplink)


@pytest.mark.parametrize("colours", [1, 2])
@pytest.mark.parametrize("beam_gain", [1.0, 0.5])
def test_two_beams_with_a_user_on_each_boresight(colours: int, beam_gain: float) -> None:
    ka, delivered = 40.0, np.array([[6.0, 10.0]], dtype=np.float32)
    sine = 2.0 / ka
    direction = np.array([[0.0, ka * sine], [0.0, 0.0], [0.0, ka * (np.sqrt(1 - sine**2) - 1)]])
    carrier, interference = uplink_sinr(
        SatelliteUplink(
            user=direction[None].astype(np.float32),
            gain=delivered,
            scheduled=np.array([[0, 1], [-1, 1]], dtype=np.int32),
            beam=direction.astype(np.float32),
            beam_power=np.array([1.0, beam_gain], dtype=np.float32),
            segment_start=np.array([0, 2] if colours == 1 else [0, 1, 2], dtype=np.int32),
            pattern=pattern_table(ka, 0.2),
            colours=colours,
        )
    )
    np.testing.assert_allclose(carrier, [[6.0, 10.0 * beam_gain], [0.0, 10.0 * beam_gain]], 1e-6)
    leak = J1_OF_2**2 if colours == 1 else 0.0
    expected = np.array([[10.0, 6.0 * beam_gain], [10.0, 0.0]]) * leak
    np.testing.assert_allclose(interference, expected, rtol=3e-5)


def test_a_neighbour_satellite_hears_with_its_own_gain() -> None:
    """One beam a satellite on one frequency: the other's user arrives by the other path."""
    ka, sine = 40.0, 2.0 / 40.0
    off = [ka * sine, 0.0, ka * (np.sqrt(1 - sine**2) - 1)]
    direction = np.zeros((2, 3, 2), dtype=np.float32)
    direction[0, :, 1] = direction[1, :, 0] = off  # each sees the other's user off its boresight
    carrier, interference = uplink_sinr(
        SatelliteUplink(
            user=direction,
            gain=np.array([[8.0, 3.0], [5.0, 7.0]], dtype=np.float32),
            scheduled=np.array([[0, 1]], dtype=np.int32),
            beam=np.zeros((3, 2), dtype=np.float32),
            beam_power=np.ones(2, dtype=np.float32),
            segment_start=np.array([0, 1, 2], dtype=np.int32),
            pattern=pattern_table(ka, 0.2),
            colours=1,
        )
    )
    np.testing.assert_allclose(carrier, [[8.0, 7.0]], rtol=1e-6)
    np.testing.assert_allclose(interference, np.array([[3.0, 5.0]]) * J1_OF_2**2, rtol=3e-5)


@given(
    seed=st.integers(0, 2**32 - 1),
    drop=st.integers(0, 9),
    beam=st.integers(0, 73),
    silent_share=st.floats(0.0, 1.0),
)
@settings(max_examples=40, deadline=None)
def test_another_user_never_lowers_interference(
    seed: int, drop: int, beam: int, silent_share: float
) -> None:
    full = random_uplink(3, satellites=2, beams=37, colours=3, drops=10, silent_share=0.0)
    rng = np.random.default_rng(seed)
    scheduled = np.where(rng.random((10, 74)) < silent_share, -1, full.scheduled)
    after = scheduled.astype(np.int32)
    after[drop, beam] = full.scheduled[drop, beam]
    before = after.copy()
    before[drop, beam] = -1
    one, other = (uplink_sinr(Uplink(full.scene, s).links()) for s in (before, after))
    assert (other[1] >= one[1]).all()
    assert other[1][drop, beam] == one[1][drop, beam]
    same = full.scene.beam_colour == full.scene.beam_colour[beam]
    assert (other[1] > one[1])[drop, same].any()
    np.testing.assert_array_equal(other[1][:, ~same], one[1][:, ~same])
    assert one[0][drop, beam] == 0.0 < other[0][drop, beam]


@pytest.mark.parametrize("case", ["full reuse", "seven colours", "two satellites", "wide"])
def test_the_place_of_a_drop_in_the_array_does_not_matter(case: str) -> None:
    settings = CASES.get(case, CASES["wide, three colours"])
    uplink = random_uplink(5, **{**settings, "drops": 1200})
    whole = uplink_sinr(uplink.links())
    for chosen in (slice(1, None), slice(63, 64), slice(700, None), slice(0, 513)):
        part = uplink_sinr(uplink.drops(chosen).links())
        for one, other in zip(whole, part, strict=True):
            assert one[chosen].tobytes() == other.tobytes()
