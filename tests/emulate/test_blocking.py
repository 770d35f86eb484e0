"""Calls that come and go: the kernel against its twin, a loop in Python, and queueing theory."""

from __future__ import annotations

import math

import numpy as np
import pytest

from capest.backend.cuda_kernels import CudaKernels
from capest.backend.numpy_kernels import NumpyKernels

KEY = (7, 13)


def beams_of_trials(seed: int, trials: int = 2, beams: int = 6, users: int = 40):
    """Users of every beam with needs of all sizes; one beam has nobody."""
    rng = np.random.default_rng(seed)
    beam = np.sort(rng.integers(0, beams - 1, (trials, users)), axis=1)
    count = np.stack([np.bincount(row, minlength=beams) for row in beam])
    start = np.cumsum(count, axis=1) - count + users * np.arange(trials)[:, None]
    order = np.concatenate([t * users + rng.permutation(users) for t in range(trials)])
    down, up = rng.integers(1, 500, (2, trials * users))
    return order, start.ravel(), count.ravel(), down, up


def played_by_hand(arguments, capacity, probability, events, trials):
    """One beam after the other, one event after the other."""
    order, start, count, down, up = arguments
    beams = len(start) // trials[1]
    outcome = np.zeros((len(start), 2), dtype=np.int64)
    for own in range(len(start)):
        users = order[start[own] : start[own] + count[own]].tolist()
        calling: set[int] = set()
        for event in range(events[1] * len(users)):
            words = NumpyKernels().philox_words(
                KEY[0], KEY[1] + (event // 2 << 32), trials[0] + own // beams, 1, beams
            )[0, own % beams]
            which, chance = ((int(word) >> 11) / 2**53 for word in words[event % 2 * 2 :][:2])
            user = users[int(which * len(users))]
            if user in calling:
                if chance < probability[1]:
                    calling.remove(user)
            elif chance < probability[0]:
                taken = [sum(int(need[other]) for other in calling) for need in (down, up)]
                fits = all(
                    t + need[user] <= c
                    for t, need, c in zip(taken, (down, up), capacity, strict=True)
                )
                if fits:
                    calling.add(user)
                if event >= events[0] * len(users):
                    outcome[own] += (1, not fits)
    return outcome


def test_events_are_those_played_by_hand(kernels, to_host):
    arguments = beams_of_trials(1)
    rest = ((900, 1200), (0.7, 1.0), (3, 20))
    expected = played_by_hand(arguments, *rest, (5, 2))
    assert expected[:, 1].sum() > 100
    assert (expected[:, 0] > expected[:, 1]).sum() >= 10
    for backend in (kernels, NumpyKernels()):
        found = backend.simulate_calls(*arguments, *rest, KEY, (5, 2))
        np.testing.assert_array_equal(to_host(found), expected, strict=True)


@pytest.mark.parametrize("block_size", [1, 24])
def test_block_size_changes_no_call(block_size, kernels, to_host):
    arguments = (*beams_of_trials(2), (900, 1200), (0.7, 1.0), (3, 20), KEY, (0, 2))
    other = CudaKernels(kernels.device, block_size=block_size)
    np.testing.assert_array_equal(
        to_host(other.simulate_calls(*arguments)), to_host(kernels.simulate_calls(*arguments))
    )


def engset(sources: int, servers: int, load: float) -> float:
    """Share of calls lost of a finite number of sources (Engset 1918); ``load`` per idle source."""
    states = [math.comb(sources - 1, n) * load**n for n in range(servers + 1)]
    return states[servers] / sum(states)


def erlang_b(servers: int, erlang: float) -> float:
    """Share of calls lost of arrivals that know nothing of the calls (Erlang 1917)."""
    states = [erlang**n / math.factorial(n) for n in range(servers + 1)]
    return states[servers] / sum(states)


def alike(sources: int, servers: int, load: float, beams: int, events: int) -> tuple[float, float]:
    """Share of calls lost in many equal beams, and its standard error over beams."""
    n = sources * beams
    everybody, ones = np.arange(n), np.ones(n, dtype=np.int64)
    start, count = sources * np.arange(beams), np.full(beams, sources)
    fastest = max(load, 1.0)
    found = NumpyKernels().simulate_calls(
        *(everybody, start, count, ones, ones, (servers, n)),
        *((load / fastest, 1.0 / fastest), (10, 10 + events), KEY, (0, 1)),
    )
    share = found[:, 1].sum() / found[:, 0].sum()
    spread = found[:, 1] - share * found[:, 0]
    return share, math.sqrt((spread**2).sum()) / found[:, 0].sum()


@pytest.mark.parametrize(("sources", "servers", "load"), [(8, 3, 0.5), (12, 5, 2.0), (6, 6, 1.0)])
def test_few_users_lose_calls_as_engset_says(sources, servers, load):
    share, error = alike(sources, servers, load, beams=3000, events=40)
    expected = engset(sources, servers, load)
    assert share == pytest.approx(expected, abs=4 * error + 1e-12)
    assert error < 0.003


def test_many_users_lose_calls_as_erlang_says():
    """A thousand users who ask seldom are nearly the endless crowd of Erlang's formula."""
    expected = erlang_b(6, 5.0)
    # 4 of the 1,000 are in a call, and ask for none.
    load = 5.0 / (1000.0 - 5.0 * (1.0 - expected))
    assert engset(1000, 6, load) == pytest.approx(expected, rel=0.005)
    share, error = alike(1000, 6, load, beams=400, events=8)
    assert share == pytest.approx(expected, abs=4 * error + 0.005 * expected)
    assert error < 0.01
