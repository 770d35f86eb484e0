"""Admission and the best user of a beam against plain loops over users."""

from __future__ import annotations

import numpy as np
import pytest

from capest.backend.arguments import CallQueues, LinkAdaptation
from capest.backend.cuda_kernels import CudaKernels
from capest.backend.numpy_kernels import NumpyKernels

from .test_throughput import RATE_TABLE, SHANNON, SHANNON_BOUND, TABLE, draw


def lists(seed: int, groups: int = 30, users: int = 400) -> CallQueues:
    """Users in random order, most of them in the list of some group, a few in none."""
    rng = np.random.default_rng(seed)
    group = np.sort(rng.integers(0, groups + 1, users))
    order = rng.permutation(users).astype(np.int64)
    count = np.bincount(group, minlength=groups + 1)[:groups]
    start = np.cumsum(count) - count
    down, up = rng.integers(0, 500, (2, users))
    return CallQueues(
        order=order,
        start=start,
        count=count,
        down=down,
        up=up,
        capacity_down=1500,
        capacity_up=2500,
    )


def admitted_one_by_one(queues: CallQueues):
    down, up = queues.down, queues.up
    admitted, left = np.zeros(len(down), dtype=np.uint8), []
    for first, many in zip(queues.start, queues.count, strict=True):
        remaining = [queues.capacity_down, queues.capacity_up]
        for user in queues.order[first : first + many].tolist():
            if down[user] <= remaining[0] and up[user] <= remaining[1]:
                admitted[user] = 1
                remaining = [remaining[0] - down[user], remaining[1] - up[user]]
        left.append(remaining)
    return admitted, np.array(left, dtype=np.int64)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_admission_is_the_loop(seed, kernels, to_host):
    queues = lists(seed)
    expected = admitted_one_by_one(queues)
    refused = 1 - expected[0]
    assert expected[0].sum() > 30
    assert refused.sum() > 30
    for backend in (kernels, NumpyKernels()):
        found = [to_host(each) for each in backend.admit_calls(queues)]
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, other, strict=True)


def test_smaller_calls_behind_a_refused_one_still_fit():
    admitted, left = NumpyKernels().admit_calls(
        CallQueues(
            order=np.arange(3),
            start=np.array([0]),
            count=np.array([3]),
            down=np.array([6, 5, 4]),
            up=np.array([1, 1, 1]),
            capacity_down=10,
            capacity_up=10,
        )
    )
    assert admitted.tolist() == [1, 0, 1]
    assert left.tolist() == [[0, 8]]


@pytest.mark.parametrize("block_size", [1, 24])
def test_block_size_changes_no_admission(block_size, cuda_kernels, to_host):
    other = CudaKernels(cuda_kernels.device, block_size=block_size)
    for one, two in zip(
        other.admit_calls(lists(4)), cuda_kernels.admit_calls(lists(4)), strict=True
    ):
        np.testing.assert_array_equal(to_host(one), to_host(two))


def test_nobody_asks(kernels, to_host):
    nothing, zero = np.zeros(0, dtype=np.int64), np.zeros(4, dtype=np.int64)
    queues = CallQueues(
        order=nothing,
        start=zero,
        count=zero,
        down=nothing,
        up=nothing,
        capacity_down=7,
        capacity_up=9,
    )
    for backend in (kernels, NumpyKernels()):
        admitted, left = backend.admit_calls(queues)
        assert to_host(admitted).shape == (0,)
        assert to_host(left).tolist() == [[7, 9]] * 4


def test_the_best_user_of_each_beam(kernels, to_host):
    rng = np.random.default_rng(5)
    efficiency = rng.choice(np.array([0.0, 0.1523, 0.877, 5.5547], dtype=np.float32), 300)
    beam = rng.integers(0, 20, 300).astype(np.int32)
    beam[efficiency == 0.0] = -1
    trial = rng.integers(0, 3, 300).astype(np.int32)
    expected = np.zeros((3, 21), dtype=np.float32)
    for value, own, t in zip(efficiency, beam, trial, strict=True):
        if value > 0.0:
            expected[t, own] = max(expected[t, own], value)
    for backend in (kernels, NumpyKernels()):
        found = to_host(
            backend.beam_best(
                efficiency=efficiency, serving=beam, user_trial=trial, trials=3, beams=21
            )
        )
        np.testing.assert_array_equal(found, expected, strict=True)
    assert (expected[:, 20] == 0.0).all()


@pytest.mark.parametrize("mode", [TABLE, SHANNON])
def test_efficiency_of_links_is_that_of_the_sums(mode, kernels, to_host):
    link = draw(12, lit_share=None)
    sinr = link.carrier / (link.interference + np.float32(1.0))
    adaptation = LinkAdaptation(rate_table=RATE_TABLE, shannon=SHANNON_BOUND, mode=mode)
    for backend in (kernels, NumpyKernels()):
        found = to_host(backend.link_efficiency(sinr, adaptation))
        np.testing.assert_array_equal(found, to_host(link.sums(backend, mode)[0]), strict=True)
        assert len(np.unique(found)) > 4
