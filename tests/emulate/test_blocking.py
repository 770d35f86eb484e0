"""Calls that come and go: the kernel against its twin, a loop in Python, and queueing theory."""

from __future__ import annotations

import math

import numpy as np
import pytest

from capest.backend.arguments import CallEvents, CallQueues
from capest.backend.cuda_kernels import CudaKernels
from capest.backend.numpy_kernels import NumpyKernels

SEED, PURPOSE = 7, 13


def beams_of_trials(
    seed: int, trials: int = 2, beams: int = 6, users: int = 40, first_trial: int = 0
) -> CallEvents:
    """Users of every beam with needs of all sizes; one beam has nobody."""
    rng = np.random.default_rng(seed)
    beam = np.sort(rng.integers(0, beams - 1, (trials, users)), axis=1)
    count = np.stack([np.bincount(row, minlength=beams) for row in beam])
    start = np.cumsum(count, axis=1) - count + users * np.arange(trials)[:, None]
    order = np.concatenate([t * users + rng.permutation(users) for t in range(trials)])
    down, up = rng.integers(1, 500, (2, trials * users))
    queues = CallQueues(
        order=order,
        start=start.ravel(),
        count=count.ravel(),
        down=down,
        up=up,
        capacity_down=900,
        capacity_up=1200,
    )
    return CallEvents(
        queues=queues,
        arrival_probability=0.7,
        end_probability=1.0,
        warm_up_events=3,
        events=20,
        seed=SEED,
        purpose=PURPOSE,
        first_trial=first_trial,
        trials=trials,
    )


def played_by_hand(calls: CallEvents) -> np.ndarray:
    """One beam after the other, one event after the other."""
    queues = calls.queues
    start, count, down, up = queues.start, queues.count, queues.down, queues.up
    capacity = (queues.capacity_down, queues.capacity_up)
    beams = len(start) // calls.trials
    outcome = np.zeros((len(start), 2), dtype=np.int64)
    for own in range(len(start)):
        users = queues.order[start[own] : start[own] + count[own]].tolist()
        calling: set[int] = set()
        for event in range(calls.events * len(users)):
            words = NumpyKernels().philox_words(
                seed=calls.seed,
                purpose=calls.purpose + (event // 2 << 32),
                first_trial=calls.first_trial + own // beams,
                trials=1,
                entities=beams,
            )[0, own % beams]
            which, chance = ((int(word) >> 11) / 2**53 for word in words[event % 2 * 2 :][:2])
            user = users[int(which * len(users))]
            if user in calling:
                if chance < calls.end_probability:
                    calling.remove(user)
            elif chance < calls.arrival_probability:
                taken = [sum(int(need[other]) for other in calling) for need in (down, up)]
                fits = all(
                    t + need[user] <= c
                    for t, need, c in zip(taken, (down, up), capacity, strict=True)
                )
                if fits:
                    calling.add(user)
                if event >= calls.warm_up_events * len(users):
                    outcome[own] += (1, not fits)
    return outcome


def test_events_are_those_played_by_hand(kernels, to_host):
    calls = beams_of_trials(1, first_trial=5)
    expected = played_by_hand(calls)
    assert expected[:, 1].sum() > 100
    assert (expected[:, 0] > expected[:, 1]).sum() >= 10
    for backend in (kernels, NumpyKernels()):
        found = backend.simulate_calls(calls)
        np.testing.assert_array_equal(to_host(found), expected, strict=True)


@pytest.mark.parametrize("block_size", [1, 24])
def test_block_size_changes_no_call(block_size, cuda_kernels, to_host):
    calls = beams_of_trials(2)
    other = CudaKernels(cuda_kernels.device, block_size=block_size)
    np.testing.assert_array_equal(
        to_host(other.simulate_calls(calls)), to_host(cuda_kernels.simulate_calls(calls))
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
    fastest = max(load, 1.0)
    queues = CallQueues(
        order=everybody,
        start=sources * np.arange(beams),
        count=np.full(beams, sources),
        down=ones,
        up=ones,
        capacity_down=servers,
        capacity_up=n,
    )
    found = NumpyKernels().simulate_calls(
        CallEvents(
            queues=queues,
            arrival_probability=load / fastest,
            end_probability=1.0 / fastest,
            warm_up_events=10,
            events=10 + events,
            seed=SEED,
            purpose=PURPOSE,
            first_trial=0,
            trials=1,
        )
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
