"""Stratified positions: each user as before, beams together more even, trials on their own."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from capest.backend.numpy_kernels import NumpyKernels
from capest.physics.beam_grid import hexagonal_grid, hexagonal_lattice
from capest.physics.geometry import centre_direction, satellite_overhead
from capest.sampling.draws import Draws
from capest.sampling.placement import PlacementSettings, coverage, in_each_beam
from capest.sampling.stratified import lattice_step, stratified_offsets_uv

BEAMS, PER_BEAM, STRATA = 37, 3, 19
SPACING = 0.0667


def draws(trials: int, seed: int = 5, first: int = 0) -> Draws:
    return Draws(NumpyKernels(), seed, first, trials)


def offsets(trials: int, strata: int = STRATA, first: int = 0) -> np.ndarray:
    """Places in the cell in units of the spacing, array (2, trials, beams, users of a beam)."""
    found = stratified_offsets_uv(SPACING, BEAMS, PER_BEAM, strata, draws(trials, first=first))
    return found.reshape(2, trials, BEAMS, PER_BEAM) / SPACING


def piece(offset: np.ndarray, rings: int = 4) -> np.ndarray:
    """Number one of 6 · rings pieces of equal area of the cell: sectors cut along the edge."""
    angle = np.degrees(np.arctan2(offset[1], offset[0])) + 30.0
    sector = np.floor(angle / 60.0).astype(int) % 6
    turn = np.radians(60.0 * sector)
    outward = offset[0] * np.cos(turn) + offset[1] * np.sin(turn)  # 0.5 on the edge
    ring = np.minimum((4.0 * outward**2 * rings).astype(int), rings - 1)
    return sector * rings + ring


def test_they_lie_in_their_cell() -> None:
    offset = offsets(200).reshape(2, -1)
    turns = np.radians(60.0 * np.arange(6))
    outward = offset[0] * np.cos(turns)[:, None] + offset[1] * np.sin(turns)[:, None]
    assert outward.max() <= 0.5 + 1e-12
    assert outward.max() > 0.499


@pytest.mark.parametrize("strata", [1, 6, 19, 37])
@pytest.mark.parametrize(("beam", "user"), [(0, 0), (1, 2), (18, 1), (30, 0)])
def test_each_user_is_uniform_in_its_cell(strata: int, beam: int, user: int) -> None:
    offset = offsets(6000, strata)[:, :, beam, user]
    counts = np.bincount(piece(offset), minlength=24)
    assert stats.chisquare(counts).pvalue > 1e-3
    # Finer than the pieces: the coordinate along an axis has the density of a hexagon.
    x = np.abs(offset[0])
    assert stats.kstest(x, lambda value: (2.0 * value - value**2) / 0.75).pvalue > 1e-3


def test_users_of_a_beam_are_independent() -> None:
    offset = offsets(6000)
    for beam in (0, 7, 18):
        first, second = (piece(offset[:, :, beam, user], 1) for user in (0, 2))
        together = np.zeros((6, 6))
        np.add.at(together, (first, second), 1)
        assert stats.chi2_contingency(together).pvalue > 1e-3


def test_trials_are_independent_and_do_not_know_each_other() -> None:
    offset = offsets(6001)
    pieces = piece(offset[:, :, 3, 1], 1)
    together = np.zeros((6, 6))
    np.add.at(together, (pieces[:-1], pieces[1:]), 1)
    assert stats.chi2_contingency(together).pvalue > 1e-3
    np.testing.assert_array_equal(offsets(3, first=1000), offset[:, 1000:1003])


def test_beams_share_the_cell_out() -> None:
    """Of 19 users each of 6 equal sectors has about 3; a binomial varies three times as much."""
    pieces = piece(offsets(500)[:, :, :STRATA], 1)
    counts = np.stack([(pieces == sector).sum(axis=1) for sector in range(6)])
    assert counts.mean() == pytest.approx(STRATA / 6)
    assert counts.var() < STRATA / 6 * (5 / 6) / 3
    # No two of them come nearer than neighbours of the hexagonal lattice of 19 points.
    offset = offsets(20)[:, :, :STRATA, 0]
    apart = offset[:, :, :, None] - offset[:, :, None, :]
    steps = np.array([(i + 0.5 * j, np.sqrt(0.75) * j) for i in (-1, 0, 1) for j in (-1, 0, 1)])
    around = np.linalg.norm(apart[..., None] - steps.T[:, None, None, None, :], axis=0)
    nearest = around.min(axis=-1)[:, ~np.eye(STRATA, dtype=bool)]
    assert nearest.min() == pytest.approx(1 / np.sqrt(STRATA))


@pytest.mark.parametrize("points", [7, 19, 37, 61, 91])
def test_hexagonal_numbers_have_hexagonal_lattices(points: int) -> None:
    step = lattice_step(points)
    vectors = [
        ((i + k) * (i + k) + (i + k) * (j + k * step) + (j + k * step) ** 2)
        for k in range(points)
        for i in range(-2 * points, points + 1, points)
        for j in range(-(k * step) // points * points - 2 * points, points + 1, points)
        if (i + k, j + k * step) != (0, 0)
    ]
    assert min(vectors) == points  # the squared distance of neighbours, times points²


def test_placement_takes_them() -> None:
    centre = centre_direction(600e3, 90.0)
    grid = hexagonal_grid(hexagonal_lattice(BEAMS), SPACING, centre)
    area = coverage(grid, satellite_overhead(600e3))
    settings = PlacementSettings(BEAMS * PER_BEAM, strata=STRATA)
    uv = in_each_beam(area, settings, draws(4)).direction[:2]
    home = np.tile(np.repeat(grid.uv.T, PER_BEAM, axis=1), 4)
    expected = offsets(4).reshape(2, -1) * SPACING
    np.testing.assert_allclose(uv - home, expected, atol=1e-12)
