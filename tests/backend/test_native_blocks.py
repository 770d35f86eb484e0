"""Blocks of neighbours for the compiled kernels of constellations."""

from __future__ import annotations

import numpy as np
import pytest

from capest.backend.native import constellation
from capest.backend.native.constellation import LANES, blocks_of_groups
from capest.physics.constants import EARTH_RADIUS_M

from ..emulate.constellation_scene import only_trial, random_constellation


@pytest.mark.parametrize("users", [0, 1, 64, 65, 300])
@pytest.mark.parametrize("bits", [63, 30], ids=["one sort", "places sorted"])
def test_everybody_once_and_one_group_each(
    users: int, bits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constellation, "_BITS", bits)
    links = random_constellation(1, users=users, trials=3, colours=3, beams=7)
    chosen = links.serving >= 0
    members, group = blocks_of_groups(links, chosen)
    assert members.shape == (len(group), LANES)
    np.testing.assert_array_equal(np.sort(members[members >= 0]), np.flatnonzero(chosen))
    assert (np.diff(group) >= 0).all()
    beams = np.repeat(np.arange(len(links.segment_start) - 1), np.diff(links.segment_start))
    for some, own in zip(members, group, strict=True):
        there = some[some >= 0]
        assert len(there)
        assert (some[len(there) :] == -1).all()
        colour = beams[links.serving[there]] % 3
        assert (there // max(users, 1) * 3 + colour == own).all()


def test_a_trial_has_the_blocks_that_it_has_alone() -> None:
    links = random_constellation(2, users=400, trials=3, colours=2, beams=7)
    # Users at one place keep their order.
    links.user_m[:, ::3] = links.user_m[:, :1]
    together, group = blocks_of_groups(links, links.serving >= 0)
    for trial in range(3):
        own = only_trial(links, trial)
        alone, colour = blocks_of_groups(own, own.serving >= 0)
        np.testing.assert_array_equal(group[group // 2 == trial] - 2 * trial, colour)
        shifted = np.where(alone < 0, -1, alone + 400 * trial)
        np.testing.assert_array_equal(together[group // 2 == trial], shifted)


def test_users_of_a_block_are_neighbours() -> None:
    rng = np.random.default_rng(3)
    links = random_constellation(3, users=3000, unserved_share=0.0)
    users = np.array([[1.0], [0.3], [0.5]]) + 0.2 * rng.normal(size=(3, 3000))
    links.user_m[:] = users * (EARTH_RADIUS_M / np.linalg.norm(users, axis=0))
    members, _ = blocks_of_groups(links, np.ones(3000, dtype=bool))
    full = members[(members >= 0).all(axis=1)]
    assert len(full) == 46
    spread = np.linalg.norm(links.user_m[:, full].std(axis=2), axis=0)
    assert np.median(spread) < 0.3 * np.linalg.norm(links.user_m.std(axis=1))
