"""Calls that come and go; the NumPy twin of ``kernels/blocking.cu``."""

from __future__ import annotations

import numpy as np

from capest.backend.numpy_philox import philox_words


def simulate_calls(
    order: np.ndarray,
    start: np.ndarray,
    count: np.ndarray,
    down: np.ndarray,
    up: np.ndarray,
    capacity: tuple[int, int],
    probability: tuple[float, float],
    events: tuple[int, int],
    key: tuple[int, int],
    trials: tuple[int, int],
) -> np.ndarray:
    """Let calls arrive and end in every beam; twin of ``simulate_calls`` in ``blocking.cu``.

    Parameters
    ----------
    order : int64 array (n,)
        Users, those of a beam one after the other.
    start, count : int64 array (groups,)
        Where the list of each beam of each trial begins in ``order``, and how long it is.
    down, up : int64 array (users,)
        What each user's call takes of the downlink and of the uplink; not negative.
    capacity : (int, int)
        What every beam has.
    probability : (float, float)
        That an event of an idle user is the start of a call, and of a user in a call its end.
    events : (int, int)
        Per user: those that do not count yet, and all.
    key : (int, int)
        Seed and purpose of the random words.
    trials : (int, int)
        The first one, and how many.

    Returns
    -------
    int64 array (groups, 2)
        Calls asked for, and of these blocked.
    """
    first_trial, many = trials
    groups = len(start)
    left = np.repeat(np.array([capacity], dtype=np.int64), groups, axis=0)
    in_call = np.zeros(len(down), dtype=bool)
    outcome = np.zeros((groups, 2), dtype=np.int64)
    for event in range(events[1] * int(count.max(initial=0))):
        if event % 2 == 0:
            purpose = key[1] + (event // 2 << 32)
            words = philox_words(key[0], purpose, first_trial, many, groups // many)
            parts = (words.reshape(groups, 4) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        own = np.flatnonzero(event < events[1] * count)
        which, chance = parts[own, event % 2 * 2], parts[own, event % 2 * 2 + 1]
        place = np.minimum((which * count[own]).astype(np.int64), count[own] - 1)
        user = order[start[own] + place]
        busy, need = in_call[user], np.stack([down[user], up[user]], axis=1)
        ends = busy & (chance < probability[1])
        asks = ~busy & (chance < probability[0])
        fits = (need <= left[own]).all(axis=1)
        begins = asks & fits
        in_call[user] = (busy & ~ends) | begins
        left[own] += need * (ends.astype(np.int64) - begins)[:, None]
        counts = event >= events[0] * count[own]
        outcome[own, 0] += asks & counts
        outcome[own, 1] += asks & counts & ~fits
    return outcome
