"""A place found with a guide table is the one that a search finds."""

import numpy as np
import pytest

from capest.geo.weighted import guide_table, weighted_places

RNG = np.random.default_rng(3)
WEIGHTS = {
    "one": np.ones(1),
    "equal": np.ones(1000),
    "uneven": RNG.pareto(0.5, 3000),
    "nearly all in one": np.concatenate([np.full(5000, 1e-9), [1.0], np.full(5000, 1e-9)]),
    "tiny ones first": np.geomspace(1e-12, 1.0, 300),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_the_same_as_a_search(name: str) -> None:
    cumulative = np.cumsum(WEIGHTS[name]) / WEIGHTS[name].sum()
    cumulative[-1] = 1.0
    guide = guide_table(cumulative)
    below = cumulative[cumulative < 1.0]
    uniform = np.concatenate(
        [RNG.random(20_000), below, np.nextafter(below, 0.0), [2.0**-54, 1.0 - 2.0**-53]]
    )
    expected = np.searchsorted(cumulative, uniform, side="right")
    np.testing.assert_array_equal(weighted_places(cumulative, guide, uniform), expected)
    np.testing.assert_array_equal(weighted_places(cumulative, None, uniform), expected)
    assert expected.max() == len(cumulative) - 1
