"""Policies of the scheduler against plain loops over the users of a beam."""

import numpy as np
import pytest
from scipy import optimize

from capest.backend.arguments import BeamShares
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.radio import POLICIES
from capest.engine.scheduler import beam_rate, user_rate

from .small import assert_same_bits, compute, small_scenario

STEPS = np.array([0.0, 0.25, 0.5, 2.0], dtype=np.float32)


def users_of_beams(seed: int):
    rng = np.random.default_rng(seed)
    efficiency = rng.choice(STEPS, 200)
    beam = rng.integers(0, 15, 200).astype(np.int32)  # the last one has nobody
    trial = rng.integers(0, 2, 200).astype(np.int32)
    sums = np.zeros((2, 16, 5), dtype=np.int64)
    for value, b, t in zip(efficiency.tolist(), beam, trial, strict=True):
        if value > 0.0:
            sums[t, b, 1:4] += np.array([1, value * 2**24, 2**24 / value], dtype=np.int64)
    return efficiency, beam, trial, sums


def rates_one_by_one(efficiency, beam, trial, policy):
    rates = np.zeros(len(efficiency))
    for user, value in enumerate(efficiency.tolist()):
        own = [
            float(efficiency[other])
            for other in range(len(efficiency))
            if (beam[other], trial[other]) == (beam[user], trial[user]) and efficiency[other] > 0.0
        ]
        if value == 0.0:
            continue
        if policy == "equal-rate":
            rates[user] = 1.0 / sum(1.0 / each for each in own)
        elif policy == "max-ci":
            rates[user] = value / own.count(value) if value == max(own) else 0.0
        else:
            rates[user] = value / len(own)
    return rates


@pytest.mark.parametrize("policy", POLICIES)
def test_rates_are_those_of_the_loop(policy):
    efficiency, beam, trial, sums = users_of_beams(1)
    shares = BeamShares(
        efficiency=efficiency,
        serving=beam,
        user_trial=trial,
        sums=sums,
        policy=POLICIES[policy],
    )
    rates = user_rate(NumpyKernels(), shares)
    np.testing.assert_allclose(rates, rates_one_by_one(efficiency, beam, trial, policy), rtol=2e-7)
    total = np.zeros((2, 16))
    np.add.at(total, (trial, beam), rates.astype(np.float64))
    np.testing.assert_allclose(beam_rate(NumpyKernels(), shares), total, rtol=1e-6)
    assert (total[:, 15] == 0.0).all()


EFFICIENCIES = np.array([0.3, 0.9, 1.7, 4.1, 4.1], dtype=np.float32)


def rates_of_one_beam(efficiency, policy):
    n = len(efficiency)
    exact = efficiency.astype(np.float64)
    sums = np.zeros((1, 1, 5), dtype=np.int64)
    sums[0, 0, :4] = n, n, (exact * 2**24).sum(), np.rint(2**24 / exact).sum()
    nobody = np.zeros(n, dtype=np.int32)
    shares = BeamShares(
        efficiency=efficiency,
        serving=nobody,
        user_trial=nobody,
        sums=sums,
        policy=POLICIES[policy],
    )
    return user_rate(NumpyKernels(), shares)


def test_proportional_fair_is_what_its_scheduler_comes_to():
    """Slot by slot the user whose rate is greatest against his average so far (Kelly, 1998)."""
    efficiency = EFFICIENCIES.astype(np.float64)
    carried, slots = np.full(len(efficiency), 1e-9), 20_000
    for slot in range(1, slots + 1):
        chosen = np.argmax(efficiency * slot / carried)
        carried[chosen] += efficiency[chosen]
    expected = rates_of_one_beam(EFFICIENCIES, "proportional-fair")
    np.testing.assert_allclose(expected, carried / slots, rtol=1e-3)


def test_proportional_fair_has_the_greatest_sum_of_logarithms():
    def loss(share):
        return -np.log(share * EFFICIENCIES).sum()

    everything = {"type": "eq", "fun": lambda share: share.sum() - 1.0}
    start = np.array([0.4, 0.3, 0.1, 0.1, 0.1])
    best = optimize.minimize(loss, start, bounds=[(1e-6, 1.0)] * 5, constraints=[everything])
    assert best.success
    found = rates_of_one_beam(EFFICIENCIES, "proportional-fair")
    np.testing.assert_allclose(found, best.x * EFFICIENCIES, rtol=2e-3)


def test_equal_rate_has_the_greatest_least_rate():
    # Variables: shares of time, and the least rate t; maximise t with share * efficiency >= t.
    n = len(EFFICIENCIES)
    best = optimize.linprog(
        np.append(np.zeros(n), -1.0),
        A_ub=np.column_stack([-np.diag(EFFICIENCIES.astype(np.float64)), np.ones(n)]),
        b_ub=np.zeros(n),
        A_eq=[np.append(np.ones(n), 0.0)],
        b_eq=[1.0],
    )
    found = rates_of_one_beam(EFFICIENCIES, "equal-rate")
    np.testing.assert_allclose(found, -best.fun, rtol=1e-6)


def test_policies_order_the_throughput_of_a_trial():
    fair, equal, best = (
        compute(small_scenario(scheduler__policy=policy)).trial["throughput"]
        for policy in ("equal-rate", "equal-time", "max-ci")
    )
    assert (fair < equal).all()
    assert (equal < best).all()


def test_proportional_fair_is_equal_time():
    assert_same_bits(
        compute(small_scenario(scheduler__policy="proportional-fair")), compute(small_scenario())
    )
