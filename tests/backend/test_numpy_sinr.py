"""The NumPy pair kernel against brute force in double precision with SciPy's Bessel function."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import j1

from capest.backend.arguments import SatelliteDownlink
from capest.backend.numpy_sinr import downlink_sinr
from capest.physics import beam_grid
from capest.physics.pattern_table import pattern_table


class Case:
    """One satellite over a hexagonal layout with users all over it, in double precision."""

    def __init__(
        self, ka: float, beams: int, spacing_uv: float, colours: int, users: int = 4000
    ) -> None:
        rng = np.random.default_rng(beams)
        grid = beam_grid.hexagonal_grid(beam_grid.hexagonal_lattice(beams), spacing_uv, (0.0, 0.0))
        colour = beam_grid.reuse_colours(grid.lattice, colours)
        order = np.argsort(colour, kind="stable")
        self.colour, uv = colour[order], grid.uv[order]
        self.beam = np.column_stack([uv, np.sqrt(1 - (uv**2).sum(axis=1))])
        offset = spacing_uv / math.sqrt(3) * np.sqrt(rng.random(users))
        angle = rng.uniform(0, 2 * math.pi, users)
        home = uv[rng.integers(0, beams, users)]
        user = home + (offset * np.stack([np.cos(angle), np.sin(angle)])).T
        self.user = np.column_stack([user, np.sqrt(1 - (user**2).sum(axis=1))])
        self.ka = ka
        centre = np.array([0.0, 0.0, 1.0])
        chord = 2.2 * np.linalg.norm(self.beam - centre, axis=1).max() + 2 * spacing_uv
        self.links = SatelliteDownlink(
            user=((self.user - centre) * ka).T[None].astype(np.float32),
            gain=rng.uniform(1, 100, (1, users)).astype(np.float32),
            user_trial=np.zeros(users, dtype=np.int32),
            beam=((self.beam - centre) * ka).T.astype(np.float32),
            beam_power=np.ones(beams, dtype=np.float32),
            segment_start=np.searchsorted(self.colour, np.arange(colours + 1)).astype(np.int32),
            lit=None,
            pattern=pattern_table(ka, chord),
            colours=colours,
        )

    def truth(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Serving beam, carrier and interference."""
        chord = np.linalg.norm(self.user[:, None] - self.beam[None], axis=2)
        x = np.maximum(self.ka * chord * np.sqrt(1 - chord**2 / 4), 1e-9)
        gain = (2 * j1(x) / x) ** 2 * self.links.gain[0][:, None].astype(float)
        best = gain.argmax(axis=1)
        same = self.colour[best][:, None] == self.colour[None]
        same[np.arange(len(best)), best] = False
        return best, gain.max(axis=1), (gain * same).sum(axis=1)


@pytest.mark.parametrize(
    ("ka", "beams", "spacing_uv", "colours"),
    [
        (41.917, 61, 0.06669, 1),  # LEO-600 S band
        (41.917, 127, 0.06669, 3),
        (104.79, 127, 0.02667, 4),  # LEO-600 Ka band
        (461.09, 127, 0.00606, 3),  # GEO S band
        (1047.9, 61, 0.00267, 1),  # GEO Ka band
        (41.917, 1261, 0.04, 7),
        (1047.9, 1261, 0.02, 3),  # narrow beams spread far beyond their width
        (209.6, 331, 0.03, 1),
    ],
)
def test_against_double_precision(ka: float, beams: int, spacing_uv: float, colours: int) -> None:
    case = Case(ka, beams, spacing_uv, colours)
    serving, carrier, interference = downlink_sinr(case.links)
    best, true_carrier, true_interference = case.truth()
    assert (serving != best).sum() <= 2  # near ties
    near = true_carrier > 1e-4 * case.links.gain[0]
    assert near.mean() > 0.2
    error_db = 10 * np.log10(carrier[near] / true_carrier[near])
    assert np.abs(error_db).max() < 0.01
    sinr = carrier / (1 + interference)
    true_sinr = true_carrier / (1 + true_interference)
    assert np.abs(10 * np.log10(sinr[near] / true_sinr[near])).max() < 0.02


@given(seed=st.integers(0, 2**32 - 1), added=st.integers(0, 36), share=st.floats(0.0, 1.0))
@settings(max_examples=40, deadline=None)
def test_another_lit_beam_never_raises_anyones_sinr(seed: int, added: int, share: float) -> None:
    case = Case(41.917, 37, 0.06669, 3, users=300)
    before = (np.random.default_rng(seed).random((1, 37)) < share).astype(np.uint8)
    before[0, added] = 0
    after = before.copy()
    after[0, added] = 1
    one, other = (downlink_sinr(replace(case.links, lit=lit)) for lit in (before, after))
    np.testing.assert_array_equal(one[0], other[0])  # the serving beam is held
    np.testing.assert_array_equal(one[1], other[1])
    assert (other[2] >= one[2]).all()
    changed = (other[2] > one[2]).any()
    assert changed or not (case.colour[one[0]] == case.colour[added]).any()


@pytest.mark.parametrize("shift", [1, 63, 700])
def test_the_place_of_a_user_in_the_array_does_not_matter(shift: int) -> None:
    case = Case(41.917, 61, 0.06669, 1)
    whole = downlink_sinr(case.links)
    later = replace(
        case.links,
        user=np.ascontiguousarray(case.links.user[..., shift:]),
        gain=np.ascontiguousarray(case.links.gain[..., shift:]),
        user_trial=np.ascontiguousarray(case.links.user_trial[shift:]),
    )
    for one, other in zip(whole, downlink_sinr(later), strict=True):
        assert one[shift:].tobytes() == other.tobytes()
