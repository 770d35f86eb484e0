"""The throughput kernels against plain Python sums of whole numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest

from capest.backend.arguments import AttachedLinks, BeamShares, LinkAdaptation
from capest.backend.cuda_kernels import CudaKernels
from capest.backend.numpy_kernels import NumpyKernels
from capest.physics.link_adaptation import truncated_shannon

TABLE, SHANNON = 0, 1
EQUAL_TIME, EQUAL_RATE = 0, 1

# A few steps of link adaptation (linear SINR, bit/s/Hz) and the parameters of TR 36.942 Annex A.1
# for the downlink: alpha 0.6, from -10 dB, at most 4.4 bit/s/Hz (no largest SINR of its own). The
# other one is limited by a largest SINR, 22 dB, not by its ceiling.
RATE_TABLE = np.array(
    [[0.2, 0.1523], [0.5, 0.3770], [1.0, 0.8770], [4.0, 1.9141], [60.0, 5.5547]], dtype=np.float32
)
SHANNON_BOUND = np.array([0.6, 0.1, np.inf, 4.4], dtype=np.float32)
SHANNON_LIMITED = np.array([0.6, 0.1, 10.0**2.2, 9.9], dtype=np.float32)


@dataclass(frozen=True)
class Link:
    """Users of some trials with their links."""

    carrier: np.ndarray
    interference: np.ndarray
    serving_beam: np.ndarray
    user_trial: np.ndarray
    beam_lit: np.ndarray | None
    trials: int
    beams: int

    def sums(self, kernels, mode: int, shannon: np.ndarray = SHANNON_BOUND):
        return kernels.beam_sums(
            AttachedLinks(
                carrier=self.carrier,
                interference=self.interference,
                serving=self.serving_beam,
                user_trial=self.user_trial,
                lit=self.beam_lit,
                adaptation=LinkAdaptation(rate_table=RATE_TABLE, shannon=shannon, mode=mode),
                trials=self.trials,
                beams=self.beams,
            )
        )

    def shares(self, efficiency, sums, policy: int) -> BeamShares:
        return BeamShares(
            efficiency=efficiency,
            serving=self.serving_beam,
            user_trial=self.user_trial,
            sums=sums,
            policy=policy,
        )


def draw(seed: int, users: int = 700, lit_share: float | None = 0.6) -> Link:
    rng = np.random.default_rng(seed)
    trials, beams = 4, 19
    carrier = (10.0 ** rng.uniform(-3.5, 3.5, users)).astype(np.float32)
    carrier[::97] = 0.0  # out of every satellite's reach
    carrier[5::50] = 0.5  # exactly on a threshold once the interference is zero
    interference = np.where(rng.uniform(size=users) < 0.3, 0.0, 10.0 ** rng.uniform(-3, 2, users))
    interference[5::50] = 0.0
    lit = None
    if lit_share is not None:
        lit = (rng.uniform(size=(trials, beams)) < lit_share).astype(np.uint8)
    return Link(
        carrier,
        interference.astype(np.float32),
        rng.integers(0, beams - 2, users).astype(np.int32),  # two beams stay without users
        rng.integers(0, trials, users).astype(np.int32),
        lit,
        trials,
        beams,
    )


def efficiency_of(sinr: float, mode: int, shannon: np.ndarray = SHANNON_BOUND) -> float:
    if mode == TABLE:
        met = [float(rate) for threshold, rate in RATE_TABLE if sinr >= float(threshold)]
        return met[-1] if met else 0.0
    alpha, smallest, largest, ceiling = (float(value) for value in shannon)
    if sinr < smallest:
        return 0.0
    return min(alpha * math.log2(1.0 + min(sinr, largest)), ceiling)


def whole_sums(link: Link, efficiency: np.ndarray) -> np.ndarray:
    """Sums in Python's integers from the kernel's own efficiencies (they are checked apart)."""
    sums = np.zeros((link.trials, link.beams, 5), dtype=np.int64)
    for user, rate in enumerate(efficiency.tolist()):
        trial, beam = int(link.user_trial[user]), int(link.serving_beam[user])
        own = sums[trial, beam]
        own[0] += 1
        if link.beam_lit is not None and not link.beam_lit[trial, beam]:
            continue
        sinr = float(link.carrier[user] / (link.interference[user] + np.float32(1.0)))
        own[4] += round(10.0 * math.log10(max(sinr, 1e-30)) * 2**16)
        if rate > 0.0:
            own[1] += 1
            own[2] += round(rate * 2**24)
            own[3] += round(2**24 / rate)
    return sums


@pytest.mark.parametrize("mode", [TABLE, SHANNON])
@pytest.mark.parametrize("lit_share", [None, 0.6, 0.0])
def test_efficiency(mode, lit_share, kernels, to_host):
    link = draw(1, lit_share=lit_share)
    efficiency = to_host(link.sums(kernels, mode)[0])
    assert efficiency.dtype == np.float32
    sinr = (link.carrier / (link.interference + np.float32(1.0))).tolist()
    expected = np.array([efficiency_of(value, mode) for value in sinr])
    if link.beam_lit is not None:
        expected[link.beam_lit[link.user_trial, link.serving_beam] == 0] = 0.0
    np.testing.assert_allclose(efficiency, expected, rtol=2e-7, atol=0.0)
    if lit_share != 0.0:
        assert len(np.unique(efficiency)) > 5 - (mode == TABLE)


@pytest.mark.parametrize("lit_share", [None, 0.6])
def test_nobody_counts_nowhere(lit_share, kernels, to_host):
    link = draw(2, lit_share=lit_share)
    link.serving_beam[::3] = -1
    there = link.serving_beam >= 0
    alone = Link(
        link.carrier[there],
        link.interference[there],
        link.serving_beam[there],
        link.user_trial[there],
        link.beam_lit,
        link.trials,
        link.beams,
    )
    for backend in (NumpyKernels(), kernels):
        efficiency, sums = (to_host(each) for each in link.sums(backend, TABLE))
        expected = [to_host(each) for each in alone.sums(backend, TABLE)]
        np.testing.assert_array_equal(efficiency[there], expected[0])
        assert (efficiency[~there] == 0.0).all()
        np.testing.assert_array_equal(sums, expected[1])


def test_largest_sinr_limits_the_efficiency(kernels, to_host):
    link = draw(10, lit_share=None)
    efficiency = to_host(link.sums(kernels, SHANNON, SHANNON_LIMITED)[0])
    sinr = link.carrier / (link.interference + np.float32(1.0))
    expected = [efficiency_of(value, SHANNON, SHANNON_LIMITED) for value in sinr.tolist()]
    np.testing.assert_allclose(efficiency, expected, rtol=2e-7, atol=0.0)
    limit = 0.6 * math.log2(1.0 + 10.0**2.2)
    assert efficiency.max() == pytest.approx(limit, rel=1e-6)
    assert (sinr > 10.0**2.2).any()


@pytest.mark.parametrize("mode", [TABLE, SHANNON])
@pytest.mark.parametrize("lit_share", [None, 0.6, 0.0])
def test_sums_are_exact(mode, lit_share, kernels, to_host):
    link = draw(2, lit_share=lit_share)
    efficiency, sums = map(to_host, link.sums(kernels, mode))
    assert sums.dtype == np.int64
    np.testing.assert_array_equal(sums, whole_sums(link, efficiency))
    assert sums[..., 0].sum() == len(link.carrier)


def test_dark_beams_serve_nobody(kernels, to_host):
    link = draw(3)
    efficiency, sums = map(to_host, link.sums(kernels, TABLE))
    dark = link.beam_lit == 0
    assert sums[dark][:, 0].any()
    assert not sums[dark][:, 1:].any()
    assert not efficiency[dark[link.user_trial, link.serving_beam]].any()


def test_order_of_users_changes_no_sum(kernels, to_host):
    link = draw(4)
    sums = to_host(link.sums(kernels, SHANNON)[1])
    order = np.random.default_rng(0).permutation(len(link.carrier))
    shuffled = Link(
        link.carrier[order],
        link.interference[order],
        link.serving_beam[order],
        link.user_trial[order],
        link.beam_lit,
        link.trials,
        link.beams,
    )
    np.testing.assert_array_equal(to_host(shuffled.sums(kernels, SHANNON)[1]), sums)


@pytest.mark.parametrize("block_size", [1, 24, 64])
def test_block_size_changes_nothing(block_size, cuda_kernels, to_host):
    link = draw(5)
    other = CudaKernels(cuda_kernels.device, block_size=block_size)
    for result, expected in zip(
        link.sums(other, SHANNON), link.sums(cuda_kernels, SHANNON), strict=True
    ):
        np.testing.assert_array_equal(to_host(result), to_host(expected))


@pytest.mark.parametrize("policy", [EQUAL_TIME, EQUAL_RATE])
def test_throughput(policy, kernels, to_host):
    link = draw(6)
    efficiency, sums = link.sums(kernels, SHANNON)
    throughput = to_host(kernels.user_throughput(link.shares(efficiency, sums, policy)))
    assert throughput.dtype == np.float32
    rate = to_host(efficiency).astype(np.float64)
    expected = np.zeros(len(rate))
    for trial in range(link.trials):
        for beam in range(link.beams):
            own = (link.user_trial == trial) & (link.serving_beam == beam) & (rate > 0.0)
            if policy == EQUAL_TIME:
                expected[own] = rate[own] / max(own.sum(), 1)
            elif own.any():
                expected[own] = 1.0 / (1.0 / rate[own]).sum()
    # The sum of 1/efficiency is held in steps of 2^-24.
    np.testing.assert_allclose(throughput, expected, rtol=3e-7, atol=0.0)
    assert (throughput[rate > 0.0] > 0.0).all()


@pytest.mark.parametrize("lit_share", [None, 0.6])
def test_against_the_numpy_twin_with_a_table(lit_share, kernels, to_host):
    link = draw(7, lit_share=lit_share)
    twin = NumpyKernels()
    efficiency, sums = link.sums(kernels, TABLE)
    twin_efficiency, twin_sums = link.sums(twin, TABLE)
    np.testing.assert_array_equal(to_host(efficiency), twin_efficiency, strict=True)
    np.testing.assert_array_equal(to_host(sums), twin_sums, strict=True)
    for policy in (EQUAL_TIME, EQUAL_RATE):
        np.testing.assert_array_equal(
            to_host(kernels.user_throughput(link.shares(efficiency, sums, policy))),
            twin.user_throughput(link.shares(twin_efficiency, twin_sums, policy)),
            strict=True,
        )


@pytest.mark.parametrize("lit_share", [None, 0.6])
def test_against_the_numpy_twin_with_shannon(lit_share, kernels, to_host):
    link = draw(8, lit_share=lit_share)
    efficiency, sums = map(to_host, link.sums(kernels, SHANNON))
    twin_efficiency, twin_sums = link.sums(NumpyKernels(), SHANNON)
    # A side may round 1 + SINR to single precision: 2^-24 of it is 6e-7 of log2(1 + 0.1).
    np.testing.assert_allclose(efficiency, twin_efficiency, rtol=1e-6, atol=0.0)
    np.testing.assert_array_equal(sums[..., [0, 1, 4]], twin_sums[..., [0, 1, 4]])
    np.testing.assert_allclose(sums[..., 2:4], twin_sums[..., 2:4], rtol=1e-6, atol=1.0)


def test_shannon_far_under_the_noise(kernels, to_host):
    """Spread spectrum: -50 dB is the smallest SINR of the bound itself, and all are served."""
    link = draw(10, lit_share=None)
    bound = truncated_shannon("bound")
    link.carrier[:] = 10.0 ** np.random.default_rng(11).uniform(-4.9, -2.0, len(link.carrier))
    link.interference[:] = 0.0
    efficiency, sums = map(to_host, link.sums(kernels, SHANNON, bound))
    expected = np.log1p(link.carrier.astype(np.float64)) / math.log(2.0)
    np.testing.assert_allclose(efficiency, expected, rtol=1e-6)
    np.testing.assert_array_equal(sums, whole_sums(link, efficiency))


def test_no_users(kernels, to_host):
    link = draw(9, users=0)
    efficiency, sums = map(to_host, link.sums(kernels, TABLE))
    assert efficiency.shape == (0,)
    assert not sums.any()
    throughput = kernels.user_throughput(link.shares(efficiency, sums, EQUAL_TIME))
    assert throughput.shape == (0,)
