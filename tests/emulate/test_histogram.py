"""The counting kernels against the NumPy twin and against plain counting."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from capest.backend.cuda_histogram import MOST_BINS
from capest.backend.numpy_kernels import NumpyKernels
from capest.statistics.quantities import AXES

UNIT_BINS = {"low": 0.0, "inverse_step": 1.0, "logarithmic": False}
EVERY_KIND = ("snr_db", "spectral_efficiency", "one_way_delay")


def values_of(name: str, count: int = 700) -> np.ndarray:
    axis = AXES[name]
    rng = np.random.default_rng(3)
    edges = axis.edges()
    values = rng.uniform(edges[0] - 1.0, edges[-1] + 1.0, count)
    values[:5] = [edges[0], edges[-1], np.inf, 0.0, edges[7]]
    if not axis.logarithmic:
        values[5] = -np.inf
    # Many users in few bins, as link adaptation puts them.
    values[100:400] = rng.choice(edges[10:14] + axis.step / 2, 300)
    return values


@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize("name", EVERY_KIND)
def test_values_are_counted_as_numpy_does(name, weighed, kernels, to_host):
    values = values_of(name)
    weight = np.random.default_rng(4).integers(0, 4, values.size).astype(np.int32)
    weight = weight if weighed else None
    expected = AXES[name].count(values, NumpyKernels(), weight)
    assert expected.sum() == (values.size if weight is None else weight.sum())
    xp = kernels.xp
    found = AXES[name].count(
        xp.asarray(values), kernels, None if weight is None else xp.asarray(weight)
    )
    np.testing.assert_array_equal(to_host(found), expected, strict=True)


def test_counts_beyond_32_bits(kernels, to_host):
    """A block's own counts run over, more than once, into those of 64 bits."""
    weight = np.full(1000, 2**31 - 1, dtype=np.int32)
    found = kernels.count_values(
        kernels.xp.full(1000, 2.5), kernels.xp.asarray(weight), **UNIT_BINS, bins=7
    )
    assert to_host(found).tolist() == [0, 0, 0, 1000 * (2**31 - 1), 0, 0, 0]


def test_a_value_lies_between_the_edges_of_its_bin():
    axis = AXES["snr_db"]
    edges = np.concatenate([[-np.inf], axis.edges(), [np.inf]])
    for value in values_of("snr_db"):
        (number,) = np.flatnonzero(axis.count(np.array([value]), NumpyKernels()))
        assert edges[number] - 1e-9 <= value <= edges[number + 1] + 1e-9


def test_numbers(kernels, to_host):
    numbers = np.random.default_rng(5).integers(-1, 12, 500)
    plain = Counter(numbers.tolist())
    expected = [plain[number] for number in range(15)]
    assert NumpyKernels().count_numbers(numbers, 15).tolist() == expected
    assert to_host(kernels.count_numbers(kernels.xp.asarray(numbers), 15)).tolist() == expected


def test_nothing_to_count(kernels, to_host):
    empty = kernels.xp.zeros(0)
    assert to_host(kernels.count_values(empty, None, **UNIT_BINS, bins=7)).tolist() == [0] * 7
    assert to_host(kernels.count_numbers(empty.astype(np.int64), 3)).tolist() == [0] * 3


def test_selecting_counts_the_same(kernels, to_host):
    values = values_of("snr_db")
    chosen = np.random.default_rng(6).uniform(size=values.size) < 0.3
    found = []
    for backend in (NumpyKernels(), kernels):
        xp = backend.xp
        weight, (kept,) = backend.select(xp.asarray(chosen), xp.asarray(values))
        found.append(to_host(AXES["snr_db"].count(kept, backend, weight)))
    np.testing.assert_array_equal(*found)
    assert found[0].sum() == chosen.sum()


def test_every_axis_fits_the_shared_memory():
    assert max(axis.bins for axis in AXES.values()) <= MOST_BINS


def test_too_many_bins_are_refused(cuda_kernels):
    with pytest.raises(ValueError, match="bins"):
        cuda_kernels.count_values(cuda_kernels.xp.zeros(1), None, **UNIT_BINS, bins=MOST_BINS + 1)
