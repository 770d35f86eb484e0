"""A distribution function's band: closed forms, and how often it covers."""

import math

import numpy as np
import pytest

from capest.statistics.distribution_band import distribution_band
from capest.statistics.intervals import ratio_interval


def test_groups_of_equal_size_have_the_interval_of_a_ratio() -> None:
    rng = np.random.default_rng(1)
    below = rng.binomial(20, 0.3, 12)
    sizes = np.full(12, 20)
    found = distribution_band(below[:, None], sizes)
    # Linearised and jackknife errors are equal where groups are equally large.
    sums = (int(below.sum()), int(sizes.sum()))
    squares = (int(below @ below), int(below @ sizes), int(sizes @ sizes))
    expected = ratio_interval(12, sums, squares)
    assert found.share[0] == below.sum() / sizes.sum()
    # Degrees of freedom differ by the kurtosis of twelve groups.
    assert found.low[0] == pytest.approx(expected.low, rel=0.05)
    assert found.high[0] == pytest.approx(expected.high, rel=0.05)


def test_nothing_below_and_all_below() -> None:
    found = distribution_band(np.array([[0, 5]] * 10), np.full(10, 5))
    rare = 1.0 - 0.025 ** (1.0 / 10.0)
    assert (found.low[0], found.high[1]) == (0.0, 1.0)
    assert found.high[0] == pytest.approx(rare)
    assert found.low[1] == pytest.approx(1.0 - rare)


def test_one_group_has_no_band_and_none_nothing() -> None:
    one = distribution_band(np.array([[1, 2]]), np.array([4]))
    np.testing.assert_array_equal(one.share, [0.25, 0.5])
    assert np.isnan([one.low, one.high]).all()
    none = distribution_band(np.array([[0, 0]]), np.array([0]))
    assert np.isnan([none.share, none.low, none.high]).all()


def test_groups_without_counts_say_nothing() -> None:
    below, sizes = np.array([[1], [2], [4]]), np.array([5, 5, 6])
    with_empty = distribution_band(np.vstack([below, [[0]]]), np.append(sizes, 0))
    without = distribution_band(below, sizes)
    for name in ("share", "low", "high"):
        np.testing.assert_array_equal(getattr(with_empty, name), getattr(without, name))


@pytest.mark.parametrize("point", [-2.0, -0.5, 0.0, 1.5])
def test_it_covers(point: float) -> None:
    """Users of a trial share its level, and trials have unequal many users."""
    rng = np.random.default_rng(7)
    drawn, groups = 500, 30
    inside = 0
    for _ in range(drawn):
        sizes = rng.integers(5, 60, groups)
        level = rng.normal(0.0, 0.7, groups)
        below = np.array(
            [
                np.count_nonzero(rng.normal(mean, 1.0, size) < point)
                for mean, size in zip(level, sizes, strict=True)
            ]
        )
        band = distribution_band(below[:, None], sizes)
        inside += bool(band.low[0] <= _normal(point / math.hypot(1.0, 0.7)) <= band.high[0])
    # 95 %, less what three standard errors of 500 draws and 30 groups allow.
    assert 0.92 <= inside / drawn <= 0.985


def _normal(x: float) -> float:
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))
