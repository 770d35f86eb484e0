"""Jain's index against what DEC-TR-301 says of it."""

import math

import numpy as np
import pytest

from capest.statistics.fairness import jain_index


@pytest.mark.parametrize(("k", "n"), [(1, 1), (20, 100), (100, 100), (1, 10)])
def test_of_equal_shares_of_some(k, n) -> None:
    # "if only k of n users are favoured equally, the index is k/n"
    shares = np.zeros(n)
    shares[:k] = 3.7
    assert jain_index(shares) == pytest.approx(k / n, rel=1e-14)


def test_of_a_small_example() -> None:
    # (1 + 3 + 5)² / (3 · (1 + 9 + 25))
    assert jain_index(np.array([1.0, 3.0, 5.0])) == pytest.approx(81 / 105, rel=1e-14)


def test_weights_stand_for_copies() -> None:
    x, times = np.array([0.2, 0.9, 0.0]), np.array([3, 1, 6])
    assert jain_index(x, times) == pytest.approx(jain_index(np.repeat(x, times)), rel=1e-14)


def test_scale_does_not_matter_and_of_nothing_there_is_none() -> None:
    x = np.random.default_rng(1).random(50)
    assert jain_index(1e-6 * x) == pytest.approx(jain_index(x), rel=1e-12)
    assert 1 / 50 <= jain_index(x) <= 1
    assert math.isnan(jain_index(np.zeros(4)))
    assert math.isnan(jain_index(np.array([])))
